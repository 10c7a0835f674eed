// Reading images at positions that are data, between their elements. Each spatial axis contributes a few taps with weights; an
// element of the result is the sum over all combinations of the taps of its axes. Images are read as rows of channels: one
// gather, whose derivative is one scatter, whatever the mode.
import { formatShape, rowMajorStrides, type Shape, sizeOf } from '../dim.ts'
import { dtypes } from '../dtype.ts'
import type { HeddleError } from '../errors.ts'
import { iota } from '../front/constants.ts'
import {
  add,
  and,
  asFloat,
  cast,
  div,
  eq,
  floor,
  ge,
  le,
  lt,
  mul,
  neg,
  rem,
  round,
  select,
  sub,
  trunc,
} from '../front/elementwise.ts'
import { gather } from '../front/gather.ts'
import { commonDType, errorHere, graphOf, promote } from '../front/operand.ts'
import { sum } from '../front/reduce.ts'
import { permute, reshape, unsqueeze } from '../front/shape.ts'
import { take } from '../front/slice.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { axesFrom } from './spatial.ts'

export interface GridSampleOptions {
  /** Default `'bilinear'` (linear on each axis, also in three dimensions). `'bicubic'` for two dimensions only. */
  readonly mode?: 'bilinear' | 'nearest' | 'bicubic' | undefined
  /** What lies outside: zeros (default), the elements at the border, or the image mirrored at its borders. */
  readonly paddingMode?: 'zeros' | 'border' | 'reflection' | undefined
  /** Whether -1 and 1 are the centres of the elements at the corners, instead of their outer edges. Default false. */
  readonly alignCorners?: boolean | undefined
}

interface Sampling {
  readonly mode: 'bilinear' | 'nearest' | 'bicubic'
  readonly paddingMode: 'zeros' | 'border' | 'reflection'
  readonly alignCorners: boolean
  /** Spatial axes. */
  readonly rank: number
}

/** What one axis contributes to each point of the grid: `[points…, taps]`. */
interface AxisTaps {
  /** i32; outside where `isInside` is false. */
  readonly positions: Value
  readonly isInside: Value
  /** None: 1. */
  readonly weights: Value | undefined
}

/** From -1 … 1 to positions of elements. */
function elementPosition(coordinate: Value, dim: number, alignCorners: boolean): Value {
  const shifted = add(coordinate, 1)
  return alignCorners ? mul(shifted, (dim - 1) / 2) : div(sub(mul(shifted, dim), 1), 2)
}

/** The position between the first and the last element; the derivative is 0 at both and outside, as PyTorch's. */
const clipped = (position: Value, dim: number): Value =>
  select(le(position, 0), 0, select(ge(position, dim - 1), dim - 1, position))

/** The position mirrored at the borders as often as it takes, then clipped. */
function reflected(position: Value, dim: number, alignCorners: boolean): Value {
  const low = alignCorners ? 0 : -0.5
  const span = alignCorners ? dim - 1 : dim
  if (span === 0) return mul(position, 0)
  const offset = sub(position, low)
  const distance = select(lt(offset, 0), neg(offset), offset)
  const flips = floor(div(distance, span))
  const rest = rem(distance, span)
  const isEven = eq(rem(flips, 2), 0)
  return clipped(select(isEven, add(rest, low), sub(span + low, rest)), dim)
}

function padded(position: Value, dim: number, { paddingMode, alignCorners }: Sampling): Value {
  if (paddingMode === 'zeros') return position
  return paddingMode === 'border' ? clipped(position, dim) : reflected(position, dim, alignCorners)
}

/** The nearest whole number, halves away from 0. */
function roundFromZero(x: Value): Value {
  const whole = trunc(x)
  return add(whole, trunc(mul(sub(x, whole), 2)))
}

/** Keys' cubic convolution with a = -0.75, at distance 0 … 1 and 1 … 2 of an element. */
const near = (x: Value): Value => add(mul(mul(sub(mul(x, 1.25), 2.25), x), x), 1)
const far = (x: Value): Value => add(mul(sub(mul(add(mul(x, -0.75), 3.75), x), 6), x), 3)

function axisTaps(coordinate: Value, dim: number, sampling: Sampling): AxisTaps {
  const { mode } = sampling
  const free = elementPosition(unsqueeze(coordinate, { axis: -1 }), dim, sampling.alignCorners) // [points…, 1]
  // Cubic interpolation pads its taps, the others the position.
  const position = mode === 'bicubic' ? free : padded(free, dim, sampling)
  if (mode === 'nearest')
    return taps(sampling.rank === 3 ? roundFromZero(position) : round(position), undefined, dim)
  const left = floor(position)
  const t = sub(position, left)
  const count = mode === 'bilinear' ? 2 : 4
  const tap = iota(coordinate.builder, { shape: [count], dtype: t.type.dtype === 'f64' ? 'f64' : 'f32' })
  if (mode === 'bilinear') return taps(add(left, tap), select(eq(tap, 0), sub(1, t), t), dim)
  const weights = [far(add(t, 1)), near(t), near(sub(1, t)), far(sub(2, t))]
  const chosen = weights.reduceRight((later, weight, k) => select(eq(tap, k), weight, later))
  return taps(padded(add(left, sub(tap, 1)), dim, sampling), chosen, dim)
}

const taps = (places: Value, weights: Value | undefined, dim: number): AxisTaps => ({
  positions: cast(places, 'i32'),
  isInside: and(ge(places, 0), lt(places, dim)),
  weights,
})

/** Values `[points…, taps]` of each axis as one value `[points…, taps of the first axis, taps of the second, …]`. */
function combine(parts: readonly Value[], merge: (x: Value, y: Value) => Value): Value {
  const apart = parts.map((x, k) => {
    const count = x.type.shape.at(-1) ?? 1
    return reshape(x, [...x.type.shape.slice(0, -1), ...parts.map((_, each) => (each === k ? count : 1))])
  })
  return apart.reduce((x, y) => merge(x, y))
}

/**
 * Elements of an image at the positions of a grid, which run from -1 to 1 on each axis: `grid[…, 0]` along the last axis of the
 * image, and so on.
 *
 * Shapes: `x [N, C, H, W]`, `grid [N, oh, ow, 2]` → `[N, C, oh, ow]`; `x [N, C, D, H, W]`, `grid [N, od, oh, ow, 3]` →
 * `[N, C, od, oh, ow]`. Dtypes: floats; others give f32.
 * - C1 ranks, batch and the last axis of the grid fit, and no spatial axis of x is empty. Throws `SHAPE_GRID_SAMPLE`.
 * - C2 `'bicubic'` is for two dimensions, and options have one of their values. Throws `ATTR_GRID_SAMPLE`.
 *
 * Halfway between two elements `'nearest'` takes the even one, in three dimensions the one away from position 0 (as PyTorch's).
 *
 * Gradient: for x, and for the grid but with mode `'nearest'`, where it is 0. Between elements the derivative of the right side
 * is taken at an element itself; where a position is clipped to a border, and at the border, it is 0. All as PyTorch's.
 *
 * @example
 * gridSample(x, grid, { paddingMode: 'border' }) // x: f32[2, 3, 5, 4], grid: f32[2, 7, 6, 2] gives f32[2, 3, 7, 6]
 */
export const gridSample: (x: Value, grid: Value, options?: GridSampleOptions) => Value = traced(
  (x: Value, grid: Value, options: GridSampleOptions = {}): Value => {
    graphOf('gridSample', [x, grid])
    const { mode = 'bilinear', paddingMode = 'zeros', alignCorners = false } = options
    const sampling = { mode, paddingMode, alignCorners, rank: x.type.shape.length - 2 }
    checkGrid(x.type.shape, grid.type.shape, sampling)
    const images = asFloat('gridSample', x)
    const [n = 0, channels = 0, ...extents] = images.type.shape
    const rank = extents.length
    const places = inFullPrecision(asFloat('gridSample', grid))
    const axes = extents.map((dim, k) =>
      axisTaps(take(places, { axis: -1, index: rank - 1 - k }), dim, sampling),
    )

    const strides = rowMajorStrides(extents)
    const within = combine(
      axes.map(({ positions }, k) => mul(positions, strides[k] ?? 1)),
      add,
    )
    const isInside = combine(
      axes.map((axis) => axis.isInside),
      and,
    ) // [n, points…, taps…]
    const image = iota(x.builder, { shape: [n, ...axesFrom(0, 2 * rank).map(() => 1)] })
    const row = select(isInside, add(within, mul(image, sizeOf(extents))), -1)
    const rows = reshape(permute(images, [0, ...axesFrom(2, rank), 1]), [n * sizeOf(extents), channels])
    const read = select(unsqueeze(isInside, { axis: -1 }), gather(rows, row), 0) // [n, points…, taps…, C]
    const weights = axes.flatMap((axis) => (axis.weights === undefined ? [] : [axis.weights]))
    const weighted = weights.length === 0 ? read : mul(read, unsqueeze(combine(weights, mul), { axis: -1 }))
    const y = sum(weighted, { axes: axesFrom(1 + rank, rank) }) // [n, points…, C]
    const dtype = commonDType('gridSample', [images, grid])
    return promote(permute(y, [0, 1 + rank, ...axesFrom(1, rank)]), dtype)
  },
)

/** Positions count up to the extents of an image, which short floats do not. */
const inFullPrecision = (x: Value): Value => promote(x, dtypes[x.type.dtype].computesAs)

const modes: readonly string[] = ['bilinear', 'nearest', 'bicubic']
const paddingModes: readonly string[] = ['zeros', 'border', 'reflection']

function checkGrid(x: Shape, grid: Shape, { mode, paddingMode }: Sampling): void {
  const rank = x.length - 2
  const fits =
    (rank === 2 || rank === 3) &&
    grid.length === x.length &&
    grid[0] === x[0] &&
    grid.at(-1) === rank &&
    !x.slice(2).includes(0)
  if (!fits) throw gridShapes(x, grid) // C1
  const known = modes.includes(mode) && paddingModes.includes(paddingMode)
  if (!known || (mode === 'bicubic' && rank === 3)) throw gridModes(mode, paddingMode, x) // C2
}

const gridShapes = (x: Shape, grid: Shape): HeddleError =>
  errorHere(
    'SHAPE_GRID_SAMPLE',
    `gridSample: x is ${formatShape(x)}, grid ${formatShape(grid)}; they must be [N, C, H, W] and [N, oh, ow, 2], or [N, C, D, H, W] and [N, od, oh, ow, 3], with spatial axes of x that are not empty`,
    { x, grid, constraint: 'C1' },
  )

const gridModes = (mode: string, paddingMode: string, x: Shape): HeddleError =>
  errorHere(
    'ATTR_GRID_SAMPLE',
    `gridSample: mode '${mode}', paddingMode '${paddingMode}' for x ${formatShape(x)}; mode is one of ${modes.join(', ')} (bicubic for two dimensions), paddingMode one of ${paddingModes.join(', ')}`,
    { mode, paddingMode, x, constraint: 'C2' },
  )
