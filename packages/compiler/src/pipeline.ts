// From graph to plan, in order: readable top to bottom. Every level is verified before the next one when asked.
import { type Capabilities, type Graph, type Kernel, type Plan, verifyGraph, verifyPlan } from '@heddle/core'
import { fuse, type Schedule } from './fuse/fuse.ts'
import { canonicalizeWith } from './passes/canonicalize.ts'
import { eliminateDead } from './passes/eliminate-dead.ts'
import { foldConstants } from './passes/fold-constants.ts'
import { checkCapabilities, expandHostSteps, splitWideOps } from './passes/legalize.ts'
import { createFuel, createPassContext, type Note, type Pass } from './passes/pass.ts'
import { widenStorage } from './passes/widen-storage.ts'
import { assemble } from './plan/assemble.ts'
import { expandControl, keptBy } from './regions/expand.ts'

export interface PipelineOptions {
  /** Off: one kernel an op, for differential tests. Default on. */
  readonly fusion?: boolean
  /** Graph passes; default `graphPasses`. */
  readonly passes?: readonly Pass[]
  /** Names of passes to leave out. */
  readonly disable?: readonly string[]
  /** Stop rewriting after so many rule firings: bisects the one that breaks. */
  readonly fuel?: number
  /** Verify graph, kernels and plan between stages. Default on; costs a fraction of compiling. */
  readonly verify?: boolean
}

/** Everything the compiler made on the way, for dumps. */
export interface Compilation {
  readonly graph: Graph
  /** The graph after each pass. */
  readonly stages: readonly {
    readonly pass: string
    readonly graph: Graph
    readonly notes: readonly Note[]
  }[]
  readonly optimized: Graph
  readonly schedule: Schedule
  readonly kernels: readonly Kernel[]
  readonly plan: Plan
}

/** The graph passes, in order. */
export const graphPasses: readonly Pass[] = [
  // The graph is not differentiated any more: marks such as stopGradient go too.
  canonicalizeWith({ forward: true }),
  foldConstants,
  // Last: rewriting may have turned an update into the state itself.
  eliminateDead,
]

/** Runs every stage and keeps what each made. Throws the coded error of the stage that refuses. */
export function runPipeline(
  graph: Graph,
  capabilities: Capabilities,
  options: PipelineOptions = {},
): Compilation {
  const { fusion = true, verify = true, passes = graphPasses, disable = [] } = options
  if (verify) verifyGraph(graph)
  const stages: { pass: string; graph: Graph; notes: readonly Note[] }[] = []
  const fuel = createFuel(options.fuel)
  // First, so that the passes see what loops and host steps become, and rules only dtypes that compute; the casts that
  // widening makes meet others to join. Host steps are expanded in those dtypes, so as to round once.
  const unrolled = widenStorage(expandControl(graph, keptBy(capabilities)))
  let optimized = expandHostSteps(unrolled, capabilities)
  if (verify && optimized !== graph) verifyGraph(optimized)
  for (const pass of passes) {
    if (disable.includes(pass.name)) continue
    const context = createPassContext(fuel)
    optimized = pass.run(optimized, context)
    if (verify) verifyGraph(optimized)
    stages.push({ pass: pass.name, graph: optimized, notes: context.notes })
  }
  checkCapabilities(optimized, capabilities)
  optimized = splitWideOps(optimized, capabilities)
  const schedule = fuse(optimized, capabilities, { fusion })
  const compileBody = (body: Graph): Plan => runPipeline(body, capabilities, options).plan
  const plan = assemble(optimized, schedule, capabilities, compileBody)
  if (verify) verifyPlan(plan)
  return { graph, stages, optimized, schedule, kernels: plan.kernels, plan }
}
