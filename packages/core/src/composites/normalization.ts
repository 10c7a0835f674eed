// Normalisation of each example on its own: over its features, groups of channels, single channels, or the length of a vector.

import { formatShape, type Shape, sizeOf } from '../dim.ts'
import type { HeddleError } from '../errors.ts'
import { resolveAxes, resolveAxis } from '../front/axes.ts'
import { add, asFloat, div, mul, pow, rsqrt, square } from '../front/elementwise.ts'
import { clamp } from '../front/limits.ts'
import { errorHere } from '../front/operand.ts'
import { pad } from '../front/pad.ts'
import { mean } from '../front/reduce.ts'
import { reshape } from '../front/shape.ts'
import { windows } from '../front/slice.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import type { Statistics } from './batch-norm.ts'
import { lengthAlong } from './distances.ts'
import {
  type AffineOptions,
  affine,
  affineOfChannels,
  areOfChannels,
  axesFrom,
  type Standardized,
  standardized,
} from './standardize.ts'

export interface LayerNormOptions extends AffineOptions {
  /** Axes normalised over. Default the last. */
  readonly axes?: readonly number[] | undefined
}

/**
 * `(x - mean) / sqrt(variance + epsilon) * weight + bias` over axes of each example. The variance is that of a population.
 *
 * *Shapes*: weight and bias have the extents of `axes`, or any shape that broadcasts with x. *Dtypes*: integers become f32.
 * *Source*: Ba, Kiros and Hinton, Layer normalization (2016), section 3.
 *
 * @example
 * layerNorm(x, { weight, bias }) // x: f32[64, 512], weight and bias: f32[512] gives f32[64, 512]
 */
export const layerNorm: (x: Value, options?: LayerNormOptions) => Value = traced(
  (x: Value, { axes = [-1], epsilon = 1e-5, ...parameters }: LayerNormOptions = {}): Value => {
    const value = asFloat('layerNorm', x)
    const resolved = resolveAxes('layerNorm', axes, value.type.shape)
    return affine(standardized(value, resolved, epsilon).output, parameters)
  },
)

export interface RmsNormOptions {
  /** Axes normalised over. Default the last. */
  readonly axes?: readonly number[] | undefined
  /** Of the extents of `axes`, or any shape that broadcasts with x. */
  readonly weight?: Value | undefined
  /** Default the distance of 1 to the next number: 2^-52 for f64, 2^-23 otherwise. */
  readonly epsilon?: number | undefined
}

/**
 * `x / sqrt(mean(x²) + epsilon) * weight` over axes of each example. *Dtypes*: integers become f32.
 *
 * *Source*: Zhang and Sennrich, Root mean square layer normalization (2019), section 4.
 *
 * @example
 * rmsNorm(x, { weight }) // x: f32[64, 512], weight: f32[512] gives f32[64, 512]
 */
export const rmsNorm: (x: Value, options?: RmsNormOptions) => Value = traced(
  (x: Value, { axes = [-1], weight, epsilon }: RmsNormOptions = {}): Value => {
    const value = asFloat('rmsNorm', x)
    const resolved = resolveAxes('rmsNorm', axes, value.type.shape)
    const least = epsilon ?? (value.type.dtype === 'f64' ? 2 ** -52 : 2 ** -23)
    const scale = rsqrt(add(mean(square(value), { axes: resolved, keepDims: true }), least))
    return affine(mul(value, scale), { weight })
  },
)

export interface GroupNormOptions extends AffineOptions {
  /** Groups the channels are split into, each normalised on its own. */
  readonly groups: number
}

/**
 * Normalises each group of channels (axis 1) of each example, over its channels and all axes after them.
 *
 * *Shapes*: `x [N, C, d…]`, weight and bias `[C]` → as x. *Dtypes*: integers become f32.
 * - C1 the channels can be split into `groups`; weight and bias have one number each. Throws `SHAPE_GROUP_NORM`.
 * - C2 a group has more than one element. Throws `SHAPE_NORM_SINGLE`.
 *
 * *Source*: Wu and He, Group normalization (ECCV 2018), section 3.
 *
 * @example
 * groupNorm(x, { groups: 4, weight, bias }) // x: f32[8, 32, 7, 7], weight and bias: f32[32] gives f32[8, 32, 7, 7]
 */
export const groupNorm: (x: Value, options: GroupNormOptions) => Value = traced(
  (x: Value, { groups, epsilon = 1e-5, ...parameters }: GroupNormOptions): Value => {
    const value = asFloat('groupNorm', x)
    const { shape } = value.type
    const [examples = 0, channels = 0] = shape
    const isSplit = Number.isInteger(groups) && groups >= 1 && channels % groups === 0
    if (shape.length < 2 || !isSplit || !areOfChannels(parameters, channels)) throw groupShapes(shape, groups) // C1
    const size = (channels / groups) * sizeOf(shape.slice(2))
    if (size === 1) throw singleValue('groupNorm', shape) // C2
    const rows = reshape(value, [examples, groups, size])
    return affine(
      reshape(standardized(rows, [2], epsilon).output, shape),
      affineOfChannels(parameters, shape.length),
    )
  },
)

/**
 * Normalises each channel (axis 1) of each example, over all axes after it.
 *
 * *Shapes*: `x [N, C, d…]`, weight and bias `[C]` → as x. *Dtypes*: integers become f32.
 * - C1 x has three axes or more, weight and bias one number per channel. Throws `SHAPE_GROUP_NORM`.
 * - C2 a channel has more than one element. Throws `SHAPE_NORM_SINGLE`.
 *
 * *Source*: Ulyanov, Vedaldi and Lempitsky, Instance normalization (2016), section 2.
 *
 * @example
 * instanceNorm(x) // x: f32[8, 32, 7, 7] gives f32[8, 32, 7, 7]
 */
export const instanceNorm: (x: Value, options?: AffineOptions) => Value = traced(
  (x: Value, options: AffineOptions = {}): Value =>
    ofInstances('instanceNorm', asFloat('instanceNorm', x), options).output,
)

export interface InstanceNormResult extends Statistics {
  readonly output: Value
}

/**
 * `instanceNorm` with the statistics found: the means over the examples of the mean of each channel and of its variance, the
 * latter divided by the count less 1. `nextStatistics` steps running ones forward with them, and `batchNormInference`
 * normalises with those (PyTorch's `use_input_stats=False`).
 *
 * *Shapes*: output as x, statistics `[C]`; else as `instanceNorm`. *Gradient*: of the statistics too.
 *
 * @example
 * const { output, ...found } = instanceNormWithStatistics(x) // x: f32[8, 32, 7, 7]
 * const next = nextStatistics({ mean, variance }, found) // mean and variance: f32[32]
 * update(mean, next.mean)
 */
export const instanceNormWithStatistics: (x: Value, options?: AffineOptions) => InstanceNormResult = traced(
  (x: Value, options: AffineOptions = {}): InstanceNormResult => {
    const value = asFloat('instanceNormWithStatistics', x)
    const found = ofInstances('instanceNormWithStatistics', value, options)
    const count = sizeOf(value.type.shape.slice(2))
    const axes = value.type.shape.map((_, axis) => axis).filter((axis) => axis !== 1)
    return {
      output: found.output,
      mean: mean(found.mean, { axes }),
      variance: mul(mean(found.variance, { axes }), count / (count - 1)),
    }
  },
)

function ofInstances(op: string, x: Value, { epsilon = 1e-5, ...parameters }: AffineOptions): Standardized {
  const { shape } = x.type
  if (shape.length < 3 || !areOfChannels(parameters, shape[1] ?? 0)) throw instanceShapes(op, shape) // C1
  if (sizeOf(shape.slice(2)) === 1) throw singleValue(op, shape) // C2
  const found = standardized(x, axesFrom(2, shape), epsilon)
  return { ...found, output: affine(found.output, affineOfChannels(parameters, shape.length)) }
}

export interface LocalResponseNormOptions {
  /** Channels averaged over: `floor(size / 2)` before, the others from the channel itself on. */
  readonly size: number
  /** Default 1e-4. */
  readonly alpha?: number | undefined
  /** Default 0.75. */
  readonly beta?: number | undefined
  /** Default 1. */
  readonly k?: number | undefined
}

/**
 * `x / (k + alpha m)^beta`, m the mean of the squares of neighbouring channels (axis 1); missing ones count as 0.
 *
 * *Shapes*: `x [N, C, d…]`, three axes or more; kept. Throws `SHAPE_LOCAL_RESPONSE_NORM`. *Dtypes*: integers become f32.
 * *Source*: Krizhevsky, Sutskever and Hinton, ImageNet classification (NeurIPS 2012), section 3.3; alpha is that of PyTorch, which takes
 * the mean where the paper takes the sum.
 *
 * @example
 * localResponseNorm(x, { size: 5 }) // x: f32[8, 32, 7, 7] gives f32[8, 32, 7, 7]
 */
export const localResponseNorm: (x: Value, options: LocalResponseNormOptions) => Value = traced(
  (x: Value, { size, alpha = 1e-4, beta = 0.75, k = 1 }: LocalResponseNormOptions): Value => {
    const value = asFloat('localResponseNorm', x)
    const { shape } = value.type
    if (shape.length < 3) throw responseShape(shape)
    const before = Math.floor(size / 2)
    const along = (amount: number): readonly number[] => shape.map((_, axis) => (axis === 1 ? amount : 0))
    const squares = pad(square(value), { low: along(before), high: along(Math.max(0, size - 1 - before)) })
    const near = mean(windows(squares, { axes: [1], sizes: [size] }), { axis: -1 })
    return div(value, pow(add(mul(near, alpha), k), beta))
  },
)

export interface NormalizeOptions {
  /** Order of the norm. Default 2. */
  readonly p?: number | undefined
  /** Default 1, as PyTorch's. */
  readonly axis?: number | undefined
  /** A norm below this counts as this. Default 1e-12. */
  readonly epsilon?: number | undefined
}

/**
 * `x / max(|x|, epsilon)`: vectors along an axis brought to length 1. *Dtypes*: integers become f32.
 *
 * *Gradient*: where the norm is held at epsilon, none flows through it.
 *
 * @example
 * normalize(x, { axis: -1 }) // x = [[3, 4], [0, 0]] gives [[0.6000000238418579, 0.800000011920929], [0, 0]]
 */
export const normalize: (x: Value, options?: NormalizeOptions) => Value = traced(
  (x: Value, { p = 2, axis = 1, epsilon = 1e-12 }: NormalizeOptions = {}): Value => {
    const value = asFloat('normalize', x)
    const along = resolveAxis('normalize', axis, value.type.shape)
    return div(value, clamp(lengthAlong(value, p, along, true), { low: epsilon }))
  },
)

/** One element has no variance: it would always become 0. */
export const singleValue = (op: string, shape: Shape): HeddleError =>
  errorHere(
    'SHAPE_NORM_SINGLE',
    `${op}: x is ${formatShape(shape)}, which leaves one element to normalise at a time; it must be more`,
    { op, shape, constraint: 'C2' },
  )

const groupShapes = (shape: Shape, groups: number): HeddleError =>
  errorHere(
    'SHAPE_GROUP_NORM',
    `groupNorm: x is ${formatShape(shape)}, groups ${groups}; x must be [N, C, …] with C divisible by groups, weight and bias [C]`,
    { shape, groups, constraint: 'C1' },
  )

const instanceShapes = (op: string, shape: Shape): HeddleError =>
  errorHere(
    'SHAPE_GROUP_NORM',
    `${op}: x is ${formatShape(shape)}; it must be [N, C, d…] with one axis or more after the channels, weight and bias [C]`,
    { op, shape, constraint: 'C1' },
  )

const responseShape = (shape: Shape): HeddleError =>
  errorHere(
    'SHAPE_LOCAL_RESPONSE_NORM',
    `localResponseNorm: x is ${formatShape(shape)}; it must be [N, C, d…]`,
    {
      shape,
    },
  )
