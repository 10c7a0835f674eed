import { describe, expect, test } from 'vitest'
import type { DType } from '../dtype.ts'
import { createBuilder } from '../ir/builder.ts'
import { formatType, type TensorType } from '../ir/tensor-type.ts'
import type { Value } from '../ir/value.ts'
import { errorOf } from '../testdata/error-of.ts'
import { valuesOf } from '../testdata/values-of.ts'
import { literal } from './constants.ts'
import { add, and, div, eq, ge, gt, maximum, mul, select, sub } from './elementwise.ts'
import { broadcastShapes, commonDType, type Operand } from './operand.ts'

const b = createBuilder()
const x = literal(b, [
  [1, 2, 3],
  [4, 5, 6],
])
const i = literal(b, [1, 2, 3], { dtype: 'i32' })
const u = literal(b, [1, 2, 3], { dtype: 'u32' })
const d = literal(b, [1, 2, 3], { dtype: 'f64' })
const flags = literal(b, [true, false, true])

const typeOf = (value: Value): string => formatType(value.type)

describe('broadcasting', () => {
  test('aligns shapes at their last axes and repeats extents of 1', () => {
    expect(broadcastShapes('add', [[2, 1, 4], [3, 1], []])).toEqual([2, 3, 4])
  })

  test('an extent of 0 wins over 1', () => {
    expect(broadcastShapes('add', [[1], [0]])).toEqual([0])
  })

  test('adds a row to each row', () => {
    expect(valuesOf(add(x, literal(b, [10, 20, 30])))).toEqual([11, 22, 33, 14, 25, 36])
  })

  test('adds a column to each column', () => {
    expect(valuesOf(add(x, literal(b, [[10], [20]])))).toEqual([11, 12, 13, 24, 25, 26])
  })

  test('names both shapes, the axis and the extents that do not fit, at the line of the caller', () => {
    const error = errorOf(() => add(x, literal(b, [1, 2])))

    expect(error.code).toBe('SHAPE_BROADCAST')
    expect(error.message).toContain('shapes [2, 3] and [2] do not fit at axis -1: 3 against 2')
    expect(error.location?.file).toContain('operand.test.ts')
  })
})

describe('promotion', () => {
  test.for<[string, Operand, Operand, string]>([
    ['a number takes the dtype beside it', d, 1, 'f64[3]'],
    ['a whole number beside integers stays one', i, 2, 'i32[3]'],
    ['a fraction beside integers gives f32', i, 0.5, 'f32[3]'],
    ['NaN beside integers gives f32', u, Number.NaN, 'f32[3]'],
    ['a whole number beside bools gives i32', flags, 2, 'i32[3]'],
    ['integers beside floats give floats', i, x, 'f32[2, 3]'],
    ['bools beside integers count', flags, u, 'u32[3]'],
    ['f32 beside f64 gives f64', x, d, 'f64[2, 3]'],
  ])('%s', ([, left, right, type]) => {
    expect(typeOf(mul(left, right))).toBe(type)
  })

  test('rounds a number beside f32 to f32', () => {
    expect(valuesOf(mul(literal(b, [1]), 0.1))).toEqual([Math.fround(0.1)])
  })

  test('keeps bools for logic and comparison', () => {
    expect(typeOf(and(flags, flags))).toBe('bool[3]')
    expect(typeOf(eq(flags, flags))).toBe('bool[3]')
  })

  test('refuses to mix i32 and u32', () => {
    expect(errorOf(() => add(i, u)).message).toContain('DTYPE_MIXED: add: operands are i32[3] and u32[3]')
  })

  test('refuses a number that an integer cannot hold', () => {
    expect(errorOf(() => add(u, -1)).code).toBe('ATTR_NUMBER_RANGE')
    expect(errorOf(() => add(i, 2 ** 31)).code).toBe('ATTR_NUMBER_RANGE')
  })
})

describe('operands', () => {
  test('may be a number on either side', () => {
    expect(valuesOf(sub(10, i))).toEqual([9, 8, 7])
    expect(valuesOf(div(i, 2))).toEqual([0, 1, 1])
  })

  test('compare in either direction', () => {
    expect(valuesOf(gt(i, 2))).toEqual([0, 0, 1])
    expect(valuesOf(ge(i, 2))).toEqual([0, 1, 1])
  })

  test('must hold a value among them', () => {
    expect(errorOf(() => maximum(1, 2)).code).toBe('GRAPH_OPERAND')
  })

  test('must be values or numbers', () => {
    const wrong = JSON.parse('[1, 2]')

    expect(errorOf(() => add(i, wrong)).message).toContain(
      'GRAPH_OPERAND: add: operand 1 is an array of 2 items; it must be a value or a number',
    )
  })

  test('must be of one graph', () => {
    expect(errorOf(() => add(i, literal(createBuilder(), [1]))).code).toBe('GRAPH_FOREIGN_VALUE')
  })
})

describe('select', () => {
  test('chooses per element, with all three broadcast', () => {
    const chosen = select(flags, x, 0)

    expect(typeOf(chosen)).toBe('f32[2, 3]')
    expect(valuesOf(chosen)).toEqual([1, 0, 3, 4, 0, 6])
  })

  test('takes numbers on both sides', () => {
    expect(typeOf(select(flags, 1, 0))).toBe('f32[3]')
  })
})

describe('promotion, as torch.result_type has it', () => {
  const names = ['f32', 'f64', 'f16', 'bf16', 'i64', 'i32', 'i16', 'i8', 'u8', 'bool'] as const
  const of = (dtype: DType, shape: readonly number[]): { type: TensorType } => ({ type: { dtype, shape } })
  const rows = (text: string): string[][] =>
    text
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/ +/))

  test.for(
    rows(`
      f32   f32  f64  f32  f32  f32  f32  f32  f32  f32  f32
      f64   f64  f64  f64  f64  f64  f64  f64  f64  f64  f64
      f16   f32  f64  f16  f32  f16  f16  f16  f16  f16  f16
      bf16  f32  f64  f32  bf16 bf16 bf16 bf16 bf16 bf16 bf16
      i64   f32  f64  f16  bf16 i64  i64  i64  i64  i64  i64
      i32   f32  f64  f16  bf16 i64  i32  i32  i32  i32  i32
      i16   f32  f64  f16  bf16 i64  i32  i16  i16  i16  i16
      i8    f32  f64  f16  bf16 i64  i32  i16  i8   i16  i8
      u8    f32  f64  f16  bf16 i64  i32  i16  i16  u8   u8
      bool  f32  f64  f16  bf16 i64  i32  i16  i8   u8   bool`),
  )('%s beside values of equal priority', ([dtype, ...expected]) => {
    for (const shape of [[2], []]) {
      const seen = names.map((other) => commonDType('add', [of(dtype as DType, shape), of(other, shape)]))
      expect(seen).toEqual(expected)
    }
  })

  test.for(
    rows(`
      f32   f32  f32  f32  f32  f32  f32  f32  f32  f32  f32
      f64   f64  f64  f64  f64  f64  f64  f64  f64  f64  f64
      f16   f16  f16  f16  f16  f16  f16  f16  f16  f16  f16
      bf16  bf16 bf16 bf16 bf16 bf16 bf16 bf16 bf16 bf16 bf16
      i64   f32  f64  f16  bf16 i64  i64  i64  i64  i64  i64
      i32   f32  f64  f16  bf16 i32  i32  i32  i32  i32  i32
      i16   f32  f64  f16  bf16 i16  i16  i16  i16  i16  i16
      i8    f32  f64  f16  bf16 i8   i8   i8   i8   i8   i8
      u8    f32  f64  f16  bf16 u8   u8   u8   u8   u8   u8
      bool  f32  f64  f16  bf16 i64  i32  i16  i8   u8   bool`),
  )('%s with axes beside values without', ([dtype, ...expected]) => {
    const seen = names.map((other) => commonDType('add', [of(other, []), of(dtype as DType, [2])]))
    expect(seen).toEqual(expected)
  })

  test('numbers count by category; a whole one beside bools is i32, where PyTorch has i64', () => {
    const beside = (value: number): DType[] =>
      names.map((dtype) => commonDType('add', [of(dtype, [2]), value]))

    expect(beside(1)).toEqual([...names.slice(0, -1), 'i32'])
    expect(beside(1.5)).toEqual(['f32', 'f64', 'f16', 'bf16', ...Array.from({ length: 6 }, () => 'f32')])
  })

  test('u32 meets floats and bools, but no other integer', () => {
    expect(commonDType('add', [of('u32', [2]), of('f16', [2])])).toBe('f16')
    expect(commonDType('add', [of('u32', [2]), of('bool', [2])])).toBe('u32')
    for (const other of ['i64', 'i32', 'i16', 'i8', 'u8'] as const) {
      expect(() => commonDType('add', [of('u32', [2]), of(other, [2])])).toThrow('DTYPE_MIXED')
    }
  })
})
