import { describe, expect, test } from 'vitest'
import { createBuilder } from '../ir/builder.ts'
import type { Value } from '../ir/value.ts'
import { errorOf } from '../testdata/error-of.ts'
import { valuesOf } from '../testdata/values-of.ts'
import { takeAlongAxis } from './along-axis.ts'
import { arange, literal } from './constants.ts'
import { dot, matmul } from './contract.ts'
import { add } from './elementwise.ts'
import { gather, oneHot } from './gather.ts'
import { argMax } from './reduce.ts'
import { scatterAdd } from './scatter.ts'
import { reshape } from './shape.ts'

const b = createBuilder()

/** Distinct small numbers. */
const array = (...shape: number[]): Value =>
  reshape(
    arange(b, { start: -2, limit: shape.reduce((size, dim) => size * dim, 1) - 2, dtype: 'f32' }),
    shape,
  )

/** The definition: rows of x times columns of y, for each index of the batch axes (those of x first). */
function reference(
  x: Value,
  y: Value,
  batch: number,
  [m, k, n]: readonly [number, number, number],
): number[] {
  const [left, right] = [valuesOf(x), valuesOf(y)]
  const result: number[] = []
  for (let at = 0; at < batch; at++) {
    const xs = left.slice((at * m * k) % left.length)
    const ys = right.slice((at * k * n) % right.length)
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0
        for (let p = 0; p < k; p++) sum += xs[i * k + p]! * ys[p * n + j]!
        result.push(sum)
      }
    }
  }
  return result
}

describe('matmul', () => {
  test.for<[number[], number[], number[], number, [number, number, number]]>([
    [[3], [3], [], 1, [1, 3, 1]],
    [[2, 3], [3, 4], [2, 4], 1, [2, 3, 4]],
    [[3], [3, 4], [4], 1, [1, 3, 4]],
    [[2, 3], [3], [2], 1, [2, 3, 1]],
    [[5, 2, 3], [3, 4], [5, 2, 4], 5, [2, 3, 4]],
    [[2, 3], [5, 3, 4], [5, 2, 4], 5, [2, 3, 4]],
    [[3], [5, 3, 4], [5, 4], 5, [1, 3, 4]],
    [[5, 2, 3], [3], [5, 2], 5, [2, 3, 1]],
    [[5, 2, 3], [5, 3, 4], [5, 2, 4], 5, [2, 3, 4]],
    [[6, 5, 2, 3], [1, 5, 3, 4], [6, 5, 2, 4], 30, [2, 3, 4]],
    [[6, 5, 2, 3], [5, 3, 4], [6, 5, 2, 4], 30, [2, 3, 4]],
  ])('%j times %j is %j', ([left, right, shape, batch, sizes]) => {
    const [x, y] = [array(...left), array(...right)]

    const z = matmul(x, y)

    expect(z.type.shape).toEqual(shape)
    expect(valuesOf(z)).toEqual(reference(x, y, batch, sizes))
  })

  test('names columns and rows that differ, and a transposition that would fit', () => {
    const error = errorOf(() => matmul(array(2, 3), array(4, 3)))

    expect(error.code).toBe('SHAPE_MATMUL_INNER')
    expect(error.message).toContain(
      'x [2, 3] has 3 columns, y [4, 3] has 4 rows; these must be equal. transpose(y) is [3, 4] and would fit.',
    )
  })

  test('refuses scalars', () => {
    expect(errorOf(() => matmul(literal(b, 1), array(2, 2))).code).toBe('SHAPE_MATMUL_RANK')
  })
})

describe('dot', () => {
  test('counts axes from the end', () => {
    const z = dot(array(2, 3), array(4, 3), { leftContract: [-1], rightContract: [-1] })

    expect(z.type.shape).toEqual([2, 4])
  })
})

describe('indexing by data', () => {
  const x = literal(b, [
    [5, 9, 1],
    [8, 2, 7],
  ])
  const ids = literal(b, [1, 0, 1], { dtype: 'i32' })

  test('gather takes slices', () => {
    expect(valuesOf(gather(x, ids, { axis: -1 }))).toEqual([9, 5, 9, 2, 8, 2])
  })

  test('gather takes u32 positions, but not floats', () => {
    expect(gather(x, literal(b, [1], { dtype: 'u32' })).type.shape).toEqual([1, 3])
    expect(errorOf(() => gather(x, literal(b, [1]))).code).toBe('DTYPE_INDICES')
  })

  test('takeAlongAxis takes one element for each', () => {
    expect(valuesOf(takeAlongAxis(x, argMax(x, { keepDims: true }), { axis: -1 }))).toEqual([9, 8])
    expect(valuesOf(takeAlongAxis(x, literal(b, [[1, 0, 1]], { dtype: 'i32' }), { axis: 0 }))).toEqual([
      8, 9, 7,
    ])
  })

  test('takeAlongAxis reads NaN outside the axis, never another row', () => {
    const outside = literal(b, [[3], [-1]], { dtype: 'i32' })

    expect(valuesOf(takeAlongAxis(x, outside, { axis: 1 }))).toEqual([Number.NaN, Number.NaN])
  })

  test('takeAlongAxis refuses shapes that differ elsewhere', () => {
    expect(errorOf(() => takeAlongAxis(x, add(ids, 0), { axis: 0 })).code).toBe('SHAPE_TAKE_ALONG_AXIS')
  })

  test('oneHot marks the class; a class outside marks nothing', () => {
    const hot = oneHot(literal(b, [1, 3], { dtype: 'i32' }), { classes: 3 })

    expect(hot.type).toEqual({ dtype: 'f32', shape: [2, 3] })
    expect(valuesOf(hot)).toEqual([0, 1, 0, 0, 0, 0])
  })

  test('scatterAdd adds where positions say, twice for a repeated one', () => {
    const base = literal(b, [0, 0, 0])

    expect(valuesOf(scatterAdd(base, ids, literal(b, [1, 2, 4])))).toEqual([2, 5, 0])
  })
})
