// The inner product of tensors of any rank.

import type { Tensor } from '../tensor/tensor.ts'
import { mul } from './arithmetic.ts'
import { tensordot } from './contractions.ts'
import { requireSameType } from './factors.ts'
import * as errors from './product-errors.ts'
import { type Fn, fn } from './signature.ts'

/** Sums of products over the last dimensions; with a number, its product with every element. */
export const inner: Fn<{ other: Tensor }, ['other']> = fn('inner', ['other'], [], (self, { other }) => {
  requireSameType(self, other)
  if (self.ndim === 0 || other.ndim === 0) return mul(self, other)
  if (self.shape.at(-1) !== other.shape.at(-1)) throw errors.innerShapes(self.shape, other.shape)
  return tensordot(self, other, [[-1], [-1]])
})
