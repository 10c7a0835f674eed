// Which elements of an array its text shows, and their values: a summary reads no others, however large the array is.
import { type DType, readElement, rowMajorStrides, type Scalar, sizeOf, type TypedArray } from '@heddle/core'

/** An array to print: storage in row-major order, or a function that reads the element at a position. */
export interface PrintedArray {
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly data: TypedArray | ElementReader
}

export type ElementReader = (index: readonly number[]) => Scalar | boolean

export interface ShownElements {
  /** How many positions of each axis are shown, and whether others are left out in their middle. */
  readonly axes: readonly { readonly extent: number; readonly hasGap: boolean }[]
  /** Row-major. */
  readonly values: readonly Scalar[]
}

/** A reader of storage whose axes have any strides (in elements). */
export function stridedReader(
  dtype: DType,
  data: TypedArray,
  strides: readonly number[],
  offset = 0,
): ElementReader {
  return (index) => {
    const at = index.reduce((sum, position, axis) => sum + position * (strides[axis] ?? 0), offset)
    return readElement(dtype, data, at) ?? 0
  }
}

/** With `edge`, of each axis longer than twice that only so many positions at each end; else all. */
export function shownElements(array: PrintedArray, edge: number | undefined): ShownElements {
  const { dtype, shape, data } = array
  const read = typeof data === 'function' ? data : stridedReader(dtype, data, rowMajorStrides(shape))
  const axes = shape.map((dim) => {
    const hasGap = edge !== undefined && dim > 2 * edge
    return { dim, hasGap, extent: hasGap ? 2 * edge : dim }
  })
  const positionOf = (axis: number, k: number): number => {
    const { dim, hasGap, extent } = axes[axis] ?? { dim: 0, hasGap: false, extent: 0 }
    return hasGap && 2 * k >= extent ? dim - extent + k : k
  }

  const values: Scalar[] = []
  const counter = shape.map(() => 0)
  const index = shape.map((_, axis) => positionOf(axis, 0))
  const count = sizeOf(axes.map(({ extent }) => extent))
  while (values.length < count) {
    const value = read(index)
    values.push(typeof value === 'boolean' ? Number(value) : value)
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = ((counter[axis] ?? 0) + 1) % (axes[axis]?.extent ?? 1)
      counter[axis] = next
      index[axis] = positionOf(axis, next)
      if (next !== 0) break
    }
  }
  return { axes, values }
}
