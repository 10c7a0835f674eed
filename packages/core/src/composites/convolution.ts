// Convolution as a contraction of the weight with sliding windows. Nothing here multiplies: `dot` over `windows` is the whole
// of it, and the derivatives follow from theirs.
//
// Order of the axes: dot(weight [o, (c, kh, kw)], windows [n, c, oh, ow, kh, kw]) gives [o, n, oh, ow], which is then permuted
// to [n, o, oh, ow]. The weight is the left operand, so that a row of the product is a channel and its columns are (n, oh, ow):
// long, and contiguous in memory along (oh, ow), both in the windows read (im2col rows copy runs of x) and in the result
// stored. With n as a batch axis the weight would have to be repeated n times, and there would be n small products; with the
// windows on the left the result would be [n, oh, ow, o], whose rows are as short as there are channels. The permutation is
// an order of rows to the kernel that stores the product.
import { formatShape, type Shape } from '../dim.ts'
import type { HeddleError } from '../errors.ts'
import { dot } from '../front/contract.ts'
import { add, asFloat } from '../front/elementwise.ts'
import { errorHere, graphOf } from '../front/operand.ts'
import { pad } from '../front/pad.ts'
import { permute, reshape } from '../front/shape.ts'
import { windows } from '../front/slice.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'

/** One number per spatial axis, or the same for all. */
export type PerAxis = number | readonly number[]

export interface ConvOptions {
  /** One per output channel. */
  readonly bias?: Value | undefined
  /** Distance between windows. Default 1. */
  readonly stride?: PerAxis | undefined
  /** Zeros on both sides. Default 0. */
  readonly padding?: PerAxis | undefined
  /** Distance between elements of a window. Default 1. */
  readonly dilation?: PerAxis | undefined
  /** Channels are split into so many groups that do not see each other. Default 1. */
  readonly groups?: number | undefined
}

/** The entry of each spatial axis. Throws `ATTR_PER_AXIS`. */
export function perSpatialAxis(op: string, name: string, entries: PerAxis, count: number): readonly number[] {
  if (typeof entries === 'number') return new Array<number>(count).fill(entries)
  if (entries.length !== count) throw spatialEntries(op, name, entries, count)
  return entries
}

/** `x [N, C, d…]` with `amount` elements of `value` on both sides of each spatial axis. */
export function padSpatial(x: Value, amount: readonly number[], value: number): Value {
  if (amount.every((entry) => entry === 0)) return x
  const both = [0, 0, ...amount]
  return pad(x, { low: both, high: both, value })
}

const convolution =
  (op: string, rank: 1 | 2): ((x: Value, weight: Value, options?: ConvOptions) => Value) =>
  (x, weight, options = {}) => {
    const { bias, stride = 1, padding = 0, dilation = 1, groups = 1 } = options
    graphOf(op, bias === undefined ? [x, weight] : [x, weight, bias])
    checkShapes(op, rank, x.type.shape, weight.type.shape, groups)
    const amount = perSpatialAxis(op, 'padding', padding, rank)
    const padded = padSpatial(asFloat(op, x), amount, 0)
    const sliding = {
      sizes: weight.type.shape.slice(2),
      strides: perSpatialAxis(op, 'stride', stride, rank),
      dilations: perSpatialAxis(op, 'dilation', dilation, rank),
    }
    const y = groups === 1 ? oneGroup(padded, weight, sliding) : grouped(padded, weight, groups, sliding)
    return bias === undefined ? y : add(y, reshape(bias, [-1, ...sliding.sizes.map(() => 1)]))
  }

interface Sliding {
  readonly sizes: readonly number[]
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
}

const count = (from: number, length: number): readonly number[] => Array.from({ length }, (_, k) => from + k)

function oneGroup(x: Value, weight: Value, sliding: Sliding): Value {
  const rank = sliding.sizes.length
  const columns = windows(x, { axes: count(2, rank), ...sliding }) // [n, c, o…, k…]
  const y = dot(weight, columns, {
    leftContract: [1, ...count(2, rank)],
    rightContract: [1, ...count(2 + rank, rank)],
  }) // [o, n, o…]
  return permute(y, [1, 0, ...count(2, rank)])
}

function grouped(x: Value, weight: Value, groups: number, sliding: Sliding): Value {
  const rank = sliding.sizes.length
  const [n = 0, channels = 0, ...extents] = x.type.shape
  const [outputs = 0, , ...sizes] = weight.type.shape
  const split = reshape(x, [n, groups, channels / groups, ...extents])
  const kernels = reshape(weight, [groups, outputs / groups, channels / groups, ...sizes])
  const columns = windows(split, { axes: count(3, rank), ...sliding }) // [n, g, c, o…, k…]
  const y = dot(kernels, columns, {
    leftBatch: [0],
    rightBatch: [1],
    leftContract: [2, ...count(3, rank)],
    rightContract: [2, ...count(3 + rank, rank)],
  }) // [g, o, n, o…]
  const ordered = permute(y, [2, 0, 1, ...count(3, rank)])
  return reshape(ordered, [n, outputs, ...ordered.type.shape.slice(3)])
}

/**
 * Two-dimensional convolution (cross-correlation, as PyTorch's): `y[n, o, i, j] = Σ x[n, c, i s + p, j s + q] w[o, c, p, q]`.
 *
 * Shapes: `x [N, C, H, W]`, `weight [O, C / groups, kh, kw]`, `bias [O]` → `[N, O, oh, ow]`, where oh = floor((H + 2 padding -
 * dilation (kh - 1) - 1) / stride) + 1.
 * - C1 ranks are 4. C2 C = groups * weight's channels, and groups divides O. Throw `SHAPE_CONV`.
 * - C3 a window fits into the padded image. Throws `SHAPE_WINDOWS_SPAN`.
 *
 * @example
 * conv2d(x, weight, { padding: 1 }) // x: f32[64, 1, 28, 28], weight: f32[8, 1, 3, 3] gives f32[64, 8, 28, 28]
 */
export const conv2d: (x: Value, weight: Value, options?: ConvOptions) => Value = traced(
  convolution('conv2d', 2),
)

/** One-dimensional convolution: `x [N, C, L]`, `weight [O, C / groups, k]` → `[N, O, ol]`; otherwise as `conv2d`. */
export const conv1d: (x: Value, weight: Value, options?: ConvOptions) => Value = traced(
  convolution('conv1d', 1),
)

function checkShapes(op: string, rank: number, x: Shape, weight: Shape, groups: number): void {
  const fits =
    x.length === rank + 2 && // C1
    weight.length === rank + 2 &&
    Number.isInteger(groups) &&
    groups >= 1 &&
    x[1] === groups * (weight[1] ?? 0) && // C2
    (weight[0] ?? 0) % groups === 0
  if (!fits) throw convShapes(op, rank, x, weight, groups)
}

function convShapes(op: string, rank: number, x: Shape, weight: Shape, groups: number): HeddleError {
  const letters = rank === 1 ? ['L', 'k'] : ['H, W', 'kh, kw']
  return errorHere(
    'SHAPE_CONV',
    `${op}: x is ${formatShape(x)}, weight ${formatShape(weight)}, groups ${groups}; x must be [N, C, ${letters[0]}] and weight [O, C / groups, ${letters[1]}], with groups dividing C and O`,
    { op, x, weight, groups },
  )
}

const spatialEntries = (op: string, name: string, entries: readonly number[], rank: number): HeddleError =>
  errorHere(
    'ATTR_PER_AXIS',
    `${op}: ${name} ${formatShape(entries)} has ${entries.length} entries; give one number, or ${rank}: one per spatial axis`,
    { op, name, entries },
  )
