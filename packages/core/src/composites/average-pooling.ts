// Pooling by sums: the mean of each window, and its power mean.
import { sizeOf } from '../dim.ts'
import { dtypes } from '../dtype.ts'
import type { HeddleError } from '../errors.ts'
import { literal } from '../front/constants.ts'
import { abs, asFloat, div, mul, pow, sign } from '../front/elementwise.ts'
import { errorHere, promote } from '../front/operand.ts'
import { sum } from '../front/reduce.ts'
import { reshape } from '../front/shape.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { relu } from './piecewise.ts'
import { checkImage, flatWindows, type PoolOptions, type PoolWindows, poolWindows } from './pool-windows.ts'
import { batched, type PerAxis, type SpatialRank, unbatched } from './spatial.ts'

export interface AvgPoolOptions extends PoolOptions {
  /** Whether padding counts as zeros; what `ceilMode` adds never does. Default true. */
  readonly countIncludePad?: boolean | undefined
  /** What sums are divided by, instead of the number of elements. */
  readonly divisorOverride?: number | undefined
}

/** Elements that count in each window along each axis. */
function countsPerAxis(
  { sizes, strides, low, counts }: PoolWindows,
  extents: readonly number[],
  includePad: boolean,
): readonly (readonly number[])[] {
  return counts.map((count, k) =>
    Array.from({ length: count }, (_, at) => {
      const [dim, padding] = [extents[k] ?? 0, low[k] ?? 0]
      const start = at * (strides[k] ?? 1) - padding
      const end = start + (sizes[k] ?? 1)
      return includePad ? Math.min(end, dim + padding) - start : Math.min(end, dim) - Math.max(start, 0)
    }),
  )
}

/** Sums over windows `[N, C, counts…]`, divided by how many elements of each axis count in each window. */
export function divideByCounts(sums: Value, perAxis: readonly (readonly number[])[]): Value {
  const varies = perAxis.map((counts) => counts.some((count) => count !== counts[0]))
  const common = sizeOf(perAxis.map((counts, k) => (varies[k] ? 1 : (counts[0] ?? 1))))
  if (!varies.includes(true)) return div(sums, common)
  const { dtype } = sums.type
  let divisor: Value | number = common
  perAxis.forEach((counts, k) => {
    if (!varies[k]) return
    const shape = perAxis.map((_, each) => (each === k ? counts.length : 1))
    const along = reshape(literal(sums.builder, [...counts], { dtype }), shape)
    divisor = divisor === 1 ? along : mul(along, divisor)
  })
  return div(sums, divisor)
}

const avgPool = (op: string, rank: SpatialRank): ((x: Value, options: AvgPoolOptions) => Value) =>
  traced((x: Value, options: AvgPoolOptions): Value => {
    const value = asFloat(op, x)
    checkImage(op, rank, value.type.shape)
    // Sums of short floats are f32, and rounded once.
    const images = batched(promote(value, dtypes[value.type.dtype].computesAs), rank)
    const layout = poolWindows(op, images.type.shape, options)
    const sums = sum(flatWindows(images, layout, 0), { axis: -1 })
    const { divisorOverride, countIncludePad = true } = options
    if (divisorOverride === 0) throw divisorZero(op) // C4
    const counts = countsPerAxis(layout, images.type.shape.slice(2), countIncludePad)
    const y = divisorOverride === undefined ? divideByCounts(sums, counts) : div(sums, divisorOverride)
    return unbatched(promote(y, value.type.dtype), x.type.shape, rank)
  })

/**
 * Mean of each window; padding counts as zeros unless `countIncludePad` is false.
 *
 * Shapes: `x [N, C, H, W]` or one image `[C, H, W]` → `[N, C, oh, ow]` or `[C, oh, ow]`, extents as for `conv2d`; with
 * `ceilMode` rounded up. Dtypes: floats; kept. Others give f32.
 * - C1 x has 4 or 3 axes. Throws `SHAPE_POOL`. C2 padding is at most half the size. Throws `ATTR_POOL_PADDING`.
 * - C3 a window fits into the padded image. Throws `SHAPE_WINDOWS_SPAN`. C4 `divisorOverride` is not 0. Throws
 *   `ATTR_POOL_DIVISOR`.
 *
 * @example
 * avgPool2d(x, { size: 3, stride: 2, padding: 1 }) // x: f32[64, 8, 28, 28] gives f32[64, 8, 14, 14]
 */
export const avgPool2d: (x: Value, options: AvgPoolOptions) => Value = avgPool('avgPool2d', 2)
/** `avgPool2d` of `x [N, C, L]` or `[C, L]`. */
export const avgPool1d: (x: Value, options: AvgPoolOptions) => Value = avgPool('avgPool1d', 1)
/** `avgPool2d` of `x [N, C, D, H, W]` or `[C, D, H, W]`. */
export const avgPool3d: (x: Value, options: AvgPoolOptions) => Value = avgPool('avgPool3d', 3)

export interface LpPoolOptions {
  /** The power, not 0: 1 gives sums, 2 Euclidean lengths, large ones nearly the maximum. */
  readonly p: number
  /** Extents of the window. */
  readonly size: PerAxis
  /** Distance between windows. Default the size. */
  readonly stride?: PerAxis | undefined
  /** As for `avgPool2d`; a window that reaches beyond the image counts as if it were whole. Default false. */
  readonly ceilMode?: boolean | undefined
}

const lpPool = (op: string, rank: 1 | 2): ((x: Value, options: LpPoolOptions) => Value) => {
  const average = avgPool(op, rank)
  return traced((x: Value, { p, ...options }: LpPoolOptions): Value => {
    if (!Number.isFinite(p) || p === 0) throw power(op, p) // C1
    const means = average(pow(asFloat(op, x), p), options)
    const elements = typeof options.size === 'number' ? options.size ** rank : sizeOf(options.size)
    // |mean| with derivative 0 at 0, as PyTorch writes it: negative sums of odd powers keep their sign and give NaN.
    return pow(mul(mul(sign(means), relu(abs(means))), elements), 1 / p)
  })
}

/**
 * `(Σ x^p)^(1/p)` over each window.
 *
 * Shapes: as `avgPool2d`. C1 p is a finite number other than 0. Throws `ATTR_POOL_POWER`.
 * Numerics: of a negative sum (odd p) the root is NaN. Gradient: NaN where the sum is 0 and p above 1, as PyTorch's.
 *
 * @example
 * lpPool2d(x, { p: 2, size: 2 }) // x: f32[64, 8, 28, 28] gives f32[64, 8, 14, 14]
 */
export const lpPool2d: (x: Value, options: LpPoolOptions) => Value = lpPool('lpPool2d', 2)
/** `lpPool2d` of `x [N, C, L]` or `[C, L]`. */
export const lpPool1d: (x: Value, options: LpPoolOptions) => Value = lpPool('lpPool1d', 1)

const divisorZero = (op: string): HeddleError =>
  errorHere('ATTR_POOL_DIVISOR', `${op}: divisorOverride is 0; it must be another number`, {
    op,
    constraint: 'C4',
  })

const power = (op: string, p: number): HeddleError =>
  errorHere('ATTR_POOL_POWER', `${op}: p is ${p}; it must be a finite number other than 0`, {
    op,
    p,
    constraint: 'C1',
  })
