// Derivative tests that follow from op records, to second order, and the values at ties and kinks, which are conventions
// (PyTorch's) that no difference quotient can tell.
import { vjp } from '@heddle/compiler'
import type { Builder, OpName, ScatterCombine, Value } from '@heddle/core'
import {
  createBuilder,
  HeddleError,
  interpretValues,
  isFloat,
  numbersOf,
  opRecord,
  sign,
  toNdArray,
} from '@heddle/core'
import { checkGradient } from './gradient-check.ts'
import type { TestCase } from './op-tests.ts'
import { inputValue, type NamedSample, opSamples, sampleAs, sampleProgram } from './samples.ts'

/** Ops whose derivative is by definition not that of their meaning. */
const byDefinition: ReadonlySet<OpName> = new Set(['stopGradient'])

/** Derivative cases of one op, from its record. */
export function gradientCases(op: OpName): readonly TestCase[] {
  const samples = opSamples.filter(
    (sample) => sample.op === op && sample.inputs.some(({ dtype }) => isFloat(dtype)),
  )
  if (typeof opRecord(op).vjp !== 'function') {
    return samples.map((sample) => ({ id: `refused/${sample.id}`, run: () => checkRefusal(sample) }))
  }
  const doubles = new Map(samples.map((sample) => sampleAs(sample, 'f64')).map((each) => [each.id, each]))
  const smooth = [...doubles.values()].filter(isDouble)
  if (byDefinition.has(op))
    return smooth.map((sample) => ({ id: `zero/${sample.id}`, run: () => checkZero(sample) }))
  return smooth.flatMap((sample) =>
    [1, 2, 3].map((seed) => ({
      id: `derivative/${sample.id}/seed ${seed}`,
      run: () => checkSample(sample, seed),
    })),
  )
}

/** Differences are taken in float64: all floats must be. */
function isDouble(sample: NamedSample): boolean {
  const { operands, result } = sampleProgram(sample, 1)
  return [result, ...operands].every(
    ({ type: { dtype } }, k) => dtype === 'f64' || (k > 0 && !isFloat(dtype)),
  )
}

function checkSample(sample: NamedSample, seed: number): void {
  const { operands, result, bindings } = sampleProgram(sample, seed)
  const wrt = operands.filter(({ type }) => isFloat(type.dtype))
  checkGradient({ of: result, wrt, bindings, seed }, 2)
}

/** Differentiating says so, with the reason of the record; or there is nothing to differentiate, as for a bool result. */
function checkRefusal(sample: NamedSample): void {
  const { b, operands, result } = sampleProgram(sample, 1)
  const wrt = operands.filter(({ type }) => isFloat(type.dtype))
  if (!isFloat(result.type.dtype)) return
  const { vjp: rule } = opRecord(sample.op)
  const reason = 'notDifferentiable' in rule ? rule.notDifferentiable : ''
  try {
    vjp([result], [b.full({ ...result.type, value: 1 })], wrt)
  } catch (error) {
    if (
      error instanceof HeddleError &&
      error.code === 'GRAD_NOT_DIFFERENTIABLE' &&
      error.message.includes(reason)
    )
      return
    throw error
  }
  throw new Error(`${sample.id}: was differentiated, but its record says: ${reason}`)
}

function checkZero(sample: NamedSample): void {
  const { b, operands, result, bindings } = sampleProgram(sample, 1)
  const values = interpretValues(vjp([result], [b.full({ ...result.type, value: 1 })], operands), bindings)
  for (const { data } of values) {
    if (data.some((x) => x !== 0))
      throw new Error(`${sample.id}: a derivative is ${data.find((x) => x !== 0)}, not 0`)
  }
}

/** A derivative at a point where it is a convention: operands, the value, and the cotangents for the cotangent 1. */
export interface Convention {
  readonly id: string
  readonly operands: readonly (readonly number[])[]
  readonly build: (b: Builder, operands: readonly Value[]) => Value
  readonly cotangents: readonly (readonly number[])[]
}

const unary =
  (op: 'abs' | 'floor' | 'ceil' | 'round' | 'trunc') =>
  (b: Builder, [x]: readonly Value[]): Value =>
    b[op](x as Value)
const binary =
  (op: 'maximum' | 'minimum' | 'pow') =>
  (b: Builder, [x, y]: readonly Value[]): Value =>
    b[op](x as Value, y as Value)
const reduction =
  (op: 'reduceMax' | 'reduceMin' | 'reduceProduct') =>
  (b: Builder, [x]: readonly Value[]): Value =>
    b[op](x as Value, { axes: [0] })

const scattering =
  (combine: ScatterCombine, positions: readonly number[]) =>
  (b: Builder, [base, updates]: readonly Value[]): Value => {
    const data = Int32Array.from(positions)
    const indices = b.literal({ dtype: 'i32', shape: [positions.length], data })
    return b.scatter(base as Value, indices, updates as Value, { axis: 0, combine })
  }

export const conventions: readonly Convention[] = [
  { id: 'abs at 0 is flat', operands: [[-2, 0, -0, 2]], build: unary('abs'), cotangents: [[-1, 0, 0, 1]] },
  {
    id: 'sign is flat',
    operands: [[-2, 0, 2]],
    build: (_, [x]) => sign(x as Value),
    cotangents: [[0, 0, 0]],
  },
  { id: 'floor is flat', operands: [[-2, 0, 2.5]], build: unary('floor'), cotangents: [[0, 0, 0]] },
  { id: 'ceil is flat', operands: [[-2, 0, 2.5]], build: unary('ceil'), cotangents: [[0, 0, 0]] },
  { id: 'round is flat', operands: [[-2, 0.5, 2.5]], build: unary('round'), cotangents: [[0, 0, 0]] },
  { id: 'trunc is flat', operands: [[-2, 0, 2.5]], build: unary('trunc'), cotangents: [[0, 0, 0]] },
  {
    id: 'maximum shares ties',
    operands: [
      [1, 2, 3],
      [2, 2, 2],
    ],
    build: binary('maximum'),
    cotangents: [
      [0, 0.5, 1],
      [1, 0.5, 0],
    ],
  },
  {
    id: 'minimum shares ties',
    operands: [
      [1, 2, 3],
      [2, 2, 2],
    ],
    build: binary('minimum'),
    cotangents: [
      [1, 0.5, 0],
      [0, 0.5, 1],
    ],
  },
  {
    id: 'relu, a choice by x > 0, is flat at 0',
    operands: [[-1, 0, 1]],
    build: (b, [x = b.full({ dtype: 'f64', shape: [3], value: 0 })]) => {
      const zero = b.full({ ...x.type, value: 0 })
      return b.select(b.lt(zero, x), x, zero)
    },
    cotangents: [[0, 0, 1]],
  },
  {
    id: 'pow at x = 0 and at y = 0',
    operands: [
      [0, 0, 0, 3, -2, 0],
      [2, 1, 0, 0, 2, 3],
    ],
    build: binary('pow'),
    // dx = y x^(y-1), 0 where y = 0; dy = x^y log x, 0 where x = 0 <= y; the logarithm of a negative number is NaN.
    cotangents: [
      [0, 1, 0, 0, -4, 0],
      [0, 0, 0, Math.log(3), Number.NaN, 0],
    ],
  },
  {
    id: 'reduceMax shares ties',
    operands: [[3, 1, 3, 3]],
    build: reduction('reduceMax'),
    cotangents: [[1 / 3, 0, 1 / 3, 1 / 3]],
  },
  {
    id: 'reduceMin shares ties',
    operands: [[3, 1, 1, 3]],
    build: reduction('reduceMin'),
    cotangents: [[0, 1 / 2, 1 / 2, 0]],
  },
  {
    id: 'an assignment passes on to the last update of a place',
    operands: [
      [1, 2, 3],
      [4, 5, 6, 7],
    ],
    build: scattering('assign', [0, 1, 0, 9]),
    cotangents: [
      [0, 0, 1],
      [0, 1, 1, 0],
    ],
  },
  {
    id: 'a scattered maximum shares ties, with the base too',
    operands: [
      [1, 2, 3],
      [2, 2, 1, 0],
    ],
    build: scattering('maximum', [1, 1, 0, 2]),
    cotangents: [
      [1 / 2, 1 / 3, 1],
      [1 / 3, 1 / 3, 1 / 2, 0],
    ],
  },
  {
    id: 'a scattered product with zeros',
    operands: [
      [2, 0, 0],
      [5, 3, 0, 0],
    ],
    build: scattering('multiply', [0, 1, 0, 2]),
    cotangents: [
      [0, 3, 0],
      [0, 0, 10, 0],
    ],
  },
  {
    id: 'reduceProduct with one zero',
    operands: [[2, 0, 5]],
    build: reduction('reduceProduct'),
    cotangents: [[0, 10, 0]],
  },
  {
    id: 'reduceProduct with two zeros',
    operands: [[2, 0, 0]],
    build: reduction('reduceProduct'),
    cotangents: [[0, 0, 0]],
  },
]

/** Cases of all conventions at kinks and ties. */
export const conventionCases = (): readonly TestCase[] =>
  conventions.map((convention) => ({
    id: `convention/${convention.id}`,
    run: () => checkConvention(convention),
  }))

function checkConvention({ id, operands, build, cotangents }: Convention): void {
  const b = createBuilder()
  const inputs = operands.map((values, k) => inputValue(b, `x${k}`, 'f64', [values.length]))
  const value = build(b, inputs)
  const bindings = Object.fromEntries(
    operands.map((values, k) => [`x${k}`, toNdArray('f64', [values.length], values)]),
  )

  const found = interpretValues(vjp([value], [b.full({ ...value.type, value: 1 })], inputs), bindings)

  cotangents.forEach((expected, k) => {
    const result = found[k]
    const data = result === undefined ? [] : Array.from(numbersOf(result))
    // Zeros of either sign are one convention.
    const agrees = expected.every((x, at) => x === data[at] || Object.is(x, data[at]))
    if (!agrees)
      throw new Error(`${id}: the cotangent of operand ${k} is [${data}], it must be [${expected}]`)
  })
}
