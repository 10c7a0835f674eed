// What a step does with its buffers, whatever its kind: which it reads, which it writes, what it is called, what it moves between
// host and device.
import { isNesting, nestingParameters } from './nesting.ts'
import type { Plan, PlanStep } from './plan.ts'

/** What a step does with the buffer of each of its arguments. */
export function stepAccess(plan: Plan, step: PlanStep): readonly ('read' | 'write')[] {
  if (step.kind === 'host') return step.args.map((_, at) => (at < step.inputs.length ? 'read' : 'write'))
  if (isNesting(step)) return nestingParameters(step).map(({ access }) => access)
  return plan.kernels[step.kernel]?.buffers.map(({ access }) => access) ?? []
}

/** The kernel's name, the op that runs on the host, or what is done with the plans inside. */
export function stepName(plan: Plan, step: PlanStep): string {
  if (step.kind === 'host') return step.op
  return step.kind === 'kernel' ? (plan.kernels[step.kernel]?.name ?? `kernel ${step.kernel}`) : step.kind
}

/** Bytes a step copies from the device to the host, and back. */
export interface StepTransfer {
  readonly toHost: number
  readonly toDevice: number
}

export function stepTransfer(plan: Plan, step: PlanStep): StepTransfer {
  if (step.kind !== 'host' || step.memory === 'shared') return { toHost: 0, toDevice: 0 }
  const bytes = (ids: readonly number[]): number =>
    [...new Set(ids)].reduce((sum, id) => sum + (plan.buffers[id]?.bytes ?? 0), 0)
  const count = step.inputs.length
  return { toHost: bytes(step.args.slice(0, count)), toDevice: bytes(step.args.slice(count)) }
}

/** What all steps copy between device and host in a run. */
export function transferBytes(plan: Plan): StepTransfer {
  let toHost = 0
  let toDevice = 0
  for (const step of plan.steps) {
    const moved = stepTransfer(plan, step)
    toHost += moved.toHost
    toDevice += moved.toDevice
  }
  return { toHost, toDevice }
}
