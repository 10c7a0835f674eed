// Functions of `torch.nn.functional` under their other names: in place, with positions always, and old ones.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { warn } from '../../errors.ts'
import { operation } from '../../ops/operation.ts'
import { run } from '../../ops/run.ts'
import { type Arguments, type Fn, functional as fn } from '../../ops/signature.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { elu, hardtanh, leakyRelu } from './activations.ts'
import {
  type AdaptiveMaxPool,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  adaptiveMaxPool3d,
} from './adaptive-pooling.ts'
import * as errors from './convolution-errors.ts'
import type { PerAxis } from './operands.ts'
import { type MaxPool, maxPool1d, maxPool2d, maxPool3d } from './pooling.ts'
import { interpolate } from './vision.ts'

export { celu_, rrelu_, selu_, threshold_ } from '../../ops/activation-functions.ts'
export { relu_ } from '../../ops/in-place-functions.ts'
export { channelShuffle as nativeChannelShuffle } from './vision.ts'

/** `elu` in place. */
export const elu_: Fn<{ alpha?: number }, ['alpha']> = fn('elu_', ['alpha'], [], (self, options) =>
  elu(self, { ...options, inplace: true }),
)
/** `leakyRelu` in place. */
export const leakyRelu_: Fn<{ negativeSlope?: number }, ['negativeSlope']> = fn(
  'leaky_relu_',
  ['negativeSlope'],
  [],
  (self, options) => leakyRelu(self, { ...options, inplace: true }),
)
/** `hardtanh` in place. */
export const hardtanh_: Fn<{ minVal?: number; maxVal?: number }, ['minVal', 'maxVal']> = fn(
  'hardtanh_',
  ['minVal', 'maxVal'],
  [],
  (self, options) => hardtanh(self, { ...options, inplace: true }),
)

type Pooling = {
  kernelSize: PerAxis
  stride?: PerAxis | null
  padding?: PerAxis
  dilation?: PerAxis
  ceilMode?: boolean
  returnIndices?: boolean
}
const poolNames = ['kernelSize', 'stride', 'padding', 'dilation', 'ceilMode', 'returnIndices'] as const
type WithIndices = Fn<Pooling, typeof poolNames, readonly [Tensor, Tensor]>

const pooling = (rank: number, pool: MaxPool): WithIndices =>
  fn(`max_pool${rank}d_with_indices`, poolNames, [], (self, params: Pooling) =>
    pool(self, { ...params, returnIndices: true }),
  )

/** Maxima of windows, and their positions. */
export const maxPool1dWithIndices: WithIndices = pooling(1, maxPool1d)
export const maxPool2dWithIndices: WithIndices = pooling(2, maxPool2d)
export const maxPool3dWithIndices: WithIndices = pooling(3, maxPool3d)

type Adaptive = { outputSize: number | readonly (number | null)[]; returnIndices?: boolean }
type AdaptiveWithIndices = Fn<Adaptive, ['outputSize', 'returnIndices'], readonly [Tensor, Tensor]>

const adaptivePooling = (rank: number, pool: AdaptiveMaxPool): AdaptiveWithIndices =>
  fn(
    `adaptive_max_pool${rank}d_with_indices`,
    ['outputSize', 'returnIndices'],
    [],
    (self, params: Adaptive) => pool(self, { ...params, returnIndices: true }),
  )

/** Maxima of so many windows, and their positions. */
export const adaptiveMaxPool1dWithIndices: AdaptiveWithIndices = adaptivePooling(1, adaptiveMaxPool1d)
export const adaptiveMaxPool2dWithIndices: AdaptiveWithIndices = adaptivePooling(2, adaptiveMaxPool2d)
export const adaptiveMaxPool3dWithIndices: AdaptiveWithIndices = adaptivePooling(3, adaptiveMaxPool3d)

type Sizes = { size?: PerAxis | null; scaleFactor?: PerAxis | null }
type Resize = (self: Tensor, ...args: Arguments<Sizes, ['size', 'scaleFactor']>) => Tensor

/** `interpolate` under an old name. */
export const upsampleNearest: Resize = fn(
  'upsample_nearest',
  ['size', 'scaleFactor'],
  [],
  (self, sizes: Sizes) => {
    warn('nn.functional.upsample_nearest is deprecated. Use nn.functional.interpolate instead.')
    return interpolate(self, { ...sizes, mode: 'nearest' })
  },
)
export const upsampleBilinear: Resize = fn(
  'upsample_bilinear',
  ['size', 'scaleFactor'],
  [],
  (self, sizes: Sizes) => {
    warn('nn.functional.upsample_bilinear is deprecated. Use nn.functional.interpolate instead.')
    return interpolate(self, { ...sizes, mode: 'bilinear', alignCorners: true })
  },
)

const overTime = operation<{ pad: number }>({
  name: 'conv_tbc',
  node: 'ConvTbcBackward0',
  operands: ['self', 'weight', 'bias'],
  build: (operands, { pad }) => {
    const [x, weight, bias] = operands as readonly [Value, Value, Value]
    const [input, kernel, offset] = [x, weight, bias].map(({ type }) => type.shape) as [
      readonly number[],
      readonly number[],
      readonly number[],
    ]
    if (input.length !== 3) throw errors.timeInput()
    if (kernel.length !== 3) throw errors.timeWeight()
    if (offset.length !== 1) throw errors.timeBias()
    if (input[2] !== kernel[1]) throw errors.timeChannels()
    if (kernel[2] !== offset[0]) throw errors.timeBiasSize()
    const channelsFirst = core.permute(x, [1, 2, 0])
    const filters = core.permute(weight, [2, 1, 0])
    const y = core.conv1d(channelsFirst, filters, { bias, padding: [pad] })
    return core.permute(y, [2, 0, 1])
  },
})
type OverTime = { weight: Tensor; bias: Tensor; pad?: number }
/** A convolution over `[T, N, C]` with weight `[k, C, O]`. */
export const convTbc: Fn<OverTime, ['weight', 'bias', 'pad']> = fn(
  'conv_tbc',
  ['weight', 'bias', 'pad'],
  [],
  (self, { weight, bias, pad = 0 }) => run(overTime, [self, weight, bias], { pad }),
)
