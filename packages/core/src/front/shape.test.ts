import { describe, expect, test } from 'vitest'
import { createBuilder } from '../ir/builder.ts'
import type { Value } from '../ir/value.ts'
import { codeOf } from '../testdata/error-of.ts'
import { valuesOf } from '../testdata/values-of.ts'
import { arange, literal } from './constants.ts'
import { pad } from './pad.ts'
import { argMax, max, mean, prod, sum, variance } from './reduce.ts'
import { expand, flatten, permute, reshape, squeeze, transpose, unsqueeze } from './shape.ts'
import { concat, flip, narrow, slice, stack, take, windows } from './slice.ts'

const b = createBuilder()
const ramp = arange(b, { limit: 24, dtype: 'f32' })
const x = reshape(ramp, [2, 3, 4])

const shapeOf = (value: Value): readonly number[] => value.type.shape

describe('reshape', () => {
  test('infers the extent given as -1', () => {
    expect(shapeOf(reshape(x, [4, -1]))).toEqual([4, 6])
    expect(shapeOf(reshape(x, [-1]))).toEqual([24])
  })

  test('refuses two open extents, and one that does not come out even', () => {
    expect(codeOf(() => reshape(x, [-1, -1]))).toBe('SHAPE_RESHAPE_INFER')
    expect(codeOf(() => reshape(x, [5, -1]))).toBe('SHAPE_RESHAPE_INFER')
    expect(codeOf(() => reshape(x, [5]))).toBe('SHAPE_RESHAPE_SIZE')
    expect(codeOf(() => reshape(x, [-2, 12]))).toBe('ATTR_EXTENT')
  })
})

describe('axes', () => {
  test('may be counted from the end', () => {
    expect(shapeOf(permute(x, [-1, 0, 1]))).toEqual([4, 2, 3])
    expect(shapeOf(sum(x, { axes: [-1, 0] }))).toEqual([3])
  })

  test('transpose exchanges the last two', () => {
    expect(shapeOf(transpose(x))).toEqual([2, 4, 3])
    expect(codeOf(() => transpose(ramp))).toBe('SHAPE_TRANSPOSE_RANK')
  })

  test('are added and removed', () => {
    expect(shapeOf(unsqueeze(x, { axis: -1 }))).toEqual([2, 3, 4, 1])
    expect(shapeOf(unsqueeze(x, { axis: 1 }))).toEqual([2, 1, 3, 4])
    expect(shapeOf(squeeze(unsqueeze(x, { axis: 1 })))).toEqual([2, 3, 4])
    expect(codeOf(() => squeeze(x, { axis: 0 }))).toBe('SHAPE_SQUEEZE')
    expect(shapeOf(flatten(x, { axis: 1 }))).toEqual([2, 12])
  })

  test('out of range, twice, or named in two ways are refused', () => {
    expect(codeOf(() => sum(x, { axis: 3 }))).toBe('ATTR_AXIS_RANGE')
    expect(codeOf(() => sum(x, { axes: [0, -3] }))).toBe('ATTR_AXES_REPEATED')
    expect(codeOf(() => sum(x, { axis: 0, axes: [1] }))).toBe('ATTR_AXIS_AND_AXES')
  })
})

describe('expand', () => {
  test('adds leading axes and keeps extents given as -1', () => {
    expect(shapeOf(expand(literal(b, [[1, 2]]), [3, 4, -1]))).toEqual([3, 4, 2])
  })

  test('does not grow an extent other than 1', () => {
    expect(codeOf(() => expand(x, [2, 3, 8]))).toBe('SHAPE_BROADCAST')
    expect(codeOf(() => expand(x, [1, 3, 4]))).toBe('SHAPE_EXPAND')
  })
})

describe('slice', () => {
  test('takes later axes whole, counts negative positions from the end, and steps', () => {
    const part = slice(x, { starts: [1, -2], steps: [1, 1, 2] })

    expect(shapeOf(part)).toEqual([1, 2, 2])
    expect(valuesOf(part)).toEqual([16, 18, 20, 22])
  })

  test('clamps nothing', () => {
    expect(codeOf(() => slice(x, { limits: [3] }))).toBe('ATTR_SLICE_RANGE')
    expect(codeOf(() => slice(x, { starts: [0, 0, 0, 0] }))).toBe('ATTR_PER_AXIS')
  })

  test('narrow and take work on one axis', () => {
    expect(valuesOf(narrow(ramp, { axis: 0, start: -3, size: 2 }))).toEqual([21, 22])
    expect(valuesOf(take(take(x, { axis: 0, index: -1 }), { axis: 0, index: 0 }))).toEqual([12, 13, 14, 15])
    expect(codeOf(() => take(x, { axis: 0, index: 2 }))).toBe('ATTR_TAKE_INDEX')
  })
})

describe('joining and surrounding', () => {
  const row = literal(b, [1, 2])

  test('concat joins, stack adds an axis', () => {
    expect(valuesOf(concat([row, row]))).toEqual([1, 2, 1, 2])
    expect(valuesOf(stack([row, row], { axis: -1 }))).toEqual([1, 1, 2, 2])
  })

  test('concat promotes', () => {
    expect(concat([row, literal(b, [3], { dtype: 'i32' })]).type).toEqual({ dtype: 'f32', shape: [3] })
  })

  test('pad surrounds and spreads', () => {
    expect(valuesOf(pad(row, { low: 1, high: 2, value: -1 }))).toEqual([-1, 1, 2, -1, -1])
    expect(valuesOf(pad(row, { interior: 1 }))).toEqual([1, 0, 2])
  })

  test('flip reverses all axes, or those named', () => {
    const square = literal(b, [
      [1, 2],
      [3, 4],
    ])

    expect(valuesOf(flip(square))).toEqual([4, 3, 2, 1])
    expect(valuesOf(flip(square, { axis: -1 }))).toEqual([2, 1, 4, 3])
  })

  test('windows slide one by one unless told otherwise', () => {
    const sliding = windows(narrow(ramp, { axis: 0, start: 0, size: 4 }), { axes: [-1], sizes: [3] })

    expect(valuesOf(sliding)).toEqual([0, 1, 2, 1, 2, 3])
  })
})

describe('reductions', () => {
  const small = literal(b, [
    [1, 2, 3],
    [4, 5, 9],
  ])

  test('reduce all axes without options', () => {
    expect(valuesOf(sum(small))).toEqual([24])
    expect(valuesOf(prod(small))).toEqual([1080])
    expect(shapeOf(max(small))).toEqual([])
  })

  test('keep reduced axes with extent 1 if asked', () => {
    expect(shapeOf(max(small, { axis: 1, keepDims: true }))).toEqual([2, 1])
    expect(shapeOf(sum(small, { keepDims: true }))).toEqual([1, 1])
    expect(shapeOf(argMax(small, { keepDims: true }))).toEqual([2, 1])
  })

  test('count bools', () => {
    const flags = literal(b, [true, false, true])

    expect(sum(flags).type.dtype).toBe('i32')
    expect(valuesOf(sum(flags))).toEqual([2])
    expect(valuesOf(mean(flags))[0]).toBeCloseTo(2 / 3)
  })

  test('variance divides by the count less the correction', () => {
    expect(valuesOf(variance(small, { axis: 1 }))).toEqual([1, 7])
    expect(valuesOf(variance(small, { axis: 1, correction: 0 }))[1]).toBeCloseTo(14 / 3)
  })
})
