// What a program is compiled for: the capabilities of a runtime, and the generated programs it would run. WebGL's are pure text,
// so that they can be looked at where there is no browser.
import { type Backend, type Capabilities, type KernelSource, type Plan, printKernel } from '@heddle/core'
import { cpu } from '@heddle/runtime-cpu'
import { emitKernel, webglCapabilities } from '@heddle/runtime-webgl'
import { optionConflict } from './errors.ts'

export const runtimes = ['cpu', 'webgl'] as const
export type Runtime = (typeof runtimes)[number]

export const emitters = ['wasm', 'js', 'interpreter'] as const
export type Emitter = (typeof emitters)[number]

export interface Target {
  /** For people: `cpu (wasm)`. */
  readonly title: string
  readonly runtime: Runtime
  readonly capabilities: Capabilities
  readonly sources: (plan: Plan) => readonly KernelSource[]
}

/** Throws `CLI_OPTION_CONFLICT` for an emitter on WebGL, `BACKEND_UNSUPPORTED` for one this host lacks. */
export function targetOf(runtime: Runtime, emitter: Emitter | undefined): Target {
  switch (runtime) {
    case 'cpu':
      return cpuTarget(cpuBackend(emitter))
    case 'webgl':
      if (emitter !== undefined) throw optionConflict('--emitter', '--runtime webgl')
      return {
        title: 'webgl',
        runtime,
        capabilities: webglCapabilities,
        sources: (plan) =>
          plan.kernels.map((kernel) => ({
            kernel: kernel.name,
            language: 'glsl',
            text: emitKernel(kernel).text || printKernel(kernel),
          })),
      }
    default:
      return runtime satisfies never
  }
}

export const cpuBackend = (emitter: Emitter | undefined): Backend => cpu({ emitter: emitter ?? 'auto' })

export function cpuTarget(backend: Backend): Target {
  return {
    title: `cpu (${backend.name})`,
    runtime: 'cpu',
    capabilities: backend.capabilities,
    sources: (plan) => {
      const executable = backend.prepareSync(plan)
      try {
        return executable.sources()
      } finally {
        executable.dispose()
      }
    },
  }
}
