// The WebAssembly backend: buffers in one linear memory, a module per plan. Everything runs at once on the calling thread, so a
// buffer can be read as soon as `run` returns. After a run has failed nothing can be read any more but the first cause.
import {
  type Backend,
  type Capabilities,
  copyStorage,
  type DeviceBuffer,
  type DType,
  dtypeNames,
  dtypes,
  HeddleError,
  type Plan,
  requireSupported,
  type TypedArray,
  verifyPlan,
} from '@heddle/core'
import { type EmittedModule, emitModule, hostFunctions } from './emit/module.ts'
import { importModule } from './encoder.ts'
import { createExecutable, type Workspace } from './executable.ts'
import { createHeap, maxWasmPages, pageBytes } from './memory.ts'

export interface WasmOptions {
  /** Most bytes of memory to be used; 4 GiB, the most there can be, unless given. */
  readonly maxMemoryBytes?: number
}

export const wasmCapabilities: Capabilities = {
  dtypes: dtypeNames,
  maxReads: 64,
  maxWrites: 8,
  maxOps: 512,
  maxElements: 2 ** 28,
  rowKernels: true,
  contractOperands: 'strided',
  loops: true,
  inPlace: true,
  hostSteps: 'shared',
  bitReproducible: true,
}

const owner = 'wasm'

function disposed(): HeddleError {
  return new HeddleError('BACKEND_DISPOSED', `${owner}: is disposed; make a new backend`)
}

function bufferFreed({ dtype, size }: DeviceBuffer): HeddleError {
  const what = `a buffer of ${size} elements of ${dtype} is used after it was freed`
  return new HeddleError('BACKEND_BUFFER_FREED', `${owner}: ${what}`, { details: { dtype, size } })
}

function bufferForeign({ dtype, size }: DeviceBuffer): HeddleError {
  const what = `a buffer of ${size} elements of ${dtype} was made by another backend; buffers stay with their maker`
  return new HeddleError('BACKEND_BUFFER_FOREIGN', `${owner}: ${what}`, { details: { dtype, size } })
}

function writeMismatch({ dtype, size }: DeviceBuffer, data: TypedArray): HeddleError {
  const found = `${data.constructor.name} of ${data.length}`
  const what = `wrote ${found} to a buffer of ${size} elements of ${dtype}; type and length must be equal`
  return new HeddleError('BACKEND_WRITE_MISMATCH', `${owner}: ${what}`, { details: { dtype, size } })
}

function tooLarge(dtype: DType, size: number): HeddleError {
  const what = `a buffer of ${size} elements of ${dtype} was asked for; one holds at most ${wasmCapabilities.maxElements}`
  return new HeddleError('BACKEND_OUT_OF_MEMORY', `${owner}: ${what}`, { details: { dtype, size } })
}

export function wasmBackend(options: WasmOptions = {}): Backend {
  const heap = createHeap(options.maxMemoryBytes ?? maxWasmPages * pageBytes)
  const addresses = new WeakMap<DeviceBuffer, number>()
  const freed = new WeakSet<DeviceBuffer>()
  let isDisposed = false
  let failure: { readonly cause: unknown } | undefined
  let liveBytes = 0
  let workspace = { address: 0, bytes: 0 }

  const check = (): void => {
    if (isDisposed) throw disposed()
  }
  const addressOf = (buffer: DeviceBuffer): number => {
    check()
    const address = addresses.get(buffer)
    if (address !== undefined) return address
    throw freed.has(buffer) ? bufferFreed(buffer) : bufferForeign(buffer)
  }
  const bytesOf = (dtype: DType, size: number): number => dtypes[dtype].bytes * size

  /** Memory for arena and scratch; all executables share it, since only one runs at a time. */
  const requireWorkspace = (bytes: number): number => {
    if (bytes > workspace.bytes) {
      if (workspace.bytes > 0) heap.free(workspace.address)
      workspace = { address: 0, bytes: 0 }
      workspace = { address: heap.allocate(bytes), bytes }
    }
    return workspace.address
  }

  const shared: Workspace = {
    owner,
    capabilities: wasmCapabilities,
    heap,
    check,
    addressOf,
    require: requireWorkspace,
    fail: (cause) => {
      failure ??= { cause }
    },
  }

  const readSync = (buffer: DeviceBuffer): TypedArray => {
    if (failure !== undefined) throw failure.cause
    return heap.view(buffer.dtype, addressOf(buffer), buffer.size).slice()
  }
  const emit = (plan: Plan): EmittedModule => {
    check()
    verifyPlan(plan)
    // Operands that are no plain loads are slow here, not impossible: the capability only tells compilers what to prefer.
    requireSupported(owner, plan, { ...wasmCapabilities, contractOperands: 'any' })
    return emitModule(plan, { maxPages: maxWasmPages })
  }
  const imports = { [importModule]: { memory: heap.memory, ...hostFunctions } }

  return {
    name: owner,
    capabilities: wasmCapabilities,
    allocate(dtype, size) {
      check()
      if (size > wasmCapabilities.maxElements) throw tooLarge(dtype, size)
      const buffer: DeviceBuffer = Object.freeze({ dtype, size })
      addresses.set(buffer, heap.allocate(bytesOf(dtype, size)))
      liveBytes += bytesOf(dtype, size)
      return buffer
    },
    free(buffer) {
      heap.free(addressOf(buffer))
      addresses.delete(buffer)
      freed.add(buffer)
      liveBytes -= bytesOf(buffer.dtype, buffer.size)
    },
    write(buffer, data) {
      const view = heap.view(buffer.dtype, addressOf(buffer), buffer.size)
      if (data.constructor !== view.constructor || data.length !== view.length) {
        throw writeMismatch(buffer, data)
      }
      copyStorage(data, view)
    },
    read: (buffer) => new Promise((resolve) => resolve(readSync(buffer))),
    readSync,
    async prepare(plan) {
      const emitted = emit(plan)
      const { instance } = await WebAssembly.instantiate(emitted.bytes, imports)
      check()
      return createExecutable(shared, plan, emitted, instance)
    },
    prepareSync(plan) {
      const emitted = emit(plan)
      const instance = new WebAssembly.Instance(new WebAssembly.Module(emitted.bytes), imports)
      return createExecutable(shared, plan, emitted, instance)
    },
    get liveBytes() {
      return liveBytes
    },
    dispose() {
      isDisposed = true
      liveBytes = 0
    },
  }
}
