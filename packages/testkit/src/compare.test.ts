import { toNdArray } from '@heddle/core'
import { expect, test } from 'vitest'
import { bitDisagreement, disagreement, ulpsBetween } from './compare.ts'

const reference = (values: readonly number[], bounds: readonly number[]) => ({
  value: toNdArray('f32', [2, 2], values),
  bound: Float64Array.from(bounds),
})

test('disagreement: is silent within the bounds', () => {
  const found = disagreement('y', [1, 2.5, 3, 4], reference([1, 2, 3, 4], [0, 0.5, 0, 0]))

  expect(found).toBe(undefined)
})

test('disagreement: tells the worst element, both values, ulps and the bound', () => {
  const found = disagreement('y', [1, 2.5, 3, 5], reference([1, 2, 3, 4], [0.125, 0.125, 0.125, 0.125]))

  expect(found?.message).toBe(
    'y: 2 of 4 elements of f32[2, 2] differ; worst at [1, 1]: 5, expected 4 (off by 1, 2097152 ulp apart; at most 0.125 is allowed)',
  )
})

test('disagreement: NaN is not within any finite bound, and NaN agrees with NaN', () => {
  expect(disagreement('y', [Number.NaN, 0, 0, 0], reference([1, 0, 0, 0], [9, 9, 9, 9]))?.at).toBe(0)
  expect(disagreement('y', [1, 0, 0, 0], reference([Number.NaN, 0, 0, 0], [0, 0, 0, 0]))?.at).toBe(0)
  expect(disagreement('y', [Number.NaN, 0, 0, 0], reference([Number.NaN, 0, 0, 0], [0, 0, 0, 0]))).toBe(
    undefined,
  )
})

test('disagreement: infinities agree with themselves only', () => {
  const infinite = reference([Number.POSITIVE_INFINITY, 0, 0, 0], [0, 0, 0, 0])

  expect(disagreement('y', [Number.POSITIVE_INFINITY, 0, 0, 0], infinite)).toBe(undefined)
  expect(disagreement('y', [3e38, 0, 0, 0], infinite)?.at).toBe(0)
})

test('disagreement: anything goes where nothing is known', () => {
  const bounds = Array.from({ length: 4 }, () => Number.POSITIVE_INFINITY)

  expect(disagreement('y', [Number.NaN, 7, 8, 9], reference([1, 2, 3, 4], bounds))).toBe(undefined)
})

test('disagreement: a wrong number of elements is one', () => {
  expect(disagreement('y', [1], reference([1, 2, 3, 4], [0, 0, 0, 0]))?.message).toBe(
    'y: 1 elements, expected 4 of f32[2, 2]',
  )
})

test('bitDisagreement: tells zeros of different sign apart', () => {
  const found = bitDisagreement('y', [1, 2, -0, 4], toNdArray('f32', [2, 2], [1, 2, 0, 4]))

  expect(found?.message).toContain('worst at [1, 0]: -0, expected 0')
})

test('ulpsBetween: counts the numbers between two values', () => {
  expect(ulpsBetween('f32', 1, 1 + 2 ** -23)).toBe(1)
  expect(ulpsBetween('f32', 0, 2 ** -149)).toBe(1)
  expect(ulpsBetween('f64', 2, 2 - 2 ** -51)).toBe(1)
})
