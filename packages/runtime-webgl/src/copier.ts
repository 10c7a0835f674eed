// Copies runs of elements between textures of one format, on the device: rows of arrays, which begin anywhere in a texel. Elements
// outside of the run are kept, but for the lanes behind an array's last element, which stay 0.
import { internalError } from '@heddle/core'
import type { Bindings } from './bindings.ts'
import type { GpuContext } from './context.ts'
import { copyShaders, copyUniforms } from './copy-shader.ts'
import type { ProgramStore } from './programs.ts'
import { LANES, type TexelFormat } from './storage.ts'
import { texelAreas } from './texel-areas.ts'
import type { GpuTexture, TextureStore } from './textures.ts'

export interface ElementRun {
  /** First element read, and first written. */
  readonly from: number
  readonly to: number
  readonly count: number
  /** Elements of the array written to. */
  readonly size: number
}

export interface Copier {
  copy(source: GpuTexture, target: GpuTexture, run: ElementRun): void
  /** Writes the only element of an i32 array. */
  setInteger(target: GpuTexture, value: number): void
}

interface CopyProgram {
  readonly program: WebGLProgram
  readonly run: WebGLUniformLocation | null
  readonly log2Width: WebGLUniformLocation | null
}

/** Of a power of two. */
const log2 = (width: number): number => 31 - Math.clz32(width)

export function createCopier(
  { gl }: GpuContext,
  bindings: Bindings,
  textures: TextureStore,
  programs: ProgramStore,
): Copier {
  const known = new Map<TexelFormat, CopyProgram>()
  const programFor = (format: TexelFormat): CopyProgram => {
    const found = known.get(format)
    if (found !== undefined) return found
    const shader = copyShaders[format]
    programs.compile([shader])
    const program = programs.of(shader.text)
    if (program === undefined) throw internalError('webgl', `no program copies ${format}`)
    const run = gl.getUniformLocation(program, copyUniforms.run)
    const made = { program, run, log2Width: gl.getUniformLocation(program, copyUniforms.log2Width) }
    known.set(format, made)
    return made
  }

  return {
    copy: (source, target, { from, to, count, size }) => {
      const { program, run, log2Width } = programFor(target.format)
      const end = to + count
      const areas = texelAreas(to, end === size ? Math.ceil(end / LANES) * LANES : end, target.width)
      bindings.bindFramebuffer(textures.framebuffer([target]))
      bindings.useProgram(program)
      bindings.bindTexture(0, source)
      bindings.viewport(target.width, target.height)
      gl.uniform4i(run, to, end, from - to, log2(source.width))
      gl.uniform1i(log2Width, log2(target.width))
      gl.enable(gl.SCISSOR_TEST)
      for (const { x, y, width, height, lanes } of areas) {
        const [r = true, g = true, b = true, a = true] = [0, 1, 2, 3].map(
          (lane) => lane >= lanes.from && lane < lanes.to,
        )
        gl.colorMask(r, g, b, a)
        gl.scissor(x, y, width, height)
        gl.drawArrays(gl.TRIANGLES, 0, 3)
      }
      gl.colorMask(true, true, true, true)
      gl.disable(gl.SCISSOR_TEST)
    },
    setInteger: (target, value) => {
      bindings.bindFramebuffer(textures.framebuffer([target]))
      gl.clearBufferiv(gl.COLOR, 0, new Int32Array([value, 0, 0, 0]))
    },
  }
}
