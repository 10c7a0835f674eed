// Pooling to a given number of windows: window i of `out` covers elements floor(i in / out) to ceil((i + 1) in / out). Where
// `out` divides `in` on every axis windows only touch, and it is ordinary pooling. Otherwise windows differ in size and share
// elements: they are gathered axis by axis at constant positions, the short ones filled up.
import { formatShape, type Shape, sizeOf } from '../dim.ts'
import type { HeddleError } from '../errors.ts'
import { literal } from '../front/constants.ts'
import { add, asFloat, select } from '../front/elementwise.ts'
import { gather } from '../front/gather.ts'
import { errorHere } from '../front/operand.ts'
import { argMax, sum } from '../front/reduce.ts'
import { permute, reshape } from '../front/shape.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { divideByCounts } from './average-pooling.ts'
import { alongSpatialAxis, flatPosition, type MaxPoolResult, perAxisPositions, pick } from './max-pooling.ts'
import { checkImage, flatWindows } from './pool-windows.ts'
import { batched, type SpatialRank, unbatched } from './spatial.ts'

export interface AdaptivePoolOptions {
  /** Windows along each spatial axis, or the same number for all; null (or undefined) keeps the extent of the axis. */
  readonly outputSize: number | readonly (number | null | undefined)[]
}

/** Where the windows of one axis begin, and how many elements each has. */
interface Spans {
  readonly starts: readonly number[]
  readonly lengths: readonly number[]
}

function spansOf(dim: number, count: number): Spans {
  const at = Array.from({ length: count }, (_, k) => k)
  const starts = at.map((k) => Math.floor((k * dim) / count))
  return { starts, lengths: at.map((k) => Math.ceil(((k + 1) * dim) / count) - (starts[k] ?? 0)) }
}

interface Adaptive {
  readonly images: Value
  readonly extents: readonly number[]
  readonly counts: readonly number[]
  readonly spans: readonly Spans[]
}

function adaptive(op: string, rank: SpatialRank, x: Value, { outputSize }: AdaptivePoolOptions): Adaptive {
  const value = asFloat(op, x)
  checkImage(op, rank, value.type.shape)
  const images = batched(value, rank)
  const extents = images.type.shape.slice(2)
  const given = typeof outputSize === 'number' ? extents.map(() => outputSize) : outputSize
  const counts = extents.map((dim, k) => given[k] ?? dim)
  const fits = given.length === rank && counts.every((count) => Number.isInteger(count) && count >= 1)
  if (!fits) throw adaptiveSize(op, rank, given) // C2
  if (extents.includes(0)) throw adaptiveEmpty(op, x.type.shape) // C3
  return { images, extents, counts, spans: counts.map((count, k) => spansOf(extents[k] ?? 0, count)) }
}

const divides = ({ extents, counts }: Adaptive): boolean =>
  extents.every((dim, k) => dim % (counts[k] ?? 1) === 0)

/** `[N, C, counts…, elements]` of windows that only touch. */
function touching({ images, extents, counts }: Adaptive, filler: number): Value {
  const sizes = extents.map((dim, k) => dim / (counts[k] ?? 1))
  const none = sizes.map(() => 0)
  const layout = { sizes, strides: sizes, dilations: sizes.map(() => 1), low: none, high: none, counts }
  return flatWindows(images, layout, filler)
}

/** Axis `axis` of x becomes two: windows, and the elements of a window, followed by `filler` up to the longest. */
function gatherSpans(x: Value, axis: number, { starts, lengths }: Spans, filler: number): Value {
  const longest = Math.max(...lengths)
  const table = starts.flatMap((start, k) =>
    Array.from({ length: longest }, (_, at) => start + Math.min(at, (lengths[k] ?? 1) - 1)),
  )
  const shape = [starts.length, longest]
  const all = gather(x, literal(x.builder, Int32Array.from(table), { shape }), { axis })
  if (lengths.every((length) => length === longest)) return all
  const isInside = lengths.flatMap((length) => Array.from({ length: longest }, (_, at) => at < length))
  const behind = x.type.shape.slice(axis + 1).map(() => 1)
  const mask = literal(x.builder, isInside, { dtype: 'bool', shape: [...shape, ...behind] })
  return select(mask, all, filler)
}

const adaptiveAvgPool = (
  op: string,
  rank: SpatialRank,
): ((x: Value, options: AdaptivePoolOptions) => Value) =>
  traced((x: Value, options: AdaptivePoolOptions): Value => {
    const task = adaptive(op, rank, x, options)
    let sums = task.images
    if (divides(task)) sums = sum(touching(task, 0), { axis: -1 })
    else {
      // Sums separate: an axis at a time costs the sum of the window's extents, not their product.
      task.spans.forEach((spans, k) => {
        if (spans.starts.length === task.extents[k]) return
        sums = sum(gatherSpans(sums, 2 + k, spans, 0), { axis: 3 + k })
      })
    }
    const y = divideByCounts(
      sums,
      task.spans.map(({ lengths }) => lengths),
    )
    return unbatched(y, x.type.shape, rank)
  })

/** `[N, C, counts…, elements]` of windows of different sizes, filled up with -Infinity. */
function overlapping({ images, spans }: Adaptive): {
  readonly all: Value
  readonly sizes: readonly number[]
} {
  const rank = spans.length
  let all = images
  spans.forEach((each, k) => {
    all = gatherSpans(all, 2 + 2 * k, each, Number.NEGATIVE_INFINITY)
  })
  const [outer, inner] = [spans.map((_, k) => 2 + 2 * k), spans.map((_, k) => 3 + 2 * k)]
  const ordered = permute(all, [0, 1, ...outer, ...inner])
  const sizes = ordered.type.shape.slice(2 + rank)
  return { all: reshape(ordered, [...ordered.type.shape.slice(0, 2 + rank), sizeOf(sizes)]), sizes }
}

function adaptiveMax(op: string, rank: SpatialRank, x: Value, options: AdaptivePoolOptions): MaxPoolResult {
  const task = adaptive(op, rank, x, options)
  const { all, sizes } = divides(task)
    ? {
        all: touching(task, Number.NEGATIVE_INFINITY),
        sizes: task.extents.map((dim, k) => dim / (task.counts[k] ?? 1)),
      }
    : overlapping(task)
  const position = argMax(all, { axis: -1 })
  const output = pick(all, reshape(position, [...position.type.shape, 1]))
  const onImage = perAxisPositions(position, sizes).map((within, k) =>
    add(within, alongSpatialAxis(x, task.spans[k]?.starts ?? [], k, rank)),
  )
  return {
    output: unbatched(output, x.type.shape, rank),
    indices: unbatched(flatPosition(onImage, task.extents), x.type.shape, rank),
  }
}

const adaptiveMaxPool = (
  op: string,
  rank: SpatialRank,
): ((x: Value, options: AdaptivePoolOptions) => Value) =>
  traced((x: Value, options: AdaptivePoolOptions): Value => adaptiveMax(op, rank, x, options).output)

const adaptiveMaxPoolWithIndices = (
  op: string,
  rank: SpatialRank,
): ((x: Value, options: AdaptivePoolOptions) => MaxPoolResult) =>
  traced((x: Value, options: AdaptivePoolOptions): MaxPoolResult => adaptiveMax(op, rank, x, options))

/**
 * Means of a given number of windows, which cover the image.
 *
 * Shapes: `x [N, C, H, W]` or one image `[C, H, W]` → `[N, C, oh, ow]` or `[C, oh, ow]` with oh, ow of `outputSize`. Dtypes:
 * floats; kept. Others give f32.
 * - C1 x has 4 or 3 axes. Throws `SHAPE_POOL`. C2 `outputSize` is one whole number of at least 1, or one (or null) per spatial
 *   axis. Throws `ATTR_POOL_OUTPUT_SIZE`. C3 no spatial axis is empty. Throws `SHAPE_POOL_EMPTY`.
 *
 * @example
 * adaptiveAvgPool2d(x, { outputSize: 1 }) // x: f32[64, 8, 7, 7] gives f32[64, 8, 1, 1]
 */
export const adaptiveAvgPool2d: (x: Value, options: AdaptivePoolOptions) => Value = adaptiveAvgPool(
  'adaptiveAvgPool2d',
  2,
)
/** `adaptiveAvgPool2d` of `x [N, C, L]` or `[C, L]`. */
export const adaptiveAvgPool1d: (x: Value, options: AdaptivePoolOptions) => Value = adaptiveAvgPool(
  'adaptiveAvgPool1d',
  1,
)
/** `adaptiveAvgPool2d` of `x [N, C, D, H, W]` or `[C, D, H, W]`. */
export const adaptiveAvgPool3d: (x: Value, options: AdaptivePoolOptions) => Value = adaptiveAvgPool(
  'adaptiveAvgPool3d',
  3,
)

/**
 * Largest elements of a given number of windows, which cover the image; windows, shapes and constraints as for
 * `adaptiveAvgPool2d`, ties and NaN as for `maxPool2d`.
 *
 * @example
 * adaptiveMaxPool2d(x, { outputSize: [3, null] }) // x: f32[64, 8, 7, 5] gives f32[64, 8, 3, 5]
 */
export const adaptiveMaxPool2d: (x: Value, options: AdaptivePoolOptions) => Value = adaptiveMaxPool(
  'adaptiveMaxPool2d',
  2,
)
/** `adaptiveMaxPool2d` of `x [N, C, L]` or `[C, L]`. */
export const adaptiveMaxPool1d: (x: Value, options: AdaptivePoolOptions) => Value = adaptiveMaxPool(
  'adaptiveMaxPool1d',
  1,
)
/** `adaptiveMaxPool2d` of `x [N, C, D, H, W]` or `[C, D, H, W]`. */
export const adaptiveMaxPool3d: (x: Value, options: AdaptivePoolOptions) => Value = adaptiveMaxPool(
  'adaptiveMaxPool3d',
  3,
)

/** `adaptiveMaxPool2d`, and where each maximum was: as `maxPool2dWithIndices`. */
export const adaptiveMaxPool2dWithIndices: (x: Value, options: AdaptivePoolOptions) => MaxPoolResult =
  adaptiveMaxPoolWithIndices('adaptiveMaxPool2dWithIndices', 2)
/** `adaptiveMaxPool2dWithIndices` of `x [N, C, L]` or `[C, L]`. */
export const adaptiveMaxPool1dWithIndices: (x: Value, options: AdaptivePoolOptions) => MaxPoolResult =
  adaptiveMaxPoolWithIndices('adaptiveMaxPool1dWithIndices', 1)
/** `adaptiveMaxPool2dWithIndices` of `x [N, C, D, H, W]` or `[C, D, H, W]`. */
export const adaptiveMaxPool3dWithIndices: (x: Value, options: AdaptivePoolOptions) => MaxPoolResult =
  adaptiveMaxPoolWithIndices('adaptiveMaxPool3dWithIndices', 3)

const adaptiveSize = (op: string, rank: number, given: readonly (number | null | undefined)[]): HeddleError =>
  errorHere(
    'ATTR_POOL_OUTPUT_SIZE',
    `${op}: outputSize is [${given.join(', ')}]; give one whole number of at least 1, or ${rank}: one (or null) per spatial axis`,
    { op, given, constraint: 'C2' },
  )

const adaptiveEmpty = (op: string, x: Shape): HeddleError =>
  errorHere(
    'SHAPE_POOL_EMPTY',
    `${op}: x is ${formatShape(x)}; its spatial axes must hold something, as every window does`,
    { op, x, constraint: 'C3' },
  )
