// The WebGL2 backend: buffers are textures, plans become recorded draws. It adds ownership and lifetime to the stores of a
// device: which buffers are alive, what is disposed, and that after a loss nothing answers but with the cause.
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
  requireSupported,
  type TypedArray,
} from '@heddle/core'
import { type Device, ownDevice, sharedDevice } from './device.ts'
import { createExecutable, type ExecutableHost } from './executable.ts'
import { type LoweredPlan, lowerPlan, shadersOf } from './lowered-plan.ts'
import { defaultSplit } from './split-reductions.ts'
import { formatOf, maxElements } from './storage.ts'
import type { GpuTexture } from './textures.ts'

export interface WebglOptions {
  /** `shared` (default): the page's one context. `own`: a context for this backend alone; a page has about sixteen. */
  readonly context?: 'shared' | 'own'
  /** Checks after every pass that the device accepted it; slow. */
  readonly debug?: boolean
  /** With an own context: use fewer render targets than the device has. */
  readonly maxTargets?: number
  /** `f32`: takes f64 and computes it in f32, with the range and the precision of f32. Without it plans with f64 are refused. */
  readonly f64?: 'f32'
}

/** What every WebGL2 device can do: for compiling where there is none. A backend says what its device can do. */
export const webglCapabilities: Capabilities = {
  dtypes: dtypeNames.filter((dtype) => dtype !== 'f64'),
  narrowed: { i64: 'i32' },
  maxReads: 15,
  maxWrites: 4,
  maxOps: 384,
  maxElements: maxElements(2048),
  rowKernels: false,
  contractOperands: 'any',
  loops: true,
  inPlace: false,
  hostSteps: 'transfer',
  bitReproducible: false,
}

/**
 * A backend on WebGL2, in a page or a worker. Throws `BACKEND_UNSUPPORTED` where there is no WebGL2 or its float textures
 * cannot be rendered to.
 */
export function webgl(options: WebglOptions = {}): Backend {
  const isOwn = options.context === 'own' || options.maxTargets !== undefined
  const device = isOwn ? ownDevice(targetLimit(options)) : sharedDevice()
  return createBackend(device, options)
}

const targetLimit = ({ maxTargets }: WebglOptions): { maxTargets?: number } =>
  maxTargets === undefined ? {} : { maxTargets }

/** A backend on a device; the device is released when the backend is disposed. */
export function createBackend(device: Device, { debug = false, f64 }: WebglOptions = {}): Backend {
  const { context, textures, programs, readback } = device
  const held = new Map<DeviceBuffer, GpuTexture | undefined>()
  /** Every buffer ever made here, to tell freed ones from another backend's. */
  const made = new WeakSet<DeviceBuffer>()
  const executables = new Set<Executable>()
  let liveBytes = 0
  let isDisposed = false
  let failure: { readonly cause: unknown } | undefined

  const checkAlive = (): void => {
    if (isDisposed) throw disposed('the backend was disposed')
    context.check()
  }
  const checkReadable = (): void => {
    checkAlive()
    if (failure !== undefined) throw failure.cause
  }
  const textureOf = (buffer: DeviceBuffer): GpuTexture | undefined => {
    if (!held.has(buffer)) throw made.has(buffer) ? bufferFreed(buffer) : bufferForeign(buffer)
    return held.get(buffer)
  }
  const host: ExecutableHost = {
    device,
    isDebug: debug,
    textureOf,
    checkAlive,
    forget: (executable) => executables.delete(executable),
    fail: (cause) => {
      failure ??= { cause }
    },
  }
  const capabilities: Capabilities = {
    ...webglCapabilities,
    ...(f64 === 'f32' ? { dtypes: dtypeNames, narrowed: { i64: 'i32', f64 } } : {}),
    maxReads: context.limits.maxSamplers - 1,
    maxWrites: context.limits.maxTargets,
    maxElements: maxElements(context.limits.maxTextureSize),
  }

  const lower = (plan: Plan): LoweredPlan => {
    requireSupported('webgl', plan, capabilities)
    const { maxSamplers: maxReads, maxTargets: maxWrites } = context.limits
    return lowerPlan(plan, { ...defaultSplit, maxReads, maxWrites })
  }
  const build = (lowered: LoweredPlan): Executable => {
    const executable = createExecutable(lowered, host)
    executables.add(executable)
    return executable
  }

  return {
    name: 'webgl',
    capabilities,
    get liveBytes(): number {
      return liveBytes
    },
    allocate: (dtype, size) => {
      checkAlive()
      if (!capabilities.dtypes.includes(dtype)) throw unsupportedDtype(dtype)
      const texture = size === 0 ? undefined : textures.take(formatOf(dtype), size)
      const buffer: DeviceBuffer = { dtype, size }
      held.set(buffer, texture)
      made.add(buffer)
      liveBytes += texture?.bytes ?? 0
      return buffer
    },
    free: (buffer) => {
      if (isDisposed) return
      const texture = textureOf(buffer)
      held.delete(buffer)
      if (texture === undefined) return
      liveBytes -= texture.bytes
      textures.release(texture)
    },
    write: (buffer, data) => {
      checkAlive()
      const texture = textureOf(buffer)
      if (data.length !== buffer.size || data.constructor !== dtypes[buffer.dtype].allocate(0).constructor) {
        throw wrongData(buffer, data)
      }
      if (texture !== undefined) textures.upload(texture, buffer.dtype, data)
    },
    read: async (buffer) => {
      checkReadable()
      const texture = textureOf(buffer)
      if (texture === undefined) return dtypes[buffer.dtype].allocate(0)
      return readback.later(texture, buffer.dtype, buffer.size)
    },
    readSync: (buffer) => {
      checkReadable()
      const texture = textureOf(buffer)
      if (texture === undefined) return dtypes[buffer.dtype].allocate(0)
      return readback.now(texture, buffer.dtype, buffer.size)
    },
    prepare: async (plan) => {
      checkAlive()
      const lowered = lower(plan)
      await programs.compileLater(shadersOf(lowered))
      checkAlive()
      return build(lowered)
    },
    prepareSync: (plan) => {
      checkAlive()
      const lowered = lower(plan)
      programs.compile(shadersOf(lowered))
      return build(lowered)
    },
    dispose: () => {
      if (isDisposed) return
      isDisposed = true
      for (const executable of [...executables]) executable.dispose()
      for (const texture of held.values()) if (texture !== undefined) textures.release(texture)
      held.clear()
      liveBytes = 0
      device.release()
    },
  }
}

const disposed = (what: string): HeddleError => new HeddleError('BACKEND_DISPOSED', `webgl: ${what}`)

const unsupportedDtype = (dtype: DType): HeddleError =>
  new HeddleError(
    'BACKEND_UNSUPPORTED',
    `webgl: dtype ${dtype}; WebGL2 holds ${webglCapabilities.dtypes.join(', ')}, and f64 as f32 with \`webgl({ f64: 'f32' })\``,
    { details: { dtype } },
  )

const bufferFreed = ({ dtype, size }: DeviceBuffer): HeddleError =>
  new HeddleError(
    'BACKEND_BUFFER_FREED',
    `webgl: a buffer of ${size} elements of ${dtype} is used after it was freed`,
    {
      details: { dtype, size },
    },
  )

const bufferForeign = ({ dtype, size }: DeviceBuffer): HeddleError =>
  new HeddleError(
    'BACKEND_BUFFER_FOREIGN',
    `webgl: a buffer of ${size} elements of ${dtype} was made by another backend; buffers stay with their maker`,
    { details: { dtype, size } },
  )

const wrongData = ({ dtype, size }: DeviceBuffer, data: TypedArray): HeddleError =>
  new HeddleError(
    'BACKEND_WRITE_MISMATCH',
    `webgl: wrote ${data.constructor.name} of ${data.length} to a buffer of ${size} elements of ${dtype}; ` +
      'type and length must be equal',
    { details: { dtype, size } },
  )
