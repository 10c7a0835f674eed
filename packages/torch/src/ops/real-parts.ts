// Functions of `torch` about complex numbers that are no methods, of real ones.
import { argumentError, type TorchError } from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** Whether elements are complex, which none here are. */
export const isComplex = (_input: Tensor): boolean => false
/** The tensor itself. */
export const real = (input: Tensor): Tensor => input
/** There is none of real numbers. */
export const imag = (_input: Tensor): never => {
  throw noImaginaryPart()
}

const noImaginaryPart = (): TorchError =>
  argumentError('imag is not implemented for tensors with non-complex dtypes.')
