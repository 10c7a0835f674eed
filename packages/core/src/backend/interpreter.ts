// The backend that interprets kernels: slow, obviously right, and all a page needs where neither WebAssembly nor generated
// JavaScript is allowed. Its capabilities can be narrowed, so that plans for any target can be compiled and run here.
import { runKernel } from '../interpret/kernel.ts'
import { printKernel } from '../kernel/print.ts'
import type { Plan } from '../plan/plan.ts'
import { verifyPlan } from '../plan/verify.ts'
import type { Backend, Capabilities, DeviceBuffer, Executable } from './backend.ts'
import { allocatePlan, bindRun, checkRun, unbindRun } from './bind-plan.ts'
import { hostMemory } from './host-memory.ts'
import { requireSupported } from './supports.ts'

/** A device that can do everything. */
export const hostCapabilities: Capabilities = {
  dtypes: ['f32', 'f64', 'i32', 'u32', 'bool'],
  maxReads: 256,
  maxWrites: 64,
  maxOps: 4096,
  maxElements: 2 ** 31 - 1,
  rowKernels: true,
  contractOperands: 'any',
  inPlace: true,
  bitReproducible: true,
}

export interface InterpreterOptions {
  /** Differences from `hostCapabilities`. */
  readonly capabilities?: Partial<Capabilities>
}

const owner = 'interpreter'

export function interpreterBackend(options: InterpreterOptions = {}): Backend {
  const memory = hostMemory(owner)
  const capabilities: Capabilities = { ...hostCapabilities, ...options.capabilities }

  const prepareSync = (plan: Plan): Executable => {
    verifyPlan(plan)
    requireSupported(owner, plan, capabilities)
    const places = allocatePlan(owner, plan)
    return {
      plan,
      run: (inputs: readonly DeviceBuffer[], outputs: readonly DeviceBuffer[]): void => {
        checkRun(owner, plan, capabilities, inputs, outputs)
        bindRun(plan, places, inputs, outputs, memory.arrayOf)
        // A read of what was never written becomes NaN, not what the last run left there.
        new Uint8Array(places.arena).fill(0xff)
        try {
          for (const { kernel, args } of plan.steps) {
            runKernel(
              plan.kernels[kernel]!,
              args.map((id) => places.arrays[id]!),
            )
          }
        } catch (cause) {
          memory.fail(cause)
          throw cause
        } finally {
          unbindRun(plan, places)
        }
      },
      sources: () =>
        plan.kernels.map((kernel) => ({ kernel: kernel.name, language: 'text', text: printKernel(kernel) })),
      dispose: () => undefined,
    }
  }

  return {
    name: owner,
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
