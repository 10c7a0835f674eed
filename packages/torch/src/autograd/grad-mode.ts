// Whether operations are recorded for backward. Scopes nest and are restored when they end, by an exception too.

let isEnabled = true

export const isGradEnabled = (): boolean => isEnabled

/** Ends a mode opened with `using`. */
export interface ModeScope {
  [Symbol.dispose](): void
}

/** A mode: `noGrad(() => …)` runs a function in it, `using _ = noGrad()` holds it to the end of the block. */
export interface Mode {
  <T>(body: () => T): T
  (): ModeScope
}

function mode(enabled: boolean): Mode {
  function enter(): ModeScope
  function enter<T>(body: () => T): T
  function enter<T>(body?: () => T): T | ModeScope {
    const before = isEnabled
    isEnabled = enabled
    const restore = (): void => {
      isEnabled = before
    }
    if (body === undefined) return { [Symbol.dispose]: restore }
    try {
      return body()
    } finally {
      restore()
    }
  }
  return enter
}

/** Nothing inside is recorded for backward. */
export const noGrad: Mode = mode(false)
export const enableGrad: Mode = mode(true)
