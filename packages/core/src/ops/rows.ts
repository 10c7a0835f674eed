// Rows of an array along an axis, as ops that run on the host walk them, and the movement their derivatives and expansions are
// made of: every element from `by` places before (or behind) it on the axis.
import { extent, type Shape, sizeOf } from '../dim.ts'
import type { Builder } from '../ir/builder.ts'
import type { Value } from '../ir/value.ts'
import { dimAt } from './support.ts'

/** Calls `visit` with the offset of the first element of each row along `axis`, the row's length, and the distance of neighbours. */
export function forEachRow(
  shape: Shape,
  axis: number,
  visit: (start: number, length: number, stride: number) => void,
): void {
  const length = extent(dimAt(shape, axis))
  const stride = sizeOf(shape.slice(axis + 1))
  const outer = sizeOf(shape.slice(0, axis))
  for (let block = 0; block < outer; block++) {
    for (let inner = 0; inner < stride; inner++) visit(block * length * stride + inner, length, stride)
  }
}

export interface Shift {
  readonly axis: number
  /** Places each element moves towards the end, from 1; towards the start if `reverse`. */
  readonly by: number
  readonly reverse: boolean
}

/** The elements that have one `by` places further: what `shift` moves. `[…, n, …] -> […, max(0, n - by), …]` */
export function beforeShift(b: Builder, x: Value, { axis, by, reverse }: Shift): Value {
  return cut(b, x, axis, reverse ? by : 0, reverse ? 0 : by)
}

/** The elements that have one `by` places before them: where `shift` moves to. */
export function afterShift(b: Builder, x: Value, { axis, by, reverse }: Shift): Value {
  return cut(b, x, axis, reverse ? 0 : by, reverse ? by : 0)
}

/** Puts `by` elements `fill` before (behind, if `reverse`) a row. */
export function refill(b: Builder, x: Value, { axis, by, reverse }: Shift, fill: number): Value {
  const on = (count: number): readonly number[] => x.type.shape.map((_, each) => (each === axis ? count : 0))
  return b.pad(x, { low: on(reverse ? 0 : by), high: on(reverse ? by : 0), interior: on(0), value: fill })
}

/** `y[k] = x[k - by]`, `fill` where there is none: the shape stays. */
export function shift(b: Builder, x: Value, move: Shift, fill: number): Value {
  const length = extent(dimAt(x.type.shape, move.axis))
  const by = Math.min(move.by, length)
  return refill(b, beforeShift(b, x, { ...move, by }), { ...move, by }, fill)
}

function cut(b: Builder, x: Value, axis: number, low: number, high: number): Value {
  const { shape } = x.type
  return b.slice(x, {
    starts: shape.map((_, each) => (each === axis ? low : 0)),
    limits: shape.map((dim, each) => (each === axis ? extent(dim) - high : extent(dim))),
    steps: shape.map(() => 1),
  })
}

/** Distances 1, 2, 4, … below the length of a row: after combining over each of them every element has met all before it. */
export function doublings(length: number): readonly number[] {
  const distances: number[] = []
  for (let by = 1; by < length; by *= 2) distances.push(by)
  return distances
}
