// Stacks of errors without the frames of this library above the user's own, so that the first line is the user's.
import { locationOf, type SourceLocation } from '@heddle/core'

/** Deep enough for a call through modules, containers and a training loop. */
const mostFrames = 100

/** Where the packages are side by side: `packages/`, or `node_modules/@heddle/`. In a bundle nothing is there. */
const family = new URL('../../', import.meta.url).pathname
const libraries = ['torch', 'core', 'compiler', 'runtime-cpu', 'runtime-webgl'].flatMap((name) => [
  `${family}${name}/src/`,
  `${family}${name}/dist/`,
])

const isV8Frame = (line: string): boolean => /^\s+at /.test(line)
const isFrame = (line: string): boolean => isV8Frame(line) || /@.*:\d+:\d+$/.test(line)
/** Nobody's: loops of arrays, and the engine. */
const isOfEngine = (line: string): boolean => /\(<anonymous>\)$|node:internal|\[native code\]/.test(line)
const isOurs = (line: string): boolean =>
  isOfEngine(line) ||
  line.includes('/node_modules/@heddle/') ||
  (libraries.some((folder) => line.includes(folder)) && !line.includes('.test.ts'))

/** Runs `make` with stacks that are deep enough to reach the user. */
export function withDeepStack<T>(make: () => T): T {
  const host: ErrorConstructor & { stackTraceLimit?: number } = Error
  const limit = host.stackTraceLimit
  host.stackTraceLimit = mostFrames
  try {
    return make()
  } finally {
    if (limit !== undefined) host.stackTraceLimit = limit
  }
}

export interface UserFrames {
  /** The stack from the user's innermost frame on, under `title`. */
  readonly stack: string
  readonly location: SourceLocation | undefined
}

/** Undefined where the engine gives no stack, or all of it is ours. */
export function userFrames(title: string, stack: string | undefined): UserFrames | undefined {
  const frames = (stack ?? '').split('\n').filter(isFrame)
  const first = frames.findIndex((line) => !isOurs(line))
  if (first < 0) return undefined
  const kept = frames.slice(first)
  const [frame = ''] = kept
  const place = isV8Frame(frame) ? frame : frame.replace(/^[^@]*@/, 'at ')
  return { stack: [title, ...kept].join('\n'), location: locationOf(place) }
}
