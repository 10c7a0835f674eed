// The WebAssembly backend: buffers in one linear memory, a module per plan. Everything runs at once on the calling thread, so a
// buffer can be read as soon as `run` returns. After a run has failed nothing can be read any more but the first cause.
import {
  type Backend,
  type Capabilities,
  type DeviceBuffer,
  type DType,
  dtypeNames,
  dtypes,
  type Executable,
  HeddleError,
  type Plan,
  type TypedArray,
} from '@heddle/core'
import { emitModule, hostFunctions } from './emit/module.ts'
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
  inPlace: true,
  bitReproducible: true,
}

function disposed(what: string): HeddleError {
  return new HeddleError('BACKEND_DISPOSED', `${what}: the wasm backend was disposed; make a new one.`)
}

function lost(what: string, cause: HeddleError): HeddleError {
  return new HeddleError(
    'BACKEND_LOST',
    `${what}: an earlier run failed (${cause.message}); the contents of buffers are unknown.`,
    { cause },
  )
}

function badBuffer(what: string, reason: string): HeddleError {
  return new HeddleError('BACKEND_BUFFER', `${what}: ${reason}.`)
}

export function wasmBackend(options: WasmOptions = {}): Backend {
  const heap = createHeap(options.maxMemoryBytes ?? maxWasmPages * pageBytes)
  const addresses = new WeakMap<DeviceBuffer, number>()
  let isDisposed = false
  let failure: HeddleError | undefined
  let liveBytes = 0
  let workspace = { address: 0, bytes: 0 }

  const check = (what: string): void => {
    if (isDisposed) throw disposed(what)
    if (failure !== undefined) throw lost(what, failure)
  }
  const addressOf = (what: string, buffer: DeviceBuffer): number => {
    const address = addresses.get(buffer)
    if (address === undefined) throw badBuffer(what, 'the buffer was freed or belongs to another backend')
    return address
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
    heap,
    check,
    addressOf,
    require: requireWorkspace,
    fail: (cause) => {
      failure ??= cause
    },
  }

  const readSync = (buffer: DeviceBuffer): TypedArray => {
    check('read')
    return heap.view(buffer.dtype, addressOf('read', buffer), buffer.size).slice()
  }

  const maxPages = (): number => maxWasmPages
  const imports = { [importModule]: { memory: heap.memory, ...hostFunctions } }

  return {
    name: 'wasm',
    capabilities: wasmCapabilities,
    allocate(dtype, size) {
      check('allocate')
      const buffer: DeviceBuffer = Object.freeze({ dtype, size })
      addresses.set(buffer, heap.allocate(bytesOf(dtype, size)))
      liveBytes += bytesOf(dtype, size)
      return buffer
    },
    free(buffer) {
      if (isDisposed) return
      heap.free(addressOf('free', buffer))
      addresses.delete(buffer)
      liveBytes -= bytesOf(buffer.dtype, buffer.size)
    },
    write(buffer, data) {
      check('write')
      const address = addressOf('write', buffer)
      if (data.length !== buffer.size) {
        throw badBuffer('write', `${data.length} elements for a buffer of ${buffer.size}`)
      }
      heap.view(buffer.dtype, address, buffer.size).set(data)
    },
    read: async (buffer) => readSync(buffer),
    readSync,
    async prepare(plan: Plan): Promise<Executable> {
      check('prepare')
      const emitted = emitModule(plan, { maxPages: maxPages() })
      const compiled = await WebAssembly.instantiate(emitted.bytes, imports)
      check('prepare')
      return createExecutable(shared, plan, emitted, compiled.instance)
    },
    prepareSync(plan: Plan): Executable {
      check('prepare')
      const emitted = emitModule(plan, { maxPages: maxPages() })
      const instance = new WebAssembly.Instance(new WebAssembly.Module(emitted.bytes), imports)
      return createExecutable(shared, plan, emitted, instance)
    },
    get liveBytes() {
      return liveBytes
    },
    dispose() {
      isDisposed = true
    },
  }
}
