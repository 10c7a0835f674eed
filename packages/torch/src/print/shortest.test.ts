import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatExponent } from './decimal.ts'
import { type Decimal, type FloatFormat, shortestDigits } from './shortest.ts'

const SEED = 20_261_130
const narrowed = { f16: Math.f16round, f32: Math.fround }

const text = ({ digits, exponent }: Decimal): string => `${digits}e${exponent}`

/** JavaScript's own digits, which are the shortest ones of doubles. */
const wanted = (value: number): string => value.toExponential().replace('.', '').replace('+', '')

function expectShortest(value: number, format: 'f16' | 'f32'): void {
  const { digits, exponent } = shortestDigits(value, format)
  const round = narrowed[format]

  expect(round(Number(`${digits[0]}.${digits.slice(1)}e${exponent}`))).toBe(value)
  // None of the numbers with one digit less is the same float: neither of the two that lie around it.
  if (digits.length === 1) return
  const below = BigInt(digits.slice(0, -1))
  const scale = exponent - digits.length + 2
  for (const shorter of [below, below + 1n]) expect(round(Number(`${shorter}e${scale}`))).not.toBe(value)
}

test('doubles have the digits JavaScript gives them: every power of two, and its neighbours', () => {
  for (let power = -1074; power <= 1023; power++) {
    for (const value of [
      2 ** power,
      2 ** power * (1 + Number.EPSILON),
      2 ** power * (1 - Number.EPSILON / 2),
    ]) {
      if (Number.isFinite(value)) expect(text(shortestDigits(value, 'f64'))).toBe(wanted(value))
    }
  }
})

test(`doubles have the digits JavaScript gives them: any (seed ${SEED})`, () => {
  fc.assert(
    fc.property(fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }), (value) => {
      expect(text(shortestDigits(value, 'f64'))).toBe(wanted(value))
    }),
    { seed: SEED, numRuns: 2000 },
  )
})

test(`narrower floats come back from their digits, and from no fewer (seed ${SEED})`, () => {
  for (let power = -149; power <= 127; power++) expectShortest(2 ** power, 'f32')
  for (let power = -24; power <= 15; power++) expectShortest(2 ** power, 'f16')
  fc.assert(
    fc.property(fc.float({ min: 2 ** -149, noNaN: true, noDefaultInfinity: true }), (value) => {
      expectShortest(value, 'f32')
      const half = Math.f16round(value)
      if (half > 0 && Number.isFinite(half)) expectShortest(half, 'f16')
    }),
    { seed: SEED, numRuns: 2000 },
  )
})

test.each<[number, FloatFormat]>([
  [0.1, 'f64'],
  [2 / 3, 'f64'],
  [Math.fround(0.7), 'f32'],
  [0.03125, 'f16'],
])('a limit rounds the exact value of %d: as many digits as are asked for, no more', (value, format) => {
  for (let count = 1; count < 30; count++) {
    const exact = shortestDigits(value, format, { counts: 'significant', most: count, fewest: count })
    expect(text(exact)).toBe(
      formatExponent(value, count - 1)
        .replace('.', '')
        .replace(/0*e-0?/, 'e-'),
    )
  }
})
