// Fused multiply-adds against whole numbers of any size.
import { expect, test } from 'vitest'
import { addProduct, laneCount } from './cephes.ts'
import { fusedF32, fusedF64 } from './fused.ts'
import { Generator } from './generator.ts'

const scale = 2n ** 120n

/** The numbers here have no bits below 2^-120. */
const scaled = (value: number): bigint => BigInt(value * 2 ** 120)

/** The nearest number of `digits` binary digits to a fraction over 2^240, ties to even. */
function nearest(fraction: bigint, digits: number): number {
  const magnitude = fraction < 0n ? -fraction : fraction
  const drop = BigInt(Math.max(0, magnitude.toString(2).length - digits))
  const unit = 2n ** drop
  const [whole, rest] = [magnitude / unit, magnitude % unit]
  const isUp = 2n * rest > unit || (2n * rest === unit && whole % 2n === 1n)
  const value = Number(whole + (isUp ? 1n : 0n)) * 2 ** (Number(drop) - 240)
  return fraction < 0n ? -value : value
}

const exact = (digits: number, a: number, b: number, c: number): number =>
  nearest(scaled(a) * scaled(b) + scaled(c) * scale, digits)

const ulp = 2 ** -23
/** Sums so near to the middle between two f32 that a double does not see on which side they lie. */
const ties: readonly (readonly [number, number, number])[] = [
  [2 ** -12 * (1 + ulp), 2 ** -12 * (1 - ulp), 1 + ulp],
  [2 ** -12 * (1 + ulp), 2 ** -12 * (1 - ulp), 1],
  [2 ** -12 * (1 + ulp), -(2 ** -12) * (1 - ulp), 1 + ulp],
  [2 ** -12, 2 ** -12, 1 + ulp],
  [2 ** -12, 2 ** -12, 1],
]

test.each(ties)('f32: %f · %f + %f rounds once', (a, b, c) => {
  expect(fusedF32(a, b, c)).toBe(exact(24, a, b, c))
  expect(fusedF32(-a, b, -c)).toBe(exact(24, -a, b, -c))
})

test('f32: rounding the double instead is wrong for these', () => {
  const wrong = ties.filter(([a, b, c]) => Math.fround(a * b + c) !== exact(24, a, b, c))

  expect(wrong.length).toBeGreaterThan(0)
})

test('f32: whole arrays round as single numbers', () => {
  const column = (at: 0 | 1 | 2): Float32Array =>
    Float32Array.from({ length: laneCount }, (_, k) => ties[k % ties.length]?.[at] ?? 0)
  const [a, b, c, sums] = [column(0), column(1), column(2), new Float32Array(laneCount)]

  addProduct(a, b, c, laneCount, sums)

  expect([...sums]).toEqual(Array.from(a, (_, k) => fusedF32(a[k] ?? 0, b[k] ?? 0, c[k] ?? 0)))
})

/** Numbers of every bit, their sizes some powers of two apart. */
function* triples(round: (value: number) => number): Iterable<readonly [number, number, number]> {
  const generator = new Generator(1)
  const draw = (spread: number): number => {
    const exponent = Math.floor(generator.uniform24() * 2 * spread) - spread
    return round((generator.uniform53() * 2 - 1) * 2 ** exponent)
  }
  for (let at = 0; at < 3000; at++) yield [draw(10), draw(10), draw(30)]
}

test.each([
  ['f32', 24, Math.fround, fusedF32],
  ['f64', 53, (value: number) => value, fusedF64],
] as const)('%s: products and sums of any size round once', (_, digits, round, fused) => {
  const numbers = [...triples(round)]

  const sums = numbers.map(([a, b, c]) => fused(a, b, c))

  expect(sums).toEqual(numbers.map(([a, b, c]) => exact(digits, a, b, c)))
})

test('f64: what cancels leaves the rounding error of the product', () => {
  const [a, b] = [1 + 2 ** -30, 1 + 2 ** -29]

  expect(fusedF64(a, b, -(a * b))).toBe(2 ** -59)
  expect(fusedF64(a, b, 0)).toBe(a * b)
  expect(fusedF64(0, b, 3)).toBe(3)
})
