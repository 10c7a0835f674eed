import {
  add,
  cond,
  createBuilder,
  gt,
  log,
  lt,
  mul,
  type NdArray,
  numbersOf,
  opNames,
  opRecord,
  sin,
  sub,
  tanh,
  toNdArray,
  type Value,
  whileLoop,
} from '@heddle/core'
import { describe, expect, test } from 'vitest'
import { boundsOfGraph, knownShare } from './bounds.ts'
import { boundRules } from './bounds-table.ts'
import { disagreement } from './compare.ts'
import { makeRandom, type Random } from './random.ts'
import { graphOf, inputValue, type NamedSample, opSamples, sampleProgram } from './samples.ts'

const TRIALS = 20

/** Operands within their bounds: at a corner, or anywhere between. */
function perturbed(value: NdArray, bound: Float64Array, random: Random): NdArray {
  const data = numbersOf(value).map((x, at) => {
    const share = random.chance(0.5) ? (random.chance(0.5) ? 1 : -1) : random() * 2 - 1
    return x + (1 - 1e-9) * share * (bound[at] ?? 0)
  })
  return { ...value, data }
}

/** What leaves its bound when operands move within theirs. */
function violations(sample: NamedSample): string[] {
  const { operands, result, bindings } = sampleProgram(sample, 1)
  const { evaluate } = opRecord(result.op)
  const random = makeRandom(5)
  const inputs = operands.map(({ attrs }) => {
    const value = bindings[attrs.name] as NdArray
    const errorOf = (): number => (value.dtype === 'f32' ? 10 ** -random.int(1, 5) : 0)
    return { value, bound: Float64Array.from({ length: value.data.length }, errorOf) }
  })
  const value = evaluate(
    inputs.map((input) => input.value),
    result.attrs,
    result.type,
  )
  const run = (): never => {
    throw new Error('a sample has no body')
  }
  const bound = boundRules[result.op]({ node: result, inputs, value, precision: 'reproducible', run })
  return Array.from({ length: TRIALS }, () => {
    const moved = inputs.map((input) => perturbed(input.value, input.bound, random))
    const seen = evaluate(moved, result.attrs, result.type)
    return disagreement(sample.id, seen.data, { value, bound })?.message
  }).filter((message) => message !== undefined)
}

/** Inputs and control flow have no samples. */
const sampled = opNames.filter((op) => op !== 'input' && opRecord(op).kind !== 'control')

describe.each(sampled)('bounds of %s', (op) => {
  const samples = opSamples.filter((sample) => sample.op === op)

  test('hold for operands anywhere within their bounds', () => {
    expect(samples.flatMap(violations)).toEqual([])
  })

  test('are known for exact operands', () => {
    for (const sample of samples) {
      const { operands, result, bindings } = sampleProgram(sample, 1)

      const { outputs } = boundsOfGraph(graphOf('sample', operands, { y: result }), bindings, 'approximate')

      expect(knownShare(Object.values(outputs)), sample.id).toBe(1)
    }
  })
})

test('nothing is known of a product of which a part may overflow before it meets 0', () => {
  const b = createBuilder()
  const x = inputValue(b, 'x', 'f32', [200])
  const graph = graphOf('product', [x], { y: b.reduceProduct(x, { axes: [0] }) })

  const boundOf = (first: number, rest: number): number => {
    const value = toNdArray('f32', [200], [first, ...new Array(199).fill(rest)])
    return boundsOfGraph(graph, { x: value }, 'reproducible').outputs['y']?.bound[0] ?? Number.NaN
  }

  expect(boundOf(0, -2)).toBe(Number.POSITIVE_INFINITY)
  expect(boundOf(0, -1.25)).toBeLessThan(1e-30)
})

describe('bounds of a whileLoop', () => {
  const b = createBuilder()
  const x = inputValue(b, 'x', 'f32', [])
  const start: Value = x
  const boundAt = (y: Value, value: number): number => {
    const { outputs } = boundsOfGraph(
      graphOf('loop', [x], { y }),
      { x: toNdArray('f32', [], [value]) },
      'reproducible',
    )
    return outputs['y']?.bound[0] ?? Number.NaN
  }
  const repeated = (turns: number, body: (value: Value) => Value): Value =>
    whileLoop(
      ({ count }: { count: Value; value: Value }) => lt(count, turns),
      ({ count, value }) => ({ count: add(count, 1), value: body(value) }),
      { count: b.full({ dtype: 'i32', shape: [], value: 0 }), value: start },
    ).value

  test('are those of its steps, one after the other', () => {
    const written = tanh(mul(tanh(mul(x, 0.7)), 0.7))

    expect(boundAt(written, 0.4)).toBeGreaterThan(0)
    expect(
      boundAt(
        repeated(2, (value) => tanh(mul(value, 0.7))),
        0.4,
      ),
    ).toBe(boundAt(written, 0.4))
    expect(
      boundAt(
        repeated(0, (value) => tanh(mul(value, 0.7))),
        0.4,
      ),
    ).toBe(0)
  })

  test('are unknown where its condition is uncertain', () => {
    const until = (limit: number): Value =>
      whileLoop(
        (value: Value) => gt(value, limit),
        (value: Value) => tanh(value),
        start,
      )

    expect(boundAt(until(0.7), 0.9)).toBeLessThan(1e-6)
    expect(boundAt(until(Math.tanh(0.9)), 0.9)).toBe(Number.POSITIVE_INFINITY)
  })

  test('are those of the chosen body where a branch is around it', () => {
    const chosen = (limit: number): Value =>
      cond(
        gt(x, limit),
        () => repeated(3, (value) => mul(value, 2)),
        () => repeated(3, (value) => tanh(value)),
      )

    expect(boundAt(chosen(0), 0.5)).toBe(0)
    expect(boundAt(chosen(1), 0.5)).toBeGreaterThan(0)
  })
})

test('nothing is known of a bounded function of what may be NaN', () => {
  const b = createBuilder()
  const x = inputValue(b, 'x', 'f32', [2])
  const level = log(sub(mul(x, 1.1), 0.11))
  const graph = graphOf('pole', [x], { y: tanh(level), z: sin(level) })

  const { y, z } = boundsOfGraph(graph, { x: toNdArray('f32', [2], [0.1, 1]) }, 'reproducible').outputs

  for (const each of [y, z]) {
    expect(each?.bound[0]).toBe(Number.POSITIVE_INFINITY)
    expect(each?.bound[1]).toBeLessThan(1e-5)
  }
})
