// The generator of every call that is not given one, and PyTorch's functions of module `torch` and `torch.random` about it.
import type { Mode } from '../autograd/grad-mode.ts'
import { Generator } from './generator.ts'

/** Starts at a seed that nobody knows, as PyTorch's does. */
export const defaultGenerator: Generator = new Generator()
defaultGenerator.seed()

/** Starts the numbers of the default generator again, and returns it. Numbers lose what is behind the point. */
export const manualSeed = (seed: number | bigint): Generator =>
  defaultGenerator.manualSeed(typeof seed === 'number' ? Math.trunc(seed) : seed)

/** Starts it from 64 bits that nobody knows, and returns them. */
export const seed = (): bigint => defaultGenerator.seed()

/** The seed it was last started from. */
export const initialSeed = (): bigint => defaultGenerator.initialSeed()

/** Its state, 5056 bytes. */
export const getRngState = (): Uint8Array => defaultGenerator.getState()

/** Makes it go on from a state. */
export const setRngState = (state: Uint8Array): void => {
  defaultGenerator.setState(state)
}

/**
 * What is drawn inside leaves the default generator as it was: `forkRng(() => …)`, or `using _ = forkRng()` to the end of the
 * block.
 */
export const forkRng: Mode = fork

function fork(): Disposable
function fork<T>(body: () => T): T
function fork<T>(body?: () => T): T | Disposable {
  const before = getRngState()
  const restore = (): void => setRngState(before)
  if (body === undefined) return { [Symbol.dispose]: restore }
  try {
    return body()
  } finally {
    restore()
  }
}
