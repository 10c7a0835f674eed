// The windows of a pooling: where they lie on an image, and their elements along one last axis, row by row. Where windows only
// touch they are blocks, whose derivative has no sums.
import { formatShape, type Shape, sizeOf } from '../dim.ts'
import type { HeddleError } from '../errors.ts'
import { errorHere } from '../front/operand.ts'
import { permute, reshape } from '../front/shape.ts'
import { windows } from '../front/slice.ts'
import type { Value } from '../ir/value.ts'
import {
  axesFrom,
  cropSpatial,
  type PerAxis,
  padSpatial,
  perSpatialAxis,
  type SpatialRank,
  spatialLetters,
} from './spatial.ts'

export interface PoolOptions {
  /** Extents of the window. */
  readonly size: PerAxis
  /** Distance between windows. Default the size. */
  readonly stride?: PerAxis | undefined
  /** Elements on both sides, at most half the size. Default 0. */
  readonly padding?: PerAxis | undefined
  /** Whether a last window may reach beyond the padded image, if it begins inside the image or before it. Default false. */
  readonly ceilMode?: boolean | undefined
}

/** How windows lie on an image, one entry per spatial axis. */
export interface PoolWindows {
  readonly sizes: readonly number[]
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  /** Elements added before and after the image, so that every window is whole. */
  readonly low: readonly number[]
  readonly high: readonly number[]
  /** Windows. */
  readonly counts: readonly number[]
}

/** Checks that `x` is an image or a batch of them. Throws `SHAPE_POOL`. */
export function checkImage(op: string, rank: SpatialRank, shape: Shape): void {
  if (shape.length !== rank + 2 && shape.length !== rank + 1) throw poolShape(op, rank, shape)
}

/** Where windows lie on `x [N, C, d…]`. Throws `ATTR_POOL_PADDING`, `SHAPE_WINDOWS_SPAN`. */
export function poolWindows(
  op: string,
  shape: Shape,
  options: PoolOptions & { readonly dilation?: PerAxis | undefined },
): PoolWindows {
  const extents = shape.slice(2)
  const entries = (name: string, values: PerAxis, least: 0 | 1): readonly number[] =>
    perSpatialAxis(op, name, values, extents.length, least)
  const sizes = entries('size', options.size, 1)
  const strides = entries('stride', options.stride ?? sizes, 1)
  const dilations = entries('dilation', options.dilation ?? 1, 1)
  const low = entries('padding', options.padding ?? 0, 0)
  if (low.some((amount, k) => amount > (sizes[k] ?? 1) / 2)) throw poolPadding(op, low, sizes)
  const spans = sizes.map((size, k) => (size - 1) * (dilations[k] ?? 1) + 1)
  const counts = extents.map((dim, k) =>
    countOf(dim, low[k] ?? 0, spans[k] ?? 1, strides[k] ?? 1, options.ceilMode ?? false),
  )
  if (counts.some((count) => count < 1)) throw poolSpan(op, spans, low, shape)
  const high = extents.map((dim, k) => {
    const end = ((counts[k] ?? 1) - 1) * (strides[k] ?? 1) + (spans[k] ?? 1)
    return Math.max(0, end - dim - (low[k] ?? 0))
  })
  return { sizes, strides, dilations, low, high, counts }
}

/** Windows along one axis; one that begins in the padding behind the image is dropped. */
function countOf(dim: number, padding: number, span: number, stride: number, ceilMode: boolean): number {
  const steps = (dim + 2 * padding - span) / stride
  if (!ceilMode) return Math.floor(steps) + 1
  const count = Math.ceil(steps) + 1
  return (count - 1) * stride >= dim + padding ? count - 1 : count
}

/** `x [N, C, d…]` to `[N, C, counts…, elements of a window]`; outside the image there is `filler`. */
export function flatWindows(x: Value, layout: PoolWindows, filler: number): Value {
  const { sizes, strides, dilations, low, high, counts } = layout
  const padded = padSpatial(x, low, high, filler)
  const rank = sizes.length
  const apart = strides.every((stride, k) => stride === sizes[k]) && dilations.every((step) => step === 1)
  const all = apart
    ? blocks(padded, sizes, counts)
    : windows(padded, { axes: axesFrom(2, rank), sizes, strides, dilations })
  return reshape(all, [...all.type.shape.slice(0, 2 + rank), sizeOf(sizes)])
}

/** Windows that only touch: the axes are split. `[N, C, counts…, sizes…]` */
function blocks(x: Value, sizes: readonly number[], counts: readonly number[]): Value {
  const rank = sizes.length
  const [n = 0, channels = 0, ...extents] = x.type.shape
  const rest = extents.map((dim, k) => dim - (counts[k] ?? 0) * (sizes[k] ?? 1))
  const whole = cropSpatial(
    x,
    rest.map(() => 0),
    rest,
  )
  const split = reshape(whole, [n, channels, ...counts.flatMap((count, k) => [count, sizes[k] ?? 1])])
  const [countAxes, sizeAxes] = [
    axesFrom(0, rank).map((k) => 2 + 2 * k),
    axesFrom(0, rank).map((k) => 3 + 2 * k),
  ]
  return permute(split, [0, 1, ...countAxes, ...sizeAxes])
}

const poolShape = (op: string, rank: SpatialRank, shape: Shape): HeddleError =>
  errorHere(
    'SHAPE_POOL',
    `${op}: x is ${formatShape(shape)}; it must be [N, C, ${spatialLetters(rank)}] or [C, ${spatialLetters(rank)}]`,
    { op, shape, constraint: 'C1' },
  )

const poolPadding = (op: string, padding: readonly number[], sizes: readonly number[]): HeddleError =>
  errorHere(
    'ATTR_POOL_PADDING',
    `${op}: padding ${formatShape(padding)} for windows of ${formatShape(sizes)}; it may be at most half the size`,
    { op, padding, sizes, constraint: 'C2' },
  )

const poolSpan = (op: string, spans: readonly number[], padding: readonly number[], x: Shape): HeddleError =>
  errorHere(
    'SHAPE_WINDOWS_SPAN',
    `${op}: a window spans ${formatShape(spans)} elements, but x is ${formatShape(x)} with ${formatShape(padding)} added on both sides; a window must fit in`,
    { op, spans, padding, x, constraint: 'C3' },
  )
