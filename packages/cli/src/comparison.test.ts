import {
  add,
  argMax,
  type Graph,
  hostArray,
  log,
  mul,
  numbersOf,
  program,
  sub,
  sum,
  toNdArray,
} from '@heddle/core'
import { describe, expect, it } from 'vitest'
import { compareArrays } from './comparison.ts'
import { type Reference, referencesOf } from './reference.ts'

const referenceOf = (graph: Graph, inputs: Readonly<Record<string, readonly number[]>>): Reference => {
  const bindings = Object.fromEntries(
    Object.entries(inputs).map(([name, values]) => [name, toNdArray('f32', [values.length], values)]),
  )
  const [reference] = referencesOf(graph, bindings, () => undefined)
  if (reference === undefined) throw new Error('no output')
  return reference
}

const compare = (reference: Reference, values: readonly number[]): ReturnType<typeof compareArrays> =>
  compareArrays(hostArray('f32', reference.value.shape, Float32Array.from(values)), reference)

const product = program('product', ({ input }) => ({ y: mul(input('x', 'f32', [2]), 1.1) }))

describe('comparing with the reference', () => {
  it('allows rounding and nothing that matters', () => {
    const reference = referenceOf(product, { x: [1, 3] })
    const [first = 0, second = 0] = numbersOf(reference.value)

    expect(compare(reference, [first, second]).isWithin).toBe(true)
    expect(compare(reference, [first, second * (1 + 4e-7)]).isWithin).toBe(true)
    expect(compare(reference, [first, second * (1 + 1e-4)])).toMatchObject({ isWithin: false, at: [1] })
  })

  it('allows more where the program magnifies rounding', () => {
    const difference = program('difference', ({ input }) => {
      const x = input('x', 'f32', [1])
      return { y: sub(add(mul(x, 1.1), 1e6), 1e6) }
    })

    expect(referenceOf(difference, { x: [1] }).bound).toBeGreaterThan(0.05)
    expect(referenceOf(product, { x: [1, 1] }).bound).toBeLessThan(2e-5)
  })

  it('allows a sum of many terms more than one of few', () => {
    const total = (size: number): Graph =>
      program('total', ({ input }) => ({ y: sum(input('x', 'f32', [size])) }))
    const boundOf = (size: number): number =>
      referenceOf(total(size), { x: new Array(size).fill(0.1) }).bound / size

    expect(boundOf(100_000)).toBeGreaterThan(4 * boundOf(100))
  })

  it('takes NaN and infinities for equal to themselves only', () => {
    const logarithm = program('logarithm', ({ input }) => ({ y: log(input('x', 'f32', [3])) }))
    const reference = referenceOf(logarithm, { x: [-1, 0, 1] })

    expect(compare(reference, [Number.NaN, Number.NEGATIVE_INFINITY, 0]).isWithin).toBe(true)
    expect(compare(reference, [0, Number.NEGATIVE_INFINITY, 0])).toMatchObject({ isWithin: false, at: [0] })
    expect(compare(reference, [Number.NaN, -3e38, 0])).toMatchObject({ isWithin: false, at: [1] })
    expect(compare(reference, [Number.NaN, Number.NEGATIVE_INFINITY, Number.NaN]).at).toEqual([2])
  })

  it('takes what is too large for float32 for infinite', () => {
    const large = program('large', ({ input }) => {
      const x = input('x', 'f32', [1])
      return { y: mul(x, x) }
    })

    expect(compare(referenceOf(large, { x: [1e30] }), [Number.POSITIVE_INFINITY]).isWithin).toBe(true)
    expect(compare(referenceOf(large, { x: [1e10] }), [Number.POSITIVE_INFINITY]).isWithin).toBe(false)
  })

  it('does not compare positions that rounding decides', () => {
    const nearest = program('nearest', ({ input }) => {
      const x = input('x', 'f32', [8])
      return { y: argMax(mul(x, 1.1)) }
    })
    const equal = referenceOf(nearest, { x: new Array(8).fill(0.3) })
    const clear = referenceOf(nearest, { x: [0, 1, 2, 3, 9, 3, 2, 1] })

    expect(equal.undecided.size).toBe(1)
    expect(clear.undecided.size).toBe(0)
    const wrong = compareArrays(hostArray('i32', [], Int32Array.of(3)), clear)
    expect(wrong).toMatchObject({ isWithin: false, worst: 1, bound: 0, got: 3, wanted: 4 })
  })
})
