// Anomaly mode: nodes remember the line they were recorded at, and backward says which of them made a NaN.
import { userFrames, withDeepStack } from '../user-frames.ts'
import type { ModeScope } from './grad-mode.ts'

let isOn = false
let looksForNan = true

export const isAnomalyEnabled = (): boolean => isOn
export const checksForNan = (): boolean => isOn && looksForNan
export const looksForNanWhenOn = (): boolean => looksForNan

function set(enabled: boolean, checkNan: boolean): ModeScope {
  const before = [isOn, looksForNan] as const
  isOn = enabled
  looksForNan = checkNan
  return {
    [Symbol.dispose](): void {
      isOn = before[0]
      looksForNan = before[1]
    },
  }
}

export interface AnomalyOptions {
  /** Backward looks at every gradient. Default true. */
  readonly checkNan?: boolean
}

/** Turns anomaly mode on or off; as a scope, until it ends. */
export const setDetectAnomaly = (enabled: boolean, { checkNan = true }: AnomalyOptions = {}): ModeScope =>
  set(enabled, checkNan)

/** Anomaly mode for a function, or to the end of the block with `using`. */
export function detectAnomaly(options?: AnomalyOptions): ModeScope
export function detectAnomaly<T>(body: () => T, options?: AnomalyOptions): T
export function detectAnomaly<T>(
  given: (() => T) | AnomalyOptions = {},
  { checkNan = true }: AnomalyOptions = {},
): T | ModeScope {
  if (typeof given !== 'function') return set(true, given.checkNan ?? true)
  using _ = set(true, checkNan)
  return given()
}

/** Where the user called from, in anomaly mode only. */
export function callSite(): string | undefined {
  if (!isOn) return undefined
  const { stack } = withDeepStack(() => new Error('recorded here'))
  return userFrames('recorded here', stack)?.stack ?? stack
}
