// The text of one scalar op applied to operands.
import type { DType, MathFunction, ScalarOp } from '@heddle/core'
import { mathFunctions } from '@heddle/core'
import { scalarOps } from './scalar-ops.ts'
import type { Expression } from './text.ts'
import { atom } from './text.ts'

export function isMathFunction(op: ScalarOp): op is MathFunction {
  return Object.hasOwn(mathFunctions, op)
}

/** f32 functions are those of the library, f64 ones the host's. */
export function renderCall(op: ScalarOp, args: readonly Expression[], dtype: DType, from: DType): Expression {
  if (!isMathFunction(op)) return scalarOps[op](args, dtype, from)
  const list = args.map(({ text }) => text).join(', ')
  return atom(dtype === 'f32' ? `${mathFunctions[op].name}_f32(${list})` : `host.${op}(${list})`)
}
