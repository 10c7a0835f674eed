// Pooling: one number for each window of an image.

import { formatShape, type Shape, sizeOf } from '../dim.ts'
import type { HeddleError } from '../errors.ts'
import { iota } from '../front/constants.ts'
import { asFloat, eq, select } from '../front/elementwise.ts'
import { errorHere } from '../front/operand.ts'
import { argMax, mean, sum } from '../front/reduce.ts'
import { permute, reshape } from '../front/shape.ts'
import { slice, windows } from '../front/slice.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { type PerAxis, padSpatial, perSpatialAxis } from './convolution.ts'

export interface PoolOptions {
  /** Extent of the window. */
  readonly size: PerAxis
  /** Distance between windows. Default the size. */
  readonly stride?: PerAxis | undefined
  /** Elements on both sides, at most half the size. Default 0. */
  readonly padding?: PerAxis | undefined
}

export interface MaxPoolOptions extends PoolOptions {
  /** Distance between elements of a window. Default 1. */
  readonly dilation?: PerAxis | undefined
}

/**
 * Largest element of each window; NaN if one is. Padding never wins.
 *
 * Shapes: `x [N, C, H, W]` → `[N, C, oh, ow]`, extents as for `conv2d`.
 * - C1 rank is 4. Throws `SHAPE_POOL`. C2 padding is at most half the size. Throws `ATTR_POOL_PADDING`.
 *
 * Gradient: to the first of tied elements, row by row, as PyTorch's. Therefore the value is picked by its position; the
 * positions are also all that backward needs.
 *
 * @example
 * maxPool2d(x, { size: 2 }) // x: f32[64, 8, 28, 28] gives f32[64, 8, 14, 14]
 */
export const maxPool2d: (x: Value, options: MaxPoolOptions) => Value = traced(
  (x: Value, options: MaxPoolOptions): Value => {
    const all = flatWindows('maxPool2d', x, options, options.dilation ?? 1, Number.NEGATIVE_INFINITY)
    const first = argMax(all, { axis: -1, keepDims: true })
    const isFirst = eq(iota(x.builder, { shape: all.type.shape, axis: -1 }), first)
    return sum(select(isFirst, all, 0), { axis: -1 })
  },
)

/**
 * Mean of each window; padding counts as zeros, as PyTorch's does unless told otherwise.
 *
 * Shapes and constraints: as `maxPool2d`.
 */
export const avgPool2d: (x: Value, options: PoolOptions) => Value = traced(
  (x: Value, options: PoolOptions): Value => mean(flatWindows('avgPool2d', x, options, 1, 0), { axis: -1 }),
)

/** `[N, C, oh, ow, kh * kw]` */
function flatWindows(op: string, x: Value, options: PoolOptions, dilation: PerAxis, filler: number): Value {
  const value = asFloat(op, x)
  if (value.type.shape.length !== 4) throw poolShape(op, value.type.shape) // C1
  const sizes = perSpatialAxis(op, 'size', options.size, 2)
  const strides = perSpatialAxis(op, 'stride', options.stride ?? options.size, 2)
  const padding = perSpatialAxis(op, 'padding', options.padding ?? 0, 2)
  const dilations = perSpatialAxis(op, 'dilation', dilation, 2)
  if (padding.some((amount, k) => amount > (sizes[k] ?? 0) / 2)) throw poolPadding(op, padding, sizes) // C2
  const padded = padSpatial(value, padding, filler)
  const apart = strides.every((stride, k) => stride === sizes[k]) && dilations.every((step) => step === 1)
  const fits = sizes.every(
    (size, k) => Number.isInteger(size) && size >= 1 && size <= (padded.type.shape[2 + k] ?? 0),
  )
  const all =
    apart && fits ? blocks(padded, sizes) : windows(padded, { axes: [2, 3], sizes, strides, dilations })
  return reshape(all, [...all.type.shape.slice(0, 4), sizeOf(sizes)])
}

/** Windows that do not overlap are blocks: only axes are split, so the derivative has no sums. `[N, C, oh, ow, kh, kw]` */
function blocks(x: Value, [kh = 1, kw = 1]: readonly number[]): Value {
  const [n = 0, c = 0, h = 0, w = 0] = x.type.shape
  const [oh, ow] = [Math.floor(h / kh), Math.floor(w / kw)]
  const whole = oh * kh === h && ow * kw === w ? x : slice(x, { limits: [n, c, oh * kh, ow * kw] })
  return permute(reshape(whole, [n, c, oh, kh, ow, kw]), [0, 1, 2, 4, 3, 5])
}

const poolShape = (op: string, shape: Shape): HeddleError =>
  errorHere('SHAPE_POOL', `${op}: x is ${formatShape(shape)}; it must be [N, C, H, W]`, {
    op,
    shape,
    constraint: 'C1',
  })

const poolPadding = (op: string, padding: readonly number[], sizes: readonly number[]): HeddleError =>
  errorHere(
    'ATTR_POOL_PADDING',
    `${op}: padding ${formatShape(padding)} for windows of ${formatShape(sizes)}; it may be at most half the size`,
    { op, padding, sizes, constraint: 'C2' },
  )
