// A plan recorded for a device: flat lists of passes with their program, textures and framebuffer. Running only binds and
// draws; nothing is asked of the driver, whose answers would each be a round trip. With `debug` every pass is checked.
import {
  checkRun,
  type DeviceBuffer,
  dtypes,
  type Executable,
  HeddleError,
  type HostStep,
  type KernelSource,
  type Plan,
  runHostStep,
  sizeOf,
  type TypedArray,
} from '@heddle/core'
import type { Device } from './device.ts'
import type { GlslKernel } from './emit-kernel.ts'
import { type Schedule, type Slot, schedulePlan } from './schedule.ts'
import { textureShape } from './storage.ts'
import type { GpuTexture } from './textures.ts'

/** What an executable needs of its backend. */
export interface ExecutableHost {
  readonly device: Device
  readonly isDebug: boolean
  /** The texture of a caller's buffer, `undefined` where it has no elements. Throws if it is not alive. */
  textureOf(buffer: DeviceBuffer): GpuTexture | undefined
  checkAlive(): void
  forget(executable: Executable): void
  /** Remembers the first failure of a run; all later reads throw it. */
  fail(cause: unknown): void
}

/** A plan on its way to the device. */
export interface LoweredPlan {
  /** As the caller gave it. */
  readonly plan: Plan
  /** The same with long reductions cut. */
  readonly split: Plan
  /** Shaders of `split.kernels`. */
  readonly kernels: readonly GlslKernel[]
}

/** A step of the host, between the draws. */
interface HostWork {
  readonly kind: 'host'
  readonly step: HostStep
  readonly operands: readonly number[]
  readonly target: number
}

interface Draw {
  readonly kind: 'draw'
  readonly kernel: string
  readonly program: WebGLProgram
  readonly samplers: readonly number[]
  readonly targets: readonly number[]
  readonly width: number
  readonly rows: number
  /** Rows a draw call may cover, so that one call stays short. */
  readonly strip: number
  /** Ids of the textures `framebuffer` renders to. */
  targetIds: readonly number[]
  framebuffer: WebGLFramebuffer | undefined
}

/** Scalar operations of one draw call: tens of milliseconds on a slow device; drivers kill what runs for seconds. */
const WORK_PER_DRAW = 2 ** 30

export function createExecutable(
  { plan, split, kernels }: LoweredPlan,
  programs: readonly (WebGLProgram | undefined)[],
  host: ExecutableHost,
): Executable {
  const { device } = host
  const schedule = schedulePlan(split, kernels)
  const textures = schedule.slots.map((slot) => ownTexture(slot, plan, device))
  const works = recordWork(split, schedule, kernels, programs)
  let isDisposed = false

  const executable: Executable = {
    plan,
    run: (inputs, outputs) => {
      if (isDisposed) throw disposedError(plan.name)
      host.checkAlive()
      bindArguments(plan, schedule, textures, inputs, outputs, host)
      for (const work of works) {
        if (work.kind === 'draw') runDraw(work, textures, device, host.isDebug)
        else runOnHost(work, textures, host)
      }
      device.context.gl.flush()
    },
    sources: () =>
      split.kernels.map(({ name }, at): KernelSource => {
        return { kernel: name, language: 'glsl', text: kernels[at]?.text ?? '' }
      }),
    dispose: () => {
      if (isDisposed) return
      isDisposed = true
      schedule.slots.forEach(({ place }, at) => {
        const texture = textures[at]
        if (texture === undefined) return
        if (place.kind === 'scratch') device.scratch.release(texture)
        else if (place.kind === 'constant') device.textures.release(texture)
      })
      host.forget(executable)
    },
  }
  return executable
}

/** Scratch textures and constants belong to the executable; the caller's are bound at each run. */
function ownTexture(
  { buffer, place, format, size }: Slot,
  plan: Plan,
  device: Device,
): GpuTexture | undefined {
  if (place.kind === 'scratch') return device.scratch.take(format, size, place.ordinal)
  if (place.kind !== 'constant') return undefined
  const texture = device.textures.take(format, size)
  const constant = plan.constants[place.index]
  const { dtype, label } = plan.buffers[buffer] ?? {}
  if (constant !== undefined && dtype !== undefined)
    device.textures.upload(texture, dtype, constant.data, `constant ${label}, `)
  return texture
}

function recordWork(
  plan: Plan,
  { passes }: Schedule,
  kernels: readonly GlslKernel[],
  programs: readonly (WebGLProgram | undefined)[],
): readonly (Draw | HostWork)[] {
  const works: (Draw | HostWork)[] = []
  for (const pass of passes) {
    if (pass.kind === 'host') {
      works.push({ kind: 'host', step: pass.step, operands: pass.operands, target: pass.targets[0] })
      continue
    }
    const { kernel, samplers, targets } = pass
    const program = programs[kernel]
    const glsl = kernels[kernel]
    if (program === undefined || glsl === undefined) continue
    const { width, rows } = textureShape(glsl.size)
    const strips = Math.min(rows, Math.ceil(glsl.cost / WORK_PER_DRAW))
    works.push({
      kind: 'draw',
      kernel: plan.kernels[kernel]?.name ?? '',
      program,
      samplers,
      targets,
      width,
      rows,
      strip: Math.ceil(rows / strips),
      targetIds: [],
      framebuffer: undefined,
    })
  }
  return works
}

function bindArguments(
  plan: Plan,
  { slots }: Schedule,
  textures: (GpuTexture | undefined)[],
  inputs: readonly DeviceBuffer[],
  outputs: readonly DeviceBuffer[],
  host: ExecutableHost,
): void {
  checkRun('webgl', plan, { inPlace: false }, inputs, outputs)
  const read = inputs.map(host.textureOf)
  const written = outputs.map(host.textureOf)
  slots.forEach(({ place }, at) => {
    if (place.kind === 'input') textures[at] = read[place.index]
    else if (place.kind === 'output') textures[at] = written[place.index]
  })
}

/** Waits for what was drawn so far: the host needs the operands. A failure is the run's, and every later read's. */
function runOnHost(
  { step, operands, target }: HostWork,
  textures: readonly (GpuTexture | undefined)[],
  { device, fail }: ExecutableHost,
): void {
  const { inputs, type } = step
  const size = sizeOf(type.shape)
  try {
    const arrays = operands.map((slot, at): TypedArray => {
      const { dtype, shape } = inputs[at] ?? type
      const count = sizeOf(shape)
      const texture = textures[slot]
      // A value without elements has no texture, or one that nothing was drawn to.
      if (texture === undefined || count === 0) return dtypes[dtype].allocate(0)
      return device.readback.now(texture, dtype, count)
    })
    const output = dtypes[type.dtype].allocate(size)
    runHostStep(step, [...arrays, output])
    const texture = textures[target]
    if (texture !== undefined && size > 0) device.textures.upload(texture, type.dtype, output)
  } catch (cause) {
    fail(cause)
    throw cause
  }
}

function runDraw(
  draw: Draw,
  textures: readonly (GpuTexture | undefined)[],
  device: Device,
  isDebug: boolean,
): void {
  const { bindings, context } = device
  const { gl } = context
  bindTargets(draw, textures, device)
  bindings.useProgram(draw.program)
  draw.samplers.forEach((slot, unit) => {
    const texture = textures[slot]
    if (texture !== undefined) bindings.bindTexture(unit, texture)
  })
  bindings.viewport(draw.width, draw.rows)
  if (draw.strip >= draw.rows) {
    gl.drawArrays(gl.TRIANGLES, 0, 3)
  } else {
    gl.enable(gl.SCISSOR_TEST)
    for (let row = 0; row < draw.rows; row += draw.strip) {
      gl.scissor(0, row, draw.width, draw.strip)
      gl.drawArrays(gl.TRIANGLES, 0, 3)
      gl.flush()
    }
    gl.disable(gl.SCISSOR_TEST)
  }
  if (isDebug) checkDraw(draw, device)
}

function bindTargets(draw: Draw, textures: readonly (GpuTexture | undefined)[], device: Device): void {
  let isBound = draw.framebuffer !== undefined
  for (let at = 0; at < draw.targets.length; at++) {
    if (textures[draw.targets[at] ?? -1]?.id !== draw.targetIds[at]) isBound = false
  }
  if (!isBound || draw.framebuffer === undefined) {
    const targets = draw.targets.map((slot) => textures[slot]).filter((texture) => texture !== undefined)
    draw.framebuffer = device.textures.framebuffer(targets)
    draw.targetIds = targets.map(({ id }) => id)
  }
  device.bindings.bindFramebuffer(draw.framebuffer)
}

function checkDraw({ kernel }: Draw, { context }: Device): void {
  const { gl } = context
  const status = gl.checkFramebufferStatus(gl.FRAMEBUFFER)
  const error = gl.getError()
  if (error === gl.NO_ERROR && status === gl.FRAMEBUFFER_COMPLETE) return
  context.check()
  throw new HeddleError(
    'INTERNAL_DRAW',
    `webgl: kernel ${kernel} left error ${error}, framebuffer status ${status}`,
    {
      details: { kernel, error, status },
    },
  )
}

const disposedError = (name: string): HeddleError =>
  new HeddleError('BACKEND_DISPOSED', `webgl: plan ${name} was disposed`)
