import { describe, expect, test } from 'vitest'
import { createBuilder } from '../ir/builder.ts'
import { valuesOf } from '../testdata/values-of.ts'
import { literal } from './constants.ts'
import { randomNormal, randomUniform, splitKey } from './random.ts'

const b = createBuilder()
const key = literal(b, new Uint32Array([3, 7]))

const moments = (values: readonly number[]): { readonly mean: number; readonly variance: number } => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return { mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length }
}

describe('randomUniform', () => {
  test('fills [0, 1) evenly', () => {
    const values = valuesOf(randomUniform(key, [4000]))

    const { mean, variance } = moments(values)

    expect(Math.min(...values)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...values)).toBeLessThan(1)
    // Within four standard errors of 1/2 and 1/12.
    expect(Math.abs(mean - 1 / 2)).toBeLessThan((4 * Math.sqrt(1 / 12)) / Math.sqrt(4000))
    expect(Math.abs(variance - 1 / 12)).toBeLessThan((4 * Math.sqrt(1 / 180)) / Math.sqrt(4000))
  })

  test('stretches to other bounds', () => {
    const values = valuesOf(randomUniform(key, [50], { low: 2, high: 6 }))

    expect(values).toEqual(valuesOf(randomUniform(key, [50])).map((value) => 2 + 4 * value))
  })
})

describe('randomNormal', () => {
  test('has mean 0, variance 1 and the tails of the normal distribution', () => {
    const values = valuesOf(randomNormal(key, [40, 100]))

    const { mean, variance } = moments(values)

    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(4000))
    expect(Math.abs(variance - 1)).toBeLessThan((4 * Math.SQRT2) / Math.sqrt(4000))
    // 4.55 % lie beyond two deviations: 182 of 4000, give or take 4 * 13.
    const beyond = values.filter((value) => Math.abs(value) > 2).length
    expect(beyond).toBeGreaterThan(130)
    expect(beyond).toBeLessThan(234)
  })

  test('moves and stretches', () => {
    const values = valuesOf(randomNormal(key, [8], { mean: 3, deviation: 2, dtype: 'f64' }))
    const plain = valuesOf(randomNormal(key, [8], { dtype: 'f64' }))

    expect(values).toEqual(plain.map((value) => value * 2 + 3))
  })
})

describe('splitKey', () => {
  test('gives keys that differ and draw different numbers', () => {
    const keys = splitKey(key, 3)

    const draws = keys.map((each) => valuesOf(randomUniform(each, [4])).join())

    expect(keys.map((each) => each.type)).toEqual(keys.map(() => ({ dtype: 'u32', shape: [2] })))
    expect(new Set(draws).size).toBe(3)
  })
})
