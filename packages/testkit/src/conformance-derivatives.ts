// Derivatives as programs that every runtime must run, derived from the op records: reverse mode on every sample; forward mode
// and the derivative of the derivative on one sample for each op and float dtype.
import { jvp, vjp } from '@heddle/compiler'
import type { DType, Value } from '@heddle/core'
import { isFloat, opRecord, sizeOf } from '@heddle/core'
import { type ProgramCase, SEED, type Shown, subjectDType } from './conformance-cases.ts'
import { takesDType } from './op-tests.ts'
import {
  bind,
  drawInputs,
  graphOf,
  inputValue,
  type NamedSample,
  opSamples,
  type SampleProgram,
  sampleAs,
  sampleProgram,
} from './samples.ts'

/** A sample of a differentiable op with a float result. */
interface Differentiable extends SampleProgram {
  readonly sample: NamedSample
  readonly floats: readonly Value<'input'>[]
}

/** The reverse derivative of every differentiable op on every sample, and on one of each float dtype. */
export function backwardCases(): readonly ProgramCase[] {
  const programs = opSamples.map(differentiable).filter((program) => program !== undefined)
  const known = new Set(programs.map(({ sample }) => sample.id))
  const others = onePerDType().filter(({ sample }) => !known.has(sample.id))
  return [...programs, ...others].map((program) => {
    const w = companion(program.result, 'w')
    return caseOf('vjp', program, [w], vjp([program.result], [w], program.floats))
  })
}

/** The forward derivative of every differentiable op. */
export function tangentCases(): readonly ProgramCase[] {
  return onePerDType().map((program) => {
    const tangents = program.floats.map((value) => companion(value, `tangent of ${value.attrs.name}`))
    return caseOf('jvp', program, tangents, jvp([program.result], program.floats, tangents))
  })
}

/** The derivative of every reverse derivative, by the operands and by the cotangent. */
export function secondOrderCases(): readonly ProgramCase[] {
  return onePerDType().map((program) => {
    const { result, floats } = program
    const w = companion(result, 'w')
    const first = vjp([result], [w], floats)
    const weights = first.map((value, k) => companion(value, `u${k}`))
    const second = vjp(first, weights, [...floats, w])
    return caseOf('second', program, [w, ...weights], second)
  })
}

function differentiable(sample: NamedSample): Differentiable | undefined {
  if (typeof opRecord(sample.op).vjp !== 'function') return undefined
  const program = sampleProgram(sample, SEED)
  const floats = program.operands.filter(({ type }) => isFloat(type.dtype))
  if (floats.length === 0 || !isFloat(program.result.type.dtype)) return undefined
  return { ...program, sample, floats }
}

/** For each op and float dtype the first sample with elements, made of an f32 one where the record gives none. */
function onePerDType(): readonly Differentiable[] {
  const found = new Map<string, Differentiable>()
  for (const each of opSamples) {
    for (const sample of [each, sampleAs(each, 'f64')].filter(takesDType)) {
      const program = differentiable(sample)
      if (program === undefined || sizeOf(program.result.type.shape) === 0) continue
      const key = `${sample.op} ${floatDType(program)}`
      if (!found.has(key)) found.set(key, program)
    }
  }
  return [...found.values()]
}

const floatDType = ({ floats }: Differentiable): DType | undefined => floats[0]?.type.dtype

/** An input of the type of a value. */
const companion = ({ builder, type }: Value, name: string): Value<'input'> =>
  inputValue(builder, name, type.dtype, type.shape)

/** What cases of a derivative are called. */
const words: Readonly<Record<Exclude<Shown['what'], 'forward'>, string>> = {
  vjp: 'gradient',
  jvp: 'tangent',
  second: 'second',
}

function caseOf(
  what: keyof typeof words,
  program: Differentiable,
  further: readonly Value<'input'>[],
  results: readonly Value[],
): ProgramCase {
  const { sample, operands, bindings } = program
  const kind = words[what]
  const inputs = [...operands, ...further]
  const drawn = bind(
    further,
    drawInputs(
      further.map(({ type }) => type),
      SEED + 1,
    ),
  )
  return {
    id: `${kind}/${sample.id}`,
    group: `${kind}/${sample.op}`,
    graph: graphOf(
      `${sample.op} ${kind}`,
      inputs,
      Object.fromEntries(results.map((value, k) => [`d${inputs[k]?.attrs.name ?? k}`, value])),
    ),
    bindings: { ...bindings, ...drawn },
    shows: { op: sample.op, dtype: subjectDType(program), what },
  }
}
