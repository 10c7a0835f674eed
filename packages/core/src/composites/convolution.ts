// Convolution as a contraction of the weight with sliding windows. Nothing here multiplies: `dot` over `windows` is the whole
// of it, and the derivatives follow from theirs.
//
// Order of the axes: dot(weight [o, (c, k…)], windows [n, c, o…, k…]) gives [o, n, o…], which is then permuted to [n, o, o…].
// The weight is the left operand, so that a row of the product is a channel and its columns are (n, o…): long, and contiguous
// in memory along o…, both in the windows read (im2col rows copy runs of x) and in the result stored. With n as a batch axis
// the weight would have to be repeated n times, and there would be n small products; with the windows on the left the result
// would be [n, o…, o], whose rows are as short as there are channels. The permutation is an order of rows to the kernel that
// stores the product. Groups are a batch axis of the contraction: one kernel, however many there are.
import { formatShape, type Shape } from '../dim.ts'
import type { HeddleError } from '../errors.ts'
import { dot } from '../front/contract.ts'
import { add, asFloat } from '../front/elementwise.ts'
import { errorHere, graphOf } from '../front/operand.ts'
import type { PadMode } from '../front/pad.ts'
import { permute, reshape } from '../front/shape.ts'
import { windows } from '../front/slice.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import {
  axesFrom,
  batched,
  type PerAxis,
  padSpatial,
  perSpatialAxis,
  type SpatialRank,
  spatialLetters,
  unbatched,
  windowLetters,
} from './spatial.ts'

export interface ConvOptions {
  /** One per output channel. */
  readonly bias?: Value | undefined
  /** Distance between windows. Default 1. */
  readonly stride?: PerAxis | undefined
  /**
   * Elements on both sides; `'valid'` is none, `'same'` as many as keep the extents (of an odd number the greater part after).
   * Default 0.
   */
  readonly padding?: PerAxis | 'same' | 'valid' | undefined
  /** What the padding is: zeros (default), or elements of x as `pad` takes them. */
  readonly paddingMode?: 'zeros' | Exclude<PadMode, 'constant'> | undefined
  /** Distance between elements of a window. Default 1. */
  readonly dilation?: PerAxis | undefined
  /** Channels are split into so many groups that do not see each other. Default 1. */
  readonly groups?: number | undefined
}

export type Convolution = (x: Value, weight: Value, options?: ConvOptions) => Value

/** How windows lie on an image, one entry per spatial axis. */
interface Sliding {
  readonly sizes: readonly number[]
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
}

const convolution =
  (op: string, rank: SpatialRank): Convolution =>
  (x, weight, options = {}) => {
    const { bias, stride = 1, padding = 0, paddingMode = 'zeros', dilation = 1, groups = 1 } = options
    graphOf(op, bias === undefined ? [x, weight] : [x, weight, bias])
    checkShapes(op, rank, x.type.shape, weight.type.shape, groups)
    const sliding = {
      sizes: weight.type.shape.slice(2),
      strides: perSpatialAxis(op, 'stride', stride, rank, 1),
      dilations: perSpatialAxis(op, 'dilation', dilation, rank, 1),
    }
    const { low, high } = borders(op, padding, sliding)
    const images = batched(asFloat(op, x), rank)
    const surround = (each: Value): Value =>
      padSpatial(each, low, high, paddingMode === 'zeros' ? 0 : paddingMode)
    const y =
      groups === 1
        ? oneGroup(surround(images), weight, sliding)
        : grouped(surround(split(images, groups)), weight, sliding)
    return unbatched(withBias(op, y, bias), x.type.shape, rank)
  }

/** `y [N, O, d…]` plus one number per channel. Throws `SHAPE_CONV_BIAS`. */
export function withBias(op: string, y: Value, bias: Value | undefined): Value {
  if (bias === undefined) return y
  const [, outputs = 0, ...extents] = y.type.shape
  if (bias.type.shape.length !== 1 || bias.type.shape[0] !== outputs)
    throw convBias(op, bias.type.shape, outputs)
  return add(y, reshape(bias, [outputs, ...extents.map(() => 1)]))
}

/** Elements added before and after each spatial axis. Throws `ATTR_CONV_PADDING`. */
function borders(
  op: string,
  padding: NonNullable<ConvOptions['padding']>,
  { sizes, strides, dilations }: Sliding,
): { readonly low: readonly number[]; readonly high: readonly number[] } {
  if (padding === 'valid') return { low: sizes.map(() => 0), high: sizes.map(() => 0) }
  if (padding === 'same') {
    if (strides.some((stride) => stride !== 1)) throw sameStride(op, strides) // C4
    const total = sizes.map((size, k) => (size - 1) * (dilations[k] ?? 1))
    const low = total.map((amount) => Math.floor(amount / 2))
    return { low, high: total.map((amount, k) => amount - (low[k] ?? 0)) }
  }
  if (typeof padding === 'string') throw paddingWord(op, padding)
  const amount = perSpatialAxis(op, 'padding', padding, sizes.length, 0)
  return { low: amount, high: amount }
}

function oneGroup(x: Value, weight: Value, sliding: Sliding): Value {
  const rank = sliding.sizes.length
  const columns = windows(x, { axes: axesFrom(2, rank), ...sliding }) // [n, c, o…, k…]
  const y = dot(weight, columns, {
    leftContract: [1, ...axesFrom(2, rank)],
    rightContract: [1, ...axesFrom(2 + rank, rank)],
  }) // [o, n, o…]
  return permute(y, [1, 0, ...axesFrom(2, rank)])
}

/** `x [n, c, d…]` as `[n, g, c / g, d…]`. Before it is padded: then what is cut off the derivative is cut off a sum of windows. */
function split(x: Value, groups: number): Value {
  const [n = 0, channels = 0, ...extents] = x.type.shape
  return reshape(x, [n, groups, channels / groups, ...extents])
}

function grouped(x: Value, weight: Value, sliding: Sliding): Value {
  const rank = sliding.sizes.length
  const [n = 0, groups = 1, channels = 0] = x.type.shape
  const [outputs = 0, , ...sizes] = weight.type.shape
  const kernels = reshape(weight, [groups, outputs / groups, channels, ...sizes])
  const columns = windows(x, { axes: axesFrom(3, rank), ...sliding }) // [n, g, c, o…, k…]
  const y = dot(kernels, columns, {
    leftBatch: [0],
    rightBatch: [1],
    leftContract: [2, ...axesFrom(3, rank)],
    rightContract: [2, ...axesFrom(3 + rank, rank)],
  }) // [g, o, n, o…]
  const ordered = permute(y, [2, 0, 1, ...axesFrom(3, rank)])
  return reshape(ordered, [n, outputs, ...ordered.type.shape.slice(3)])
}

/**
 * Two-dimensional convolution (cross-correlation, as PyTorch's): `y[n, o, i, j] = Σ x[n, c, i s + p, j s + q] w[o, c, p, q]`.
 *
 * Shapes: `x [N, C, H, W]` or one image `[C, H, W]`, `weight [O, C / groups, kh, kw]`, `bias [O]` → `[N, O, oh, ow]` or
 * `[O, oh, ow]`, where oh = floor((H + 2 padding - dilation (kh - 1) - 1) / stride) + 1.
 * - C1 x has 4 or 3 axes, the weight 4. C2 C = groups * weight's channels, and groups divides O. Throw `SHAPE_CONV`.
 * - C3 a window fits into the padded image. Throws `SHAPE_WINDOWS_SPAN`.
 * - C4 padding `'same'` needs stride 1. Throws `ATTR_CONV_PADDING`.
 *   `paddingMode` other than zeros asks of the padding what `pad` does. Throws `SHAPE_PAD_MODE`.
 * - C5 the bias has one number per output channel. Throws `SHAPE_CONV_BIAS`.
 *
 * @example
 * conv2d(x, weight, { padding: 1 }) // x: f32[64, 1, 28, 28], weight: f32[8, 1, 3, 3] gives f32[64, 8, 28, 28]
 */
export const conv2d: Convolution = traced(convolution('conv2d', 2))

/**
 * One-dimensional convolution: `x [N, C, L]` or `[C, L]`, `weight [O, C / groups, k]`; otherwise as `conv2d`.
 *
 * @example
 * conv1d(x, weight, { padding: 'same' }) // x: f32[4, 8, 100], weight: f32[16, 8, 4] gives f32[4, 16, 100]
 */
export const conv1d: Convolution = traced(convolution('conv1d', 1))

/**
 * Three-dimensional convolution: `x [N, C, D, H, W]` or `[C, D, H, W]`, `weight [O, C / groups, kd, kh, kw]`; otherwise as
 * `conv2d`.
 *
 * @example
 * conv3d(x, weight, { stride: 2 }) // x: f32[2, 3, 8, 8, 8], weight: f32[4, 3, 2, 2, 2] gives f32[2, 4, 4, 4, 4]
 */
export const conv3d: Convolution = traced(convolution('conv3d', 3))

function checkShapes(op: string, rank: SpatialRank, x: Shape, weight: Shape, groups: number): void {
  const fits =
    (x.length === rank + 2 || x.length === rank + 1) && // C1
    weight.length === rank + 2 &&
    Number.isInteger(groups) &&
    groups >= 1 &&
    x.at(-rank - 1) === groups * (weight[1] ?? 0) && // C2
    (weight[0] ?? 0) % groups === 0
  if (!fits) throw convShapes(op, rank, x, weight, groups)
}

function convShapes(op: string, rank: SpatialRank, x: Shape, weight: Shape, groups: number): HeddleError {
  return errorHere(
    'SHAPE_CONV',
    `${op}: x is ${formatShape(x)}, weight ${formatShape(weight)}, groups ${groups}; x must be [N, C, ${spatialLetters(rank)}] or [C, ${spatialLetters(rank)}] and weight [O, C / groups, ${windowLetters(rank)}], with groups dividing C and O`,
    { op, x, weight, groups },
  )
}

const convBias = (op: string, bias: Shape, outputs: number): HeddleError =>
  errorHere(
    'SHAPE_CONV_BIAS',
    `${op}: bias is ${formatShape(bias)}, and there are ${outputs} output channels; bias must be [${outputs}]`,
    { op, bias, outputs, constraint: 'C5' },
  )

const sameStride = (op: string, strides: readonly number[]): HeddleError =>
  errorHere(
    'ATTR_CONV_PADDING',
    `${op}: padding 'same' with stride ${formatShape(strides)}; the stride must be 1, since other ones do not keep extents`,
    { op, strides, constraint: 'C4' },
  )

const paddingWord = (op: string, padding: string): HeddleError =>
  errorHere(
    'ATTR_CONV_PADDING',
    `${op}: padding is '${padding}'; it must be 'same', 'valid', one number or one per spatial axis`,
    { op, padding },
  )
