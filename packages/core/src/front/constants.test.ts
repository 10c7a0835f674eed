import { describe, expect, test } from 'vitest'
import { createBuilder } from '../ir/builder.ts'
import { codeOf } from '../testdata/error-of.ts'
import { valuesOf } from '../testdata/values-of.ts'
import { arange, full, fullLike, iota, literal, onesLike, zeros } from './constants.ts'
import { flattenNested, nest } from './nested.ts'

const b = createBuilder()

describe('literal', () => {
  test('takes numbers as f32 and booleans as bool, row by row', () => {
    expect(literal(b, [[1, 2, 3]]).type).toEqual({ dtype: 'f32', shape: [1, 3] })
    expect(literal(b, [true]).type).toEqual({ dtype: 'bool', shape: [1] })
    expect(literal(b, 5).type).toEqual({ dtype: 'f32', shape: [] })
    expect(literal(b, [[], []]).type).toEqual({ dtype: 'f32', shape: [2, 0] })
  })

  test('takes a typed array with a shape, and copies it', () => {
    const data = new Int32Array([1, 2, 3, 4])

    const value = literal(b, data, { shape: [2, 2] })
    data[0] = 9

    expect(value.type).toEqual({ dtype: 'i32', shape: [2, 2] })
    expect(valuesOf(value)).toEqual([1, 2, 3, 4])
  })

  test('refuses uneven rows and numbers the dtype cannot hold', () => {
    expect(codeOf(() => literal(b, [[1], [2, 3]]))).toBe('SHAPE_LITERAL_NESTED')
    expect(codeOf(() => literal(b, [1.5], { dtype: 'i32' }))).toBe('ATTR_NUMBER_RANGE')
  })
})

describe('ramps and fills', () => {
  test('arange steps up and down to its limit, exclusive', () => {
    expect(valuesOf(arange(b, { limit: 3 }))).toEqual([0, 1, 2])
    expect(valuesOf(arange(b, { start: 1, limit: 7, step: 2 }))).toEqual([1, 3, 5])
    expect(valuesOf(arange(b, { start: 2, limit: -1, step: -1 }))).toEqual([2, 1, 0])
    expect(arange(b, { start: 3, limit: 1 }).type.shape).toEqual([0])
    expect(codeOf(() => arange(b, { limit: 3, step: 0 }))).toBe('ATTR_ARANGE')
  })

  test('iota counts along an axis', () => {
    expect(valuesOf(iota(b, { shape: [2, 2], axis: -1 }))).toEqual([0, 1, 0, 1])
  })

  test('full rounds to the dtype', () => {
    expect(valuesOf(full(b, 'f32', [], 0.1))).toEqual([Math.fround(0.1)])
    expect(zeros(b, 'bool', [2]).type.dtype).toBe('bool')
  })

  test('likes have the type of their model', () => {
    const x = literal(b, [1, 2], { dtype: 'i32' })

    expect(onesLike(x).type).toEqual(x.type)
    expect(valuesOf(fullLike(x, 7))).toEqual([7, 7])
  })
})

describe('nested values', () => {
  test('say where rows differ', () => {
    expect(flattenNested([[1, 2], [3]])).toEqual({
      problem: 'axis 1 of [2, 2] has rows of 2, and one that is a row of 1; rows must be equally long',
    })
    expect(flattenNested([1, [2]])).toEqual({
      problem: 'rows are [2], but inside is a row of 1; there must be a number',
    })
  })

  test('come back as they went in', () => {
    const nested = [[[1, 2]], [[3, 4]], [[5, 6]]]
    const flat = flattenNested(nested)

    expect('items' in flat && nest(flat.shape, (at) => flat.items[at]!)).toEqual(nested)
  })
})
