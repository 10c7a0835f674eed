// The functions at their edges; between them golden.test.ts compares what is drawn through them.
import { expect, test } from 'vitest'
import { cos, exp, log, sin } from './c-library.ts'
import { tan } from './c-library-tangent.ts'
import { erf, erfInv, erfInvF32 } from './error-function.ts'

test('log: of 0, 1, infinity, negative and subnormal numbers', () => {
  expect([0, 1, Number.POSITIVE_INFINITY, -1, 2 ** -1074].map(log)).toEqual([
    Number.NEGATIVE_INFINITY,
    0,
    Number.POSITIVE_INFINITY,
    Number.NaN,
    Math.log(2 ** -1074),
  ])
})

test('exp: of 0, of infinities, beyond the largest number and below the smallest', () => {
  expect([0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1000, -1000].map(exp)).toEqual([
    1,
    Number.POSITIVE_INFINITY,
    0,
    Number.POSITIVE_INFINITY,
    0,
  ])
})

test('sine, cosine, tangent: of 0 and of a quarter turn', () => {
  expect([sin(0), cos(0), tan(0)]).toEqual([0, 1, 0])
  expect([sin(Math.PI / 2), cos(Math.PI / 2)]).toEqual([1, 6.123233995736766e-17])
  expect([tan(Math.PI / 4), tan(-Math.PI / 4)]).toEqual([0.9999999999999999, -0.9999999999999999])
  expect(tan(Math.PI / 2)).toBe(16331239353195370)
})

/** Where one formula gives way to the next. */
test.each([0.126, 0.85546875, 2.426265, Math.PI, 6.28])('sine and cosine: nothing jumps at %d', (x) => {
  for (const near of [x - 1e-9, x, x + 1e-9]) {
    expect(sin(near)).toBeCloseTo(Math.sin(near), 15)
    expect(cos(near)).toBeCloseTo(Math.cos(near), 15)
  }
})

test('error function: infinite and undefined ends of the inverse', () => {
  expect([1, -1, 1.5].map(erfInv)).toEqual([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN])
  expect([1, -1, 1.5].map(erfInvF32)).toEqual([
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NaN,
  ])
  expect([0, 7, -7].map(erf)).toEqual([0, 1, -1])
})
