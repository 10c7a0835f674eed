import { describe, expect, test } from 'vitest'
import { kaimingUniform, normal, uniform, values, xavierUniform } from './front/initializers.ts'
import { materialize } from './initializer.ts'
import { hashString } from './ir/structural-key.ts'
import { threefry } from './ops/random-bits.ts'
import { codeOf } from './testdata/error-of.ts'

describe('materialize', () => {
  test('depends on seed and name, and on nothing else', () => {
    const draw = (seed: number, name: string): string =>
      materialize(normal(0, 1), 'f32', [4], seed, name).join()

    expect(draw(1, 'w')).toBe(draw(1, 'w'))
    expect(new Set([draw(1, 'w'), draw(2, 'w'), draw(1, 'v'), draw(2 ** 32 + 1, 'w')]).size).toBe(4)
  })

  test('gives these very bits', () => {
    expect([...materialize(normal(0, 1), 'f64', [2], 42, 'weight')]).toEqual([
      1.3816637947755919, 0.16233693381538467,
    ])
    expect([...materialize(uniform(-1, 1), 'f64', [2], 42, 'weight')]).toEqual([
      -0.2460339586250484, -0.9530641492456198,
    ])
  })

  test('normal is the Box-Muller transform of the words, to a few ulp', () => {
    const word = (position: number): number => threefry(hashString('w') >>> 0, 9, position) / 2 ** 32
    const expected = Array.from({ length: 500 }, (_, at) => {
      const radius = Math.sqrt(-2 * Math.log(word(2 * at) + 2 ** -32))
      return radius * Math.cos(2 * Math.PI * word(2 * at + 1))
    })

    const drawn = [...materialize(normal(0, 1), 'f64', [500], 9, 'w')]

    expect(drawn).toEqual(expected.map((value) => expect.closeTo(value, 13)))
  })

  test('uniform stays inside its half-open interval', () => {
    const drawn = [...materialize(uniform(1, 1 + 2 ** -22), 'f32', [1000], 0, 'w')].map(Number)

    expect(Math.min(...drawn)).toBe(1)
    expect(Math.max(...drawn)).toBeLessThan(1 + 2 ** -22)
  })

  test('normal has the moments asked for', () => {
    const drawn = materialize(normal(5, 2), 'f64', [4000], 7, 'w') as Float64Array

    const mean = drawn.reduce((sum, value) => sum + value, 0) / 4000
    const variance = drawn.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 4000

    expect(Math.abs(mean - 5)).toBeLessThan((4 * 2) / Math.sqrt(4000))
    expect(Math.abs(variance - 4)).toBeLessThan((4 * 4 * Math.SQRT2) / Math.sqrt(4000))
  })

  test('takes values as they are, rounded, and checks their number', () => {
    expect([...materialize(values([0.1, 2]), 'f32', [2], 0, 'w')]).toEqual([Math.fround(0.1), 2])
    expect(codeOf(() => materialize(values([1]), 'f32', [2], 0, 'w'))).toBe('INPUT_SHAPE')
  })

  test('refuses a seed that is not a whole number', () => {
    expect(codeOf(() => materialize(uniform(0, 1), 'f32', [1], 0.5, 'w'))).toBe('INPUT_RANGE')
    expect(codeOf(() => materialize(uniform(0, 1), 'f32', [1], -1, 'w'))).toBe('INPUT_RANGE')
  })
})

describe('initializers', () => {
  test('of kaiming and xavier are uniform with their bounds', () => {
    expect(kaimingUniform({ fanIn: 6 })).toEqual(uniform(-1, 1))
    expect(kaimingUniform({ fanIn: 12, slope: 1 })).toEqual(uniform(-0.5, 0.5))
    expect(xavierUniform({ fanIn: 1, fanOut: 5, gain: 2 })).toEqual(uniform(-2, 2))
  })
})
