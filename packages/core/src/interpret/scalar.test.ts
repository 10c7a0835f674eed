// The primitive scalar ops at the values where runtimes differ from each other.
import { describe, expect, test } from 'vitest'
import type { DType } from '../dtype.ts'
import { HeddleError } from '../errors.ts'
import type { PrimitiveScalarOp } from '../kernel/scalar.ts'
import { applyScalar, evaluateScalarFunction } from './scalar.ts'

const MIN = -0x80000000
const MAX = 0x7fffffff

type Case = readonly [PrimitiveScalarOp, DType, readonly number[], number]

describe('applyScalar', () => {
  test.each<Case>([
    ['add', 'f32', [16777216, 1], 16777216],
    ['add', 'f64', [16777216, 1], 16777217],
    ['mul', 'f32', [3e38, 2], Infinity],
    ['div', 'f32', [1, 3], Math.fround(1 / 3)],
    ['div', 'f32', [1, -0], -Infinity],
    ['rem', 'f32', [-7.5, 2], -1.5],
    ['rem', 'f32', [1, 0], NaN],
    ['minimum', 'f32', [NaN, 1], NaN],
    ['minimum', 'f32', [1, NaN], NaN],
    ['minimum', 'f32', [0, -0], -0],
    ['maximum', 'f32', [NaN, 1], NaN],
    ['maximum', 'f32', [-0, 0], 0],
    ['neg', 'f32', [0], -0],
    ['abs', 'f32', [-0], 0],
    ['floor', 'f32', [-0.5], -1],
    ['ceil', 'f32', [-0.5], -0],
    ['trunc', 'f32', [-1.9], -1],
    ['round', 'f32', [0.5], 0],
    ['round', 'f32', [1.5], 2],
    ['round', 'f32', [2.5], 2],
    ['round', 'f32', [-0.5], -0],
    ['round', 'f32', [-1.5], -2],
    ['round', 'f32', [-0], -0],
    ['round', 'f64', [0.49999999999999994], 0],
    ['round', 'f64', [4503599627370497], 4503599627370497],
    ['round', 'f32', [-Infinity], -Infinity],
    ['round', 'f32', [NaN], NaN],
    ['sqrt', 'f32', [2], Math.fround(Math.SQRT2)],
    ['sqrt', 'f32', [-0], -0],
    ['sqrt', 'f32', [-1], NaN],
    ['add', 'i32', [MAX, 1], MIN],
    ['sub', 'u32', [0, 1], 0xffffffff],
    ['mul', 'i32', [0x12345679, 0x76543211], Math.imul(0x12345679, 0x76543211)],
    ['mul', 'u32', [0xffffffff, 0xffffffff], 1],
    ['div', 'i32', [-7, 2], -3],
    ['div', 'i32', [MIN, -1], MIN],
    ['div', 'i32', [5, 0], 0],
    ['div', 'u32', [0xffffffff, 2], 0x7fffffff],
    ['rem', 'i32', [-7, 3], -1],
    ['rem', 'i32', [-6, 3], 0],
    ['rem', 'i32', [MIN, -1], 0],
    ['rem', 'u32', [7, 0], 0],
    ['neg', 'i32', [MIN], MIN],
    ['neg', 'i32', [0], 0],
    ['neg', 'u32', [1], 0xffffffff],
    ['abs', 'i32', [MIN], MIN],
    ['floor', 'i32', [-3], -3],
    ['minimum', 'u32', [0xffffffff, 1], 1],
    ['maximum', 'i32', [-1, 1], 1],
    ['and', 'u32', [0xffffffff, 0x80000001], 0x80000001],
    ['not', 'u32', [0], 0xffffffff],
    ['not', 'i32', [0], -1],
    ['shl', 'i32', [1, 31], MIN],
    ['shl', 'u32', [1, 33], 2],
    ['shr', 'i32', [MIN, 31], -1],
    ['shr', 'u32', [0x80000000, 31], 1],
    ['and', 'bool', [1, 0], 0],
    ['or', 'bool', [1, 0], 1],
    ['xor', 'bool', [1, 1], 0],
    ['not', 'bool', [1], 0],
    ['not', 'bool', [0], 1],
    ['select', 'f32', [1, -0, 5], -0],
    ['select', 'f32', [0, 1, NaN], NaN],
  ])('%s of %s: %j is %d', (op, dtype, args, expected) => {
    expect(applyScalar(op, dtype, dtype, args)).toBe(expected)
  })

  test.each<readonly [PrimitiveScalarOp, readonly number[]]>([
    ['lt', [0, 0, 0, 1, 0]],
    ['le', [0, 0, 0, 1, 1]],
    ['eq', [0, 0, 0, 0, 1]],
    ['ne', [1, 1, 1, 1, 0]],
  ])('%s with NaN is false but for ne, and zeros are equal', (op, expected) => {
    const pairs = [
      [NaN, NaN],
      [NaN, 1],
      [1, NaN],
      [1, 2],
      [-0, 0],
    ]
    expect(pairs.map((pair) => applyScalar(op, 'bool', 'f32', pair))).toEqual(expected)
  })

  test.each<readonly [DType, DType, number, number]>([
    ['f32', 'i32', NaN, 0],
    ['f32', 'i32', -1.9, -1],
    ['f32', 'i32', -0.5, 0],
    ['f32', 'i32', 3e9, MAX],
    ['f32', 'i32', -Infinity, MIN],
    ['f32', 'u32', -5, 0],
    ['f32', 'u32', 3e9, 3e9],
    ['f64', 'u32', 1e300, 0xffffffff],
    ['f64', 'f32', 0.1, Math.fround(0.1)],
    ['i32', 'f32', 16777217, 16777216],
    ['i32', 'u32', -1, 0xffffffff],
    ['u32', 'i32', 0xffffffff, -1],
    ['f32', 'bool', NaN, 1],
    ['f32', 'bool', -0, 0],
    ['i32', 'bool', -7, 1],
    ['bool', 'f64', 1, 1],
  ])('cast from %s to %s: %d becomes %d', (from, to, x, expected) => {
    expect(applyScalar('cast', to, from, [x])).toBe(expected)
  })

  test('bitcast reads the same bits', () => {
    expect(applyScalar('bitcast', 'i32', 'f32', [-0])).toBe(MIN)
    expect(applyScalar('bitcast', 'u32', 'f32', [-0])).toBe(0x80000000)
    expect(applyScalar('bitcast', 'f32', 'u32', [0x3f800000])).toBe(1)
    expect(applyScalar('bitcast', 'i32', 'u32', [0xffffffff])).toBe(-1)
    expect(() => applyScalar('bitcast', 'i32', 'f64', [1])).toThrow(HeddleError)
  })

  test('mathematical functions are the host in f64 and the expansion in f32', () => {
    expect(applyScalar('exp', 'f64', 'f64', [1])).toBe(Math.E)
    expect(applyScalar('pow', 'f64', 'f64', [2, 0.5])).toBe(Math.SQRT2)
    expect(applyScalar('exp', 'f32', 'f32', [1])).toBe(Math.fround(Math.E))
  })

  test('operands that no program has are bugs and say so', () => {
    expect(() => applyScalar('and', 'f32', 'f32', [1, 1])).toThrow('INTERNAL_INVARIANT')
    expect(() => applyScalar('sqrt', 'i32', 'i32', [1])).toThrow('INTERNAL_INVARIANT')
    expect(() => applyScalar('exp', 'i32', 'i32', [1])).toThrow('INTERNAL_INVARIANT')
    expect(() => applyScalar('add', 'f32', 'f32', [])).toThrow('INTERNAL_INVARIANT')
  })
})

test('evaluateScalarFunction rounds after every op', () => {
  const got = evaluateScalarFunction(
    {
      name: 'x * x - x * x rounded',
      code: [
        { op: 'param', dtype: 'f32', index: 0 },
        { op: 'mul', dtype: 'f32', args: [0, 0] },
        { op: 'const', dtype: 'f32', value: 1 },
        { op: 'sub', dtype: 'f32', args: [1, 2] },
      ],
      result: 3,
    },
    [Math.fround(1 + 2 ** -12)],
  )

  expect(got).toBe(2 ** -11)
})
