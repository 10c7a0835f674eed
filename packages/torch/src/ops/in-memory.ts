// Tensors made of what is in memory already: buffers, arrays, other tensors; and of any contents in a given order of memory.
import { dtypes, type TypedArray } from '@heddle/core'
import { type DType, getDefaultDtype } from '../dtypes.ts'
import type { Device } from '../engine/device.ts'
import { argumentError, formatSize, type TorchError } from '../errors.ts'
import { NdArray } from '../numpy/nd-array.ts'
import { fromNumpy, tensorOverMemory } from '../numpy/share.ts'
import { contiguous } from '../tensor/layout.ts'
import { Tensor } from '../tensor/tensor.ts'
import { constant, type NestedData, type TensorOptions, tensor } from './creation.ts'
import { resolveDevice } from './devices.ts'
import { spanOf } from './resize.ts'
import { runStrided } from './run-view.ts'

type AsArray = TensorOptions & {
  /** true: always a copy. false: never, an error where it takes one. */
  readonly copy?: boolean | null
}

/** Shares the memory of a tensor, an array or a typed array where dtype and device allow it; other data is copied. */
export function asarray(data: NestedData | TypedArray | NdArray, options: AsArray = {}): Tensor {
  const { copy = null, requiresGrad = false } = options
  const shared = data instanceof Tensor ? data : isArray(data) ? fromNumpy(data) : undefined
  if (shared === undefined) {
    if (copy === false) throw sequenceAlias()
    return tensor(data as NestedData, options)
  }
  const target = {
    dtype: options.dtype ?? shared.dtype,
    device: resolveDevice(options.device ?? shared.device),
  }
  const isSame = target.dtype === shared.dtype && target.device === shared.device
  if (copy === false && !isSame) throw aliasOfOther(shared, target.dtype, target.device)
  const found = isSame ? (copy === true ? shared.clone() : shared) : shared.to(target)
  if (!requiresGrad) return found.requiresGrad ? found.detach() : found
  return found.isLeaf ? found.requiresGrad_() : found
}

const isArray = (data: unknown): data is NdArray | TypedArray =>
  data instanceof NdArray || (ArrayBuffer.isView(data) && !(data instanceof DataView))

type FromBuffer = { dtype: DType; count?: number; offset?: number; requiresGrad?: boolean }

/** A tensor over the bytes of a buffer from `offset` on: writes on either side are seen on both. */
export function frombuffer(
  buffer: ArrayBufferLike | ArrayBufferView,
  { dtype, count = -1, offset = 0, requiresGrad = false }: FromBuffer,
): Tensor {
  const bytes = ArrayBuffer.isView(buffer)
    ? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
    : new Uint8Array(buffer)
  const { byteLength } = bytes
  const { itemsize } = dtype
  if (byteLength === 0 || count === 0) throw emptyBuffer(byteLength, count)
  if (offset < 0 || offset >= byteLength) throw bufferOffset(offset, byteLength)
  if (count < 0 && (byteLength - offset) % itemsize !== 0)
    throw bufferUneven(byteLength - offset, offset, itemsize)
  const size = count < 0 ? (byteLength - offset) / itemsize : count
  if (offset + size * itemsize > byteLength) throw bufferLength(size, itemsize, offset, byteLength)
  const start = bytes.byteOffset + offset
  if (start % itemsize !== 0) throw bufferAlignment(start, itemsize)
  const data = dtypes[dtype.core].view(bytes.buffer, start, size)
  const { tensor: made, memory } = tensorOverMemory(dtype, contiguous([size]), data.slice())
  memory.share(data)
  return requiresGrad ? made.requiresGrad_() : made
}

/** Of any contents (here zeros), with elements at the places in memory that strides name. */
export function emptyStrided(
  size: readonly number[],
  stride: readonly number[],
  options: TensorOptions = {},
): Tensor {
  if (size.length !== stride.length) throw stridedCount(size.length, stride.length)
  if (stride.some((each) => each < 0)) throw stridedOverflow(size, stride)
  const layout = { shape: size, strides: stride, offset: 0 }
  const { requiresGrad = false, ...others } = options
  const memory = constant([spanOf(layout)], 0, options.dtype ?? getDefaultDtype(), others)
  const made = runStrided(memory, layout).detach()
  return requiresGrad ? made.requiresGrad_() : made
}

const sequenceAlias = (): TorchError =>
  argumentError("can't alias arbitrary sequence into a tensor.", {}, 'ValueError')
const aliasOfOther = (found: Tensor, dtype: DType, device: Device): TorchError =>
  argumentError(
    dtype === found.dtype
      ? `can't alias tensor from device '${found.device}' to '${device}'.`
      : `can't alias tensor with dtype '${found.dtype.title}' into dtype '${dtype.title}'.`,
    {},
    'ValueError',
  )
const emptyBuffer = (length: number, count: number): TorchError =>
  argumentError(
    `both buffer length (${length}) and count (${count}) must not be 0`,
    { length, count },
    'ValueError',
  )
const bufferOffset = (offset: number, length: number): TorchError =>
  argumentError(
    `offset (${offset} bytes) must be non-negative and no greater than buffer length (${length} bytes) minus 1`,
    { offset, length },
    'ValueError',
  )
const bufferUneven = (length: number, offset: number, itemsize: number): TorchError =>
  argumentError(
    `buffer length (${length} bytes) after offset (${offset} bytes) must be a multiple of element size (${itemsize})`,
    { length, offset, itemsize },
    'ValueError',
  )
const bufferLength = (size: number, itemsize: number, offset: number, length: number): TorchError =>
  argumentError(
    `requested buffer length (${size} * ${itemsize} bytes) after offset (${offset} bytes) must not be greater than actual buffer length (${length} bytes)`,
    { size, itemsize, offset, length },
    'ValueError',
  )
const bufferAlignment = (start: number, itemsize: number): TorchError =>
  argumentError(
    `frombuffer: elements of ${itemsize} bytes cannot start at byte ${start} of an ArrayBuffer, which is no multiple of that`,
    { start, itemsize },
    'ValueError',
  )
const stridedCount = (sizes: number, strides: number): TorchError =>
  argumentError(`dimensionality of sizes (${sizes}) must match dimensionality of strides (${strides})`, {
    sizes,
    strides,
  })
const stridedOverflow = (sizes: readonly number[], strides: readonly number[]): TorchError =>
  argumentError(
    `Storage size calculation overflowed with sizes=${formatSize(sizes)} and strides=${formatSize(strides)}`,
    { sizes, strides },
  )
