import { describe, expect, test } from 'vitest'
import { program } from '../front/program.ts'
import type { Value } from '../ir/value.ts'
import { type HostArray, hostArray } from '../session/host-array.ts'
import { bincount } from './bincount.ts'
import { maskedSelect, nonzero } from './nonzero.ts'
import { unique, uniqueConsecutive } from './unique.ts'

const i32 = (shape: readonly number[], ...values: readonly number[]): HostArray =>
  hostArray('i32', shape, Int32Array.from(values))
const f32 = (shape: readonly number[], ...values: readonly number[]): HostArray =>
  hostArray('f32', shape, Float32Array.from(values))
const bool = (shape: readonly number[], ...values: readonly number[]): HostArray =>
  hostArray('bool', shape, Uint8Array.from(values))
const nested = (result: object): object =>
  Object.fromEntries(Object.entries(result).map(([name, array]) => [name, (array as HostArray).toNested()]))

// Expected values are PyTorch's.
describe('functions whose results have as many elements as the values say', () => {
  test('nonzero: positions in row-major order; NaN is not 0', () => {
    expect(nonzero(i32([2, 2], 1, 0, 0, 2)).toNested()).toEqual([
      [0, 0],
      [1, 1],
    ])
    expect(nonzero(f32([2], Number.NaN, 0)).toNested()).toEqual([[0]])
    expect(nonzero(f32([], 3)).shape).toEqual([1, 0])
    expect(nonzero(f32([], 0)).shape).toEqual([0, 0])
    expect(nonzero(f32([0, 3])).shape).toEqual([0, 2])
  })

  test('maskedSelect: mask and values broadcast', () => {
    const x = f32([2, 2], 1, 2, 3, 4)
    expect(maskedSelect(x, bool([2], 1, 0)).toNested()).toEqual([1, 3])
    expect(maskedSelect(f32([2], 1, 2), bool([2, 1], 1, 0)).toNested()).toEqual([1, 2])
    expect(maskedSelect(f32([], 1), bool([], 1)).toNested()).toEqual([1])
    expect(() => maskedSelect(x, bool([3], 1, 0, 1))).toThrow('SHAPE_BROADCAST')
  })

  test('unique: ascending, with where each element went and how often it occurs', () => {
    expect(nested(unique(i32([4], 3, 1, 3, 2)))).toEqual({
      values: [1, 2, 3],
      inverse: [2, 0, 2, 1],
      counts: [1, 1, 2],
    })
    expect(unique(i32([2, 2], 5, 4, 4, 5)).inverse.toNested()).toEqual([
      [1, 0],
      [0, 1],
    ])
    expect(unique(f32([0])).values.shape).toEqual([0])
  })

  test('unique: NaNs differ and come last, -0 is 0', () => {
    const { values, counts } = unique(f32([5], Number.NaN, 1, Number.NaN, -0, 0))
    expect([...values.data]).toEqual([-0, 1, Number.NaN, Number.NaN])
    expect(counts.toNested()).toEqual([2, 1, 1, 1])
  })

  test('unique: slices along an axis', () => {
    expect(nested(unique(i32([3, 2], 1, 2, 1, 2, 0, 1), { axis: 0 }))).toEqual({
      values: [
        [0, 1],
        [1, 2],
      ],
      inverse: [1, 1, 0],
      counts: [1, 2],
    })
    expect(nested(unique(i32([2, 3], 1, 2, 1, 1, 2, 1), { axis: -1 }))).toEqual({
      values: [
        [1, 2],
        [1, 2],
      ],
      inverse: [0, 1, 0],
      counts: [2, 1],
    })
    expect(() => unique(i32([3], 1, 2, 3), { axis: 1 })).toThrow('ATTR_AXIS_RANGE')
  })

  test('uniqueConsecutive: runs of equal elements, or slices', () => {
    expect(nested(uniqueConsecutive(i32([5], 1, 1, 2, 2, 1)))).toEqual({
      values: [1, 2, 1],
      inverse: [0, 0, 1, 1, 2],
      counts: [2, 2, 1],
    })
    expect(uniqueConsecutive(f32([3], Number.NaN, Number.NaN, 1)).counts.toNested()).toEqual([1, 1, 1])
    expect(nested(uniqueConsecutive(i32([3, 2], 1, 1, 1, 1, 2, 2), { axis: 0 }))).toEqual({
      values: [
        [1, 1],
        [2, 2],
      ],
      inverse: [0, 0, 1],
      counts: [2, 1],
    })
  })

  test('bincount of an array: as many as the largest needs, or more', () => {
    expect(bincount(i32([3], 1, 2, 1)).toNested()).toEqual([0, 2, 1])
    expect(bincount(i32([3], 1, 2, 1), { minLength: 5 }).toNested()).toEqual([0, 2, 1, 0, 0])
    expect(bincount(i32([3], 1, 2, 1), { weights: f32([3], 0.5, 1, 2) }).toNested()).toEqual([0, 2.5, 1])
    expect(bincount(i32([0]), { minLength: 2 }).toNested()).toEqual([0, 0])
    expect(() => bincount(i32([1], -1))).toThrow('INPUT_RANGE: bincount: -1')
    expect(() => bincount(f32([1], 1))).toThrow('DTYPE_INDICES')
    expect(() => bincount(i32([1], 1), { weights: f32([2], 1, 1) })).toThrow('SHAPE_WEIGHTS')
  })

  // As called from JavaScript, where no type stops it.
  const refused: readonly (readonly [string, (x: never) => unknown])[] = [
    ['nonzero', nonzero],
    ['maskedSelect', (x) => maskedSelect(f32([2], 1, 2), x)],
    ['unique', (x) => unique(x)],
    ['uniqueConsecutive', (x) => uniqueConsecutive(x)],
    ['bincount', (x: HostArray) => bincount(x)],
  ]

  test.each(refused)('%s of a value of a graph: says why not, and what instead', (name, call) => {
    const record = (): unknown =>
      program('p', ({ input }) => ({ y: call(input('x', 'i32', [2]) as never) as Value }))
    expect(record).toThrow(
      new RegExp(`GRAPH_DYNAMIC_SIZE: ${name}: .* i32\\[2\\].* depends on .*stay inside with`),
    )
  })
})
