// What PyTorch has for complex numbers, of real ones: they are their own conjugates and real parts.
import type { Tensor } from '../tensor/tensor.ts'

/** The tensor itself. */
export const conj = (self: Tensor): Tensor => self
/** The tensor itself. */
export const conjPhysical = (self: Tensor): Tensor => self
/** The tensor itself. */
export const resolveConj = (self: Tensor): Tensor => self
/** The tensor itself. */
export const resolveNeg = (self: Tensor): Tensor => self
/** Whether it is read as the conjugate of its memory, which no tensor here is. */
export const isConj = (_self: Tensor): boolean => false
export { conjPhysical as conjPhysical_ }
