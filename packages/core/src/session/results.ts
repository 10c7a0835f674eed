// Results of runs, still on the device. Each run writes to memory of its own, so a result stays readable however many runs
// follow; memory is reused once its result is disposed of (or dropped: a finaliser then gives it back).
import type { Backend, DeviceBuffer } from '../backend/backend.ts'
import type { Shape } from '../dim.ts'
import { sizeOf } from '../dim.ts'
import type { DType } from '../dtype.ts'
import { HeddleError } from '../errors.ts'
import { type HostArray, hostArray } from './host-array.ts'

/** One output of one run. May be fed to a session of the same backend without leaving the device. */
export interface Result {
  readonly name: string
  readonly dtype: DType
  readonly shape: Shape
  /** Throws `BACKEND_RESULT_DISPOSED`. */
  read(): Promise<HostArray>
  readSync(): HostArray
  /** The device memory, to hand on. Throws `BACKEND_RESULT_DISPOSED`. */
  readonly buffer: DeviceBuffer
  dispose(): void
  [Symbol.dispose](): void
}

/** Memory for one output of a plan. */
export interface ResultPool {
  readonly name: string
  readonly dtype: DType
  readonly shape: Shape
  take(): DeviceBuffer
  give(buffer: DeviceBuffer): void
  dispose(): void
}

export function resultPool(
  backend: Backend,
  { name, dtype, shape }: { readonly name: string; readonly dtype: DType; readonly shape: Shape },
): ResultPool {
  const free: DeviceBuffer[] = []
  const size = sizeOf(shape)
  let isDisposed = false
  return {
    name,
    dtype,
    shape,
    take: () => free.pop() ?? backend.allocate(dtype, size),
    give: (buffer) => {
      if (isDisposed) backend.free(buffer)
      else free.push(buffer)
    },
    dispose: () => {
      isDisposed = true
      for (const buffer of free.splice(0)) backend.free(buffer)
    },
  }
}

interface Lease {
  readonly pool: ResultPool
  buffer: DeviceBuffer | undefined
}

const dropped = new FinalizationRegistry<Lease>((lease) => {
  try {
    release(lease)
  } catch (error) {
    // The device may be gone by the time a result is collected, and its memory with it; nobody is there to be told.
    if (!(error instanceof HeddleError)) throw error
  }
})

function release(lease: Lease): void {
  const { buffer } = lease
  lease.buffer = undefined
  if (buffer !== undefined) lease.pool.give(buffer)
}

/** Hands out what a run wrote. */
export function resultOf(backend: Backend, pool: ResultPool, buffer: DeviceBuffer): Result {
  const { name, dtype, shape } = pool
  const lease: Lease = { pool, buffer }
  const held = (): DeviceBuffer => {
    if (lease.buffer === undefined) throw resultDisposed(name)
    return lease.buffer
  }
  // The finaliser finds a released lease empty; taking it off the registry would cost more than a run.
  const dispose = (): void => release(lease)
  const result: Result = {
    name,
    dtype,
    shape,
    read: async () => hostArray(dtype, shape, await backend.read(held())),
    readSync: () => hostArray(dtype, shape, backend.readSync(held())),
    get buffer() {
      return held()
    },
    dispose,
    [Symbol.dispose]: dispose,
  }
  dropped.register(result, lease)
  return result
}

const resultDisposed = (name: string): HeddleError =>
  new HeddleError('BACKEND_RESULT_DISPOSED', `result '${name}' was disposed of; read it before`, {
    details: { name },
  })
