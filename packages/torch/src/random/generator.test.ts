// What generators are to their users: seeds, states, scopes. The numbers are compared in golden.test.ts.
import { expect, test } from 'vitest'
import {
  defaultGenerator,
  forkRng,
  getRngState,
  initialSeed,
  manualSeed,
  seed,
  setRngState,
} from './default-generator.ts'
import { Generator } from './generator.ts'
import { fillNormal } from './normal.ts'
import { fillUniform } from './uniform.ts'

const uniforms = (generator: Generator, size: number): readonly number[] => {
  const data = new Float32Array(size)
  fillUniform(generator, 'f32', data)
  return [...data]
}

const normals = (generator: Generator, size: number): readonly number[] => {
  const data = new Float32Array(size)
  fillNormal(generator, 'f32', data)
  return [...data]
}

test('generator: a new one starts at the seed of torch.Generator()', () => {
  expect(new Generator().initialSeed()).toBe(67280421310721n)
  expect(new Generator().device).toBe('cpu')
})

test('generator: only the low 32 bits of a seed matter to the numbers', () => {
  const [one, same, other] = [new Generator(1), new Generator(2 ** 32 + 1), new Generator(2)]

  const numbers = uniforms(one, 5)

  expect(uniforms(same, 5)).toEqual(numbers)
  expect(uniforms(other, 5)).not.toEqual(numbers)
  expect(same.initialSeed()).toBe(4294967297n)
})

test('generator: a negative seed counts from 2^64 downwards', () => {
  expect(new Generator(-1).initialSeed()).toBe(2n ** 64n - 1n)
  expect(uniforms(new Generator(-1), 3)).toEqual(uniforms(new Generator(2n ** 64n - 1n), 3))
})

test.each([
  [2n ** 64n, 'Overflow when unpacking long'],
  [-(2n ** 63n) - 1n, 'Overflow when unpacking long'],
  [1.5, 'manual_seed expected a long, but got float'],
])('generator: a seed of %s is refused', (given, text) => {
  expect(() => new Generator(given)).toThrow(text)
})

test('generator: seeding drops the normal that was put aside', () => {
  const generator = new Generator(3)
  const first = normals(generator, 1)

  generator.manualSeed(3)

  expect(normals(generator, 1)).toEqual(first)
})

test('generator: a state goes on where it was saved, with the normal that was put aside', () => {
  const generator = new Generator(5)
  normals(generator, 3)
  const state = generator.getState()
  const numbers = [normals(generator, 1), uniforms(generator, 1000)]

  const other = new Generator().setState(state)

  expect([normals(other, 1), uniforms(other, 1000)]).toEqual(numbers)
  expect(other.initialSeed()).toBe(5n)
})

test('generator: a state is 5056 bytes, with one word left before the first is drawn and 624 after', () => {
  const generator = new Generator(9)
  const left = (): readonly [number, bigint] => {
    const view = new DataView(generator.getState().buffer)
    return [view.getInt32(8, true), view.getBigUint64(16, true)]
  }

  expect(generator.getState().length).toBe(5056)
  expect(left()).toEqual([1, 0n])
  generator.word()
  expect(left()).toEqual([624, 1n])
  for (let drawn = 1; drawn < 624; drawn++) generator.word()
  expect(left()).toEqual([1, 624n])
})

test.each([
  ['of another size', new Uint8Array(5055), 'Expected a CPUGeneratorImplState of size 5056'],
  ['never seeded', new Uint8Array(5056), 'Invalid mt19937 state'],
])('generator: a state %s is refused and changes nothing', (_, state, text) => {
  const generator = new Generator(1)
  const before = generator.getState()

  expect(() => generator.setState(state)).toThrow(text)
  expect(generator.getState()).toEqual(before)
})

test('generator: a clone draws the same numbers on its own', () => {
  const generator = new Generator(11)
  uniforms(generator, 100)
  const clone = generator.clone()

  expect(uniforms(clone, 10)).toEqual(uniforms(generator, 10))
  uniforms(clone, 1)
  expect(uniforms(clone, 1)).not.toEqual(uniforms(generator, 1))
})

test('default generator: seed() makes a seed of its own and remembers it', () => {
  const [first, second] = [seed(), seed()]

  expect(first).not.toBe(second)
  expect(initialSeed()).toBe(second)
})

test('default generator: manualSeed returns it and takes numbers with fractions', () => {
  expect(manualSeed(7.9)).toBe(defaultGenerator)
  expect(initialSeed()).toBe(7n)
})

test('default generator: its state is taken and given back', () => {
  manualSeed(1)
  const state = getRngState()
  const numbers = uniforms(defaultGenerator, 3)

  setRngState(state)

  expect(uniforms(defaultGenerator, 3)).toEqual(numbers)
})

test('forkRng: leaves the default generator as it was, after an error too', () => {
  const before = manualSeed(1).getState()

  const inside = forkRng(() => uniforms(manualSeed(2), 3))
  {
    using _ = forkRng()
    uniforms(defaultGenerator, 5)
  }
  const failing = (): void =>
    forkRng(() => {
      manualSeed(3)
      throw new Error('on the way')
    })

  expect(failing).toThrow('on the way')
  expect(inside).toEqual(uniforms(new Generator(2), 3))
  expect(getRngState()).toEqual(before)
})
