// Functions that give the same elements another shape or order of axes.

import { formatShape, isDim, type Shape, sizeOf } from '../dim.ts'
import type { HeddleError } from '../errors.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { type AxesOptions, axesOf, resolveAxis } from './axes.ts'
import { asValue, broadcastShapes, broadcastTo, errorHere } from './operand.ts'

/**
 * The same elements in row-major order under `shape`; one extent may be -1 and is then what the others leave.
 *
 * @example
 * reshape(x, [2, -1]) // x: f32[4, 3] gives f32[2, 6]
 */
export const reshape: (x: Value, shape: Shape) => Value = traced((x: Value, shape: Shape): Value => {
  const from = asValue('reshape', x).type.shape
  return x.builder.reshape(x, { shape: inferExtent(from, shape) })
})

function inferExtent(from: Shape, shape: Shape): Shape {
  const unknown = shape.filter((dim) => dim === -1).length
  if (shape.some((dim) => dim !== -1 && !isDim(dim))) throw extents('reshape', shape)
  if (unknown === 0) return shape
  const rest = sizeOf(shape.filter((dim) => dim !== -1))
  if (unknown > 1 || rest === 0 || sizeOf(from) % rest !== 0) throw reshapeInfer(from, shape, unknown, rest)
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

/** Exchanges the last two axes. Throws `SHAPE_TRANSPOSE_RANK` for fewer than two. */
export const transpose: (x: Value) => Value = traced((x: Value): Value => {
  const rank = asValue('transpose', x).type.shape.length
  if (rank < 2) throw transposeRank(x.type.shape)
  const perm = x.type.shape.map((_, axis) => axis)
  return x.builder.permute(x, { perm: [...perm.slice(0, -2), rank - 1, rank - 2] })
})

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

/** Joins the axes from `axis` on into one. Default: all axes. */
export const flatten: (x: Value, options?: { readonly axis?: number }) => Value = traced(
  (x: Value, { axis = 0 }: { readonly axis?: number } = {}): Value => {
    const { shape } = asValue('flatten', x).type
    if (shape.length === 0) return x.builder.reshape(x, { shape: [1] })
    const from = resolveAxis('flatten', axis, shape)
    return x.builder.reshape(x, { shape: [...shape.slice(0, from), sizeOf(shape.slice(from))] })
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

const reshapeInfer = (from: Shape, shape: Shape, unknown: number, rest: number): HeddleError =>
  errorHere(
    'SHAPE_RESHAPE_INFER',
    unknown > 1
      ? `reshape: shape ${formatShape(shape)} leaves ${unknown} extents open; only one may be -1`
      : `reshape: ${formatShape(from)} has ${sizeOf(from)} elements, which ${rest} (the other extents of ${formatShape(shape)}) does not divide; it must`,
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
