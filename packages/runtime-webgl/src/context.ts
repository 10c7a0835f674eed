// A WebGL2 context that can compute: float targets are required and tried, not believed. Loss is sticky: a lost context is
// never revived, every later use reports the first cause. State of the context is in `bindings.ts`.
import { HeddleError } from '@heddle/core'

export interface ContextLimits {
  readonly maxTextureSize: number
  /** Most render targets that were seen to work together, of at most four. */
  readonly maxTargets: number
  readonly maxSamplers: number
}

export interface GpuContext {
  readonly gl: WebGL2RenderingContext
  readonly limits: ContextLimits
  readonly parallelCompile: KHR_parallel_shader_compile | null
  /** Throws `BACKEND_LOST` once the context is gone. */
  check(): void
  /** Marks the context as gone, for who sees it before the browser tells. Gives the cause. */
  lose(): HeddleError
  /** Calls back once, when the loss is noticed. Returns a function that forgets the callback. */
  whenLost(callback: (cause: HeddleError) => void): () => void
  /** Gives the context back to the browser at once. */
  close(): void
}

export interface ContextOptions {
  /** At most this many render targets a draw. Default 4, the least every device has. */
  readonly maxTargets?: number
}

const contextLost = (): HeddleError =>
  new HeddleError(
    'BACKEND_LOST',
    'webgl: the browser took the context away (driver reset, too much memory, or too many contexts); ' +
      'device contents are gone. Create a new backend and upload again.',
  )

const noContext = (what: string): HeddleError =>
  new HeddleError(
    'BACKEND_UNSUPPORTED',
    `webgl: ${what}; WebGL2 with 32-bit float render targets is required`,
    {
      details: { what },
    },
  )

export function openContext(options: ContextOptions = {}): GpuContext {
  const canvas = createCanvas()
  const gl = canvas?.getContext('webgl2', {
    alpha: false,
    depth: false,
    stencil: false,
    antialias: false,
    powerPreference: 'high-performance',
  })
  if (canvas === undefined || !(gl instanceof WebGL2RenderingContext)) {
    throw noContext('there is no browser here, or it gives no WebGL2 context')
  }
  const loseContext = gl.getExtension('WEBGL_lose_context')
  if (gl.getExtension('EXT_color_buffer_float') === null) {
    loseContext?.loseContext()
    throw noContext('EXT_color_buffer_float is missing')
  }
  gl.disable(gl.DITHER)
  gl.pixelStorei(gl.UNPACK_ALIGNMENT, 4)

  let lost: HeddleError | undefined
  const callbacks = new Set<(cause: HeddleError) => void>()
  const lose = (): HeddleError => {
    if (lost !== undefined) return lost
    lost = contextLost()
    for (const callback of callbacks) callback(lost)
    callbacks.clear()
    return lost
  }
  canvas.addEventListener('webglcontextlost', lose)

  const wanted = Math.min(4, options.maxTargets ?? 4, Number(gl.getParameter(gl.MAX_DRAW_BUFFERS)))
  const maxTargets = probeTargets(gl, wanted)
  if (maxTargets === 0) throw noContext('float render targets do not keep their values')
  return {
    gl,
    limits: {
      maxTextureSize: Number(gl.getParameter(gl.MAX_TEXTURE_SIZE)),
      maxTargets,
      maxSamplers: Math.min(16, Number(gl.getParameter(gl.MAX_TEXTURE_IMAGE_UNITS))),
    },
    parallelCompile: gl.getExtension('KHR_parallel_shader_compile'),
    check: () => {
      if (lost !== undefined) throw lost
      if (gl.isContextLost()) throw lose()
    },
    lose,
    whenLost: (callback) => {
      if (lost !== undefined) callback(lost)
      else callbacks.add(callback)
      return () => callbacks.delete(callback)
    },
    close: () => {
      lose()
      loseContext?.loseContext()
    },
  }
}

/** A canvas that is never shown; workers have only the first kind, some browsers give WebGL2 only to the second. */
function createCanvas(): OffscreenCanvas | HTMLCanvasElement | undefined {
  if (typeof WebGL2RenderingContext === 'undefined') return undefined
  if (typeof OffscreenCanvas !== 'undefined') return new OffscreenCanvas(1, 1)
  return typeof document === 'undefined' ? undefined : document.createElement('canvas')
}

/** Most targets, up to `wanted`, that are complete together and keep a value no narrower format could. */
function probeTargets(gl: WebGL2RenderingContext, wanted: number): number {
  const framebuffer = gl.createFramebuffer()
  gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer)
  const textures: WebGLTexture[] = []
  let working = 0
  for (let count = 1; count <= wanted; count++) {
    const texture = gl.createTexture()
    textures.push(texture)
    gl.bindTexture(gl.TEXTURE_2D, texture)
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA32F, 1, 1)
    const attachment = gl.COLOR_ATTACHMENT0 + count - 1
    gl.framebufferTexture2D(gl.FRAMEBUFFER, attachment, gl.TEXTURE_2D, texture, 0)
    if (gl.checkFramebufferStatus(gl.FRAMEBUFFER) !== gl.FRAMEBUFFER_COMPLETE) break
    gl.drawBuffers(textures.map((_, at) => gl.COLOR_ATTACHMENT0 + at))
    const value = new Float32Array([0.1, -3e-30, 1e30, count])
    gl.clearBufferfv(gl.COLOR, count - 1, value)
    gl.readBuffer(attachment)
    const seen = new Float32Array(4)
    gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.FLOAT, seen)
    if (!seen.every((x, at) => x === value[at])) break
    working = count
  }
  gl.deleteFramebuffer(framebuffer)
  for (const texture of textures) gl.deleteTexture(texture)
  while (gl.getError() !== gl.NO_ERROR && !gl.isContextLost()) working = Math.min(working, 1)
  return working
}
