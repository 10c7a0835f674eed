// What PyTorch says of arguments that functions of one element do not take.
import { argumentError, type TorchError } from '../errors.ts'

export const boolPositive = (): TorchError =>
  argumentError('The `+` operator, on a bool tensor is not supported.')

export const gammaOrder = (): TorchError => argumentError('p has to be greater than or equal to 1')

export const celuAlpha = (): TorchError => argumentError('ZeroDivisionError: alpha cannot be 0 for CELU')

export const boolRelu = (): TorchError => argumentError('Boolean inputs not supported for relu')

export const preluWeights = (weights: number, channels: number): TorchError =>
  argumentError(
    `Mismatch of parameter numbers and input channel size. Found parameter numbers = ${weights} and channel size = ${channels}.`,
    { weights, channels },
  )

export const preluScalar = (): TorchError => argumentError('Not allow zero-dim input tensor.')

export const preluDType = (input: string, weight: string): TorchError =>
  argumentError(`Type promoting not supported. Got ${input} and ${weight}`, { input, weight })
