// A world for tests: real files and modules below `testdata`, streams and written files that are looked at.
import { join, relative } from 'node:path'
import type { Io } from '../io.ts'
import { hostFiles, noProgress } from '../platform.ts'

export interface FakeIo extends Io {
  readonly printed: () => string
  readonly complained: () => string
  readonly written: ReadonlyMap<string, string>
}

/** `files` are texts by path below `testdata`, on top of the real ones; `modules` are what scripts there export. */
export function fakeIo(
  changes: Partial<Io> & {
    readonly files?: Readonly<Record<string, string>>
    readonly modules?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
    readonly isTerminal?: boolean
  } = {},
): FakeIo {
  const { files = {}, modules = {}, isTerminal = false, ...rest } = changes
  const cwd = import.meta.dirname
  let out = ''
  let err = ''
  const written = new Map<string, string>()
  return {
    ...hostFiles,
    cwd,
    tryReadText: (path) => {
      const name = relative(cwd, path)
      return files[name] ?? (name in modules ? '' : hostFiles.tryReadText(path))
    },
    load: async (path) => modules[relative(cwd, path)] ?? hostFiles.load(path),
    writeText: (path, text) => {
      written.set(relative(cwd, path), text)
    },
    progress: () => noProgress,
    env: {},
    out: {
      isTerminal,
      write: (text) => {
        out += text
      },
    },
    err: {
      isTerminal,
      write: (text) => {
        err += text
      },
    },
    ...rest,
    printed: () => out,
    complained: () => err,
    written,
  }
}

export const testdata = (name: string): string => join(import.meta.dirname, name)
