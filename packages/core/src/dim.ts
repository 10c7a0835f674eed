// Sizes of axes. A `Dim` is a number today; named sizes come next, so all arithmetic on shapes goes through this file:
// code elsewhere may compare, add, multiply and print dims with these functions only.
import { internalError } from './errors.ts'

/** Length of one axis. */
export type Dim = number
export type Shape = readonly Dim[]

export const dimEqual = (x: Dim, y: Dim): boolean => x === y
export const addDims = (x: Dim, y: Dim): Dim => x + y
export const subtractDims = (x: Dim, y: Dim): Dim => x - y
export const multiplyDims = (x: Dim, y: Dim): Dim => x * y
/** `ceil(x / y)`. */
export const ceilDivideDim = (x: Dim, y: number): Dim => Math.ceil(x / y)
export const floorDivideDim = (x: Dim, y: number): Dim => Math.floor(x / y)

/** Whether a dim is surely 1: such an axis may be expanded. */
export const isOne = (dim: Dim): boolean => dim === 1
export const isZero = (dim: Dim): boolean => dim === 0
/** Whether a number is a legal extent. */
export const isDim = (value: unknown): value is Dim =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0

/** The literal value of a dim; lowering, where every extent must be known, reads dims through this. */
export function extent(dim: Dim): number {
  if (!isDim(dim)) throw internalError('dim', `extent of ${String(dim)} is not known`)
  return dim
}

export const shapesEqual = (x: Shape, y: Shape): boolean =>
  x.length === y.length && x.every((dim, axis) => dimEqual(dim, y[axis] ?? -1))

/** Number of elements: the product of the dims, 1 for rank 0. */
export function sizeOf(shape: Shape): number {
  let size = 1
  for (const dim of shape) size *= extent(dim)
  return size
}

export const formatShape = (shape: Shape): string => `[${shape.join(', ')}]`

/** Row-major strides in elements. */
export function rowMajorStrides(shape: Shape): readonly number[] {
  const strides = new Array<number>(shape.length)
  let stride = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride
    stride *= extent(shape[axis] ?? 1)
  }
  return strides
}
