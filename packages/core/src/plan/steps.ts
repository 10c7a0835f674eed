// What a step does with its buffers, whatever its kind: which it reads, which it writes, what it is called, what it moves between
// host and device.
import { dtypes } from '../dtype.ts'
import { isNesting, nestingParameters } from './nesting.ts'
import type { HostAccess, HostStep, Plan, PlanStep } from './plan.ts'

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

/** Bytes copied from the device to the host, and back. */
export interface StepTransfer {
  readonly toHost: number
  readonly toDevice: number
}

const none: StepTransfer = { toHost: 0, toDevice: 0 }

/**
 * What a step copies each time it runs, with the plans inside. Of a while loop, one turn: nobody knows how many there will be.
 * Of a branch, both sides.
 */
export function stepTransfer(plan: Plan, step: PlanStep): StepTransfer {
  switch (step.kind) {
    case 'kernel':
      return none
    case 'host':
      return hostTransfer(plan, step)
    case 'loop': {
      const { toHost, toDevice } = transferBytes(step.body)
      return { toHost: toHost * step.length, toDevice: toDevice * step.length }
    }
    case 'while':
      return sum([decision(step.memory), transferBytes(step.condition), transferBytes(step.body)])
    case 'branch':
      return sum([decision(step.memory), transferBytes(step.whenTrue), transferBytes(step.whenFalse)])
    default:
      return step satisfies never
  }
}

/** What all steps copy between device and host in a run. Recursive over plans inside plans. */
export const transferBytes = (plan: Plan): StepTransfer =>
  sum(plan.steps.map((step) => stepTransfer(plan, step)))

function hostTransfer(plan: Plan, { memory, args, inputs }: HostStep): StepTransfer {
  if (memory === 'shared') return none
  const bytes = (ids: readonly number[]): number =>
    [...new Set(ids)].reduce((total, id) => total + (plan.buffers[id]?.bytes ?? 0), 0)
  return { toHost: bytes(args.slice(0, inputs.length)), toDevice: bytes(args.slice(inputs.length)) }
}

/** One bool. */
const decision = (memory: HostAccess): StepTransfer =>
  memory === 'shared' ? none : { toHost: dtypes.bool.bytes, toDevice: 0 }

function sum(transfers: readonly StepTransfer[]): StepTransfer {
  let [toHost, toDevice] = [0, 0]
  for (const moved of transfers) {
    toHost += moved.toHost
    toDevice += moved.toDevice
  }
  return { toHost, toDevice }
}
