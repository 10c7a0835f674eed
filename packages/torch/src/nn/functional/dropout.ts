// Dropouts. What they multiply by is drawn from the default generator at once, two words per element, in PyTorch's order; outside
// of training they give the tensor itself and draw nothing.
import * as core from '@heddle/core'
import { argumentError, inplaceCast, warn } from '../../errors.ts'
import { add, mul } from '../../ops/arithmetic.ts'
import { tensorOfData, tensorOfDraw } from '../../ops/creation.ts'
import { type Fn, functional as fn } from '../../ops/signature.ts'
import {
  dropoutDraws,
  featureNoiseShape,
  fillAlphaDropout,
  fillDropoutNoise,
} from '../../random/bernoulli.ts'
import { defaultGenerator } from '../../random/default-generator.ts'
import { drawOrder } from '../../random/draw-order.ts'
import { isContiguous, type Layout, positions, preservedStrides } from '../../tensor/layout.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import * as errors from './errors.ts'

type Params = { p?: number; training?: boolean; inplace?: boolean }
type Dropout = Fn<Params, ['p', 'training', 'inplace']>

/** The function, once its probability is checked. */
const dropoutOf = (
  name: string,
  trainsByDefault: boolean,
  drop: (self: Tensor, p: number, training: boolean, inplace: boolean) => Tensor,
): Dropout =>
  fn(
    name,
    ['p', 'training', 'inplace'],
    [],
    (self, { p = 0.5, training = trainsByDefault, inplace = false }) => {
      if (!(p >= 0 && p <= 1)) throw errors.dropoutProbability(p)
      return drop(self, p, training, inplace)
    },
  )

/** Multiplies by noise of `shape`, which broadcasts; p = 1 multiplies by 0. */
function dropped(
  self: Tensor,
  shape: readonly number[],
  p: number,
  training: boolean,
  inplace: boolean,
): Tensor {
  const times = (factor: Tensor): Tensor => (inplace ? self.mul_(factor) : mul(self, factor))
  if (!training || p === 0 || self.numel() === 0) return self
  const { dtype, device, layout_: layout } = self
  if (!dtype.isFloatingPoint) throw inplaceCast('Float', dtype.title)
  if (!dropoutDraws(p, training, self.numel())) {
    return times(tensorOfData(dtype, [], core.dtypes[dtype.core].allocate(1), { device }))
  }
  const fill = (noise: core.TypedArray): void => {
    fillDropoutNoise(defaultGenerator, dtype.core, noise, p)
    arrange(layout, shape, noise)
  }
  return times(tensorOfDraw(dtype, shape, fill, ['dropout', p, ...layout.strides], { device }))
}

/** Brings noise into logical order: it was drawn in the order of memory of what it is like. */
function arrange(like: Layout, shape: readonly number[], noise: core.TypedArray): void {
  if (isContiguous(like) || shape.some((extent, axis) => extent !== like.shape[axis])) return
  const strides = preservedStrides(like)
  const inMemory = noise.slice()
  drawOrder(shape, strides).forEach((place, at) => {
    inMemory[place] = noise[at] as never
  })
  positions(shape, strides, 0).forEach((place, at) => {
    noise[at] = inMemory[place] as never
  })
}

/** Each element 0 with probability p, the others divided by 1 - p. */
export const dropout: Dropout = dropoutOf('dropout', true, (self, p, training, inplace) =>
  dropped(self, self.shape, p, training, inplace),
)

const channels = (self: Tensor, p: number, training: boolean, inplace: boolean): Tensor =>
  dropped(self, featureNoiseShape(self.shape), p, training, inplace)

/** Whole channels of `[N, C, L]` or `[C, L]`. */
export const dropout1d: Dropout = dropoutOf('dropout1d', true, (self, p, training, inplace) => {
  if (self.ndim !== 2 && self.ndim !== 3) throw errors.dropout1dRank(self.ndim)
  if (self.ndim === 3) return channels(self, p, training, inplace)
  return channels(self.unsqueeze(0), p, training, inplace).squeeze(0)
})

/** Whole channels of `[N, C, H, W]`; of three dimensions `[N, C, L]`. */
export const dropout2d: Dropout = dropoutOf('dropout2d', true, (self, p, training, inplace) => {
  if (self.ndim !== 3 && self.ndim !== 4) {
    warn(
      `dropout2d: Received a ${self.ndim}-D input to dropout2d, which is deprecated and will result in an error in a future release. To retain the behavior and silence this warning, please use dropout instead. Note that dropout2d exists to provide channel-wise dropout on inputs with 2 spatial dimensions, a channel dimension, and an optional batch dimension (i.e. 3D or 4D inputs).`,
    )
  }
  if (self.ndim === 3) {
    warn(
      'dropout2d: Received a 3D input to dropout2d and assuming that channel-wise 1D dropout behavior is desired - input is interpreted as shape (N, C, L), where C is the channel dim. This behavior will change in a future release to interpret the input as one without a batch dimension, i.e. shape (C, H, W). To maintain the 1D channel-wise dropout behavior, please switch to using dropout1d instead.',
    )
  }
  return channels(self, p, training, inplace)
})

/** Whole channels of `[N, C, D, H, W]` or `[C, D, H, W]`. */
export const dropout3d: Dropout = dropoutOf('dropout3d', true, (self, p, training, inplace) => {
  if (self.ndim !== 4 && self.ndim !== 5) {
    warn(
      `dropout3d: Received a ${self.ndim}-D input to dropout3d, which is deprecated and will result in an error in a future release. To retain the behavior and silence this warning, please use dropout instead. Note that dropout3d exists to provide channel-wise dropout on inputs with 3 spatial dimensions, a channel dimension, and an optional batch dimension (i.e. 4D or 5D inputs).`,
    )
  }
  if (self.ndim === 5) return channels(self, p, training, inplace)
  return channels(self.unsqueeze(0), p, training, inplace).squeeze(0)
})

/** `x noise + shift`: what is dropped goes to the value SELU tends to, mean and variance stay. */
function droppedToSaturation(
  self: Tensor,
  shape: readonly number[],
  p: number,
  training: boolean,
  inplace: boolean,
): Tensor {
  if (!training || p === 0 || self.numel() === 0) return self
  const { dtype, device, layout_: layout } = self
  if (!dtype.isFloatingPoint) throw argumentError('bernoulli_ expects a tensor of floats')
  if (p === 1) {
    const zero = tensorOfData(dtype, [], core.dtypes[dtype.core].allocate(1), { device })
    return inplace ? self.mul_(zero) : mul(self, zero)
  }
  // What is drawn decides both: the first of the two draws for the second.
  let shift = core.dtypes[dtype.core].allocate(0)
  const factor = tensorOfDraw(
    dtype,
    shape,
    (noise) => {
      shift = core.dtypes[dtype.core].allocate(noise.length)
      fillAlphaDropout(defaultGenerator, dtype.core, noise, shift, p)
      arrange(layout, shape, noise)
      arrange(layout, shape, shift)
    },
    ['alpha', p, ...layout.strides],
    { device },
  )
  const offset = tensorOfDraw(dtype, shape, (data) => data.set(shift as never), ['shift'], { device })
  return inplace ? self.mul_(factor).add_(offset) : add(mul(self, factor), offset)
}

export const alphaDropout: Dropout = dropoutOf('alpha_dropout', false, (self, p, training, inplace) =>
  droppedToSaturation(self, self.shape, p, training, inplace),
)
/** `alphaDropout` of whole channels. */
export const featureAlphaDropout: Dropout = dropoutOf(
  'feature_alpha_dropout',
  false,
  (self, p, training, inplace) =>
    droppedToSaturation(self, featureNoiseShape(self.shape), p, training, inplace),
)
