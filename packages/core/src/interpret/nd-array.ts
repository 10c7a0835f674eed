// Host arrays of the reference interpreter: row-major, every float held in float64, whatever its dtype; i64 as bigints, the
// other integers as they are stored. Slow and obvious.

import { rowMajorStrides, type Shape, sizeOf } from '../dim.ts'
import type { DType, Scalar, TypedArray } from '../dtype.ts'
import { copyStorage, dtypes, isFloat, readElement } from '../dtype.ts'

export interface NdArray {
  readonly dtype: DType
  readonly shape: Shape
  readonly data: TypedArray
}

/** Zeros; floats are kept in float64 so that the reference rounds nowhere but where an op says so. */
export function zeros(dtype: DType, shape: Shape): NdArray {
  const data = isFloat(dtype) ? new Float64Array(sizeOf(shape)) : dtypes[dtype].allocate(sizeOf(shape))
  return { dtype, shape, data }
}

/** The array whose element at `index` is `f(index)`; `index` is reused between calls. */
export function tabulate(dtype: DType, shape: Shape, f: (index: readonly number[]) => Scalar): NdArray {
  const result = zeros(dtype, shape)
  let position = 0
  forEachIndex(shape, (index) => put(result.data, position++, f(index)))
  return result
}

/** Sets an element of a reference array. */
export function put(data: TypedArray, at: number, value: Scalar): void {
  if (data instanceof BigInt64Array) data[at] = BigInt(value)
  else data[at] = Number(value)
}

/** Adds to an element of a reference array; integers wrap. */
export function addTo({ data }: NdArray, at: number, value: Scalar): void {
  if (data instanceof BigInt64Array) data[at] = (data[at] ?? 0n) + BigInt(value)
  else data[at] = (data[at] ?? 0) + Number(value)
}

/** Calls `visit` for every index of `shape` in row-major order; the index array is reused. */
export function forEachIndex(shape: Shape, visit: (index: readonly number[]) => void): void {
  const size = sizeOf(shape)
  const index = new Array<number>(shape.length).fill(0)
  for (let position = 0; position < size; position++) {
    visit(index)
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] ?? 0) + 1
      if ((index[axis] ?? 0) < (shape[axis] ?? 0)) break
      index[axis] = 0
    }
  }
}

/** The element at an index: of i64 a bigint. */
export function read(array: NdArray, index: readonly number[]): Scalar {
  return array.data[offsetOf(array.shape, index)] ?? Number.NaN
}

/** The element at an index of an array whose dtype is not i64. */
export const readNumber = (array: NdArray, index: readonly number[]): number => Number(read(array, index))

export function offsetOf(shape: Shape, index: readonly number[]): number {
  const strides = rowMajorStrides(shape)
  return index.reduce((offset, position, axis) => offset + position * (strides[axis] ?? 0), 0)
}

/** A reference array with the values of host storage (floats widened to float64), or of a list. */
export function toNdArray(dtype: DType, shape: Shape, values: TypedArray | readonly Scalar[]): NdArray {
  const result = zeros(dtype, shape)
  for (let at = 0; at < values.length; at++) {
    put(result.data, at, (ArrayBuffer.isView(values) ? readElement(dtype, values, at) : values[at]) ?? 0)
  }
  return result
}

/** Row `at` along the first axis: a view. */
export function rowOf({ dtype, shape: [, ...shape], data }: NdArray, at: number): NdArray {
  const size = sizeOf(shape)
  return { dtype, shape, data: data.subarray(at * size, (at + 1) * size) }
}

/** Writes row `at` along the first axis. */
export function setRow(array: NdArray, at: number, row: NdArray): void {
  const size = row.data.length
  copyStorage(row.data, array.data.subarray(at * size, (at + 1) * size))
}

/** All elements as numbers, of a reference array or of host storage: of i64 rounded where no number is exact. */
export const numbersOf = ({ dtype, data }: Pick<NdArray, 'dtype' | 'data'>): Float64Array =>
  data instanceof Float64Array
    ? data
    : Float64Array.from({ length: data.length }, (_, at) => Number(readElement(dtype, data, at)))
