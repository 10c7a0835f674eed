// The float64 error function against its Maclaurin series in 400-bit fixed point, and C99's cases of pow.
import { expect, test } from 'vitest'
import { pow64 } from './host.ts'
import { erf64 } from './host-error.ts'

const BITS = 400n
const ONE = 1n << BITS

/** 2/sqrt(pi) from pi by Machin's formula and Newton's square root, in fixed point. */
function twoOverRootPi(): bigint {
  const arctanOfInverse = (k: bigint): bigint => {
    let sum = 0n
    for (let power = ONE / k, n = 1n; power !== 0n; power /= -k * k, n += 2n) sum += power / n
    return sum
  }
  const pi = 4n * (4n * arctanOfInverse(5n) - arctanOfInverse(239n))
  let root = ONE * 2n
  for (let i = 0; i < 20; i++) root = (root + (pi << BITS) / root) / 2n
  return ((2n * ONE) << BITS) / root
}

const FACTOR = twoOverRootPi()

/** erf(x) as a double: the sum of (-1)^k x^(2k+1) / (k! (2k+1)), whose cancellation 400 bits absorb. */
function exactErf(x: number): number {
  const X = BigInt(x * 2 ** 52) << (BITS - 52n)
  const square = (X * X) >> BITS
  let power = X
  let sum = X
  for (let k = 1n; power !== 0n; k++) {
    power = -((power * square) >> BITS) / k
    sum += power / (2n * k + 1n)
  }
  return Number((sum * FACTOR) >> (2n * BITS - 90n)) / 2 ** 90
}

test('erf64 is right to a few units in the last place of a double', () => {
  for (let k = 1; k < 400; k++) {
    const x = Math.round(((k * k) / 26000) * 2 ** 40) / 2 ** 40
    const exact = exactErf(x)
    expect(Math.abs(erf64(x) / exact - 1), `erf(${x})`).toBeLessThan(8 * 2 ** -53)
    expect(erf64(-x)).toBe(-erf64(x))
  }
})

test('erf64 has the right limits', () => {
  expect(erf64(0)).toBe(0)
  expect(erf64(-0)).toBe(-0)
  expect(erf64(Infinity)).toBe(1)
  expect(erf64(-Infinity)).toBe(-1)
  expect(erf64(NaN)).toBeNaN()
  expect(erf64(5.5)).toBe(1 - 7.357847917974398e-15)
})

test('pow64 follows C99 where JavaScript does not', () => {
  expect(pow64(1, NaN)).toBe(1)
  expect(pow64(-1, Infinity)).toBe(1)
  expect(pow64(-1, -Infinity)).toBe(1)
  expect(pow64(NaN, 0)).toBe(1)
  expect(pow64(-2, 0.5)).toBeNaN()
  expect(pow64(2, 10)).toBe(1024)
})
