// The transposes that are attributes of a tensor: `T`, `mT`, and of real numbers the same, `H` and `mH`.
import type { Tensor } from '../tensor/tensor.ts'
import { permute, transpose } from './transposes.ts'
import * as errors from './view-errors.ts'

/** All dimensions in reverse. */
export const reversed = (self: Tensor): Tensor => permute(self, [...self.shape.keys()].reverse())

/** The last two dimensions exchanged; numbers stay. `name` is how the user asked for it. */
export function matrixTransposed(self: Tensor, name: string): Tensor {
  if (self.ndim === 0) return self
  if (self.ndim === 1) throw errors.matrixOnly(name, self.ndim)
  return transpose(self, -2, -1)
}

export function hermitian(self: Tensor): Tensor {
  if (self.ndim !== 0 && self.ndim !== 2) throw errors.hermitianRank(self.ndim)
  return matrixTransposed(self, 'H')
}

/** The last two dimensions exchanged: the conjugate transpose, of real numbers. */
export const adjoint = (self: Tensor): Tensor => {
  if (self.ndim < 2) throw errors.adjointRank(self.ndim)
  return transpose(self, -2, -1)
}
