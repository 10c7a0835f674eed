// `torch.nn.init`: fills a tensor in place from the default generator, outside of autograd. Bounds and deviations are computed in
// double, in PyTorch's order: the rounding decides the last bit of every weight.
import { dtypes } from '@heddle/core'
import { noGrad } from '../autograd/grad-mode.ts'
import { tensorOfData } from '../ops/creation.ts'
import { defaultGenerator } from '../random/default-generator.ts'
import {
  diracPlaces,
  eyePlaces,
  type FanMode,
  fansOf,
  kaimingBound,
  kaimingStd,
  xavierBound,
  xavierStd,
} from '../random/init.ts'
import { fillTruncatedNormal } from '../random/truncated-normal.ts'
import type { Tensor } from '../tensor/tensor.ts'

export { calculateGain } from '../random/init.ts'

export const uniform_ = (tensor: Tensor, a = 0, b = 1): Tensor => noGrad(() => tensor.uniform_(a, b))
export const normal_ = (tensor: Tensor, mean = 0, std = 1): Tensor => noGrad(() => tensor.normal_(mean, std))
export const constant_ = (tensor: Tensor, value: number): Tensor => noGrad(() => tensor.fill_(value))
export const ones_ = (tensor: Tensor): Tensor => constant_(tensor, 1)
export const zeros_ = (tensor: Tensor): Tensor => constant_(tensor, 0)

/** Inputs and outputs of a weight `[out, in, …]`. */
export const fanOf: typeof fansOf = fansOf

export interface KaimingOptions {
  /** Slope of the leaky ReLU that follows. Default 0. */
  readonly a?: number
  /** Which fan the deviation is by. Default `fan_in`. */
  readonly mode?: FanMode
  /** Default `leaky_relu`. */
  readonly nonlinearity?: string
}

export function kaimingUniform_(tensor: Tensor, { a, mode, nonlinearity }: KaimingOptions = {}): Tensor {
  const bound = kaimingBound(tensor.shape, a, mode, nonlinearity)
  return uniform_(tensor, -bound, bound)
}
export const kaimingNormal_ = (tensor: Tensor, { a, mode, nonlinearity }: KaimingOptions = {}): Tensor =>
  normal_(tensor, 0, kaimingStd(tensor.shape, a, mode, nonlinearity))

export interface GainOption {
  readonly gain?: number
}

export function xavierUniform_(tensor: Tensor, { gain = 1 }: GainOption = {}): Tensor {
  const bound = xavierBound(tensor.shape, gain)
  return uniform_(tensor, -bound, bound)
}
export const xavierNormal_ = (tensor: Tensor, { gain = 1 }: GainOption = {}): Tensor =>
  normal_(tensor, 0, xavierStd(tensor.shape, gain))

/** Normal numbers within [a, b]. */
export function truncNormal_(tensor: Tensor, mean = 0, std = 1, a = -2, b = 2): Tensor {
  const { dtype, shape } = tensor
  const data = dtypes[dtype.core].allocate(tensor.numel())
  fillTruncatedNormal(defaultGenerator, dtype.core, data, mean, std, a, b)
  return noGrad(() => tensor.copy_(tensorOfData(dtype, shape, data, { device: tensor.device })))
}

function onesAt(tensor: Tensor, places: readonly number[]): Tensor {
  const { dtype, shape } = tensor
  const data = dtypes[dtype.core].allocate(tensor.numel())
  for (const place of places) data[place] = 1
  return noGrad(() => tensor.copy_(tensorOfData(dtype, shape, data, { device: tensor.device })))
}

/** The identity matrix. */
export const eye_ = (tensor: Tensor): Tensor => onesAt(tensor, eyePlaces(tensor.shape))
/** Weights of a convolution that passes its inputs on. */
export const dirac_ = (tensor: Tensor, groups = 1): Tensor =>
  onesAt(tensor, diracPlaces(tensor.shape, groups))
