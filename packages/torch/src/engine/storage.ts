// The contents of tensors: on the device while in use, as a host array otherwise. Nobody disposes of tensors, and finalisers do
// not run inside a synchronous loop; so device memory is a cache over arrays the host's collector owns: what was not used
// for longest is copied back when the device holds much more than a run needs.
import {
  type Backend,
  type DeviceBuffer,
  type DType,
  dtypes,
  HeddleError,
  internalError,
  type TypedArray,
} from '@heddle/core'

/** Where the contents are: exactly one of `buffer` and `host` is set. */
interface Lease {
  readonly dtype: DType
  readonly size: number
  backend: Backend | undefined
  buffer: DeviceBuffer | undefined
  host: TypedArray | undefined
}

/** Contents that never change. Collected like any object; its device memory is then given back. */
export interface Storage {
  readonly lease: Lease
}

/** Device memory kept beyond what the last run used. */
const spareBuffers = 256
const spareBytes = 64 * 2 ** 20

/** What a device holds. */
interface Residency {
  /** Least recently used first. */
  readonly leases: Set<Lease>
  bytes: number
  spillCount: number
}

/** Each device has room of its own: what one runs does not push out what another holds. */
const residencies = new WeakMap<Backend, Residency>()

function residencyOf(backend: Backend): Residency {
  let residency = residencies.get(backend)
  if (residency === undefined) {
    residency = { leases: new Set(), bytes: 0, spillCount: 0 }
    residencies.set(backend, residency)
  }
  return residency
}

const dropped = new FinalizationRegistry<Lease>((lease) => {
  try {
    release(lease)
  } catch (error) {
    // The device may have been disposed of, and its memory with it; nobody is there to be told.
    if (!(error instanceof HeddleError)) throw error
  }
})

function hold(storage: Storage, backend: Backend, buffer: DeviceBuffer): void {
  const { lease } = storage
  lease.backend = backend
  lease.buffer = buffer
  lease.host = undefined
  const residency = residencyOf(backend)
  residency.leases.add(lease)
  residency.bytes += bytesOf(lease)
  dropped.register(storage, lease, lease)
}

/** Gives the device memory back. */
function release(lease: Lease): void {
  const { backend, buffer } = lease
  if (backend === undefined || buffer === undefined) return
  lease.buffer = undefined
  lease.backend = undefined
  const residency = residencyOf(backend)
  residency.leases.delete(lease)
  residency.bytes -= bytesOf(lease)
  dropped.unregister(lease)
  backend.free(buffer)
}

/** Gives device memory back at once. Nobody may read the contents any more. */
export const freeStorage = ({ lease }: Storage): void => release(lease)

/** Whether the contents are in memory of a device. */
export const isOnDevice = ({ lease }: Storage): boolean => lease.buffer !== undefined

const bytesOf = ({ dtype, size }: Lease): number => dtypes[dtype].bytes * size

/** Storage over a host array, which it owns from now on. */
export const hostStorage = (dtype: DType, data: TypedArray): Storage => ({
  lease: { dtype, size: data.length, backend: undefined, buffer: undefined, host: data },
})

/** Storage in new device memory, for a plan to write. */
export function deviceStorage(backend: Backend, dtype: DType, size: number): Storage {
  const storage: Storage = { lease: { dtype, size, backend, buffer: undefined, host: undefined } }
  hold(storage, backend, backend.allocate(dtype, size))
  return storage
}

/** The contents in memory of `backend`, uploaded if they are elsewhere. */
export function bufferOf(storage: Storage, backend: Backend): DeviceBuffer {
  const { lease } = storage
  if (lease.buffer !== undefined && lease.backend === backend) {
    const { leases } = residencyOf(backend)
    leases.delete(lease)
    leases.add(lease)
    return lease.buffer
  }
  const data = readStorage(storage)
  release(lease)
  const buffer = backend.allocate(lease.dtype, lease.size)
  backend.write(buffer, data)
  hold(storage, backend, buffer)
  return buffer
}

/** The contents as an array nobody may write to. */
export const hostArrayOf = ({ lease }: Storage): TypedArray => lease.host ?? readDevice(lease)

/** A copy of the contents. */
export function readStorage({ lease }: Storage): TypedArray {
  if (lease.host !== undefined) return lease.host.slice()
  return readDevice(lease)
}

function readDevice({ dtype, backend, buffer }: Lease): TypedArray {
  if (backend === undefined || buffer === undefined)
    throw internalError('torch', `storage of ${dtype} is empty`)
  return backend.readSync(buffer)
}

/** Bytes one element takes on the host. */
export const storageBytes = ({ lease }: Storage): number => bytesOf(lease)

/** Copies what was not used for longest back to the host, until the device holds little more than the last run used. */
export function trim(backend: Backend, usedBuffers: number, usedBytes: number): void {
  const residency = residencyOf(backend)
  const buffers = Math.max(spareBuffers, 4 * usedBuffers)
  const bytes = Math.max(spareBytes, 4 * usedBytes)
  for (const lease of residency.leases) {
    if (residency.leases.size <= buffers && residency.bytes <= bytes) return
    lease.host = readDevice(lease)
    release(lease)
    residency.spillCount++
  }
}

export const storageStats = (
  backend: Backend,
): { readonly deviceBuffers: number; readonly deviceBytes: number; readonly spillCount: number } => {
  const { leases, bytes, spillCount } = residencyOf(backend)
  return { deviceBuffers: leases.size, deviceBytes: bytes, spillCount }
}
