import { expect, test } from 'vitest'
import { distance, judge } from './agreement.ts'

const of = (...data: number[]): Float32Array => Float32Array.from(data)

test('agreement: results within the tolerance stand together', () => {
  const verdict = judge(
    [
      { peer: 'heddle', data: of(1, 2) },
      { peer: 'torch', data: of(1, 2.00001) },
    ],
    1e-4,
  )

  expect(verdict.right).toEqual(['heddle', 'torch'])
  expect(verdict.voices).toBe(2)
})

test('agreement: the one that differs from two others is wrong, Heddle too', () => {
  const verdict = judge(
    [
      { peer: 'heddle', data: of(1, 2) },
      { peer: 'heddle-js', data: of(1, 2) },
      { peer: 'tfjs', data: of(1, 3) },
      { peer: 'torch', data: of(1, 3) },
    ],
    1e-4,
  )

  expect(verdict.right).toEqual(['tfjs', 'torch'])
  expect([...verdict.wrong.keys()]).toEqual(['heddle', 'heddle-js'])
})

test("agreement: Heddle's two emitters do not outvote one peer", () => {
  const verdict = judge(
    [
      { peer: 'heddle', data: of(1, 2) },
      { peer: 'heddle-js', data: of(1, 2) },
      { peer: 'torch', data: of(1, 3) },
    ],
    1e-4,
  )

  expect(verdict.right).toEqual([])
  expect(verdict.wrong.size).toBe(3)
})

test('agreement: NaN and another length are infinitely far', () => {
  expect(distance(of(Number.NaN), of(1))).toBe(Number.POSITIVE_INFINITY)
  expect(distance(of(1, 1), of(1))).toBe(Number.POSITIVE_INFINITY)
  expect(distance(of(0, 0), of(0, 0))).toBe(0)
})
