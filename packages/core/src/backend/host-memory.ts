// Device memory that is host memory: typed arrays behind opaque buffers, for runtimes that compute in JavaScript. It counts
// what is allocated, refuses what is freed or foreign, and remembers the first failure: every later read throws that.
import type { DType, TypedArray } from '../dtype.ts'
import { copyStorage, dtypes } from '../dtype.ts'
import { HeddleError } from '../errors.ts'
import type { DeviceBuffer } from './backend.ts'

export interface HostMemory {
  allocate(dtype: DType, size: number): DeviceBuffer
  free(buffer: DeviceBuffer): void
  write(buffer: DeviceBuffer, data: TypedArray): void
  read(buffer: DeviceBuffer): TypedArray
  /** The array behind a buffer, to compute with. */
  arrayOf(buffer: DeviceBuffer): TypedArray
  /** Remembers the first failure. */
  fail(cause: unknown): void
  readonly liveBytes: number
  dispose(): void
}

/** `owner` is the backend's name, for messages. */
export function hostMemory(owner: string): HostMemory {
  const arrays = new Map<DeviceBuffer, TypedArray>()
  const freed = new WeakSet<DeviceBuffer>()
  let liveBytes = 0
  let isDisposed = false
  let failure: { readonly cause: unknown } | undefined

  const arrayOf = (buffer: DeviceBuffer): TypedArray => {
    if (isDisposed) throw disposed(owner)
    const array = arrays.get(buffer)
    if (array !== undefined) return array
    throw freed.has(buffer) ? bufferFreed(owner, buffer) : bufferForeign(owner, buffer)
  }

  return {
    arrayOf,
    allocate: (dtype, size) => {
      if (isDisposed) throw disposed(owner)
      const array = allocateArray(owner, dtype, size)
      const buffer: DeviceBuffer = { dtype, size }
      arrays.set(buffer, array)
      liveBytes += array.byteLength
      return buffer
    },
    free: (buffer) => {
      liveBytes -= arrayOf(buffer).byteLength
      arrays.delete(buffer)
      freed.add(buffer)
    },
    write: (buffer, data) => {
      const array = arrayOf(buffer)
      if (data.constructor !== array.constructor || data.length !== array.length) {
        throw writeMismatch(owner, buffer, data)
      }
      copyStorage(data, array)
    },
    read: (buffer) => {
      if (failure !== undefined) throw failure.cause
      return arrayOf(buffer).slice()
    },
    fail: (cause) => {
      failure ??= { cause }
    },
    get liveBytes() {
      return liveBytes
    },
    dispose: () => {
      isDisposed = true
      arrays.clear()
      liveBytes = 0
    },
  }
}

function allocateArray(owner: string, dtype: DType, size: number): TypedArray {
  try {
    return dtypes[dtype].allocate(size)
  } catch (cause) {
    throw outOfMemory(owner, size * dtypes[dtype].bytes, cause)
  }
}

export function outOfMemory(owner: string, bytes: number, cause: unknown): HeddleError {
  const what = `could not allocate ${bytes} bytes; the host refused`
  return new HeddleError('BACKEND_OUT_OF_MEMORY', `${owner}: ${what}`, { details: { bytes }, cause })
}

function disposed(owner: string): HeddleError {
  return new HeddleError('BACKEND_DISPOSED', `${owner}: is disposed; make a new backend`)
}

function bufferFreed(owner: string, { dtype, size }: DeviceBuffer): HeddleError {
  const what = `a buffer of ${size} elements of ${dtype} is used after it was freed`
  return new HeddleError('BACKEND_BUFFER_FREED', `${owner}: ${what}`, { details: { dtype, size } })
}

function bufferForeign(owner: string, { dtype, size }: DeviceBuffer): HeddleError {
  const what = `a buffer of ${size} elements of ${dtype} was made by another backend; buffers stay with their maker`
  return new HeddleError('BACKEND_BUFFER_FOREIGN', `${owner}: ${what}`, { details: { dtype, size } })
}

function writeMismatch(owner: string, { dtype, size }: DeviceBuffer, data: TypedArray): HeddleError {
  const found = `${data.constructor.name} of ${data.length}`
  const what = `wrote ${found} to a buffer of ${size} elements of ${dtype}; type and length must be equal`
  return new HeddleError('BACKEND_WRITE_MISMATCH', `${owner}: ${what}`, { details: { dtype, size } })
}
