import { describe, expect, test } from 'vitest'
import type { Shape } from '../dim.ts'
import { type DType, dtypeNames, dtypes, isInteger, type TypedArray } from '../dtype.ts'
import { HeddleError } from '../errors.ts'
import { closestName } from './closest-name.ts'
import { type Feed, feedConverter } from './feed.ts'
import { hostArray } from './host-array.ts'

const convert = (dtype: DType, shape: Shape, feed: Feed): TypedArray =>
  feedConverter({ role: 'input', name: 'x', dtype, shape })(feed)

function messageOf(dtype: DType, shape: Shape, feed: Feed): string {
  try {
    convert(dtype, shape, feed)
  } catch (error) {
    if (error instanceof HeddleError) return error.message
    throw error
  }
  return 'none'
}

describe('feeds', () => {
  test('of the right array type are taken as they are', () => {
    const data = new Float32Array([1, 2])

    expect(convert('f32', [2], data)).toBe(data)
  })

  test.for<[string, DType, Shape, Feed, number[]]>([
    ['nested numbers', 'f32', [2, 1], [[1], [2]], [1, 2]],
    ['a number', 'f64', [], 0.1, [0.1]],
    ['float64 for f32, rounded', 'f32', [1], new Float64Array([0.1]), [Math.fround(0.1)]],
    ['bytes for i32', 'i32', [2], new Uint8Array([7, 255]), [7, 255]],
    ['bytes for f32', 'f32', [2], new Uint8ClampedArray([7, 255]), [7, 255]],
    ['narrow integers for u32', 'u32', [1], new Uint16Array([65535]), [65535]],
    ['booleans', 'bool', [2], [true, false], [1, 0]],
    ['bytes for bool', 'bool', [2], new Uint8Array([1, 0]), [1, 0]],
    ['a host array', 'f32', [1, 2], hostArray('i32', [1, 2], new Int32Array([3, 4])), [3, 4]],
    [
      'NaN and infinities for floats',
      'f32',
      [2],
      [Number.NaN, Number.POSITIVE_INFINITY],
      [Number.NaN, Infinity],
    ],
  ])('may be %s', ([, dtype, shape, feed, expected]) => {
    expect([...convert(dtype, shape, feed)]).toEqual(expected)
  })

  test('of every dtype but bool are taken as they are; of bf16 that is bits', () => {
    for (const dtype of dtypeNames.filter((each) => each !== 'bool')) {
      const data = dtypes[dtype].allocate(2)
      expect(convert(dtype, [2], data), dtype).toBe(data)
    }
    expect(convert('bf16', [1], new Uint16Array([0x3fc0]))).toEqual(new Uint16Array([0x3fc0]))
    expect(convert('bf16', [1], new Float32Array([1.5]))).toEqual(new Uint16Array([0x3fc0]))
    expect(convert('f32', [1], new Float16Array([1.5]))).toEqual(new Float32Array([1.5]))
  })

  test('of i64 may be bigints, nested or not, and safe numbers', () => {
    expect(convert('i64', [2, 1], [[2n ** 63n - 1n], [-(2n ** 63n)]])).toEqual(
      new BigInt64Array([2n ** 63n - 1n, -(2n ** 63n)]),
    )
    expect(convert('i64', [2], [2 ** 53 - 1, -1])).toEqual(new BigInt64Array([2n ** 53n - 1n, -1n]))
    expect(messageOf('i64', [1], [2 ** 53])).toContain('INPUT_RANGE')
    expect(messageOf('i64', [1], [2n ** 63n])).toContain('INPUT_RANGE')
  })

  test('of integers end where the dtype ends', () => {
    for (const dtype of dtypeNames.filter((each) => isInteger(each) && each !== 'i64')) {
      const [lowest, highest] = [Number(dtypes[dtype].lowest), Number(dtypes[dtype].highest)]
      expect([...convert(dtype, [2], [lowest, highest])], dtype).toEqual([lowest, highest])
      expect(messageOf(dtype, [1], [lowest - 1]), dtype).toContain('INPUT_RANGE')
      expect(messageOf(dtype, [1], [highest + 1]), dtype).toContain('INPUT_RANGE')
    }
  })

  test.for<[string, DType, Shape, Feed, string]>([
    ['a fraction', 'i32', [2], [1, 1.5], "INPUT_RANGE: input 'x' is i32[2], given 1.5 at element 1"],
    ['a negative', 'u32', [1], [-1], 'given -1 at element 0; it must be a whole number from 0 to 4294967295'],
    ['NaN', 'i32', [], Number.NaN, 'INPUT_RANGE'],
    ['a wrong bool', 'bool', [1], new Uint8Array([2]), 'it must be true, false, 1 or 0'],
    [
      'floats for integers',
      'i32',
      [1],
      new Float32Array(1),
      "INPUT_DTYPE: input 'x' is i32[1], given a Float32Array",
    ],
    ['too few', 'f32', [2, 2], new Float32Array(3), 'which has 4 elements, given a Float32Array of 3'],
    ['another shape', 'f32', [2, 2], [1, 2, 3, 4], "input 'x' is f32[2, 2], given [4]"],
    ['uneven rows', 'f32', [2, 2], [[1, 2], [3]], 'rows must be equally long'],
    ['a text', 'f32', [1], JSON.parse('"1"'), 'INPUT_DTYPE'],
    ['nothing', 'f32', [1], JSON.parse('null'), 'INPUT_DTYPE'],
    ['another host shape', 'f32', [2], hostArray('f32', [1, 2], new Float32Array(2)), 'INPUT_SHAPE'],
  ])('may not be %s', ([, dtype, shape, feed, message]) => {
    expect(messageOf(dtype, shape, feed)).toContain(message)
  })
})

describe('host arrays', () => {
  test('give their one element, or say how many they have', () => {
    expect(hostArray('f32', [1, 1], new Float32Array([2.5])).item()).toBe(2.5)
    expect(() => hostArray('f32', [2], new Float32Array(2)).item()).toThrow('SHAPE_ITEM')
  })

  test('give one element of i64 as a number where that is exact', () => {
    expect(hostArray('i64', [1], new BigInt64Array([-7n])).item()).toBe(-7)
    expect(() => hostArray('i64', [1], new BigInt64Array([2n ** 60n])).item()).toThrow('DTYPE_ITEM_RANGE')
    expect(hostArray('bf16', [], new Uint16Array([0x3fc0])).item()).toBe(1.5)
  })

  test('nest and print values, not bits', () => {
    expect(hostArray('bf16', [2], new Uint16Array([0x3fc0, 0xbf80])).toNested()).toEqual([1.5, -1])
    expect(hostArray('i64', [1], new BigInt64Array([2n ** 60n])).toNested()).toEqual([2n ** 60n])
    expect(String(hostArray('bf16', [1], new Uint16Array([0x3dcd])))).toBe('bf16[1] [0.1]')
    expect(String(hostArray('f16', [1], new Float16Array([0.1])))).toBe('f16[1] [0.1]')
    expect(String(hostArray('i64', [1], new BigInt64Array([-(2n ** 63n)])))).toBe(
      'i64[1] [-9223372036854775808]',
    )
    expect(String(hostArray('u8', [2], new Uint8Array([0, 255])))).toBe('u8[2] [0, 255]')
  })

  test('nest by shape, bools as booleans', () => {
    expect(hostArray('i32', [2, 2], new Int32Array([1, 2, 3, 4])).toNested()).toEqual([
      [1, 2],
      [3, 4],
    ])
    expect(hostArray('bool', [2], new Uint8Array([1, 0])).toNested()).toEqual([true, false])
    expect(hostArray('f32', [], new Float32Array([3])).toNested()).toBe(3)
    expect(hostArray('f32', [0, 2], new Float32Array(0)).toNested()).toEqual([])
  })

  test('print type and elements, f32 in the digits it has', () => {
    expect(String(hostArray('f32', [2, 2], new Float32Array([0.1, -0, Number.NaN, 1e10])))).toBe(
      'f32[2, 2]\n[[0.1, -0],\n [NaN, 10000000000]]',
    )
    expect(String(hostArray('bool', [], new Uint8Array([1])))).toBe('bool[] true')
  })

  test('print only the ends of long axes', () => {
    expect(
      String(
        hostArray(
          'i32',
          [2000],
          Int32Array.from({ length: 2000 }, (_, i) => i),
        ),
      ),
    ).toBe('i32[2000] [0, 1, 2, …, 1997, 1998, 1999]')
  })
})

describe('closestName', () => {
  test('finds a name with few edits, and none that is far away', () => {
    expect(closestName('weigth', ['bias', 'weight'])).toBe('weight')
    expect(closestName('X', ['x', 'y'])).toBe('x')
    expect(closestName('loss', ['weight', 'bias'])).toBeUndefined()
  })
})
