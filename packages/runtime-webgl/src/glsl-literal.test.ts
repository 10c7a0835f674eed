import { expect, test } from 'vitest'
import { glslLiteral } from './glsl-literal.ts'

test('floats are written with a point or an exponent, negatives in parentheses', () => {
  const texts = [0, 1, -2.5, 0.1, 1e21, 1.7e38, 16777217].map((x) => glslLiteral('f32', x))

  expect(texts).toEqual(['0.0', '1.0', '(-2.5)', '0.1', '1e+21', '1.7e+38', '16777216.0'])
})

test('floats GLSL cannot spell are given by their bits', () => {
  const texts = [-0, Number.NaN, Infinity, -Infinity, 2 ** -149, 3.4028234663852886e38].map((x) =>
    glslLiteral('f32', x),
  )

  expect(texts).toEqual([
    'fromBits(0x80000000u)',
    'fromBits(0x7fc00000u)',
    'fromBits(0x7f800000u)',
    'fromBits(0xff800000u)',
    'fromBits(0x00000001u)',
    'fromBits(0x7f7fffffu)',
  ])
})

test('every decimal reads back as the same f32', () => {
  const bits = new Uint32Array(1)
  const float = new Float32Array(bits.buffer)
  for (let step = 0; step < 2000; step++) {
    bits[0] = Math.imul(step, 0x9e3779b1) & 0xff7fffff
    const value = float[0] ?? 0
    const text = glslLiteral('f32', value)

    if (text.startsWith('fromBits')) continue
    expect(Math.fround(Number(text.replace(/[()]/g, '')))).toBe(value)
  }
})

test('integers at the ends of their range and bools', () => {
  expect(glslLiteral('i32', -2147483648)).toBe('int(0x80000000u)')
  expect(glslLiteral('i32', 2147483647)).toBe('2147483647')
  expect(glslLiteral('i32', -7)).toBe('(-7)')
  expect(glslLiteral('u32', 4294967295)).toBe('4294967295u')
  expect(glslLiteral('bool', 1)).toBe('true')
})
