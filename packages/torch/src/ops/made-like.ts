// Methods that make tensors of the dtype and on the device of another, and what tensors are asked about where they are.
import type { TypedArray } from '@heddle/core'
import { cpu as cpuDevice } from '../engine/device.ts'
import { argumentError, formatSize, type TorchError } from '../errors.ts'
import { Tensor } from '../tensor/tensor.ts'
import { to } from './conversion.ts'
import { constant, type NestedData, type TensorOptions, tensor } from './creation.ts'
import { emptyStrided } from './in-memory.ts'
import { bernoulli as drawBernoulli, multinomial as drawMultinomial } from './random.ts'
import { sum } from './reductions.ts'
import { type SizesAnd, sizesAnd } from './signature.ts'

const filledWith =
  (value: number) =>
  (self: Tensor, ...args: SizesAnd<TensorOptions>): Tensor => {
    const { sizes, options = {} } = sizesAnd<TensorOptions>(args)
    return constant(sizes, value, options.dtype ?? self.dtype, { device: self.device, ...options })
  }
type FilledWith = (self: Tensor, ...args: SizesAnd<TensorOptions>) => Tensor

export const newZeros: FilledWith = filledWith(0)
export const newOnes: FilledWith = filledWith(1)
export const newEmpty: FilledWith = filledWith(0)
export const newFull = (
  self: Tensor,
  size: readonly number[],
  fillValue: number,
  options: TensorOptions = {},
): Tensor => constant(size, fillValue, options.dtype ?? self.dtype, { device: self.device, ...options })
export const newTensor = (self: Tensor, data: NestedData | TypedArray, options: TensorOptions = {}): Tensor =>
  tensor(data, { dtype: self.dtype, device: self.device, ...options })

export const bernoulli: typeof drawBernoulli = drawBernoulli
export const multinomial: typeof drawMultinomial = drawMultinomial

/** Of any contents (here zeros), with elements at the places in memory that strides name. */
export const newEmptyStrided = (
  self: Tensor,
  size: readonly number[],
  stride: readonly number[],
  options: TensorOptions = {},
): Tensor => emptyStrided(size, stride, { dtype: self.dtype, device: self.device, ...options })

/** As older programs make tensors of the same dtype: of sizes, of data, or of what another tensor looks at. */
function madeNew(self: Tensor, ...args: (number | NestedData)[]): Tensor {
  const [first] = args
  if (Array.isArray(first)) return newTensor(self, first)
  if (!(first instanceof Tensor)) return newEmpty(self, args.length === 0 ? [0] : (args as number[]))
  if (first.dtype !== self.dtype) throw newDType(self, first)
  return first.detach()
}

export { madeNew as new }

/** Whether it is read as the negative of its memory, which no tensor here is. */
export const isNeg = (_self: Tensor): boolean => false

/** On the CPU: the same tensor if it is there. */
export const cpu = (self: Tensor): Tensor => to(self, cpuDevice)
/** PyTorch's device for GPUs of one maker; nothing here runs it. */
export const cuda = (self: Tensor): Tensor => to(self, 'cuda')
/** On WebGL2: the same tensor if it is there. */
export const webgl = (self: Tensor): Tensor => to(self, 'webgl')
/** The number of the device; -1 for the CPU. */
export const getDevice = (self: Tensor): number => self.device.index ?? -1
export const ndimension = (self: Tensor): number => self.ndim

/** Summed over what was repeated, to a shape that could be expanded to this one. */
export const sumToSize = (self: Tensor, ...sizes: SizesAnd<object>): Tensor => {
  const wanted = sizesAnd(sizes).sizes
  const missing = self.ndim - wanted.length
  const fits =
    missing >= 0 && wanted.every((extent, axis) => extent === 1 || extent === self.shape[axis + missing])
  if (!fits) throw notExpandable(wanted, self.shape)
  const dims = self.shape.flatMap((extent, axis) =>
    axis < missing || (wanted[axis - missing] === 1 && extent !== 1) ? [axis] : [],
  )
  const summed = dims.length === 0 ? self : sum(self, dims, true)
  return missing === 0 ? summed : summed.reshape([...wanted])
}

const newDType = (self: Tensor, other: Tensor): TorchError =>
  argumentError(`expected a tensor of ${self.dtype} (got ${other.dtype})`, {}, 'TypeError')
const notExpandable = (size: readonly number[], to: readonly number[]): TorchError =>
  argumentError(`size {${formatSize(size)}} is not expandable to size {${formatSize(to)}}.`, { size, to })
