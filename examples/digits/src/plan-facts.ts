// What a report says about a plan: its kernels, its memory, its text. Plain data, so that a page can send it home.
import { type Kernel, liveBytesPeak, type Plan, printKernel, printPlan, type Stage } from '@heddle/core'

export interface KernelFacts {
  readonly name: string
  /** Graph ops computed inside, without the constants. */
  readonly ops: readonly string[]
  /** Parallel loops, then those of each stage: `16 × 50 × 26 × 26, sum over 9`. */
  readonly loops: string
  readonly reads: readonly string[]
  readonly writes: readonly string[]
  readonly bytesRead: number
  readonly bytesWritten: number
  /** User lines, `file:line:column`. */
  readonly locations: readonly string[]
  /** Why it has this extent. */
  readonly reasons: readonly string[]
  /** The kernel as a loop nest. */
  readonly text: string
}

export interface PlanFacts {
  readonly name: string
  /** One a step, in order. */
  readonly kernels: readonly KernelFacts[]
  readonly buffers: number
  /** The arena: all intermediates of a run. */
  readonly arenaBytes: number
  /** Most bytes of intermediates live during one step. */
  readonly livePeakBytes: number
  /** Weights, moments of the optimiser, counters: they stay on the device. */
  readonly stateBytes: number
  readonly feedBytes: number
  readonly resultBytes: number
  readonly constantBytes: number
  /** Inputs, outputs, steps and the picture of the arena. */
  readonly text: string
}

export function planFacts(plan: Plan): PlanFacts {
  const bytesOf = (ids: readonly number[]): number =>
    ids.reduce((sum, id) => sum + (plan.buffers[id]?.bytes ?? 0), 0)
  const inputs = (role: 'feed' | 'state'): readonly number[] =>
    plan.inputs.filter((input) => input.role === role).map(({ buffer }) => buffer)
  const results = plan.outputs.filter(({ role }) => role === 'result').map(({ buffer }) => buffer)
  return {
    name: plan.name,
    kernels: plan.steps.flatMap((step) => {
      const { args } = step
      const used = step.kind === 'kernel' ? plan.kernels[step.kernel] : undefined
      return used === undefined
        ? []
        : [
            kernelFacts(
              used,
              args.map((id) => plan.buffers[id]?.bytes ?? 0),
            ),
          ]
    }),
    buffers: plan.buffers.length,
    arenaBytes: plan.arenaBytes,
    livePeakBytes: liveBytesPeak(plan),
    stateBytes: bytesOf(inputs('state')),
    feedBytes: bytesOf(inputs('feed')),
    resultBytes: bytesOf(results),
    constantBytes: plan.constants.reduce((sum, { data }) => sum + data.byteLength, 0),
    text: printPlan(plan),
  }
}

function kernelFacts(kernel: Kernel, bytes: readonly number[]): KernelFacts {
  const { name, buffers, origin } = kernel
  const labels = (access: 'read' | 'write'): readonly string[] =>
    buffers.filter((buffer) => buffer.access === access).map(({ label }) => label)
  const total = (access: 'read' | 'write'): number =>
    buffers.reduce((sum, buffer, k) => sum + (buffer.access === access ? (bytes[k] ?? 0) : 0), 0)
  return {
    name,
    ops: origin.ops,
    loops: loopsOf(kernel),
    reads: labels('read'),
    writes: labels('write'),
    bytesRead: total('read'),
    bytesWritten: total('write'),
    locations: origin.locations,
    reasons: origin.reasons,
    text: printKernel(kernel),
  }
}

function loopsOf({ axes, rows, stages }: Kernel): string {
  const extents = (ids: readonly number[]): string =>
    ids.map((id) => axes[id]?.extent ?? 1).join(' × ') || '1'
  return [extents(rows), ...stages.flatMap((stage) => stageLoops(stage, extents))].join(', ')
}

function stageLoops(stage: Stage, extents: (ids: readonly number[]) => string): readonly string[] {
  switch (stage.kind) {
    case 'reduce':
      return [
        `${[...new Set(stage.accumulators.map(({ combine }) => combine))].join(' and ')} over ${extents(stage.axes)}`,
      ]
    case 'contract':
      return [`products over ${extents(stage.k)}`]
    case 'map':
      return stage.axes.length === 0 ? [] : [`stores over ${extents(stage.axes)}`]
    case 'scatter':
      return [`scatters (${stage.combine}) over ${extents(stage.axes)}`]
    default:
      return stage satisfies never
  }
}
