// Operands brought into the dtype in which PyTorch has them meet, and into one shape.

import type { DType, Value } from '@heddle/core'
import * as core from '@heddle/core'
import { getDefaultDtype, resultDType } from '../dtypes.ts'
import * as errors from '../errors.ts'
import { castTo } from './cast.ts'
import type { Operand } from './operation.ts'

export const isBoolean = (x: Operand | undefined): boolean => typeof x === 'object' && x.type.dtype === 'bool'

/** The dtype of functions that give floats: that of floats, else the default. */
export const floating = (dtype: DType): DType => (core.isFloat(dtype) ? dtype : getDefaultDtype().core)

/** A float of the operand. */
export const asFloat = (x: Value): Value => castTo(x, floating(x.type.dtype))

/**
 * Applies `build` to operands in the dtype they meet in, or in what `choose` makes of it; numbers stay numbers. Throws PyTorch's
 * message where shapes cannot be broadcast.
 */
export function inCommon(
  operands: readonly (Operand | undefined)[],
  build: (x: Operand, y: Operand, ...others: readonly Operand[]) => Value,
  choose: (dtype: DType) => DType = (dtype) => dtype,
): Value {
  const given = operands.filter((operand) => operand !== undefined)
  const dtype = choose(resultDType(given))
  const [x, y, ...others] = given.map((operand) =>
    typeof operand === 'number' ? numberFor(dtype, operand) : castTo(operand, dtype),
  )
  if (x === undefined || y === undefined) throw errors.notSupported('an operation on one operand')
  commonShape(given)
  return build(x, y, ...others)
}

/** A number as an element of a dtype: integers wrap. */
export function numberFor(dtype: DType, value: number): number {
  if (core.isFloat(dtype) || !Number.isFinite(value)) return value
  return Number(core.dtypes[dtype].round(value))
}

/** Throws PyTorch's message unless two shapes can be broadcast. */
export function requireBroadcast(x: readonly number[], y: readonly number[]): void {
  for (let at = 1; at <= Math.min(x.length, y.length); at++) {
    const [left, right] = [x.at(-at), y.at(-at)]
    if (left !== right && left !== 1 && right !== 1) throw errors.sizeMismatch(x, y)
  }
}

/** The shape operands are broadcast to. Throws PyTorch's message where one cannot be, with those before it. */
export function commonShape(operands: readonly Operand[]): readonly number[] {
  let common: readonly number[] = []
  for (const operand of operands) {
    if (typeof operand === 'number') continue
    const { shape } = operand.type
    requireBroadcast(common, shape)
    common = broadcast(common, shape)
  }
  return common
}

function broadcast(x: readonly number[], y: readonly number[]): readonly number[] {
  const rank = Math.max(x.length, y.length)
  return Array.from({ length: rank }, (_, axis) => {
    const left = x[axis - rank + x.length] ?? 1
    return left === 1 ? (y[axis - rank + y.length] ?? 1) : left
  })
}

/** Bools as integers, for what has an order. */
export const ordered = (x: Operand): Operand => (typeof x === 'object' && isBoolean(x) ? castTo(x, 'i32') : x)
