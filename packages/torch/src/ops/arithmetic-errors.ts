// What arithmetic refuses, in PyTorch's words: dtypes, factors, and division of integers by 0.
import { type DType, isFloat, readElement } from '@heddle/core'
import { resultDType } from '../dtypes.ts'
import { readCell } from '../engine/evaluate.ts'
import { argumentError, type TorchError } from '../errors.ts'
import { notImplementedFor } from './dtype-errors.ts'
import type { Argument } from './run.ts'

export const floatAlpha = (): TorchError =>
  argumentError('For integral input tensors, argument alpha must not be a floating point number.')

/** The dtype operands meet in, unless it is bool, for which the kernel has no form. */
export const noBool =
  (kernel: string): ((dtype: DType) => DType) =>
  (dtype) => {
    if (dtype === 'bool') throw notImplementedFor(kernel, { type: { dtype } })
    return dtype
  }

const typed = (operand: Argument) => (typeof operand === 'number' ? operand : { type: operand.type_ })

/** Throws where integers are divided by 0, which tensors must be evaluated to know; floats have infinities for it. */
export function requireDivisor(self: Argument, [divisor]: readonly Argument[]): void {
  if (divisor === undefined) return
  const common = resultDType([typed(self), typed(divisor)])
  if (isFloat(common) || common === 'bool') return
  if (typeof divisor === 'number') {
    if (divisor === 0) throw zeroDivision()
    return
  }
  const { dtype } = divisor.type_
  const data = readCell(divisor.cell)
  for (let at = 0; at < data.length; at++)
    if (Number(readElement(dtype, data, at)) === 0) throw zeroDivision()
}

const zeroDivision = (): TorchError => argumentError('ZeroDivisionError')
