// The advanced part of an index: lists of positions of several axes, taken together. Their axes are brought side by side and
// joined, and the positions become places on the joined axis: one gather, or one scatter.

import { rowMajorStrides, type Shape, sizeOf } from '../dim.ts'
import { forEachIndex } from '../interpret/nd-array.ts'
import type { Value } from '../ir/value.ts'
import { add, and, ge, lt, mul, select } from './elementwise.ts'
import type { KnownPositions } from './index-items.ts'
import type { AxisPositions } from './index-view.ts'
import { broadcastShapes, broadcastTo, isValue, promote } from './operand.ts'

/** Where the positions of a value lie on one joined axis of it. */
export interface JoinedPositions {
  /** Order that brings the axes of positions side by side. */
  readonly perm: readonly number[]
  /** Shape after that order. */
  readonly apart: Shape
  /** Shape with these axes joined to one. */
  readonly joined: Shape
  /** The joined axis. */
  readonly axis: number
  /** Places on it, i32; outside it for positions outside their axes. */
  readonly places: Value
  /** Shape of what is read. */
  readonly shape: Shape
}

/**
 * Neighbouring axes of positions are replaced where they stand, others by axes in front. Negative positions count from the end.
 * Throws `SHAPE_BROADCAST` if the lists do not fit each other.
 */
export function joinPositions(op: string, x: Value, lists: readonly AxisPositions[]): JoinedPositions {
  const { shape } = x.type
  const axes = lists.map(({ axis }) => axis)
  const rest = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis))
  const areNeighbours = axes.every((axis, k) => k === 0 || axis === (axes[k - 1] ?? 0) + 1)
  const axis = areNeighbours ? (axes[0] ?? 0) : 0
  const perm = [...rest.slice(0, axis), ...axes, ...rest.slice(axis)]
  const extents = axes.map((each) => shape[each] ?? 1)
  const target = broadcastShapes(
    op,
    lists.map(({ positions }) => (isValue(positions) ? positions.type.shape : positions.shape)),
  )
  const extentsOf = (kept: readonly number[]): Shape => kept.map((each) => shape[each] ?? 1)
  const [before, after] = [extentsOf(rest.slice(0, axis)), extentsOf(rest.slice(axis))]
  return {
    perm,
    apart: [...before, ...extents, ...after],
    joined: [...before, sizeOf(extents), ...after],
    axis,
    places: placesOf(x, lists, extents, target),
    shape: [...before, ...target, ...after],
  }
}

function placesOf(x: Value, lists: readonly AxisPositions[], extents: Shape, target: Shape): Value {
  const b = x.builder
  const known: KnownPositions[] = []
  for (const { positions } of lists) if (!isValue(positions)) known.push(positions)
  if (known.length === lists.length) {
    const spread = known.map((each) => spreadKnown(each, target))
    const data = Int32Array.from({ length: sizeOf(target) }, (_, at) =>
      extents.reduce((place, extent, k) => place * extent + (spread[k]?.[at] ?? 0), 0),
    )
    return b.literal({ dtype: 'i32', shape: target, data })
  }
  const parts = lists.map(({ positions }, k) => {
    const extent = extents[k] ?? 1
    const value = isValue(positions) ? fromEnd(positions, extent) : known32(x, positions)
    return { extent, value: broadcastTo(value, target) }
  })
  const [only] = parts
  if (parts.length === 1 && only !== undefined) return only.value
  const place = parts
    .map(({ value }) => value)
    .reduce((sum, value, k) => add(mul(sum, extents[k] ?? 1), value))
  const inside = parts.map(({ extent, value }) => and(ge(value, 0), lt(value, extent))).reduce(and)
  return select(inside, place, -1)
}

/** Negative positions, which are data, counted from the end. */
export function fromEnd(positions: Value, extent: number): Value {
  const at = promote(positions, 'i32')
  return select(lt(at, 0), add(at, extent), at)
}

const known32 = (x: Value, { shape, data }: KnownPositions): Value =>
  x.builder.literal({ dtype: 'i32', shape, data: Int32Array.from(data) })

/** Known positions broadcast to a shape, in row-major order. */
function spreadKnown({ shape, data }: KnownPositions, target: Shape): readonly number[] {
  const missing = target.length - shape.length
  const strides = rowMajorStrides(shape).map((stride, axis) => (shape[axis] === 1 ? 0 : stride))
  const spread: number[] = []
  forEachIndex(target, (index) => {
    const at = strides.reduce((sum, stride, axis) => sum + stride * (index[axis + missing] ?? 0), 0)
    spread.push(data[at] ?? 0)
  })
  return spread
}
