// Tensors and NumPy-like arrays over the same memory.
import { sizeOf, type TypedArray } from '@heddle/core'
import type { DType } from '../dtypes.ts'
import { cellOfData } from '../engine/cell.ts'
import { cpu } from '../engine/device.ts'
import { arrayType } from '../engine/types.ts'
import { argumentError } from '../errors.ts'
import { dtypeOfArray } from '../ops/creation.ts'
import { stridedStep } from '../ops/run-view.ts'
import { isContiguous, type Layout } from '../tensor/layout.ts'
import { Memory, View } from '../tensor/memory.ts'
import { Tensor } from '../tensor/tensor.ts'
import { NdArray, type NdGeometry } from './nd-array.ts'

/** A tensor over the memory of a typed array, or of an array with extents and strides: writes on either side are seen on both. */
export function fromNumpy(
  source: TypedArray | NdArray | (NdGeometry & { readonly data: TypedArray }),
): Tensor {
  const array = arrayOf(source)
  const { data, dtype, shape, strides, offset } = array
  if (strides.some((stride) => stride < 0)) throw negativeStrides()
  const { tensor, memory } = tensorOverMemory(dtype, { shape, strides, offset }, data.slice())
  memory.share(data)
  array.locate(() => memory.address)
  return tensor
}

/** A tensor that looks at memory of `data`, which it owns from now on, or at memory that was made of it before. */
export function tensorOverMemory(
  dtype: DType,
  { shape, strides, offset }: Layout,
  data: TypedArray,
  known?: Memory,
): { readonly tensor: Tensor; readonly memory: Memory } {
  const layout = { shape, strides, offset }
  if (known === undefined && offset === 0 && sizeOf(shape) === data.length && isContiguous(layout)) {
    const memory = new Memory(cellOfData(cpu, dtype.core, shape, data))
    return { tensor: new Tensor({ memory }), memory }
  }
  const memory = known ?? new Memory(cellOfData(cpu, dtype.core, [data.length], data))
  const view = new View(undefined, stridedStep(memory.layout, memory.cell.type, layout, dtype.core))
  return { tensor: new Tensor({ memory, view, layout }, arrayType(dtype.core, shape)), memory }
}

function arrayOf(source: TypedArray | NdArray | (NdGeometry & { readonly data: TypedArray })): NdArray {
  if (source instanceof NdArray) return source
  if (isTyped(source)) return new NdArray(source, dtypeOfArray(source), { shape: [source.length] })
  return new NdArray(source.data, dtypeOfArray(source.data), source)
}

const isTyped = (source: object): source is TypedArray => ArrayBuffer.isView(source)

/** The memory of a tensor as a NumPy-like array: writes on either side are seen on both. */
export function numpy(self: Tensor): NdArray {
  if (self.requiresGrad) throw requiresGrad()
  if (self.device !== cpu) throw otherDevice(self.device.type, String(self.device))
  const { memory, layout_: layout, dtype } = self
  return new NdArray(memory.expose(), dtype, layout, () => memory.address)
}

/** A NumPy-like array of its own, of nested data or a typed array. */
export function ndarray(data: Tensor | TypedArray, dtype?: DType): NdArray {
  if (!(data instanceof Tensor))
    return new NdArray(data, dtype ?? dtypeOfArray(data), { shape: [data.length] })
  return numpy(dtype === undefined ? data.detach().clone() : data.detach().clone().to(dtype))
}

const requiresGrad = () =>
  argumentError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")
const otherDevice = (type: string, name: string) =>
  argumentError(
    `can't convert ${name} device type tensor to numpy. Use Tensor.cpu() to copy the tensor to host memory first.`,
    { type },
    'TypeError',
  )
const negativeStrides = () =>
  argumentError(
    'At least one stride in the given numpy array is negative, and tensors with negative strides are not currently supported. (You can probably work around this by making a copy of your array  with array.copy().) ',
    {},
    'ValueError',
  )
