// A kernel's step, recorded: its program, what it samples, what it renders to. Running only binds and draws; nothing is asked of
// the driver, whose answers would each be a round trip. With `debug` every draw is checked.
import { HeddleError } from '@heddle/core'
import type { Device } from './device.ts'
import type { GlslKernel } from './emit-kernel.ts'
import type { DrawPass } from './schedule.ts'
import { textureShape } from './storage.ts'
import type { GpuTexture } from './textures.ts'

export interface Draw {
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

export function recordDraw(
  { samplers, targets }: DrawPass,
  kernel: string,
  { size, cost }: GlslKernel,
  program: WebGLProgram,
): Draw {
  const { width, rows } = textureShape(size)
  const strips = Math.min(rows, Math.ceil(cost / WORK_PER_DRAW))
  return {
    kind: 'draw',
    kernel,
    program,
    samplers,
    targets,
    width,
    rows,
    strip: Math.ceil(rows / strips),
    targetIds: [],
    framebuffer: undefined,
  }
}

export function runDraw(
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
