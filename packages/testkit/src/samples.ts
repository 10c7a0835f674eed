// Turns the samples of op records into data and graphs: seeded values, away from kinks and from each other, so that a
// derivative taken by differences exists and extremes do not tie by chance.
import type { Bindings, Builder, DType, Graph, NdArray, OpName, SampleInput, Value } from '@heddle/core'
import { computes, createBuilder, dtypes, isFloat, opNames, opRecord, sizeOf, tabulate } from '@heddle/core'
import { makeRandom, type Random } from './random.ts'

/** One sample of one op, with a name that stays. */
export interface NamedSample {
  /** `add[f32[2, 3] f32[2, 3]]`, with attributes if there are any. */
  readonly id: string
  readonly op: OpName
  readonly inputs: readonly SampleInput[]
  readonly attrs: ReturnType<typeof opRecord>['samples'][number]['attrs']
}

/** All samples of all ops, in the order of the table. */
export const opSamples: readonly NamedSample[] = opNames.flatMap((op) =>
  opRecord(op).samples.map(({ inputs, attrs }) => ({ id: sampleId(op, inputs, attrs), op, inputs, attrs })),
)

function sampleId(op: OpName, inputs: readonly SampleInput[], attrs: object): string {
  const operands = inputs.map(({ dtype, shape }) => `${dtype}[${shape.join(',')}]`)
  const entries = Object.entries(attrs).map(([name, value]) => `${name}=${formatAttr(value)}`)
  return `${op}(${[...operands, ...entries].join(' ')})`
}

function formatAttr(value: unknown): string {
  if (Object.is(value, -0)) return '-0'
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean')
    return String(value)
  return Array.isArray(value) || ArrayBuffer.isView(value) ? `[${String(value)}]` : '?'
}

/** The same sample in another float dtype. */
export function sampleAs(sample: NamedSample, dtype: 'f32' | 'f64'): NamedSample {
  const convert = (from: DType): DType => (isFloat(from) && computes(from) ? dtype : from)
  const inputs = sample.inputs.map((input) => ({ ...input, dtype: convert(input.dtype) }))
  const attrs = Object.fromEntries(
    Object.entries(sample.attrs).map(([name, value]) => [
      name,
      name === 'dtype' ? convert(value) : value instanceof Float32Array ? dataAs(dtype, value) : value,
    ]),
  )
  return { ...sample, id: sampleId(sample.op, inputs, attrs), inputs, attrs }
}

/** The sample with its f32 operands in another dtype; integers are drawn whole, unsigned ones from 0 up. */
export function sampleOperandsAs(sample: NamedSample, dtype: DType): NamedSample {
  const inputs = sample.inputs.map((input): SampleInput => {
    if (input.dtype !== 'f32' || isFloat(dtype)) return input.dtype === 'f32' ? { ...input, dtype } : input
    const { low = -2, high = 2 } = input
    const isUnsigned = dtypes[dtype].lowest === 0
    return { ...input, dtype, low: isUnsigned ? Math.max(low, 0) : low, high, integers: true }
  })
  return { ...sample, id: sampleId(sample.op, inputs, sample.attrs), inputs }
}

const dataAs = (dtype: 'f32' | 'f64', data: Float32Array): Float32Array | Float64Array =>
  dtype === 'f64' ? Float64Array.from(data) : data

/** Kinks of rounding ops and of casts lie at multiples of a half; values keep this distance from them. */
const CLEARANCE = 0.01

/**
 * Values for all operands of a sample. Floats are drawn in strata: the interval is cut in as many pieces as there are
 * elements, each gives one value from its middle half, and pieces are dealt out at random.
 */
export function drawInputs(inputs: readonly SampleInput[], seed: number): readonly NdArray[] {
  const random = makeRandom(seed)
  const count = inputs.reduce((sum, { dtype, shape }) => sum + (isFloat(dtype) ? sizeOf(shape) : 0), 0)
  const pieces = shuffled(count, random)
  let next = 0
  return inputs.map(({ dtype, shape, low = -2, high = 2, integers = false }) => {
    const { round } = dtypes[dtype]
    return tabulate(dtype, shape, () => {
      if (dtype === 'bool') return random.int(0, 2)
      if (!isFloat(dtype) || integers) return round(random.int(Math.round(low), Math.round(high) + 1))
      const share = ((pieces[next++] ?? 0) + 0.25 + random() / 2) / count
      return round(awayFromHalves(low + (high - low) * share))
    })
  })
}

function awayFromHalves(value: number): number {
  const nearest = Math.round(value * 2) / 2
  const distance = value - nearest
  return Math.abs(distance) < CLEARANCE ? nearest + (distance < 0 ? -CLEARANCE : CLEARANCE) : value
}

function shuffled(count: number, random: Random): number[] {
  const order = Array.from({ length: count }, (_, k) => k)
  for (let k = count - 1; k > 0; k--) {
    const other = random.int(0, k + 1)
    const kept = order[k] ?? 0
    order[k] = order[other] ?? 0
    order[other] = kept
  }
  return order
}

/** An op applied to inputs named x0, x1, ... of the sample's types. */
export interface SampleProgram {
  readonly b: Builder
  readonly operands: readonly Value<'input'>[]
  readonly result: Value
  readonly bindings: Bindings
}

export function sampleProgram(sample: NamedSample, seed: number): SampleProgram {
  const b = createBuilder()
  const operands = sample.inputs.map(({ dtype, shape }, k) => inputValue(b, `x${k}`, dtype, shape))
  const result = b.make(sample.op, operands, sample.attrs as Value['attrs'])
  return { b, operands, result, bindings: bind(operands, drawInputs(sample.inputs, seed)) }
}

/** A feed of a builder, known to be an input. */
export function inputValue(b: Builder, name: string, dtype: DType, shape: readonly number[]): Value<'input'> {
  const value = b.input({ name, dtype, shape })
  if (!isInput(value)) throw new Error(`${name}: the builder made ${value.op} of an input`)
  return value
}

const isInput = (value: Value): value is Value<'input'> => value.op === 'input'

export function bind(inputs: readonly Value<'input'>[], arrays: readonly NdArray[]): Bindings {
  return Object.fromEntries(inputs.map((input, k) => [input.attrs.name, arrays[k] as NdArray]))
}

/** A graph of feeds and named results. */
export function graphOf(
  name: string,
  inputs: readonly Value<'input'>[],
  outputs: Readonly<Record<string, Value>>,
): Graph {
  return {
    name,
    inputs: inputs.map((value) => ({ value, role: 'feed', trainable: false, initial: undefined })),
    outputs: Object.entries(outputs).map(([output, value]) => ({ name: output, value })),
    updates: [],
  }
}
