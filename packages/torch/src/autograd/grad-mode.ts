// Whether operations are recorded for backward. Scopes nest and are restored when they end, by an exception too.

let isEnabled = true
let isInference = false

export const isGradEnabled = (): boolean => isEnabled
export const isInferenceModeEnabled = (): boolean => isInference

/** Ends a mode opened with `using`. */
export interface ModeScope {
  [Symbol.dispose](): void
}

/** A mode: `noGrad(() => …)` runs a function in it, `using _ = noGrad()` holds it to the end of the block. */
export interface Mode {
  <T>(body: () => T): T
  (): ModeScope
}

export function withGradMode<T>(enabled: boolean, body: () => T): T {
  const before = isEnabled
  isEnabled = enabled
  try {
    return body()
  } finally {
    isEnabled = before
  }
}

function enter(enabled: boolean): ModeScope {
  const before = isEnabled
  isEnabled = enabled
  return {
    [Symbol.dispose](): void {
      isEnabled = before
    },
  }
}

const mode = (enabled: boolean): Mode =>
  ((body?: () => unknown) => (body === undefined ? enter(enabled) : withGradMode(enabled, body))) as Mode

/** Nothing inside is recorded for backward. */
export const noGrad: Mode = mode(false)
export const enableGrad: Mode = mode(true)

/** Takes effect at once; as a scope, until it ends. */
export function setGradEnabled(enabled: boolean): ModeScope
export function setGradEnabled<T>(enabled: boolean, body: () => T): T
export function setGradEnabled<T>(enabled: boolean, body?: () => T): T | ModeScope {
  return body === undefined ? enter(enabled) : withGradMode(enabled, body)
}

function enterInference(enabled: boolean): ModeScope {
  const before = [isEnabled, isInference] as const
  isEnabled = enabled ? false : isEnabled
  isInference = enabled
  return {
    [Symbol.dispose](): void {
      isEnabled = before[0]
      isInference = before[1]
    },
  }
}

/** Nothing inside is recorded, and what is made inside cannot take part in backward later; `clone()` makes an ordinary tensor. */
export function inferenceMode(enabled?: boolean): ModeScope
export function inferenceMode<T>(body: () => T): T
export function inferenceMode<T>(given: boolean | (() => T) = true): T | ModeScope {
  if (typeof given !== 'function') return enterInference(given)
  using _ = enterInference(true)
  return given()
}
