// Files and the terminal of the host: the one module of this package that knows Node. Node's modules are asked for when a file is, and not
// imported, so that bundles for browsers neither need nor name them.
import { TorchError } from './errors.ts'
import type { ByteSource } from './serialize/byte-source.ts'

/** A file that is open for reading. */
export interface OpenFile extends ByteSource, Disposable {}

/** What is used of `node:fs`. */
interface FileSystem {
  openSync(path: string, flags: 'r' | 'w'): number
  closeSync(file: number): void
  fstatSync(file: number): { readonly size: number }
  fsyncSync(file: number): void
  readSync(file: number, into: Uint8Array, at: number, length: number, position: number): number
  writeSync(file: number, bytes: Uint8Array, at: number, length: number): number
  renameSync(from: string, to: string): void
  rmSync(path: string, options: { readonly force: boolean }): void
}

/** Where a person may watch a line change. */
export interface Terminal {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

/** Standard error, where there is one. */
export function terminal(): Terminal | undefined {
  const { stderr } = (Reflect.get(globalThis, 'process') ?? {}) as { readonly stderr?: Terminal }
  return stderr
}

/** Node moves fewer than 2^31 bytes at a time. */
const MOST_BYTES = 2 ** 30

/**
 * Opens a file, to be read by parts.
 * - Throws `TORCH_NO_FILES` where there is no file system, and Node's own errors (`ENOENT`, ...).
 */
export function openFile(path: string): OpenFile {
  const fs = fileSystem(path)
  const file = fs.openSync(path, 'r')
  return {
    byteLength: fs.fstatSync(file).size,
    read: (offset, into) =>
      inPieces(into.byteLength, (at, length) => fs.readSync(file, into, at, length, offset + at)),
    [Symbol.dispose]: () => fs.closeSync(file),
  }
}

/**
 * Writes a file of these parts. It takes the place of one that is there when it is complete, so that a program which ends on
 * the way leaves the old one.
 * - Throws as `openFile`.
 */
export function writeFile(path: string, parts: Iterable<Uint8Array>): void {
  const fs = fileSystem(path)
  const incomplete = `${path}.incomplete`
  try {
    const file = fs.openSync(incomplete, 'w')
    try {
      for (const part of parts) {
        inPieces(part.byteLength, (at, length) => fs.writeSync(file, part, at, length))
      }
      fs.fsyncSync(file)
    } finally {
      fs.closeSync(file)
    }
    fs.renameSync(incomplete, path)
  } finally {
    fs.rmSync(incomplete, { force: true })
  }
}

/** Moves bytes until none are left, or none move; returns how many did. */
function inPieces(byteLength: number, move: (at: number, length: number) => number): number {
  let done = 0
  while (done < byteLength) {
    const moved = move(done, Math.min(byteLength - done, MOST_BYTES))
    if (moved === 0) break
    done += moved
  }
  return done
}

function fileSystem(path: string): FileSystem {
  const host: unknown = Reflect.get(globalThis, 'process')
  const { getBuiltinModule } = (host ?? {}) as { getBuiltinModule?: (name: string) => unknown }
  const found = getBuiltinModule?.('node:fs')
  if (!found) throw noFiles(path)
  return found as FileSystem
}

const noFiles = (path: string): TorchError =>
  new TorchError(
    'RuntimeError',
    'TORCH_NO_FILES',
    `there is no file system here for '${path}'; save to bytes, by leaving the path out, and load from bytes`,
    { path },
  )
