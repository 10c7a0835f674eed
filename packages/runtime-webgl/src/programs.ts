// Programs of a context, one for each shader text. All are compiled, then all linked, and only then asked for their state,
// so that a driver may work on them together; where it says so it is polled instead of waited for.
import { HeddleError } from '@heddle/core'
import type { Bindings } from './bindings.ts'
import type { GpuContext } from './context.ts'
import type { GlslKernel } from './emit-kernel.ts'

export interface ProgramStore {
  /** Makes the programs of these kernels. */
  compile(kernels: readonly GlslKernel[]): void
  /** The same without blocking where the driver compiles in the background. */
  compileLater(kernels: readonly GlslKernel[]): Promise<void>
  /** The program of a shader that was compiled; none for an empty one. */
  of(text: string): WebGLProgram | undefined
  /** Programs made so far. */
  readonly count: number
  dispose(): void
}

// A triangle that covers the viewport.
const VERTEX_SHADER = `#version 300 es
void main() {
  gl_Position = vec4(float(gl_VertexID & 1) * 4.0 - 1.0, float(gl_VertexID >> 1) * 4.0 - 1.0, 0.0, 1.0);
}
`

const rejected = (log: string, text: string): HeddleError =>
  new HeddleError('INTERNAL_SHADER', `webgl: a generated shader does not compile: ${log}`, {
    details: { log, text },
  })

export function createPrograms(context: GpuContext, bindings: Bindings): ProgramStore {
  const { gl, parallelCompile } = context
  const ready = new Map<string, WebGLProgram>()
  const vertexShader = createShader(gl, gl.VERTEX_SHADER, VERTEX_SHADER)

  /** Starts what is not made yet; nothing here waits for the driver. */
  const start = (kernels: readonly GlslKernel[]): Map<string, Started> => {
    const started = new Map<string, Started>()
    for (const { text, samplers } of kernels) {
      if (text === '' || ready.has(text) || started.has(text)) continue
      const shader = createShader(gl, gl.FRAGMENT_SHADER, text)
      started.set(text, { program: gl.createProgram(), shader, samplers: samplers.length })
    }
    for (const { program, shader } of started.values()) {
      gl.attachShader(program, vertexShader)
      gl.attachShader(program, shader)
      gl.linkProgram(program)
    }
    return started
  }

  const finish = (started: ReadonlyMap<string, Started>): void => {
    for (const [text, { program, shader, samplers }] of started) {
      if (gl.getProgramParameter(program, gl.LINK_STATUS) !== true) {
        context.check()
        const log = [gl.getShaderInfoLog(shader), gl.getProgramInfoLog(program)].filter(Boolean).join('\n')
        // Who rejects a shader says why. Within one task nothing else tells that the device is gone.
        throw log === '' ? context.lose() : rejected(log, text)
      }
      gl.deleteShader(shader)
      if (ready.has(text)) {
        gl.deleteProgram(program) // another plan with this kernel was prepared meanwhile
        continue
      }
      bindings.useProgram(program)
      for (let unit = 0; unit < samplers; unit++) {
        gl.uniform1i(gl.getUniformLocation(program, `t${unit}`), unit)
      }
      ready.set(text, program)
    }
  }

  return {
    compile: (kernels) => finish(start(kernels)),
    compileLater: async (kernels) => {
      const started = start(kernels)
      if (parallelCompile !== null) {
        const { COMPLETION_STATUS_KHR } = parallelCompile
        for (const { program } of started.values()) {
          while (!gl.isContextLost() && gl.getProgramParameter(program, COMPLETION_STATUS_KHR) === false) {
            await new Promise((resolve) => setTimeout(resolve, 1))
          }
        }
      }
      finish(started)
    },
    of: (text) => ready.get(text),
    get count(): number {
      return ready.size
    },
    dispose: () => {
      for (const program of ready.values()) gl.deleteProgram(program)
      ready.clear()
      gl.deleteShader(vertexShader)
    },
  }
}

interface Started {
  readonly program: WebGLProgram
  readonly shader: WebGLShader
  readonly samplers: number
}

function createShader(gl: WebGL2RenderingContext, type: number, text: string): WebGLShader {
  const shader = gl.createShader(type)
  if (shader === null) throw rejected('no shader object', text) // only after a loss
  gl.shaderSource(shader, text)
  gl.compileShader(shader)
  return shader
}
