// Operations PyTorch records and cannot go back through: backward says so.
import * as graphErrors from '../autograd/errors.ts'
import type { DerivativeRule } from '../engine/fragment.ts'

/** `derivative` of an operation that has none. */
export const withoutDerivative = (name: string) => (): DerivativeRule => () => {
  throw graphErrors.noDerivative(name)
}

/** The node such an operation has, as PyTorch prints it. */
export const notImplemented = 'NotImplemented'
