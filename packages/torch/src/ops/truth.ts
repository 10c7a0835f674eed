// Booleans as operands: a bool of no dimensions, which decides the dtype only where everything else is bool too.
import { bool } from '../dtypes.ts'
import { tensorOfData } from './creation.ts'
import type { Argument } from './run.ts'

export const truth = (operand: Argument | boolean): Argument =>
  typeof operand === 'boolean' ? tensorOfData(bool, [], Uint8Array.of(operand ? 1 : 0)) : operand
