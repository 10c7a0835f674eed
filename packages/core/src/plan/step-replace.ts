// Whether a step of a plan may write one buffer over another: `canReplace` of its kernel for every place it reads.
import { canReplace } from '../kernel/replace.ts'
import type { BufferId, Plan, PlanStep } from './plan.ts'

/** Whether a step may let buffer `to`, which it writes, take the memory of `from`, which it reads last. */
export function stepCanReplace(plan: Plan, step: PlanStep, from: BufferId, to: BufferId): boolean {
  // A host function, and a plan inside, may read an operand after it has stored parts of its result.
  if (step.kind !== 'kernel') return false
  const kernel = plan.kernels[step.kernel]
  if (kernel === undefined) return false
  const written = step.args.indexOf(to)
  return step.args.every((arg, position) => arg !== from || canReplace(kernel, position, written))
}
