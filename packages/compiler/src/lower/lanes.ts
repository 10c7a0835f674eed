// How many lanes each reduction of a kernel runs in. Sixteen where neighbouring elements lie next to each other along the
// innermost reduced axis (they are read as vectors), one where they do not (then neighbouring rows do, and vectors run across rows).
import type { Kernel, ReduceStage, Stage } from '@heddle/core'
import { strideOf } from '@heddle/core'

const lanes = 16

/** A kernel before it is named for its origin. */
export type LoopNest = Omit<Kernel, 'origin'>

/** The kernel with the order of its reductions settled; decided on its final axes. */
export const assignLanes = (kernel: LoopNest): LoopNest => ({
  ...kernel,
  stages: kernel.stages.map(
    (stage): Stage => (stage.kind === 'reduce' ? { ...stage, lanes: lanesOf(kernel, stage) } : stage),
  ),
})

function lanesOf(kernel: LoopNest, { axes, code, accumulators }: ReduceStage): 1 | 16 {
  const innermost = axes.at(-1)
  if (innermost === undefined) return 1
  if (accumulators.some(({ combine }) => combine === 'argmax' || combine === 'argmin')) return 1
  const span = kernel.axes[innermost]?.extent ?? 1
  // Positions are dealt out to lanes over all axes together: rows of a multiple of the lanes keep vectors whole.
  if (span < lanes || (axes.length > 1 && span % lanes !== 0)) return 1
  let along = 0
  let across = 0
  for (const node of code) {
    if (node.op !== 'load') continue
    const stride = strideOf(node.index, innermost)
    if (stride === 1) along++
    else if (stride !== 0) across++
  }
  return along > 0 && along >= across ? lanes : 1
}
