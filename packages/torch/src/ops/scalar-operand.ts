// Booleans and bigints as operands beside tensors. A boolean is a bool of no dimensions, which decides the dtype only where
// everything else is bool too; a bigint counts as a whole number, exactly.
import { bool, int64 } from '../dtypes.ts'
import { tensorOfData } from './creation.ts'
import type { Argument } from './run.ts'

/** What may stand beside a tensor. */
export type ScalarOr = Argument | boolean | bigint

export function operandOf(value: ScalarOr): Argument {
  if (typeof value === 'boolean') return tensorOfData(bool, [], Uint8Array.of(value ? 1 : 0))
  if (typeof value !== 'bigint') return value
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : tensorOfData(int64, [], BigInt64Array.of(value))
}
