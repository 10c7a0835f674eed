// Every case of golden/random.json: the bits PyTorch drew. `tools/golden/torch/random_numbers.py` says what a case is.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { inflateSync } from 'node:zlib'
import { type DType, dtypes, type TypedArray } from '@heddle/core'
import { describe, expect, test } from 'vitest'
import {
  dropoutDraws,
  featureNoiseShape,
  fillAlphaDropout,
  fillBernoulli,
  fillBernoulliOf,
  fillDropoutNoise,
} from './bernoulli.ts'
import { fillBinomial } from './binomial.ts'
import { fillCauchy, fillExponential, fillGeometric, fillLogNormal } from './continuous.ts'
import { drawOrder } from './draw-order.ts'
import { fillDirichlet, fillGamma } from './gamma.ts'
import { Generator } from './generator.ts'
import * as init from './init.ts'
import { fillPermutation, fillRandom, fillRandomBetween } from './integers.ts'
import { fillOrthogonal, fillSparse } from './matrices.ts'
import { drawMultinomial } from './multinomial.ts'
import { fillNormal, fillNormalOf } from './normal.ts'
import { fillPoisson } from './poisson.ts'
import { fillRreluNoise } from './rrelu.ts'
import { loadFrom, storeInto } from './storing.ts'
import { fillTruncatedNormal } from './truncated-normal.ts'
import { fillUniform } from './uniform.ts'

interface Recorded {
  readonly steps: readonly string[]
  readonly results: readonly string[]
}
interface Case extends Recorded {
  readonly seed: string
  readonly state: string
}
interface Golden {
  readonly saved: Recorded & { readonly state: string }
  /** A function of init.ts, its arguments, its result. */
  readonly formulas: readonly (readonly [string, readonly never[], unknown])[]
  /** Shape, strides, offsets in the order of drawing. */
  readonly orders: readonly (readonly [readonly number[], readonly number[], readonly number[]])[]
  /** A step, the class of PyTorch's exception and its text. */
  readonly refusals: readonly (readonly [string, string, string])[]
  readonly cases: readonly Case[]
}

/** What stands behind a step's call, dtype and size. */
type Argument = string | TypedArray

type Call = (generator: Generator, dtype: DType, data: TypedArray, args: readonly Argument[]) => unknown

const number = (argument: Argument | undefined): number => Number(argument)
const array = (argument: Argument | undefined): TypedArray => argument as TypedArray
const numberOrArray = (argument: Argument | undefined): number | TypedArray =>
  typeof argument === 'string' ? Number(argument) : array(argument)

/** Each element of x times that of noise (and a sum), rounded to the dtype. */
function apply(dtype: DType, into: TypedArray, value: (at: number) => number): void {
  const store = storeInto(dtype, into)
  for (let at = 0; at < into.length; at++) store(at, value(at))
}

const calls: Readonly<Record<string, Call>> = {
  uniform: (g, dtype, data, [from, to]) => fillUniform(g, dtype, data, number(from), number(to)),
  normal: (g, dtype, data, [mean, std]) => fillNormal(g, dtype, data, number(mean), number(std)),
  stridedNormal: (g, dtype, data, [mean, std]) =>
    fillNormal(g, dtype, data, number(mean), number(std), { contiguous: false }),
  normalOf: (g, dtype, data, [mean, std]) =>
    fillNormalOf(g, dtype, data, numberOrArray(mean), numberOrArray(std)),
  random: fillRandom,
  randomBetween: (g, dtype, data, [from, to]) =>
    fillRandomBetween(g, dtype, data, BigInt(String(from)), BigInt(String(to))),
  randomFrom: (g, dtype, data, [from]) => fillRandomBetween(g, dtype, data, BigInt(String(from))),
  permutation: (g, dtype, data) => fillPermutation(g, dtype, data),
  bernoulli: (g, dtype, data, [p]) => fillBernoulli(g, dtype, data, number(p)),
  bernoulliOf: (g, dtype, data, [p]) => fillBernoulliOf(g, dtype, data, dtype, array(p)),
  dropout: (g, dtype, data, [p]) => {
    if (dropoutDraws(number(p), true, data.length)) fillDropoutNoise(g, dtype, data, number(p))
  },
  alphaDropout: (g, dtype, data, [p]) => {
    fillAlphaDropout(g, dtype, dtypes[dtype].allocate(data.length), data, number(p))
  },
  alphaDropoutOfOnes: (g, dtype, data, [p]) => {
    const shift = dtypes[dtype].allocate(data.length)
    fillAlphaDropout(g, dtype, data, shift, number(p))
    const [noise, offset] = [loadFrom(dtype, data.slice()), loadFrom(dtype, shift)]
    apply(dtype, data, (at) => noise(at) + offset(at))
  },
  featureDropout: (g, dtype, data, [p]) => {
    expect(featureNoiseShape([data.length / 3, 3, 2])).toEqual([data.length / 3, 3, 1])
    fillDropoutNoise(g, dtype, data, number(p))
  },
  exponential: (g, dtype, data, [lambda]) => fillExponential(g, dtype, data, number(lambda)),
  geometric: (g, dtype, data, [p]) => fillGeometric(g, dtype, data, number(p)),
  cauchy: (g, dtype, data, [median, sigma]) => fillCauchy(g, dtype, data, number(median), number(sigma)),
  logNormal: (g, dtype, data, [mean, std]) => fillLogNormal(g, dtype, data, number(mean), number(std)),
  poisson: (g, dtype, data, [rates]) => fillPoisson(g, dtype, data, array(rates)),
  gamma: (g, dtype, data, [alpha]) => fillGamma(g, dtype, data, array(alpha)),
  dirichlet: (g, dtype, data, [alpha, size]) => fillDirichlet(g, dtype, data, array(alpha), number(size)),
  binomial: (g, dtype, data, [counts, p]) => {
    const load = loadFrom(dtype, array(counts))
    const whole = dtypes[dtype].allocate(data.length)
    apply(dtype, whole, (at) => roundToEven(load(at)))
    fillBinomial(g, dtype, data, whole, array(p))
  },
  multinomial: (g, dtype, _, [weights, rows, samples]) =>
    drawMultinomial(g, dtype, array(weights), number(rows), number(samples)),
  multinomialReplaced: (g, dtype, _, [weights, rows, samples]) =>
    drawMultinomial(g, dtype, array(weights), number(rows), number(samples), true),
  rrelu: (g, dtype, data, [x, lower, upper]) => {
    fillRreluNoise(g, dtype, data, array(x), number(lower), number(upper))
    const [noise, value] = [loadFrom(dtype, data.slice()), loadFrom(dtype, array(x))]
    apply(dtype, data, (at) => noise(at) * value(at))
  },
  sparse: (g, dtype, data, [rows, sparsity]) => fillSparse(g, dtype, data, number(rows), number(sparsity)),
  orthogonal: (g, dtype, data, [rows, gain]) => fillOrthogonal(g, dtype, data, number(rows), number(gain)),
  truncNormal: (g, dtype, data, [mean, std, a, b]) =>
    fillTruncatedNormal(g, dtype, data, number(mean), number(std), number(a), number(b)),
}

/** As `torch.round`. */
function roundToEven(value: number): number {
  const below = Math.floor(value)
  const rest = value - below
  return rest > 0.5 || (rest === 0.5 && below % 2 !== 0) ? below + 1 : below
}

function ramp(dtype: DType, size: number, low: number, high: number): TypedArray {
  const data = dtypes[dtype].allocate(size)
  apply(dtype, data, (at) => low + (high - low) * (at / size))
  return data
}

/** Runs a step and gives what the file has of its result: that itself, where it is inexact and near enough. */
function run(generator: Generator, step: string, recorded: string): string {
  const [call = '', dtypeName = '', size = '', ...texts] = step.split(' ')
  const dtype = dtypeName as DType
  const count = Number(size)
  const args = texts.map((text) => {
    const [kind, low, high] = text.split(':')
    return kind === 'ramp' ? ramp(dtype, count, Number(low), Number(high)) : text
  })
  const data = dtypes[dtype].allocate(count)
  const result = calls[call]?.(generator, dtype, data, args)
  const drawn = result instanceof BigInt64Array ? result : data // indices, or what was filled
  const bytes = new Uint8Array(drawn.buffer, drawn.byteOffset, drawn.byteLength)
  if (recorded.startsWith('~') && isNear(dtype, bytes, recorded)) return recorded
  return bytes.length <= 32 ? Buffer.from(bytes).toString('base64') : digest(bytes)
}

/** A few units in the last place: of 1 for what is smaller. */
function isNear(dtype: DType, drawn: Uint8Array, recorded: string): boolean {
  const bytes = new Uint8Array(Buffer.from(recorded.slice(1), 'base64'))
  const numbers = ({ buffer }: Uint8Array): TypedArray =>
    dtypes[dtype].view(buffer, 0, bytes.length / dtypes[dtype].bytes)
  const [value, expected] = [loadFrom(dtype, numbers(drawn)), loadFrom(dtype, numbers(bytes))]
  const tolerance = 16 * 2 ** -dtypes[dtype].significand
  for (let at = 0; at < bytes.length / dtypes[dtype].bytes; at++) {
    const distance = Math.abs(value(at) - expected(at))
    if (!(distance <= tolerance * Math.max(1, Math.abs(expected(at))))) return false
  }
  return true
}

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex').slice(0, 16)

const golden = JSON.parse(readFileSync(new URL('../golden/random.json', import.meta.url), 'utf8')) as Golden

describe('random numbers: PyTorch draws the same bits', () => {
  test.each(golden.cases.map((each) => [`${each.seed}: ${each.steps.at(0)} …`, each] as const))(
    '%s',
    (_, { seed, steps, results, state }) => {
      const generator = new Generator(BigInt(seed))

      const drawn = steps.map((step, at) => run(generator, step, results[at] ?? ''))

      expect(label(steps, drawn)).toEqual(label(steps, results))
      expect(digest(generator.getState())).toBe(state)
    },
  )

  test.each(golden.formulas)('init: %s of %j', (name, args, result) => {
    expect(formulas[name]?.(...args)).toEqual(result)
  })

  test.each(golden.orders)('shape %j, strides %j are drawn in the order %j', (shape, strides, offsets) => {
    expect([...drawOrder(shape, strides)]).toEqual(offsets)
  })

  test.each(golden.refusals)('%s is refused', (step, name, text) => {
    expect(() => run(new Generator(), step, '')).toThrow(expect.objectContaining({ name, message: text }))
  })

  test('a state saved by PyTorch goes on with its numbers, and is saved again as it was', () => {
    const { state, steps, results } = golden.saved
    const bytes = new Uint8Array(inflateSync(Buffer.from(state, 'base64')))

    const generator = new Generator().setState(bytes)

    expect(generator.getState()).toEqual(bytes)
    expect(steps.map((step) => run(generator, step, ''))).toEqual(results)
  })
})

const formulas: Readonly<Record<string, (...args: readonly never[]) => unknown>> = { ...init }

/** Results beside their steps, so that a difference names its step. */
const label = (steps: readonly string[], results: readonly string[]): readonly string[] =>
  steps.map((step, at) => `${step} -> ${results[at]}`)
