// Normalisation of channels over a batch: with the statistics of the batch, or with running ones, which are states of the program.

import { formatShape, type Shape, sizeOf } from '../dim.ts'
import type { HeddleError } from '../errors.ts'
import { add, asFloat, cast, div, mul, rsqrt, stopGradient, sub } from '../front/elementwise.ts'
import { errorHere, graphOf } from '../front/operand.ts'
import { reshape } from '../front/shape.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { singleValue } from './normalization.ts'
import {
  type AffineOptions,
  affine,
  affineOfChannels,
  alongChannels,
  areOfChannels,
  standardized,
} from './standardize.ts'

/** One number per channel; weight and bias both default to none. */
export interface BatchNormOptions extends AffineOptions {}

/** One number per channel each. */
export interface Statistics {
  readonly mean: Value
  readonly variance: Value
}

export interface BatchNormResult extends Statistics {
  readonly output: Value
}

/**
 * Normalises each channel (axis 1) over the batch and all other axes, with the statistics of this batch, which it returns: the
 * variance divided by the count less 1, as PyTorch keeps it. `nextStatistics` steps running ones forward with them.
 *
 * *Shapes*: `x [N, C, d…]`, weight and bias `[C]` → output as x, statistics `[C]`. *Dtypes*: integers become f32.
 * - C1 x has two axes or more, weight and bias one number per channel. Throws `SHAPE_BATCH_NORM`.
 * - C2 a channel has more than one element. Throws `SHAPE_NORM_SINGLE`.
 *
 * *Source*: Ioffe and Szegedy, Batch normalization (ICML 2015), algorithm 1.
 *
 * @example
 * const { output, ...found } = batchNorm(x, { weight, bias }) // x: f32[64, 8, 7, 7], weight and bias: f32[8]
 * const next = nextStatistics({ mean, variance }, found) // mean and variance: f32[8]
 * update(mean, next.mean)
 * update(variance, next.variance)
 */
export const batchNorm: (x: Value, options?: BatchNormOptions) => BatchNormResult = traced(
  (x: Value, { epsilon = 1e-5, ...parameters }: BatchNormOptions = {}): BatchNormResult => {
    const value = asFloat('batchNorm', x)
    const { shape } = value.type
    const axes = channelsApart('batchNorm', shape, parameters)
    const count = sizeOf(axes.map((axis) => shape[axis] ?? 1))
    if (count === 1) throw singleValue('batchNorm', shape) // C2
    const { output, mean, variance } = standardized(value, axes, epsilon)
    const perChannel = (statistic: Value): Value => reshape(statistic, [shape[1] ?? 1])
    return {
      output: affine(output, affineOfChannels(parameters, shape.length)),
      mean: perChannel(mean),
      variance: mul(perChannel(variance), count / (count - 1)),
    }
  },
)

export interface NextStatisticsOptions {
  /** Weight of what was found. Default 0.1. */
  readonly momentum?: number | undefined
  /** How many batches there were, with this one, a scalar: every batch then weighs alike, and momentum is not used. */
  readonly batches?: Value | undefined
}

/**
 * `(1 - momentum) running + momentum found` of mean and variance: what running statistics become after a batch.
 *
 * *Gradient*: none; statistics are kept, not trained.
 *
 * @example
 * nextStatistics({ mean, variance }, { mean: x, variance: y }).mean // mean, variance, x and y: f32[8] gives f32[8]
 */
export const nextStatistics: (
  running: Statistics,
  found: Statistics,
  options?: NextStatisticsOptions,
) => Statistics = traced(
  (
    running: Statistics,
    found: Statistics,
    { momentum = 0.1, batches }: NextStatisticsOptions = {},
  ): Statistics => {
    graphOf('nextStatistics', [running.mean, running.variance, found.mean, found.variance])
    const next = (before: Value, now: Value): Value => {
      const [kept, seen] = [stopGradient(before), stopGradient(now)]
      if (batches === undefined) return add(mul(kept, 1 - momentum), mul(seen, momentum))
      return add(kept, div(sub(seen, kept), cast(batches, kept.type.dtype)))
    }
    return { mean: next(running.mean, found.mean), variance: next(running.variance, found.variance) }
  },
)

export interface BatchNormInferenceOptions extends BatchNormOptions, Statistics {}

/**
 * Normalises each channel (axis 1) with given statistics: `(x - mean) / sqrt(variance + epsilon) * weight + bias`.
 *
 * Shapes, dtypes and C1 as for `batchNorm`.
 *
 * @example
 * batchNormInference(x, { mean, variance }) // x: f32[64, 8, 7, 7], mean and variance: f32[8] gives f32[64, 8, 7, 7]
 */
export const batchNormInference: (x: Value, options: BatchNormInferenceOptions) => Value = traced(
  (x: Value, { mean, variance, epsilon = 1e-5, ...parameters }: BatchNormInferenceOptions): Value => {
    graphOf('batchNormInference', [x, mean, variance])
    const value = asFloat('batchNormInference', x)
    const { length: rank } = value.type.shape
    channelsApart('batchNormInference', value.type.shape, parameters)
    const scale = rsqrt(add(alongChannels(variance, rank), epsilon))
    return affine(mul(sub(value, alongChannels(mean, rank)), scale), affineOfChannels(parameters, rank))
  },
)

/** All axes but that of the channels. */
function channelsApart(op: string, shape: Shape, parameters: AffineOptions): readonly number[] {
  if (shape.length < 2 || !areOfChannels(parameters, shape[1] ?? 0)) throw noChannels(op, shape) // C1
  return shape.map((_, axis) => axis).filter((axis) => axis !== 1)
}

const noChannels = (op: string, shape: Shape): HeddleError =>
  errorHere(
    'SHAPE_BATCH_NORM',
    `${op}: x is ${formatShape(shape)}; it must be [N, C, …] with channels on axis 1, weight and bias [C]`,
    { op, shape, constraint: 'C1' },
  )
