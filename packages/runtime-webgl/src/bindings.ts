// What is bound in a context, remembered so that repeated binds cost nothing. All code of this package binds through here;
// texture ids are never used twice, so a deleted texture can never pass for a bound one.
import type { GpuTexture } from './textures.ts'

export interface Bindings {
  useProgram(program: WebGLProgram): void
  /** For drawing. */
  bindTexture(unit: number, texture: GpuTexture): void
  /** For calls that work on the texture of the active unit. */
  editTexture(texture: GpuTexture): void
  bindFramebuffer(framebuffer: WebGLFramebuffer): void
  viewport(width: number, height: number): void
}

export function createBindings(gl: WebGL2RenderingContext): Bindings {
  // One empty vertex array for good: the triangle comes from gl_VertexID.
  gl.bindVertexArray(gl.createVertexArray())
  const textures: number[] = []
  let activeUnit = -1
  let currentProgram: WebGLProgram | undefined
  let currentFramebuffer: WebGLFramebuffer | undefined
  let currentWidth = -1
  let currentHeight = -1
  const bindTexture = (unit: number, texture: GpuTexture): void => {
    if (textures[unit] === texture.id) return
    activate(unit)
    gl.bindTexture(gl.TEXTURE_2D, texture.handle)
    textures[unit] = texture.id
  }
  const activate = (unit: number): void => {
    if (activeUnit !== unit) gl.activeTexture(gl.TEXTURE0 + unit)
    activeUnit = unit
  }
  return {
    bindTexture,
    editTexture: (texture) => {
      activate(0)
      bindTexture(0, texture)
    },
    useProgram: (program) => {
      if (program === currentProgram) return
      gl.useProgram(program)
      currentProgram = program
    },
    bindFramebuffer: (framebuffer) => {
      if (framebuffer === currentFramebuffer) return
      gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer)
      currentFramebuffer = framebuffer
    },
    viewport: (width, height) => {
      if (width === currentWidth && height === currentHeight) return
      gl.viewport(0, 0, width, height)
      currentWidth = width
      currentHeight = height
    },
  }
}
