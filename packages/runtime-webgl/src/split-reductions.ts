// Long reductions to few results, cut in two passes: a fragment computes one result alone, so a sum of a million numbers
// would be one fragment walking a million positions. The first pass reduces blocks of positions, side by side; the second
// reduces the blocks and does what followed. Works on plans as data; what it returns means the same but for rounding.
import {
  type Accumulator,
  type AxisId,
  addIndex,
  type BufferId,
  dtypes,
  type Guard,
  type IndexExpression,
  indexAxis,
  type Kernel,
  type KernelBuffer,
  linearize,
  type Plan,
  type PlanBuffer,
  type PlanStep,
  type ReduceStage,
  type ScalarCode,
  type ScalarNode,
  type Stage,
  type Store,
  scaleIndex,
  substituteAxes,
} from '@heddle/core'

export interface SplitLimits {
  /** Reductions of fewer positions stay whole. */
  readonly leastPositions: number
  /** Kernels with more results than this keep the device busy as they are. */
  readonly mostResults: number
  /** Results of the first pass to aim for. */
  readonly wantedResults: number
  /** A block has at least this many positions. */
  readonly leastBlock: number
  readonly maxReads: number
  readonly maxWrites: number
}

export const defaultSplit: Omit<SplitLimits, 'maxReads' | 'maxWrites'> = {
  leastPositions: 2048,
  mostResults: 1024,
  wantedResults: 8192,
  leastBlock: 16,
}

export function splitReductions(plan: Plan, limits: SplitLimits): Plan {
  const kernels: Kernel[] = [...plan.kernels]
  const buffers: PlanBuffer[] = [...plan.buffers]
  const steps: PlanStep[] = []
  const pairs = new Map<number, SplitKernel & { readonly first: number }>()
  plan.kernels.forEach((kernel, at) => {
    const split = splitKernel(kernel, limits)
    if (split === undefined) return
    kernels[at] = split.final
    pairs.set(at, { ...split, first: kernels.push(split.partial) - 1 })
  })
  if (pairs.size === 0) return plan
  for (const step of plan.steps) {
    const pair = step.kind === 'kernel' ? pairs.get(step.kernel) : undefined
    if (pair === undefined || step.kind !== 'kernel') {
      steps.push(step)
      continue
    }
    const partials = pair.partials.map(({ dtype, size, label }): BufferId => {
      const place = { kind: 'arena', offset: 0 } as const
      const bytes = size * dtypes[dtype].bytes
      return buffers.push({ dtype, size, bytes, place, firstStep: 0, lastStep: 0, label }) - 1
    })
    const read = step.args.filter((_, at) => plan.kernels[step.kernel]?.buffers[at]?.access === 'read')
    steps.push({ kind: 'kernel', kernel: pair.first, args: [...read, ...partials] })
    steps.push({ kind: 'kernel', kernel: step.kernel, args: [...step.args, ...partials] })
  }
  return { ...plan, kernels, buffers, steps }
}

interface SplitKernel {
  readonly partial: Kernel
  readonly final: Kernel
  readonly partials: readonly KernelBuffer[]
}

function splitKernel(kernel: Kernel, limits: SplitLimits): SplitKernel | undefined {
  const [stage, map] = kernel.stages
  if (kernel.stages.length !== 2 || map?.kind !== 'map' || map.axes.length > 0) return undefined
  if (stage?.kind !== 'reduce' && stage?.kind !== 'contract') return undefined
  const accumulators = accumulatorsOf(stage)
  const reads = kernel.buffers.filter(({ access }) => access === 'read').length
  if (accumulators.some(({ combine }) => combine === 'argmax' || combine === 'argmin')) return undefined
  if (accumulators.length > limits.maxWrites || reads + accumulators.length > limits.maxReads)
    return undefined
  const cut = cutAxes(kernel, stage.kind === 'reduce' ? stage.axes : stage.k, limits)
  if (cut === undefined) return undefined

  const results = sizeOver(cut.axes, kernel.rows)
  const blocks = sizeOver(cut.axes, cut.outer)
  const partials = accumulators.map(({ dtype }, at): KernelBuffer => {
    return { dtype, size: blocks * results, access: 'write', label: `partial${at}` }
  })
  return {
    partials,
    partial: partialKernel(kernel, stage, cut, partials),
    final: finalKernel(kernel, accumulators, blocks, partials),
  }
}

const sizeOver = (axes: Kernel['axes'], chosen: readonly AxisId[]): number =>
  chosen.reduce((size, axis) => size * (axes[axis]?.extent ?? 1), 1)

type Reducing = Extract<Stage, { kind: 'reduce' | 'contract' }>

const accumulatorsOf = (stage: Reducing): readonly Accumulator[] =>
  stage.kind === 'reduce'
    ? stage.accumulators
    : [{ combine: 'sum', dtype: stage.dtype, value: stage.code.length }]

interface Cut {
  readonly axes: Kernel['axes']
  /** Axes of the blocks, and those left to reduce inside a block. */
  readonly outer: readonly AxisId[]
  readonly inner: readonly AxisId[]
  /** An axis that was cut in two, `outer * extent + inner`. */
  readonly replaced: { readonly axis: AxisId; readonly by: IndexExpression } | undefined
}

/** Takes whole axes from the outermost on, and a divisor of the next, until there are blocks enough. */
function cutAxes(kernel: Kernel, reduced: readonly AxisId[], limits: SplitLimits): Cut | undefined {
  const positions = sizeOver(kernel.axes, reduced)
  const results = sizeOver(kernel.axes, kernel.rows)
  if (results === 0 || results > limits.mostResults || positions < limits.leastPositions) return undefined
  const wanted = Math.min(
    Math.ceil(limits.wantedResults / results),
    Math.floor(positions / limits.leastBlock),
  )
  let blocks = 1
  let taken = 0
  while (taken < reduced.length) {
    const extent = kernel.axes[reduced[taken] ?? -1]?.extent ?? 1
    if (blocks * extent > wanted) break
    blocks *= extent
    taken++
  }
  const outer = reduced.slice(0, taken)
  const inner = reduced.slice(taken)
  const axis = inner[0]
  const extent = axis === undefined ? 1 : (kernel.axes[axis]?.extent ?? 1)
  const parts = largestDivisor(extent, Math.floor(wanted / blocks))
  if (axis === undefined || parts === 1) {
    return blocks > 1 && inner.length > 0
      ? { axes: kernel.axes, outer, inner, replaced: undefined }
      : undefined
  }
  const [first, second] = [kernel.axes.length, kernel.axes.length + 1]
  const length = extent / parts
  const label = kernel.axes[axis]?.label ?? ''
  return {
    axes: [...kernel.axes, { extent: parts, label: `${label}o` }, { extent: length, label: `${label}i` }],
    outer: [...outer, first],
    inner: [second, ...inner.slice(1)],
    replaced: { axis, by: addIndex(scaleIndex(indexAxis(first), length), indexAxis(second)) },
  }
}

function largestDivisor(extent: number, most: number): number {
  for (let divisor = Math.min(extent, most); divisor > 1; divisor--)
    if (extent % divisor === 0) return divisor
  return 1
}

function partialKernel(kernel: Kernel, stage: Reducing, cut: Cut, partials: readonly KernelBuffer[]): Kernel {
  const reads = kernel.buffers.filter(({ access }) => access === 'read')
  const position = new Map<number, number>()
  kernel.buffers.forEach(({ access }, at) => {
    if (access === 'read') position.set(at, position.size)
  })
  const code = renamed(stage.code, cut, (buffer) => position.get(buffer) ?? 0)
  const rows = [...cut.outer, ...kernel.rows]
  const index = rowMajor(rows, cut.axes)
  const reducing: Stage =
    stage.kind === 'reduce'
      ? { ...stage, axes: cut.inner, code }
      : { ...stage, k: cut.inner, batch: [...cut.outer, ...stage.batch], code }
  const stores = partials.map((_, at): Store => ({ buffer: reads.length + at, index, value: at }))
  const kept = partials.map(({ dtype }, at): ScalarNode => {
    return { op: 'accumulated', dtype, stage: 0, accumulator: at }
  })
  return {
    ...kernel,
    name: `${kernel.name}.blocks`,
    axes: cut.axes,
    rows,
    buffers: [...reads, ...partials],
    stages: [reducing, { kind: 'map', axes: [], code: kept, stores }],
  }
}

function finalKernel(
  kernel: Kernel,
  accumulators: readonly Accumulator[],
  blocks: number,
  partials: readonly KernelBuffer[],
): Kernel {
  const block = kernel.axes.length
  const axes = [...kernel.axes, { extent: blocks, label: 'block' }]
  const index = rowMajor([block, ...kernel.rows], axes)
  const code = partials.map(({ dtype }, at): ScalarNode => {
    return { op: 'load', dtype, buffer: kernel.buffers.length + at, index, guards: [], otherwise: 0 }
  })
  const reducing: ReduceStage = {
    kind: 'reduce',
    axes: [block],
    lanes: 16,
    code,
    accumulators: accumulators.map(({ combine, dtype }, value) => ({ combine, dtype, value })),
  }
  const read = partials.map((buffer): KernelBuffer => ({ ...buffer, access: 'read' }))
  return {
    ...kernel,
    axes,
    buffers: [...kernel.buffers, ...read],
    stages: [reducing, ...kernel.stages.slice(1)],
  }
}

function rowMajor(chosen: readonly AxisId[], axes: Kernel['axes']): IndexExpression {
  const extents = chosen.map((axis) => axes[axis]?.extent ?? 1)
  return linearize(
    chosen.map((axis) => indexAxis(axis)),
    extents,
    (axis) => axes[axis]?.extent ?? 1,
  )
}

/** The code over the cut axes and the buffers of the first pass. */
function renamed(
  code: ScalarCode,
  { replaced, axes }: Cut,
  bufferOf: (buffer: number) => number,
): ScalarCode {
  const index = (expression: IndexExpression): IndexExpression => {
    if (replaced === undefined) return expression
    return substituteAxes(
      expression,
      (axis) => (axis === replaced.axis ? replaced.by : indexAxis(axis)),
      (axis) => axes[axis]?.extent ?? 1,
    )
  }
  const guard = (each: Guard): Guard => ({ ...each, index: index(each.index) })
  return code.map((node): ScalarNode => {
    switch (node.op) {
      case 'load':
        return {
          ...node,
          buffer: bufferOf(node.buffer),
          index: index(node.index),
          guards: node.guards.map(guard),
        }
      case 'index':
        return { ...node, index: index(node.index) }
      case 'within':
        return { ...node, guards: node.guards.map(guard) }
      default:
        return node
    }
  })
}
