// What golden data cannot show: permutations of hundreds of millions take another algorithm, which runs here on small ones.
import { expect, test } from 'vitest'
import { Generator } from './generator.ts'
import { fillPermutation, fillRandomBetween } from './integers.ts'
import { storeBigInto } from './storing.ts'

test('permutation: a large one takes 64 bits for each place, from the inside out', () => {
  const [generator, other] = [new Generator(4), new Generator(4)]
  const expected: number[] = []
  for (let at = 0; at < 200; at++) {
    const place = Number(other.word64() % BigInt(at + 1))
    expected[at] = expected[place] ?? at
    expected[place] = at
  }

  const order = new Int32Array(200)
  fillPermutation(generator, 'i32', order, 1)

  expect([...order]).toEqual(expected)
  expect(generator.getState()).toEqual(other.getState())
})

test.each([2 ** 32, 2 ** 33 + 1, 2 ** 37, 2 ** 37 + 1, 2 ** 52])(
  'random numbers below %d are the remainders of 64 bits',
  (range) => {
    const [generator, other] = [new Generator(6), new Generator(6)]

    const data = new BigInt64Array(50)
    fillRandomBetween(generator, 'i64', data, 0, range)

    expect([...data]).toEqual(Array.from(data, () => other.word64() % BigInt(range)))
  },
)

test('whole numbers round once on the way to f32', () => {
  const data = new Float32Array(3)
  const store = storeBigInto('f32', data)

  // Just above the middle between two f32; a double rounds the first to the middle.
  store(0, 2n ** 62n + 2n ** 38n + 1n)
  store(1, 2n ** 62n + 2n ** 38n)
  store(2, -(2n ** 62n) - 2n ** 38n - 1n)

  expect([...data]).toEqual([2 ** 62 + 2 ** 39, 2 ** 62, -(2 ** 62) - 2 ** 39])
})
