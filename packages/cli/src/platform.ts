// The real world of a command: files, streams and module loading of the Node process.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { dirname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Presets, SingleBar } from 'cli-progress'
import type { Io, Progress, Sink } from './io.ts'

export function processIo(): Io {
  return {
    ...hostFiles,
    out: sinkOf(process.stdout),
    err: sinkOf(process.stderr),
    progress: process.stderr.isTTY ? barOn(process.stderr) : () => noProgress,
    env: process.env,
  }
}

/** A reader that has seen enough (`heddle dump ... | head`) closes the pipe; that is no error. For the process as a whole. */
export function exitWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
}

export const noProgress: Progress = { update: () => undefined, stop: () => undefined }

const barOn =
  (stream: NodeJS.WriteStream) =>
  (title: string, total: number): Progress => {
    const format = `${title} [{bar}] {value}/{total} {remark}`
    const bar = new SingleBar({ stream, format, barsize: 30, clearOnComplete: true }, Presets.legacy)
    bar.start(total, 0, { remark: '' })
    return {
      update: (done, remark) => bar.update(done, { remark }),
      stop: () => bar.stop(),
    }
  }

/** The part of `Io` that tests keep: files and modules. */
export const hostFiles: Pick<Io, 'cwd' | 'tryReadText' | 'list' | 'writeText' | 'load'> = {
  cwd: process.cwd(),
  tryReadText: (path) => failsSoftly(() => readFileSync(path, 'utf8')),
  list: (folder) => failsSoftly(() => readdirSync(folder)) ?? [],
  writeText: (path, text) => {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  },
  load: async (path) => {
    resolveOurOwn()
    return (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>
  },
}

const sinkOf = (stream: NodeJS.WriteStream): Sink => ({
  write: (text) => {
    stream.write(text)
  },
  isTerminal: stream.isTTY === true,
})

function failsSoftly<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    // There is no such file or folder, it is of the other kind, or may not be read: to the caller it is not there.
    if (error instanceof Error && 'code' in error) return undefined
    throw error
  }
}

let hasHook = false

/** Scripts outside any project find the packages of Heddle beside this command. */
function resolveOurOwn(): void {
  if (hasHook) return
  hasHook = true
  registerHooks({
    resolve: (specifier, context, next) => {
      try {
        return next(specifier, context)
      } catch (error) {
        if (!specifier.startsWith('@heddle/')) throw error
        return next(specifier, { ...context, parentURL: import.meta.url })
      }
    },
  })
}
