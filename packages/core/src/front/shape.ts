// Functions that give the same elements another shape or order of axes.

import { formatShape, isDim, type Shape, sizeOf } from '../dim.ts'
import type { HeddleError } from '../errors.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { type AxesOptions, axesOf, pairedAxes, resolveAxes, resolveAxis } from './axes.ts'
import { asValue, broadcastShapes, broadcastTo, errorHere } from './operand.ts'

/**
 * The same elements in row-major order under `shape`; one extent may be -1 and is then what the others leave.
 *
 * @example
 * reshape(x, [2, -1]) // x: f32[4, 3] gives f32[2, 6]
 */
export const reshape: (x: Value, shape: Shape) => Value = traced((x: Value, shape: Shape): Value => {
  const from = asValue('reshape', x).type.shape
  return x.builder.reshape(x, { shape: inferExtent('reshape', from, shape) })
})

function inferExtent(op: string, from: Shape, shape: Shape): Shape {
  const unknown = shape.filter((dim) => dim === -1).length
  if (shape.some((dim) => dim !== -1 && !isDim(dim))) throw extents(op, shape)
  if (unknown === 0) return shape
  const rest = sizeOf(shape.filter((dim) => dim !== -1))
  if (unknown > 1 || rest === 0 || sizeOf(from) % rest !== 0)
    throw reshapeInfer(op, { from, shape }, unknown, rest)
  return shape.map((dim) => (dim === -1 ? sizeOf(from) / rest : dim))
}

/**
 * Axes in another order: axis `k` of the result is axis `perm[k]` of x.
 *
 * @example
 * permute(x, [2, 0, 1]) // x: f32[2, 3, 4] gives f32[4, 2, 3]
 */
export const permute: (x: Value, perm: readonly number[]) => Value = traced(
  (x: Value, perm: readonly number[]): Value => {
    const { shape } = asValue('permute', x).type
    return x.builder.permute(x, { perm: perm.map((axis) => resolveAxis('permute', axis, shape)) })
  },
)

/**
 * Exchanges two axes, by default the last two. Throws `SHAPE_TRANSPOSE_RANK` for fewer than two.
 *
 * @example
 * transpose(x, { axes: [0, 1] }) // x: f32[2, 3, 4] gives f32[3, 2, 4]
 */
export const transpose: (
  x: Value,
  options?: { readonly axes?: readonly [number, number] | undefined },
) => Value = traced(
  (x: Value, { axes }: { readonly axes?: readonly [number, number] | undefined } = {}): Value => {
    const { shape } = asValue('transpose', x).type
    if (axes === undefined && shape.length < 2) throw transposeRank(shape)
    const [first, second] = (axes ?? [-2, -1]).map((axis) => resolveAxis('transpose', axis, shape))
    const perm = shape.map((_, axis) => (axis === first ? second : axis === second ? first : axis) ?? axis)
    return x.builder.permute(x, { perm })
  },
)

export interface MoveAxisOptions {
  /** Axes of x. */
  readonly from: number | readonly number[]
  /** The axes they become, as many. */
  readonly to: number | readonly number[]
}

/**
 * Axes moved to other places; the rest keep their order. Throws `ATTR_AXES_PAIRED`, `ATTR_AXES_REPEATED`.
 *
 * @example
 * moveAxis(x, { from: 0, to: -1 }) // x: f32[2, 3, 4] gives f32[3, 4, 2]
 */
export const moveAxis: (x: Value, options: MoveAxisOptions) => Value = traced(
  (x: Value, { from, to }: MoveAxisOptions): Value => {
    const { shape } = asValue('moveAxis', x).type
    const pairs = pairedAxes('moveAxis', from, 'places', to)
    resolveAxes('moveAxis', [from].flat(), shape)
    resolveAxes('moveAxis', [to].flat(), shape)
    const places = new Map(
      pairs.map(([axis, place]) => [
        resolveAxis('moveAxis', place, shape),
        resolveAxis('moveAxis', axis, shape),
      ]),
    )
    const moved = new Set(places.values())
    const rest = shape.map((_, axis) => axis).filter((axis) => !moved.has(axis))
    const perm = shape.map((_, place) => places.get(place) ?? rest.shift() ?? 0)
    return x.builder.permute(x, { perm })
  },
)

/**
 * Repeats x along missing leading axes and axes of extent 1, up to `shape`; -1 keeps an extent. Throws `SHAPE_BROADCAST`,
 * `SHAPE_EXPAND`.
 *
 * @example
 * expand(x, [4, 2, -1]) // x: f32[1, 3] gives f32[4, 2, 3]
 */
export const expand: (x: Value, shape: Shape) => Value = traced((x: Value, shape: Shape): Value => {
  const from = asValue('expand', x).type.shape
  const target = shape.map((dim, axis) =>
    dim === -1 ? (from[axis - shape.length + from.length] ?? -1) : dim,
  )
  if (!target.every(isDim)) throw extents('expand', shape)
  const broadcast = broadcastShapes('expand', [from, target])
  if (broadcast.length !== target.length || broadcast.some((dim, axis) => dim !== target[axis])) {
    throw expandTarget(from, shape)
  }
  return broadcastTo(x, target)
})

/** Removes axes of extent 1: those named, or all there are. Throws `SHAPE_SQUEEZE` for a longer one. */
export const squeeze: (x: Value, options?: AxesOptions) => Value = traced(
  (x: Value, options: AxesOptions = {}): Value => {
    const { shape } = asValue('squeeze', x).type
    const named = options.axis !== undefined || options.axes !== undefined
    const axes = axesOf('squeeze', options, shape).filter((axis) => named || shape[axis] === 1)
    const long = axes.find((axis) => shape[axis] !== 1)
    if (long !== undefined) throw squeezeExtent(shape, long)
    return x.builder.reshape(x, { shape: shape.filter((_, axis) => !axes.includes(axis)) })
  },
)

/**
 * Adds an axis of extent 1, which becomes axis `axis` of the result.
 *
 * @example
 * unsqueeze(x, { axis: -1 }) // x: f32[2, 3] gives f32[2, 3, 1]
 */
export const unsqueeze: (x: Value, options: { readonly axis: number }) => Value = traced(
  (x: Value, { axis }: { readonly axis: number }): Value => {
    const { shape } = asValue('unsqueeze', x).type
    const position = resolveAxis('unsqueeze', axis, [...shape, 1])
    return x.builder.reshape(x, { shape: [...shape.slice(0, position), 1, ...shape.slice(position)] })
  },
)

/**
 * Joins axes into one: those from `axis` (default the first) to `last` (default the last). A number becomes a vector.
 *
 * @example
 * flatten(x, { axis: 1, last: 2 }) // x: f32[2, 3, 4, 5] gives f32[2, 12, 5]
 */
export const flatten: (
  x: Value,
  options?: { readonly axis?: number | undefined; readonly last?: number | undefined },
) => Value = traced(
  (
    x: Value,
    { axis = 0, last = -1 }: { readonly axis?: number | undefined; readonly last?: number | undefined } = {},
  ): Value => {
    const { shape } = asValue('flatten', x).type
    if (shape.length === 0) return x.builder.reshape(x, { shape: [1] })
    const from = resolveAxis('flatten', axis, shape)
    const end = resolveAxis('flatten', last, shape) + 1
    if (end <= from) throw flattenOrder(from, end - 1, shape)
    const joined = sizeOf(shape.slice(from, end))
    return x.builder.reshape(x, { shape: [...shape.slice(0, from), joined, ...shape.slice(end)] })
  },
)

export interface UnflattenOptions {
  readonly axis: number
  /** What the axis becomes; one extent may be -1. */
  readonly shape: Shape
}

/**
 * Splits an axis into several. Throws `SHAPE_RESHAPE_INFER`, `SHAPE_UNFLATTEN`.
 *
 * @example
 * unflatten(x, { axis: 1, shape: [2, -1] }) // x: f32[3, 8] gives f32[3, 2, 4]
 */
export const unflatten: (x: Value, options: UnflattenOptions) => Value = traced(
  (x: Value, { axis, shape }: UnflattenOptions): Value => {
    const from = asValue('unflatten', x).type.shape
    const at = resolveAxis('unflatten', axis, from)
    const extent = from.slice(at, at + 1)
    const parts = inferExtent('unflatten', extent, shape)
    if (sizeOf(parts) !== sizeOf(extent)) throw unflattenSize(at, from, parts)
    return x.builder.reshape(x, { shape: [...from.slice(0, at), ...parts, ...from.slice(at + 1)] })
  },
)

const extents = (op: string, shape: Shape): HeddleError =>
  errorHere(
    'ATTR_EXTENT',
    `${op}: shape ${formatShape(shape)}; extents must be whole and not negative, or -1`,
    {
      op,
      shape,
    },
  )

const reshapeInfer = (
  op: string,
  { from, shape }: { readonly from: Shape; readonly shape: Shape },
  unknown: number,
  rest: number,
): HeddleError =>
  errorHere(
    'SHAPE_RESHAPE_INFER',
    unknown > 1
      ? `${op}: shape ${formatShape(shape)} leaves ${unknown} extents open; only one may be -1`
      : `${op}: ${formatShape(from)} has ${sizeOf(from)} elements, which ${rest} (the other extents of ${formatShape(shape)}) does not divide; it must`,
    { from, shape },
  )

const transposeRank = (shape: Shape): HeddleError =>
  errorHere(
    'SHAPE_TRANSPOSE_RANK',
    `transpose: x ${formatShape(shape)} has ${shape.length} axes; it needs two`,
    {
      shape,
    },
  )

const expandTarget = (from: Shape, shape: Shape): HeddleError =>
  errorHere(
    'SHAPE_EXPAND',
    `expand: ${formatShape(from)} to ${formatShape(shape)}; only missing leading axes and axes of extent 1 may grow`,
    { from, to: shape },
  )

const squeezeExtent = (shape: Shape, axis: number): HeddleError =>
  errorHere(
    'SHAPE_SQUEEZE',
    `squeeze: axis ${axis} of ${formatShape(shape)} has extent ${shape[axis]}; only axes of extent 1 can be removed`,
    { shape, axis },
  )

const flattenOrder = (axis: number, last: number, shape: Shape): HeddleError =>
  errorHere(
    'ATTR_FLATTEN_ORDER',
    `flatten: axis ${axis} to axis ${last} of ${formatShape(shape)}; the last is not before the first`,
    { axis, last, shape },
  )

const unflattenSize = (axis: number, from: Shape, parts: Shape): HeddleError =>
  errorHere(
    'SHAPE_UNFLATTEN',
    `unflatten: axis ${axis} of ${formatShape(from)} has ${from[axis]} positions, ${formatShape(parts)} has ${sizeOf(parts)}; these must be equal`,
    { axis, from, parts },
  )
