// A backend over host memory, but for how a kernel runs: for runtimes that compute on typed arrays.
import type { TypedArray } from '../dtype.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Plan } from '../plan/plan.ts'
import { verifyPlan } from '../plan/verify.ts'
import type { Backend, Capabilities, DeviceBuffer, Executable, KernelSource } from './backend.ts'
import { allocatePlan, bindRun, checkRun, unbindRun } from './bind-plan.ts'
import { hostMemory } from './host-memory.ts'
import { runHostStep } from './host-step.ts'
import { requireSupported } from './supports.ts'

/** Runs kernel number `kernel` of a plan on the arrays of its buffers. */
export type RunKernel = (kernel: number, arrays: readonly TypedArray[]) => void

export interface HostBackendParts {
  readonly name: string
  readonly capabilities: Capabilities
  /** Makes the kernels of a plan ready. */
  readonly prepare: (plan: Plan) => RunKernel
  readonly source: (kernel: Kernel) => KernelSource
  /** Whether intermediates start each run as NaN instead of what the last run left: a read before a write shows. */
  readonly clearsArena: boolean
}

export function hostBackend({ name, capabilities, prepare, source, clearsArena }: HostBackendParts): Backend {
  const memory = hostMemory(name)

  const prepareSync = (plan: Plan): Executable => {
    verifyPlan(plan)
    requireSupported(name, plan, capabilities)
    const run = prepare(plan)
    const places = allocatePlan(name, plan)
    return {
      plan,
      run: (inputs: readonly DeviceBuffer[], outputs: readonly DeviceBuffer[]): void => {
        checkRun(name, plan, capabilities, inputs, outputs)
        bindRun(plan, places, inputs, outputs, memory.arrayOf)
        if (clearsArena) new Uint8Array(places.arena).fill(0xff)
        try {
          for (const step of plan.steps) {
            const arrays = step.args.map((id) => places.arrays[id]!)
            if (step.kind === 'host') runHostStep(step, arrays)
            else run(step.kernel, arrays)
          }
        } catch (cause) {
          memory.fail(cause)
          throw cause
        } finally {
          unbindRun(plan, places)
        }
      },
      sources: () => plan.kernels.map(source),
      dispose: () => undefined,
    }
  }

  return {
    name,
    capabilities,
    allocate: memory.allocate,
    free: memory.free,
    write: memory.write,
    read: (buffer) => new Promise((resolve) => resolve(memory.read(buffer))),
    readSync: memory.read,
    prepare: (plan) => new Promise((resolve) => resolve(prepareSync(plan))),
    prepareSync,
    get liveBytes() {
      return memory.liveBytes
    },
    dispose: memory.dispose,
  }
}
