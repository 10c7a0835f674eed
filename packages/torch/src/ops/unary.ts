// Functions of one element that give a float or keep the dtype.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { boolNegate } from '../errors.ts'
import { type Unary, unary } from './pointwise.ts'
import { asFloat, isBoolean } from './promotion.ts'

/** A function that gives floats, also of integers. */
const float = (name: string, node: string, build: (x: Value) => Value): Unary =>
  unary({ name, node, build: ([x]) => build(asFloat(x as Value)) })
/** A function that keeps the dtype. */
const same = (name: string, node: string, build: (x: Value) => Value): Unary =>
  unary({ name, node, build: ([x]) => build(x as Value) })

export const exp: Unary = float('exp', 'ExpBackward0', core.exp)
export const log: Unary = float('log', 'LogBackward0', core.log)
export const sqrt: Unary = float('sqrt', 'SqrtBackward0', core.sqrt)
export const tanh: Unary = float('tanh', 'TanhBackward0', core.tanh)
export const sigmoid: Unary = float('sigmoid', 'SigmoidBackward0', core.sigmoid)
export const abs: Unary = same('abs', 'AbsBackward0', core.abs)
export const relu: Unary = same('relu', 'ReluBackward0', core.relu)
export const neg: Unary = same('neg', 'NegBackward0', (x) => {
  if (isBoolean(x)) throw boolNegate()
  return core.neg(x)
})
