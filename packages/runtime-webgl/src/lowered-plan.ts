// Plans as this device runs them: long reductions cut, kernels as shaders; the same for the plans inside. No WebGL objects.
import { isNesting, type Plan, plansIn } from '@heddle/core'
import { copyShaders } from './copy-shader.ts'
import { emitKernel, type GlslKernel } from './emit-kernel.ts'
import { type SplitLimits, splitReductions } from './split-reductions.ts'
import { formatOf, type TexelFormat } from './storage.ts'

export interface LoweredPlan {
  /** As the caller gave it. */
  readonly plan: Plan
  /** The same with long reductions cut. */
  readonly split: Plan
  /** Shaders of `split.kernels`. */
  readonly kernels: readonly GlslKernel[]
  readonly inside: ReadonlyMap<Plan, LoweredPlan>
}

/** Recursive over plans inside plans. */
export function lowerPlan(plan: Plan, limits: SplitLimits): LoweredPlan {
  const split = splitReductions(plan, limits)
  const inside = plan.steps.flatMap(plansIn).map((inner) => [inner, lowerPlan(inner, limits)] as const)
  return { plan, split, kernels: split.kernels.map(emitKernel), inside: new Map(inside) }
}

/** A plan and the plans inside, outer first. */
const withInside = (lowered: LoweredPlan): readonly LoweredPlan[] => [
  lowered,
  ...[...lowered.inside.values()].flatMap(withInside),
]

/** Every shader that running the plan takes. */
export function shadersOf(lowered: LoweredPlan): readonly GlslKernel[] {
  const all = withInside(lowered)
  const copied = new Set(all.flatMap(({ plan }) => formatsHandedOn(plan)))
  return [...all.flatMap(({ kernels }) => kernels), ...[...copied].map((format) => copyShaders[format])]
}

/** Formats of what steps hand to plans inside: rows and carries of these may be copied. */
const formatsHandedOn = ({ steps, buffers }: Plan): readonly TexelFormat[] =>
  steps
    .filter(isNesting)
    .flatMap(({ args }) => args.slice(0, -1))
    .flatMap((id) => buffers[id] ?? [])
    .map(({ dtype }) => formatOf(dtype))

/** Names and texts of all kernels. */
export const kernelTexts = (
  lowered: LoweredPlan,
): readonly { readonly name: string; readonly text: string }[] =>
  withInside(lowered).flatMap(({ split, kernels }) =>
    split.kernels.map(({ name }, at) => ({ name, text: kernels[at]?.text ?? '' })),
  )
