// Functions of `torch.linalg` that take other arguments than those of `torch` of the same name.
import type { Tensor } from '../tensor/tensor.ts'
import { crossAlong } from './cross.ts'
import { type Fn, fn } from './signature.ts'

/** The cross product of vectors of three elements along `dim`, by itself the last. */
export const linalgCross: Fn<{ other: Tensor; dim?: number }, ['other']> = fn(
  'linalg_cross',
  ['other'],
  ['dim'],
  (self, { other, dim = -1 }) => crossAlong(self, other, dim),
)
