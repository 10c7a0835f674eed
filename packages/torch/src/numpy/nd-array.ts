// A light look at a typed array, as NumPy's arrays are: extents, strides and an offset (in elements). Tensors made of one, or that
// one is made of, share its memory: what is written on one side is seen on the other.
import { readElement, rowMajorStrides, sizeOf, type TypedArray, writeElement } from '@heddle/core'
import type { DType } from '../dtypes.ts'
import { argumentError } from '../errors.ts'
import { formatNdArray, reprNdArray } from '../print/format-ndarray.ts'
import { stridedReader } from '../print/shown-elements.ts'
import { showAsText } from '../show.ts'
import { positions } from '../tensor/layout.ts'

type Element = number | bigint | boolean
export type NestedElements = Element | readonly NestedElements[]

export interface NdGeometry {
  readonly shape: readonly number[]
  /** In elements. Default row-major. */
  readonly strides?: readonly number[]
  readonly offset?: number
}

export class NdArray {
  /** All of the memory; the first element is at `offset`. */
  readonly data: TypedArray
  readonly dtype: DType
  readonly shape: readonly number[]
  /** In elements. */
  readonly strides: readonly number[]
  readonly offset: number
  #address: () => number

  constructor(
    data: TypedArray,
    dtype: DType,
    { shape, strides = rowMajorStrides(shape), offset = 0 }: NdGeometry,
    address: () => number = () => 0,
  ) {
    this.data = data
    this.dtype = dtype
    this.shape = shape
    this.strides = strides
    this.offset = offset
    this.#address = address
  }

  get ndim(): number {
    return this.shape.length
  }
  get size(): number {
    return sizeOf(this.shape)
  }
  /** `array.ctypes.data` is the address that tensors sharing the memory tell by `dataPtr`. */
  get ctypes(): { readonly data: number } {
    return { data: this.#address() + this.offset * this.dtype.itemsize }
  }
  /** Of the engine: where the memory is said to be. */
  locate(address: () => number): void {
    this.#address = address
  }

  /** An element, or the part that is left when leading positions are taken. */
  at(...indices: readonly number[]): Element | NdArray {
    const offset = this.#offsetOf(indices)
    if (indices.length === this.ndim) return this.#read(offset)
    const [shape, strides] = [this.shape.slice(indices.length), this.strides.slice(indices.length)]
    return new NdArray(this.data, this.dtype, { shape, strides, offset }, this.#address)
  }
  /** Writes an element, or every element of the part. */
  setAt(indices: readonly number[], value: number | bigint | boolean): void {
    const offset = this.#offsetOf(indices)
    const [shape, strides] = [this.shape.slice(indices.length), this.strides.slice(indices.length)]
    for (const position of positions(shape, strides, offset)) {
      writeElement(this.dtype.core, this.data, position, typeof value === 'boolean' ? Number(value) : value)
    }
  }
  tolist(): NestedElements {
    if (this.ndim === 0) return this.#read(this.offset)
    const [length = 0] = this.shape
    return Array.from({ length }, (_, k) => {
      const part = this.at(k)
      return part instanceof NdArray ? part.tolist() : part
    })
  }
  /** As `print(array)` shows it. */
  toString(): string {
    return formatNdArray(this.#printed())
  }
  /** `array([1., 2.], dtype=float32)` */
  repr(): string {
    return reprNdArray(this.#printed())
  }

  #printed() {
    const { dtype, shape, data, strides, offset } = this
    return { dtype: dtype.core, shape, data: stridedReader(dtype.core, data, strides, offset) }
  }
  #read(at: number): Element {
    const value = readElement(this.dtype.core, this.data, at) ?? 0
    if (this.dtype.core === 'bool') return value !== 0
    return typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value
  }
  #offsetOf(indices: readonly number[]): number {
    if (indices.length > this.ndim) throw tooManyIndices(this.ndim, indices.length)
    return indices.reduce((sum, index, axis) => {
      const extent = this.shape[axis] as number
      if (index < -extent || index >= extent) throw indexRange(index, axis, extent)
      return sum + (index < 0 ? index + extent : index) * (this.strides[axis] as number)
    }, this.offset)
  }
}
showAsText(NdArray)

const tooManyIndices = (rank: number, count: number) =>
  argumentError(
    `too many indices for array: array is ${rank}-dimensional, but ${count} were indexed`,
    { rank, count },
    'IndexError',
  )
const indexRange = (index: number, axis: number, extent: number) =>
  argumentError(
    `index ${index} is out of bounds for axis ${axis} with size ${extent}`,
    { index, axis, extent },
    'IndexError',
  )
