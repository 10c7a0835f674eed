// Questions about each element with a bool for an answer, and not: of truth, and of bits.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { dtypeOf } from '../dtypes.ts'
import { notImplementedFor } from './dtype-errors.ts'
import { operation } from './operation.ts'
import { type Unary, unary } from './pointwise.ts'
import { runElementwise } from './run.ts'
import { type Fn, fn } from './signature.ts'

type Predicate = Fn<Record<never, never>, []>

const predicate = (name: string, build: (x: Value) => Value): Predicate => {
  const op = operation({ name, node: null, build: ([x]) => build(x as Value) })
  return fn(name, [], [], (self) => runElementwise(op, [self]))
}

const everywhere = (x: Value, value: 0 | 1): Value =>
  x.builder.full({ dtype: 'bool', shape: x.type.shape, value })
/** A question about floats; of others the answer is no. */
const ofFloats = (name: string, build: (x: Value) => Value): Predicate =>
  predicate(name, (x) => (core.isFloat(x.type.dtype) ? build(x) : everywhere(x, 0)))

export const isnan: Predicate = ofFloats('isnan', core.isNan)
export const isinf: Predicate = predicate('isinf', core.isInf)
export const isfinite: Predicate = predicate('isfinite', core.isFinite)
export const isposinf: Predicate = ofFloats('isposinf', (x) => core.eq(x, Number.POSITIVE_INFINITY))
export const isneginf: Predicate = ofFloats('isneginf', (x) => core.eq(x, Number.NEGATIVE_INFINITY))
export const isreal: Predicate = predicate('isreal', (x) => everywhere(x, 1))
/** Whether the sign is set, of -0 too. */
export const signbit: Predicate = predicate('signbit', (x) => {
  const { dtype } = x.type
  if (core.isFloat(dtype)) return core.lt(core.copysign(core.onesLike(x), x), 0)
  return dtypeOf(dtype).isSigned ? core.lt(x, 0) : everywhere(x, 0)
})

/** Whether an element is 0. */
export const logicalNot: Unary = unary({
  name: 'logical_not',
  node: null,
  build: ([x]) => core.logicalNot(x as Value),
})

/** Every bit the other way; of bools, not. */
export const bitwiseNot: Unary = unary({
  name: 'bitwise_not',
  node: null,
  build: ([x]) => {
    const value = x as Value
    if (core.isFloat(value.type.dtype)) throw notImplementedFor('bitwise_not_cpu', value)
    return core.bitwiseNot(value)
  },
})
