// A backend over host memory, but for how a kernel runs: for runtimes that compute on typed arrays.
import { copyStorage, type TypedArray } from '../dtype.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { allPlans, isNesting, plansIn } from '../plan/nesting.ts'
import type { Plan } from '../plan/plan.ts'
import { verifyPlan } from '../plan/verify.ts'
import type { Backend, Capabilities, DeviceBuffer, Executable, KernelSource } from './backend.ts'
import { allocateArena, arraysOf, bindRun, checkRun, unbindRun } from './bind-plan.ts'
import { hostMemory } from './host-memory.ts'
import { runHostStep } from './host-step.ts'
import { type NestedPlan, type NestingHost, runNesting } from './nesting.ts'
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
    const arena = allocateArena(name, plan.arenaBytes)
    const root = preparePlan(plan, arena, 0, prepare)
    return {
      plan,
      run: (inputs: readonly DeviceBuffer[], outputs: readonly DeviceBuffer[]): void => {
        checkRun(name, plan, capabilities, inputs, outputs)
        const [given, wanted] = [inputs.map(memory.arrayOf), outputs.map(memory.arrayOf)]
        if (clearsArena) new Uint8Array(arena).fill(0xff)
        try {
          root.run(given, wanted)
        } catch (cause) {
          memory.fail(cause)
          throw cause
        }
      },
      sources: () => allPlans(plan).flatMap(({ kernels }) => kernels.map(source)),
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

/** A plan whose arena lies in `arena` from `base` on, and with it the plans inside: each in the workspace of its step. */
function preparePlan(
  plan: Plan,
  arena: ArrayBuffer,
  base: number,
  prepare: HostBackendParts['prepare'],
): NestedPlan<TypedArray> {
  const run = prepare(plan)
  const arrays = arraysOf(plan, arena, base)
  const nested = new Map<Plan, NestedPlan<TypedArray>>()
  for (const step of plan.steps) {
    if (!isNesting(step)) continue
    const place = plan.buffers[step.args.at(-1) ?? -1]?.place
    const offset = place?.kind === 'arena' ? place.offset : 0
    for (const inner of plansIn(step)) nested.set(inner, preparePlan(inner, arena, base + offset, prepare))
  }
  const host = nestingHost(nested)
  return {
    run: (inputs, outputs) => {
      bindRun(plan, arrays, inputs, outputs)
      try {
        for (const step of plan.steps) {
          const args = step.args.map((id) => arrays[id]!)
          if (step.kind === 'kernel') run(step.kernel, args)
          else if (step.kind === 'host') runHostStep(step, args)
          else runNesting(step, args, host)
        }
      } finally {
        unbindRun(plan, arrays)
      }
    },
  }
}

function nestingHost(nested: ReadonlyMap<Plan, NestedPlan<TypedArray>>): NestingHost<TypedArray> {
  const position = new Int32Array(1)
  const rowOf: NestingHost<TypedArray>['rowToRead'] = (array, { size }, at) =>
    array.subarray(at * size, (at + 1) * size)
  return {
    nested: (plan) => nested.get(plan)!,
    position: (at) => position.fill(at),
    rowToRead: rowOf,
    rowToWrite: rowOf,
    isTrue: (flag) => flag[0] === 1,
    copy: copyStorage,
  }
}
