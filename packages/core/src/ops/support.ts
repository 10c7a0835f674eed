// What several op records share: checks of axes, schemas of attributes, identity accesses, and the few movements that
// derivative rules are made of.
import { z } from 'zod'
import { formatShape, type Shape } from '../dim.ts'
import { dtypes } from '../dtype.ts'
import { HeddleError } from '../errors.ts'
import type { Builder } from '../ir/builder.ts'
import type { Access, AccessArgs } from '../ir/define.ts'
import type { Value } from '../ir/value.ts'

export const shapeSchema: z.ZodType<Shape> = z.array(z.int().nonnegative()).readonly()
export const axesSchema: z.ZodType<readonly number[]> = z.array(z.int().nonnegative()).readonly()

/** Every operand is read at the index asked for. */
export const samePlace = ({ at, inputs }: AccessArgs<unknown>): readonly Access[] =>
  inputs.map((_, operand) => ({ operand, index: at, guards: [] }))

export function checkAxis(op: string, axis: number, shape: Shape): void {
  if (!Number.isInteger(axis) || axis < 0 || axis >= shape.length) throw axisRange(op, axis, shape)
}

/** Axes sorted, distinct and of the shape. */
export function checkAxes(op: string, axes: readonly number[], shape: Shape): void {
  for (const axis of axes) checkAxis(op, axis, shape)
  if (axes.some((axis, k) => k > 0 && axis <= (axes[k - 1] ?? -1))) throw axesOrder(op, axes)
}

/** One entry per axis. */
export function checkPerAxis(op: string, attribute: string, entries: readonly number[], shape: Shape): void {
  if (entries.length !== shape.length) throw perAxis(op, attribute, entries, shape)
}

export const dimAt = (shape: Shape, axis: number): number => shape[axis] ?? 1
export const withoutAxes = (shape: Shape, axes: readonly number[]): Shape =>
  shape.filter((_, axis) => !axes.includes(axis))
export const onAxes = (shape: Shape, axes: readonly number[]): Shape => axes.map((axis) => dimAt(shape, axis))
export const range = (count: number): number[] => Array.from({ length: count }, (_, k) => k)
export const invert = (perm: readonly number[]): readonly number[] =>
  range(perm.length).map((axis) => perm.indexOf(axis))

/** A scalar constant of the type of `like`. */
export const fullLike = (b: Builder, like: Value, value: number): Value => b.full({ ...like.type, value })

/** The same for a number that `like`'s dtype may have to round. */
export const constantLike = (b: Builder, like: Value, value: number): Value =>
  fullLike(b, like, dtypes[like.type.dtype].round(value))

/** Only NaN differs from itself. */
export const isNan = (b: Builder, x: Value): Value => b.ne(x, x)

/** -1 below 0, 1 above, 0 at 0, at -0 and at NaN; flat everywhere. */
export function signOf(b: Builder, x: Value): Value {
  const zero = fullLike(b, x, 0)
  const isUnsigned = dtypes[x.type.dtype].kind === 'uint'
  const atMost = isUnsigned ? zero : b.select(b.lt(x, zero), fullLike(b, x, -1), zero)
  return b.select(b.lt(zero, x), fullLike(b, x, 1), atMost)
}

/** Puts back the axes a reduction removed: `y [without axes] -> [shape]`. */
export function spread(b: Builder, y: Value, shape: Shape, axes: readonly number[]): Value {
  const kept = shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim))
  return b.expand(b.reshape(y, { shape: kept }), { shape })
}

export const axisRange = (op: string, axis: number, shape: Shape): HeddleError =>
  new HeddleError(
    'ATTR_AXIS_RANGE',
    `${op}: axis ${axis} is not an axis of ${formatShape(shape)}; axes are 0 to ${shape.length - 1}${shape.length === 0 ? ' (there are none)' : ''}`,
    { details: { op, axis, shape } },
  )

const axesOrder = (op: string, axes: readonly number[]): HeddleError =>
  new HeddleError('ATTR_AXES_ORDER', `${op}: axes ${formatShape(axes)} must be sorted and distinct`, {
    details: { op, axes },
  })

const perAxis = (op: string, attribute: string, entries: readonly number[], shape: Shape): HeddleError =>
  new HeddleError(
    'ATTR_PER_AXIS',
    `${op}: ${attribute} ${formatShape(entries)} has ${entries.length} entries, the operand ${formatShape(shape)} has ${shape.length} axes; give one entry per axis`,
    { details: { op, attribute, entries, shape } },
  )
