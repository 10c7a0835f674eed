// Reading at positions that are data. A position outside the axis reads NaN (0 for integers and bool): nothing is clamped, and
// nothing is counted from the end. Writing is `scatter.ts`.

import { type DType, dtypes, holds, isInteger } from '../dtype.ts'
import type { HeddleError } from '../errors.ts'
import { traced } from '../ir/provenance.ts'
import { formatType } from '../ir/tensor-type.ts'
import type { Value } from '../ir/value.ts'
import { resolveAxis } from './axes.ts'
import { and, eq, ge, le, select } from './elementwise.ts'
import { asValue, errorHere, promote } from './operand.ts'

export interface GatherOptions {
  /** Default 0. */
  readonly axis?: number | undefined
}

/**
 * Positions as i32, from any integer dtype. What i32 does not hold becomes -1, outside every axis: it must not wrap to a
 * position inside. Throws `DTYPE_INDICES` for floats and bools.
 */
export function positions(op: string, indices: Value): Value {
  const { dtype } = asValue(op, indices, 1).type
  if (!isInteger(dtype)) throw indicesDType(op, indices)
  if (holds('i32', dtype)) return promote(indices, 'i32')
  const inside = le(indices, Number(dtypes.i32.highest))
  const fits = dtypes[dtype].kind === 'uint' ? inside : and(ge(indices, 0), inside)
  return select(fits, promote(indices, 'i32'), -1)
}

/**
 * Slices of x at positions along an axis, which the axes of `indices` replace.
 *
 * @example
 * gather(table, ids) // table: f32[100, 8], ids: i32[4, 5] gives f32[4, 5, 8]
 */
export const gather: (x: Value, indices: Value, options?: GatherOptions) => Value = traced(
  (x: Value, indices: Value, { axis = 0 }: GatherOptions = {}): Value => {
    const { shape } = asValue('gather', x).type
    return x.builder.gather(x, positions('gather', indices), { axis: resolveAxis('gather', axis, shape) })
  },
)

export interface OneHotOptions {
  /** Extent of the added last axis. */
  readonly classes: number
  /** Default f32. */
  readonly dtype?: DType | undefined
}

/**
 * A last axis that is 1 at the class and 0 elsewhere; all 0 for a class outside.
 *
 * @example
 * oneHot(y, { classes: 10 }) // y: i32[64] gives f32[64, 10]
 */
export const oneHot: (indices: Value, options: OneHotOptions) => Value = traced(
  (indices: Value, { classes, dtype = 'f32' }: OneHotOptions): Value =>
    promote(isClass(indices, classes, indices.type.shape.length), dtype),
)

/** Whether an element's place along `axis`, which is added with extent `classes`, is the class: the mask of one-hot. */
export function isClass(indices: Value, classes: number, axis: number): Value {
  const at = positions('oneHot', indices)
  const { shape } = at.type
  const added = [...shape.slice(0, axis), 1, ...shape.slice(axis)]
  const full = added.map((dim, each) => (each === axis ? classes : dim))
  const b = at.builder
  return eq(b.iota({ dtype: 'i32', shape: full, axis }), b.reshape(at, { shape: added }))
}

const indicesDType = (op: string, indices: Value): HeddleError =>
  errorHere(
    'DTYPE_INDICES',
    `${op}: indices are ${formatType(indices.type)}; they must be integers. cast(indices, 'i32') converts.`,
    { op, indices: indices.type },
  )
