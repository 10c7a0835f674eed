// Maximum pooling. The largest element of a window is picked by its position, which is also all that the derivative needs: the
// cotangent goes where the position says, and nowhere else.
import { rowMajorStrides } from '../dim.ts'
import { iota, literal } from '../front/constants.ts'
import { add, asFloat, div, eq, maximum, mul, rem, select } from '../front/elementwise.ts'
import { argMax, sum } from '../front/reduce.ts'
import { reshape } from '../front/shape.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { checkImage, flatWindows, type PoolOptions, type PoolWindows, poolWindows } from './pool-windows.ts'
import { batched, type PerAxis, type SpatialRank, unbatched } from './spatial.ts'

export interface MaxPoolOptions extends PoolOptions {
  /** Distance between elements of a window. Default 1. */
  readonly dilation?: PerAxis | undefined
}

export interface MaxPoolResult {
  readonly output: Value
  /** Where each maximum was: its row-major position among the spatial axes of its channel, i32. */
  readonly indices: Value
}

/** The element of each window at `position [N, C, counts…, 1]` of `all [N, C, counts…, elements]`. */
export function pick(all: Value, position: Value): Value {
  const isPicked = eq(iota(all.builder, { shape: all.type.shape, axis: -1 }), position)
  return sum(select(isPicked, all, 0), { axis: -1 })
}

/** The position in a window of `sizes` as one per axis. */
export function perAxisPositions(position: Value, sizes: readonly number[]): readonly Value[] {
  const strides = rowMajorStrides(sizes)
  return sizes.map((size, k) => {
    const outer = strides[k] === 1 ? position : div(position, strides[k] ?? 1)
    return k === 0 ? outer : rem(outer, size)
  })
}

/** The row-major position of one position per axis among `extents`. */
export function flatPosition(positions: readonly Value[], extents: readonly number[]): Value {
  const strides = rowMajorStrides(extents)
  return positions.map((each, k) => mul(each, strides[k] ?? 1)).reduce((flat, each) => add(flat, each))
}

/** i32 numbers along spatial axis `k` of `rank`, which broadcast with `[N, C, d…]`. */
export function alongSpatialAxis(like: Value, numbers: readonly number[], k: number, rank: number): Value {
  const shape = Array.from({ length: rank }, (_, each) => (each === k ? numbers.length : 1))
  return reshape(literal(like.builder, Int32Array.from(numbers)), shape)
}

/**
 * Position of the first largest element in each window, `[N, C, counts…]`. Padding does not win, even where a window holds
 * nothing but -Infinity: the position is moved on to the first element of the image.
 */
function winners(all: Value, { sizes, strides, dilations, low, counts }: PoolWindows): Value {
  const first = argMax(all, { axis: -1 })
  if (low.every((amount) => amount === 0)) return first
  const inside = perAxisPositions(first, sizes).map((position, k) => {
    const from = Array.from({ length: counts[k] ?? 0 }, (_, at) =>
      Math.max(0, Math.ceil(((low[k] ?? 0) - at * (strides[k] ?? 1)) / (dilations[k] ?? 1))),
    )
    return maximum(position, alongSpatialAxis(all, from, k, sizes.length))
  })
  return flatPosition(inside, sizes)
}

interface Pooled {
  readonly output: Value
  readonly position: Value
  readonly layout: PoolWindows
  readonly extents: readonly number[]
}

function pool(op: string, rank: SpatialRank, x: Value, options: MaxPoolOptions): Pooled {
  const value = asFloat(op, x)
  checkImage(op, rank, value.type.shape)
  const images = batched(value, rank)
  const layout = poolWindows(op, images.type.shape, options)
  const all = flatWindows(images, layout, Number.NEGATIVE_INFINITY)
  const position = winners(all, layout)
  const output = pick(all, reshape(position, [...position.type.shape, 1]))
  return { output, position, layout, extents: images.type.shape.slice(2) }
}

const maxPool = (op: string, rank: SpatialRank): ((x: Value, options: MaxPoolOptions) => Value) =>
  traced((x: Value, options: MaxPoolOptions): Value => {
    const { output } = pool(op, rank, x, options)
    return unbatched(output, x.type.shape, rank)
  })

const maxPoolWithIndices = (
  op: string,
  rank: SpatialRank,
): ((x: Value, options: MaxPoolOptions) => MaxPoolResult) =>
  traced((x: Value, options: MaxPoolOptions): MaxPoolResult => {
    const { output, position, layout, extents } = pool(op, rank, x, options)
    const { sizes, strides, dilations, low, counts } = layout
    const onImage = perAxisPositions(position, sizes).map((within, k) => {
      const starts = Array.from({ length: counts[k] ?? 0 }, (_, at) => at * (strides[k] ?? 1) - (low[k] ?? 0))
      return add(mul(within, dilations[k] ?? 1), alongSpatialAxis(x, starts, k, rank))
    })
    return {
      output: unbatched(output, x.type.shape, rank),
      indices: unbatched(flatPosition(onImage, extents), x.type.shape, rank),
    }
  })

/**
 * Largest element of each window; NaN if one is. Padding never wins.
 *
 * Shapes: `x [N, C, H, W]` or one image `[C, H, W]` → `[N, C, oh, ow]` or `[C, oh, ow]`, extents as for `conv2d`; with
 * `ceilMode` rounded up. Dtypes: floats; kept. Others give f32.
 * - C1 x has 4 or 3 axes. Throws `SHAPE_POOL`. C2 padding is at most half the size. Throws `ATTR_POOL_PADDING`.
 * - C3 a window fits into the padded image. Throws `SHAPE_WINDOWS_SPAN`.
 *
 * Gradient: to the first of tied elements, row by row, as PyTorch's; of several NaNs to the first (PyTorch's pooling takes
 * the last, its argmax the first; here all reductions to a position keep one order, and no kernel pays for another).
 *
 * @example
 * maxPool2d(x, { size: 2 }) // x: f32[64, 8, 28, 28] gives f32[64, 8, 14, 14]
 */
export const maxPool2d: (x: Value, options: MaxPoolOptions) => Value = maxPool('maxPool2d', 2)
/** `maxPool2d` of `x [N, C, L]` or `[C, L]`. */
export const maxPool1d: (x: Value, options: MaxPoolOptions) => Value = maxPool('maxPool1d', 1)
/** `maxPool2d` of `x [N, C, D, H, W]` or `[C, D, H, W]`. */
export const maxPool3d: (x: Value, options: MaxPoolOptions) => Value = maxPool('maxPool3d', 3)

/**
 * `maxPool2d`, and where each maximum was: its row-major position in the image of its channel, for `maxUnpool2d`. Of ties, and
 * of NaNs, the first.
 *
 * @example
 * maxPool2dWithIndices(x, { size: 2 }).indices // x: f32[64, 8, 28, 28] gives i32[64, 8, 14, 14]
 */
export const maxPool2dWithIndices: (x: Value, options: MaxPoolOptions) => MaxPoolResult = maxPoolWithIndices(
  'maxPool2dWithIndices',
  2,
)
/** `maxPool2dWithIndices` of `x [N, C, L]` or `[C, L]`. */
export const maxPool1dWithIndices: (x: Value, options: MaxPoolOptions) => MaxPoolResult = maxPoolWithIndices(
  'maxPool1dWithIndices',
  1,
)
/** `maxPool2dWithIndices` of `x [N, C, D, H, W]` or `[C, D, H, W]`. */
export const maxPool3dWithIndices: (x: Value, options: MaxPoolOptions) => MaxPoolResult = maxPoolWithIndices(
  'maxPool3dWithIndices',
  3,
)
