// Normalisation: centred and scaled to unit variance, over the features of an example or over a batch.

import { formatShape, type Shape, sizeOf } from '../dim.ts'
import type { HeddleError } from '../errors.ts'
import { resolveAxes } from '../front/axes.ts'
import { add, asFloat, mul, rsqrt, square, sub } from '../front/elementwise.ts'
import { errorHere, graphOf } from '../front/operand.ts'
import { mean } from '../front/reduce.ts'
import { reshape } from '../front/shape.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'

interface Normalized {
  readonly output: Value
  /** With reduced axes of extent 1. */
  readonly mean: Value
  /** Divided by the count, not by one less. */
  readonly variance: Value
}

/** (x - mean) / sqrt(variance + epsilon) over axes; the mean of squares is taken around the mean, in two passes. */
function normalize(x: Value, axes: readonly number[], epsilon: number): Normalized {
  const centre = mean(x, { axes, keepDims: true })
  const centred = sub(x, centre)
  const spread = mean(square(centred), { axes, keepDims: true })
  return { output: mul(centred, rsqrt(add(spread, epsilon))), mean: centre, variance: spread }
}

function affine(x: Value, weight: Value | undefined, bias: Value | undefined): Value {
  const scaled = weight === undefined ? x : mul(x, weight)
  return bias === undefined ? scaled : add(scaled, bias)
}

export interface LayerNormOptions {
  /** Axes normalised over. Default the last. */
  readonly axes?: readonly number[] | undefined
  /** Default 1e-5. */
  readonly epsilon?: number | undefined
  /** Of the extents of `axes`, or any shape that broadcasts with x. */
  readonly weight?: Value | undefined
  readonly bias?: Value | undefined
}

/**
 * `(x - mean) / sqrt(variance + epsilon) * weight + bias` over axes of each example. The variance is that of a population.
 *
 * Source: Ba, Kiros and Hinton, Layer normalization (2016), section 3.
 *
 * @example
 * layerNorm(x, { weight, bias }) // x: f32[64, 512], weight and bias: f32[512] gives f32[64, 512]
 */
export const layerNorm: (x: Value, options?: LayerNormOptions) => Value = traced(
  (x: Value, { axes = [-1], epsilon = 1e-5, weight, bias }: LayerNormOptions = {}): Value => {
    const value = asFloat('layerNorm', x)
    const resolved = resolveAxes('layerNorm', axes, value.type.shape)
    return affine(normalize(value, resolved, epsilon).output, weight, bias)
  },
)

export interface BatchNormOptions {
  /** One per channel. */
  readonly weight?: Value | undefined
  readonly bias?: Value | undefined
  /** Default 1e-5. */
  readonly epsilon?: number | undefined
}

export interface BatchNormResult {
  readonly output: Value
  /** Statistics of this batch, one per channel; the variance is divided by the count less 1, as PyTorch keeps it. */
  readonly mean: Value
  readonly variance: Value
}

/**
 * Normalises each channel (axis 1) over the batch and all other axes, with the statistics of this batch. Running statistics
 * are states that the program steps forward with the returned ones.
 *
 * Shapes: `x [N, C, d…]`, weight and bias `[C]` → output as x, statistics `[C]`.
 * Source: Ioffe and Szegedy, Batch normalization (ICML 2015), algorithm 1.
 *
 * @example
 * const { output, mean } = batchNorm(x, { weight, bias }) // x: f32[64, 8, 7, 7], weight and bias: f32[8]
 * update(runningMean, add(mul(runningMean, 0.9), mul(mean, 0.1))) // runningMean: f32[8]
 */
export const batchNorm: (x: Value, options?: BatchNormOptions) => BatchNormResult = traced(
  (x: Value, { weight, bias, epsilon = 1e-5 }: BatchNormOptions = {}): BatchNormResult => {
    const value = asFloat('batchNorm', x)
    const { shape } = value.type
    const axes = channelsApart(shape)
    const normalized = normalize(value, axes, epsilon)
    const count = sizeOf(axes.map((axis) => shape[axis] ?? 1))
    const perChannel = (statistic: Value): Value => reshape(statistic, [shape[1] ?? 1])
    return {
      output: affine(normalized.output, channels(shape, weight), channels(shape, bias)),
      mean: perChannel(normalized.mean),
      variance: mul(perChannel(normalized.variance), count / (count - 1)),
    }
  },
)

export interface BatchNormInferenceOptions extends BatchNormOptions {
  /** Running statistics, one per channel. */
  readonly mean: Value
  readonly variance: Value
}

/** Normalises each channel (axis 1) with given statistics. */
export const batchNormInference: (x: Value, options: BatchNormInferenceOptions) => Value = traced(
  (x: Value, { mean: centre, variance, weight, bias, epsilon = 1e-5 }: BatchNormInferenceOptions): Value => {
    graphOf('batchNormInference', [x, centre, variance])
    const { shape } = x.type
    channelsApart(shape)
    const of = (perChannel: Value): Value => channelwise(shape, perChannel)
    const scale = rsqrt(add(of(variance), epsilon))
    return affine(mul(sub(x, of(centre)), scale), channels(shape, weight), channels(shape, bias))
  },
)

/** All axes but that of the channels. */
function channelsApart(shape: Shape): readonly number[] {
  if (shape.length < 2) throw noChannels(shape)
  return shape.map((_, axis) => axis).filter((axis) => axis !== 1)
}

/** One number per channel, shaped so that it broadcasts along axis 1. */
const channelwise = (shape: Shape, perChannel: Value): Value =>
  reshape(perChannel, [-1, ...shape.slice(2).map(() => 1)])

const channels = (shape: Shape, perChannel: Value | undefined): Value | undefined =>
  perChannel === undefined ? undefined : channelwise(shape, perChannel)

const noChannels = (shape: Shape): HeddleError =>
  errorHere(
    'SHAPE_BATCH_NORM',
    `batchNorm: x is ${formatShape(shape)}; it must be [N, C, …] with channels on axis 1`,
    {
      shape,
    },
  )
