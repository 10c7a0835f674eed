// Steps of random programs that need no code for an op: any op of the table on one of its samples, any composite of the
// conformance suite. Operands are values there are, brought to the sample's types and, mostly, into its intervals.
import type { SampleInput, Value } from '@heddle/core'
import { dtypes, isFloat, isInteger, isValue, opNames, opRecord } from '@heddle/core'
import { composites } from './conformance-composites.ts'
import { anyValue, type Chooser, constant, fit, type Step } from './program-steps.ts'

/** Ops with operands, sampled; leaves have steps of their own. */
const sampledOps = opNames.filter((op) => opRecord(op).samples.some(({ inputs }) => inputs.length > 0))

export const sampledOp: Step = (c) => {
  const op = sampledOps[c.below(sampledOps.length)]
  if (op === undefined) return undefined
  const samples = opRecord(op).samples.filter(
    ({ inputs }) => inputs.length > 0 && inputs.every(({ dtype }) => c.dtypes.includes(dtype)),
  )
  const sample = samples[c.below(samples.length)]
  const operands = sample?.inputs.map((input) => operandFor(c, input))
  if (sample === undefined || operands === undefined || !operands.every(isValue)) return undefined
  const value = c.b.make(op, operands, sample.attrs as Value['attrs'])
  return c.dtypes.includes(value.type.dtype) ? value : undefined
}

export const sampledComposite: Step = (c) => {
  const composite = composites[c.below(composites.length)]
  const operands = composite?.inputs.map((input) => operandFor(c, input))
  if (composite === undefined || operands === undefined || !operands.every(isValue)) return undefined
  const built = composite.build((k) => operands[k] as Value)
  return isValue(built) ? built : Object.values(built)[0]
}

function operandFor(c: Chooser, input: SampleInput): Value | undefined {
  const from = anyValue(c)
  if (from === undefined) return undefined
  const { dtype, shape, low, high } = input
  const value = fit(c.b, from, { dtype, shape })
  const isBounded = low !== undefined || high !== undefined || isFloat(dtype)
  return isBounded && c.below(8) !== 7 ? between(c, value, low ?? -2, high ?? 2) : value
}

/** Smoothly for floats, by remainders for integers: into an interval that ends at whole numbers for the latter. */
function between(c: Chooser, value: Value, low: number, high: number): Value {
  const { dtype } = value.type
  if (isFloat(dtype)) {
    const unit = c.b.tanh(value)
    const half = constant(c.b, value, (high - low) / 2)
    return c.b.add(c.b.mul(unit, half), constant(c.b, value, (high + low) / 2))
  }
  if (!isInteger(dtype)) return value
  const count = Math.max(1, Math.floor(high) - Math.ceil(low) + 1)
  const positive = dtypes[dtype].kind === 'int' ? c.b.abs(value) : value
  return c.b.add(c.b.rem(positive, constant(c.b, value, count)), constant(c.b, value, Math.ceil(low)))
}
