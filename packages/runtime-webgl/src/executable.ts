// A plan ready to run: checks what the caller hands in, runs the recorded plan, and remembers the first failure of a run.
import { checkRun, type DeviceBuffer, type Executable, HeddleError, type KernelSource } from '@heddle/core'
import type { Device } from './device.ts'
import { kernelTexts, type LoweredPlan } from './lowered-plan.ts'
import { recordPlan } from './record-plan.ts'
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

/** All shaders of the plan are compiled. */
export function createExecutable(lowered: LoweredPlan, host: ExecutableHost): Executable {
  const { plan } = lowered
  const { device, isDebug } = host
  const recorded = recordPlan(lowered, { device, isDebug, programOf: device.programs.of })
  let isDisposed = false

  const executable: Executable = {
    plan,
    run: (inputs, outputs) => {
      if (isDisposed) throw disposedError(plan.name)
      host.checkAlive()
      checkRun('webgl', plan, { inPlace: false }, inputs, outputs)
      const [read, written] = [inputs.map(host.textureOf), outputs.map(host.textureOf)]
      try {
        recorded.run(read, written)
      } catch (cause) {
        host.fail(cause)
        throw cause
      }
      device.context.gl.flush()
    },
    sources: () =>
      kernelTexts(lowered).map(({ name, text }): KernelSource => ({ kernel: name, language: 'glsl', text })),
    dispose: () => {
      if (isDisposed) return
      isDisposed = true
      recorded.release()
      host.forget(executable)
    },
  }
  return executable
}

const disposedError = (name: string): HeddleError =>
  new HeddleError('BACKEND_DISPOSED', `webgl: plan ${name} was disposed`)
