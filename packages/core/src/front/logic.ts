// Questions with a bool for an answer, of numbers of any dtype: logic on whether they are 0, and which floats are finite.
import { isFloat } from '../dtype.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { abs, type Binary, eq, lt, type Unary } from './elementwise.ts'
import { align, asValue, type Operand } from './operand.ts'

/** Operands as bools: whether they are not 0. NaN is true. */
const logical = (name: string, op: 'and' | 'or' | 'xor'): Binary =>
  traced((x: Operand, y: Operand): Value => {
    const [left, right] = align(name, [x, y], 'bool') as readonly [Value, Value]
    return left.builder[op](left, right)
  })

/**
 * Whether both are not 0.
 *
 * Shapes: broadcast. Dtypes: any, bool out; `and` is the bitwise one on integers.
 *
 * @example
 * logicalAnd(x, y) // x: f32[3], y: i32[2, 1] gives bool[2, 3]
 */
export const logicalAnd: Binary = logical('logicalAnd', 'and')
/** Whether either is not 0: a bool. */
export const logicalOr: Binary = logical('logicalOr', 'or')
/** Whether exactly one is not 0: a bool. */
export const logicalXor: Binary = logical('logicalXor', 'xor')
/** Whether x is 0: a bool. */
export const logicalNot: Unary = traced((x: Value): Value => eq(asValue('logicalNot', x), 0))

/**
 * Whether x is Infinity or -Infinity: a bool. Never for integers and bools.
 *
 * @example
 * isInf(x) // x = [1, Infinity, -Infinity, NaN] gives [false, true, true, false]
 */
export const isInf: Unary = traced((x: Value): Value => {
  const value = asValue('isInf', x)
  return isFloat(value.type.dtype) ? eq(abs(value), Number.POSITIVE_INFINITY) : everywhere(value, 0)
})

/**
 * Whether x is neither infinite nor NaN: a bool. Always for integers and bools.
 *
 * @example
 * isFinite(x) // x = [1, Infinity, -Infinity, NaN] gives [true, false, false, false]
 */
const finite: Unary = traced((x: Value): Value => {
  const value = asValue('isFinite', x)
  return isFloat(value.type.dtype) ? lt(abs(value), Number.POSITIVE_INFINITY) : everywhere(value, 1)
})

// A declaration of this name would hide the global one.
export { finite as isFinite }

const everywhere = (x: Value, value: 0 | 1): Value =>
  x.builder.full({ dtype: 'bool', shape: x.type.shape, value })
