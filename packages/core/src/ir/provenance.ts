// Where in the user's program a node was written. The outermost public call captures one stack frame; everything it builds
// inherits that line. Frames are interned as text and parsed only when somebody asks.
import type { SourceLocation } from '../errors.ts'

/** A stack frame's text, interned; `undefined` where the engine gives no stack. */
export type Provenance = string | undefined

/** Engine extensions of `Error`, which the language's own types leave out. */
interface StackHost {
  readonly prototype: Error
  stackTraceLimit?: number
  captureStackTrace?: (target: object, above: (...args: never[]) => unknown) => void
}
const host: StackHost = Error

let current: Provenance
let depth = 0
let enabled = true
const interned = new Map<string, string>()

/** The line being traced, for nodes created now. */
export const currentProvenance = (): Provenance => current

/** Turns capturing off or on (one frame costs about 5 µs); returns what it was. */
export function setProvenance(on: boolean): boolean {
  const before = enabled
  enabled = on
  return before
}

/** Runs `body` with nodes attributed to `provenance`; used by passes that rebuild a node. */
export function withProvenance<T>(provenance: Provenance, body: () => T): T {
  const before = current
  current = provenance
  depth++
  try {
    return body()
  } finally {
    depth--
    current = before
  }
}

/** Enters a public function: the outermost one captures its caller's line. `leave` must follow, in a `finally`. */
export function enter(above: (...args: never[]) => unknown): void {
  if (depth++ === 0) current = enabled ? capture(above) : undefined
}

export function leave(): void {
  if (--depth === 0) current = undefined
}

/** Runs a function of the user's within a public function: what it calls captures lines of its own. */
export function userCode<T>(body: () => T): T {
  if (depth !== 1) return body()
  const line = current
  depth = 0
  current = undefined
  try {
    return body()
  } finally {
    depth = 1
    current = line
  }
}

/** The same function, whose nodes and errors point at its caller's line. */
export function traced<A extends unknown[], R>(body: (...args: A) => R): (...args: A) => R {
  return function publicFunction(...args: A): R {
    enter(publicFunction)
    try {
      return body(...args)
    } finally {
      leave()
    }
  }
}

function capture(above: (...args: never[]) => unknown): Provenance {
  if (host.captureStackTrace === undefined) return undefined
  const limit = host.stackTraceLimit
  host.stackTraceLimit = 1
  const holder: { stack?: string } = {}
  host.captureStackTrace(holder, above)
  const stack = holder.stack
  if (limit !== undefined) host.stackTraceLimit = limit
  if (stack === undefined) return undefined
  const known = interned.get(stack)
  if (known !== undefined) return known
  interned.set(stack, stack)
  return stack
}

/** Parses a frame such as `at train (file:///home/me/model.ts:12:7)`. */
export function locationOf(provenance: Provenance): SourceLocation | undefined {
  if (provenance === undefined) return undefined
  const found = /(?:\(|at (?:async )?)((?:file:\/\/|https?:\/\/)?[^\s()]*[^():]+):(\d+):(\d+)\)?\s*$/.exec(
    provenance,
  )
  if (found === null) return undefined
  const [, file = '', line = '0', column = '0'] = found
  const path = file.startsWith('file://') ? decodeURIComponent(file.slice('file://'.length)) : file
  return { file: path, line: Number(line), column: Number(column) }
}
