// Runs a host step: the function of the op's record on the arrays of its buffers. Every runtime calls this one, so results are
// the same to the last bit wherever a plan runs.
import type { TypedArray } from '../dtype.ts'
import { internalError } from '../errors.ts'
import { opRecord } from '../ir/builder.ts'
import type { HostStep } from '../plan/plan.ts'

/** `arrays` are those of the operands, then that of the result, in the order of `step.args`. */
export function runHostStep(step: HostStep, arrays: readonly TypedArray[]): void {
  const { op, attrs, inputs: types, type } = step
  const { lowering } = opRecord(op)
  const output = arrays[types.length]
  if (lowering.kind !== 'host' || output === undefined) throw internalError('host step', `${op} does not run`)
  lowering.run({ inputs: arrays.slice(0, types.length), output, attrs, types, type })
}
