// Axes as users name them: negative ones count from the end, one may stand for a list. The IR below knows neither.

import { formatShape, type Shape } from '../dim.ts'
import type { HeddleError } from '../errors.ts'
import { errorHere } from './operand.ts'

/** Which axes: one, several, or (neither) all. */
export interface AxesOptions {
  readonly axis?: number | undefined
  readonly axes?: readonly number[] | undefined
}

/** An axis of `shape`, counted from the end if negative. Throws `ATTR_AXIS_RANGE`. */
export function resolveAxis(op: string, axis: number, shape: Shape): number {
  const rank = shape.length
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) throw axisRange(op, axis, shape)
  return axis < 0 ? axis + rank : axis
}

/** Distinct axes, sorted. Throws `ATTR_AXIS_RANGE`, `ATTR_AXES_REPEATED`. */
export function resolveAxes(op: string, axes: readonly number[], shape: Shape): readonly number[] {
  const resolved = axes.map((axis) => resolveAxis(op, axis, shape)).sort((x, y) => x - y)
  if (new Set(resolved).size !== resolved.length) throw axesRepeated(op, axes, shape)
  return resolved
}

/** The axes options name, sorted; all axes if they name none. */
export function axesOf(op: string, { axis, axes }: AxesOptions, shape: Shape): readonly number[] {
  if (axis !== undefined && axes !== undefined) throw bothAxes(op, axis, axes)
  if (axis !== undefined) return [resolveAxis(op, axis, shape)]
  return axes === undefined ? shape.map((_, each) => each) : resolveAxes(op, axes, shape)
}

/**
 * Axes with what belongs to each, both one or a list. Axes are as given. Throws `ATTR_AXES_PAIRED` for lists of different lengths.
 */
export function pairedAxes(
  op: string,
  axes: number | readonly number[],
  what: string,
  entries: number | readonly number[],
): readonly (readonly [number, number])[] {
  const [left, right] = [[axes].flat(), [entries].flat()]
  if (left.length !== right.length) throw axesPaired(op, left, what, right)
  return left.map((axis, k) => [axis, right[k] ?? 0])
}

const axisRange = (op: string, axis: number, shape: Shape): HeddleError =>
  errorHere(
    'ATTR_AXIS_RANGE',
    shape.length === 0
      ? `${op}: axis ${axis} of a value of rank 0; there are no axes`
      : `${op}: axis ${axis} is not an axis of ${formatShape(shape)}; axes are ${-shape.length} to ${shape.length - 1}`,
    { op, axis, shape },
  )

const axesRepeated = (op: string, axes: readonly number[], shape: Shape): HeddleError =>
  errorHere(
    'ATTR_AXES_REPEATED',
    `${op}: axes ${formatShape(axes)} name an axis of ${formatShape(shape)} twice; each may be named once`,
    { op, axes, shape },
  )

const bothAxes = (op: string, axis: number, axes: readonly number[]): HeddleError =>
  errorHere(
    'ATTR_AXIS_AND_AXES',
    `${op}: both axis ${axis} and axes ${formatShape(axes)} are given; give one of the two`,
    { op, axis, axes },
  )

const axesPaired = (
  op: string,
  axes: readonly number[],
  what: string,
  entries: readonly number[],
): HeddleError =>
  errorHere(
    'ATTR_AXES_PAIRED',
    `${op}: ${axes.length} axes ${formatShape(axes)} and ${entries.length} ${what} ${formatShape(entries)}; there must be as many`,
    { op, axes, entries },
  )
