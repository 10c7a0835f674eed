// What the golden cases cannot say: errors at the user's line, positions that are data and lie outside, what is known to a program.
import { describe, expect, test } from 'vitest'
import { createBuilder } from '../ir/builder.ts'
import type { Value } from '../ir/value.ts'
import { errorOf } from '../testdata/error-of.ts'
import { valuesOf } from '../testdata/values-of.ts'
import { scatterAlongAxis, scatterReduce, takeAlongAxis } from './along-axis.ts'
import { arange, literal } from './constants.ts'
import { add, lt } from './elementwise.ts'
import type { IndexItem } from './index-items.ts'
import { index, indexAssign, putFlat, takeFlat } from './indexing.ts'
import { maskedScatter } from './masked.ts'
import { scatter } from './scatter.ts'
import { reshape } from './shape.ts'

const b = createBuilder()

/** 0, 1, 2, … in a shape. */
const counted = (...shape: number[]): Value =>
  reshape(arange(b, { limit: shape.reduce((size, dim) => size * dim, 1), dtype: 'f32' }), shape)
/** Integers the program does not know. */
const data = (...items: number[]): Value => add(literal(b, items, { dtype: 'i32' }), 0)
const x = counted(3, 4)

describe('index', () => {
  test.for<[string, readonly IndexItem[]]>([
    ['ATTR_INDEX_RANGE', [3]],
    ['ATTR_INDEX_RANGE', [[0, -4]]],
    ['ATTR_INDEX_COUNT', [0, 0, null, 0]],
    ['ATTR_INDEX_ITEM', [{ step: 0 }]],
    ['ATTR_INDEX_ITEM', [[1, true]]],
    ['SHAPE_INDEX_MASK', [[true, false]]],
    [
      'SHAPE_BROADCAST',
      [
        [0, 1],
        [0, 1, 2],
      ],
    ],
    ['SHAPE_DATA_DEPENDENT', [lt(x, 3)]],
  ])('%s is thrown at the line of the call', ([code, items]) => {
    const error = errorOf(() => index(x, ...items))

    expect(error.code).toBe(code)
    expect(error.location?.file).toContain('indexing.test.ts')
  })

  test('an error names the item, the axis and what is allowed', () => {
    expect(errorOf(() => index(x, { start: 1 }, -5)).message).toContain(
      'index: item 1 is position -5 of axis 1 of [3, 4]; positions are -4 to 3',
    )
  })

  test('literals are known: their positions are checked, their masks are read', () => {
    expect(errorOf(() => index(x, literal(b, [7], { dtype: 'i32' }))).code).toBe('ATTR_INDEX_RANGE')
    expect(index(x, literal(b, [true, false, true])).type.shape).toEqual([2, 4])
  })

  test('data wraps once; beyond that it reads NaN, in no other row', () => {
    expect(valuesOf(index(x, data(-1, 3, -4), 0))).toEqual([8, Number.NaN, Number.NaN])
    expect(valuesOf(index(x, data(0, 0, 3), data(-4, 4, 0)))).toEqual([0, Number.NaN, Number.NaN])
    expect(valuesOf(index(x, takeFlat(data(5), [0]), 1))).toEqual([Number.NaN])
  })

  test('a mask of two axes takes both before the next item', () => {
    const cube = counted(2, 2, 3)

    expect(
      valuesOf(
        index(
          cube,
          [
            [true, false],
            [false, true],
          ],
          -1,
        ),
      ),
    ).toEqual([2, 11])
  })
})

describe('indexAssign', () => {
  test('data outside its axis writes nothing', () => {
    expect(valuesOf(indexAssign(counted(3), [data(3, -4, -3)], 9))).toEqual([9, 1, 2])
    expect(valuesOf(putFlat(counted(2, 2), data(4, 1), 9))).toEqual([0, 9, 2, 3])
  })

  test('of several assignments the last stays, and any combination takes each', () => {
    const values = literal(b, [5, 2, 7])

    expect(valuesOf(indexAssign(counted(3), [data(1, 0, 1)], values))).toEqual([2, 7, 2])
    expect(valuesOf(indexAssign(counted(3), [[1, 0, 1]], values, { combine: 'multiply' }))).toEqual([
      0, 35, 2,
    ])
    expect(valuesOf(indexAssign(counted(3), [{ start: 1 }], 2, { combine: 'minimum' }))).toEqual([0, 1, 2])
  })

  test('says that the places of a mask that is data cannot be counted', () => {
    const mask = lt(counted(3), 2)

    expect(errorOf(() => indexAssign(x, [mask], counted(2, 4))).message).toContain('maskedScatter')
    expect(errorOf(() => indexAssign(x, [mask, [0, 1]], 0)).code).toBe('SHAPE_DATA_DEPENDENT')
  })
})

describe('positions along an axis', () => {
  test('outside the axis nothing is written, and NaN is read', () => {
    expect(valuesOf(scatterAlongAxis(counted(2, 2), reshape(data(2, -1), [2, 1]), 9, { axis: 1 }))).toEqual([
      0, 1, 2, 3,
    ])
    expect(valuesOf(takeAlongAxis(counted(2, 2), reshape(data(2, 1), [2, 1]), { axis: 1 }))).toEqual([
      Number.NaN,
      3,
    ])
  })

  test('the mean of integers rounds down', () => {
    const [base, updates] = [literal(b, [0, 0], { dtype: 'i32' }), literal(b, [-3, 5], { dtype: 'i32' })]

    const mean = scatterReduce(base, data(0, 1), updates, { axis: 0, reduction: 'mean' })

    expect(valuesOf(mean)).toEqual([-2, 2])
  })
})

test('scatter: says which shape the updates must have', () => {
  const error = errorOf(() => scatter(x, data(0, 1), counted(3, 4)))

  expect(error.code).toBe('SHAPE_SCATTER')
  expect(error.message).toContain('f32[2, 4]')
})

test('maskedScatter: a source that is too short gives NaN, not an element again', () => {
  const laid = maskedScatter(counted(4), lt(counted(4), 3), literal(b, [7, 8]))

  expect(valuesOf(laid)).toEqual([7, 8, Number.NaN, 3])
})
