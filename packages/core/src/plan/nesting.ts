// Steps that run plans of their own: what such a step hands to them, and what it wants bound to its arguments. The plans inside
// work on buffers of the plan outside: their inputs and outputs are these, or rows of them; their arenas lie in one of them.
import type { DType } from '../dtype.ts'
import type { BranchStep, LoopStep, Plan, PlanBuffer, PlanStep, WhileStep } from './plan.ts'

export type NestingStep = LoopStep | WhileStep | BranchStep

export const isNesting = (step: PlanStep): step is NestingStep =>
  step.kind === 'loop' || step.kind === 'while' || step.kind === 'branch'

/** The plans inside a step. */
export function plansIn(step: PlanStep): readonly Plan[] {
  switch (step.kind) {
    case 'loop':
      return [step.body]
    case 'while':
      return [step.condition, step.body]
    case 'branch':
      return [step.whenTrue, step.whenFalse]
    case 'kernel':
    case 'host':
      return []
    default:
      return step satisfies never
  }
}

/** A plan and all plans inside it, outer first. Recursive over bodies inside bodies: as deep as people nest them. */
export const allPlans = (plan: Plan): readonly Plan[] => [
  plan,
  ...plan.steps.flatMap((step) => plansIn(step).flatMap(allPlans)),
]

/** What a step wants bound to one of its arguments. */
export interface StepParameter {
  readonly dtype: DType
  readonly size: number
  readonly label: string
  readonly access: 'read' | 'write'
}

/** Words of the workspace: the arena of whichever plan inside runs. */
const workspaceWords = (step: NestingStep): number =>
  Math.ceil(plansIn(step).reduce((most, { arenaBytes }) => Math.max(most, arenaBytes), 0) / 64) * 16

/** In the order of the arguments; the plans inside must be well formed. */
export function nestingParameters(step: NestingStep): readonly StepParameter[] {
  const workspace: StepParameter = {
    dtype: 'u32',
    size: workspaceWords(step),
    label: 'workspace',
    access: 'write',
  }
  switch (step.kind) {
    case 'loop': {
      const { carries, sequences, length, body } = step
      const handed = buffersOf(body, 'inputs').slice(1)
      const given = buffersOf(body, 'outputs')
      const next = given.slice(0, carries)
      return [
        ...handed.map((buffer, k) =>
          parameter(buffer, 'read', isBetween(k, carries, sequences) ? length : 1),
        ),
        ...given.map((buffer, k) => parameter(buffer, 'write', k < carries ? 1 : length)),
        ...next.map((buffer) => parameter(buffer, 'write')),
        workspace,
      ]
    }
    case 'while': {
      const next = buffersOf(step.body, 'outputs')
      return [
        ...buffersOf(step.body, 'inputs').map((buffer) => parameter(buffer, 'read')),
        ...next.map((buffer) => parameter(buffer, 'write')),
        ...next.map((buffer) => parameter(buffer, 'write')),
        { dtype: 'bool', size: 1, label: 'condition', access: 'write' },
        workspace,
      ]
    }
    case 'branch':
      return [
        { dtype: 'bool', size: 1, label: 'predicate', access: 'read' },
        ...buffersOf(step.whenTrue, 'inputs').map((buffer) => parameter(buffer, 'read')),
        ...buffersOf(step.whenTrue, 'outputs').map((buffer) => parameter(buffer, 'write')),
        workspace,
      ]
    default:
      return step satisfies never
  }
}

const isBetween = (k: number, from: number, count: number): boolean => k >= from && k < from + count

const parameter = (
  { dtype, size, label }: PlanBuffer,
  access: 'read' | 'write',
  rows = 1,
): StepParameter => ({
  dtype,
  size: size * rows,
  label,
  access,
})

/** The buffers of a plan's inputs or outputs, in order. */
export const buffersOf = (plan: Plan, kind: 'inputs' | 'outputs'): readonly PlanBuffer[] =>
  plan[kind].map(({ buffer }) => plan.buffers[buffer] as PlanBuffer)

/** What is wrong with the plans inside a step, if anything: they must take and give what the step hands on. */
export function nestingFault(step: NestingStep): string | undefined {
  switch (step.kind) {
    case 'loop': {
      const { carries, sequences, length, body } = step
      const [position, ...inputs] = body.inputs
      if (position?.dtype !== 'i32' || position.shape.length > 0) return 'has a body without a position'
      if (length < 1 || carries + sequences > inputs.length)
        return `has ${length} steps, ${inputs.length} operands`
      return carryFault(inputs.slice(0, carries), body.outputs)
    }
    case 'while': {
      const { carries, condition, body } = step
      const [holds, ...others] = condition.outputs
      if (holds?.dtype !== 'bool' || holds.shape.length > 0 || others.length > 0) return 'has no condition'
      return (
        carryFault(body.inputs.slice(0, carries), body.outputs) ??
        sameTypes('inputs', condition.inputs, body.inputs) ??
        (body.outputs.length === carries ? undefined : 'has a body of other results')
      )
    }
    case 'branch': {
      const { whenTrue, whenFalse } = step
      return (
        sameTypes('inputs', whenTrue.inputs, whenFalse.inputs) ??
        sameTypes('outputs', whenTrue.outputs, whenFalse.outputs)
      )
    }
    default:
      return step satisfies never
  }
}

type Bound = Plan['inputs'][number] | Plan['outputs'][number]

const carryFault = (before: readonly Bound[], next: readonly Bound[]): string | undefined =>
  sameTypes('carries', before, next.slice(0, before.length))

function sameTypes(what: string, some: readonly Bound[], others: readonly Bound[]): string | undefined {
  const words = ({ dtype, shape }: Bound): string => `${dtype}[${shape.join(', ')}]`
  const [left, right] = [some.map(words).join(' '), others.map(words).join(' ')]
  return left === right ? undefined : `has ${what} (${left}) on one side, (${right}) on the other`
}
