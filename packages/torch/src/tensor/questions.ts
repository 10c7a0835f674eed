// Questions about what something is.
import { Tensor } from './tensor.ts'

export const isTensor = (candidate: unknown): candidate is Tensor => candidate instanceof Tensor
export const isFloatingPoint = (tensor: Tensor): boolean => tensor.dtype.isFloatingPoint
export const isInference = (tensor: Tensor): boolean => tensor.isInference()
export const isSigned = (tensor: Tensor): boolean => tensor.dtype.isSigned
export const numel = (tensor: Tensor): number => tensor.numel()
