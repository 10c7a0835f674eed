// Host arrays of the reference interpreter: row-major, every float held in float64, whatever its dtype. Slow and obvious.

import { rowMajorStrides, type Shape, sizeOf } from '../dim.ts'
import type { DType, TypedArray } from '../dtype.ts'
import { dtypes, isFloat } from '../dtype.ts'

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
export function tabulate(dtype: DType, shape: Shape, f: (index: readonly number[]) => number): NdArray {
  const result = zeros(dtype, shape)
  let position = 0
  forEachIndex(shape, (index) => {
    result.data[position++] = f(index)
  })
  return result
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

export function read(array: NdArray, index: readonly number[]): number {
  return array.data[offsetOf(array.shape, index)] ?? Number.NaN
}

export function offsetOf(shape: Shape, index: readonly number[]): number {
  const strides = rowMajorStrides(shape)
  return index.reduce((offset, position, axis) => offset + position * (strides[axis] ?? 0), 0)
}

/** A reference array with the values of a host array (widened to float64 if float). */
export function toNdArray(dtype: DType, shape: Shape, values: ArrayLike<number>): NdArray {
  const result = zeros(dtype, shape)
  result.data.set(values)
  return result
}

/** Row `at` along the first axis: a view. */
export function rowOf({ dtype, shape: [, ...shape], data }: NdArray, at: number): NdArray {
  const size = sizeOf(shape)
  return { dtype, shape, data: data.subarray(at * size, (at + 1) * size) }
}

/** Writes row `at` along the first axis. */
export function setRow(array: NdArray, at: number, row: NdArray): void {
  array.data.set(row.data, at * row.data.length)
}
