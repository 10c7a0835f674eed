// A value as functions that work row by row see it: along one axis, where a scalar is a row of one element (as PyTorch has it).
import { extent } from '../dim.ts'
import type { Value } from '../ir/value.ts'
import { resolveAxis } from './axes.ts'
import { asValue } from './operand.ts'

/** Values along an axis, with the positions they were found at. */
export interface ValuesWithIndices {
  readonly values: Value
  /** Positions on the axis, i32. */
  readonly indices: Value
}

export interface RowOptions {
  /** Default: the last axis. */
  readonly axis?: number | undefined
}

export interface ReduceRowOptions extends RowOptions {
  /** The axis stays with extent 1. Default false. */
  readonly keepDims?: boolean | undefined
}

export interface Row {
  readonly x: Value
  readonly axis: number
  readonly length: number
  /** A result of as many axes, with the rank of the operand. */
  restore(y: Value): Value
  /** A result of extent 1 along the axis, which goes unless it is kept. */
  reduce(y: Value, keepDims?: boolean): Value
}

/** Throws `ATTR_AXIS_RANGE`; of a scalar the axes 0 and -1 are allowed. */
export function rowOf(op: string, operand: Value, axis = -1): Row {
  const given = asValue(op, operand)
  const b = given.builder
  const isScalar = given.type.shape.length === 0
  const x = isScalar ? b.reshape(given, { shape: [1] }) : given
  const resolved = resolveAxis(op, axis, x.type.shape)
  const restore = (y: Value): Value => (isScalar ? b.reshape(y, { shape: [] }) : y)
  return {
    x,
    axis: resolved,
    length: extent(x.type.shape[resolved] ?? 1),
    restore,
    reduce: (y, keepDims = false) => {
      if (keepDims || isScalar) return restore(y)
      return b.reshape(y, { shape: y.type.shape.filter((_, each) => each !== resolved) })
    },
  }
}

/** Applies to values and positions alike. */
export const both = ({ values, indices }: ValuesWithIndices, f: (y: Value) => Value): ValuesWithIndices => ({
  values: f(values),
  indices: f(indices),
})
