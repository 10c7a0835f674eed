// Facts about a reduce stage that decide how it is written: its loops, its accumulators that are plain operations, and whether
// it may run along its own innermost axis.
import type { Accumulator, Kernel, ReduceStage } from '@heddle/core'
import { laneCost } from './analysis.ts'
import { dependsOnOrder, isOperation, type Operation } from './combine.ts'
import type { PieceLoop } from './program.ts'

/** An accumulator that combines by an operation, with its place in the stage. */
export interface Sum {
  readonly combine: Operation
  readonly dtype: Accumulator['dtype']
  readonly value: number
  readonly at: number
}

export const sumsOf = (stage: ReduceStage): readonly Sum[] =>
  stage.accumulators.flatMap(({ combine, dtype, value }, at) =>
    isOperation(combine) ? [{ combine, dtype, value, at }] : [],
  )

export function reduceLoops(kernel: Kernel, stage: ReduceStage): readonly PieceLoop[] {
  return stage.axes.map((axis) => ({ axis, start: 0, end: kernel.axes[axis]?.extent ?? 0, step: 1 }))
}

/** Whether the stage can run with four neighbours of its innermost axis at a time, and be exact. */
export function reducesInOwnLanes(kernel: Kernel, stage: ReduceStage): boolean {
  const inner = reduceLoops(kernel, stage).at(-1)
  if (inner === undefined || inner.end < 4) return false
  const sums = sumsOf(stage)
  if (sums.length !== stage.accumulators.length) return false
  const ordered = sums.some(({ combine, dtype }) => dependsOnOrder(combine, dtype))
  if (ordered && (stage.lanes !== 16 || (stage.axes.length > 1 && inner.end % 4 !== 0))) return false
  const cost = laneCost(
    kernel,
    stage.code,
    sums.map(({ value }) => value),
    inner.axis,
    false,
  )
  return cost.possible && cost.contiguous > 0 && cost.gathers * 3 <= cost.operations + cost.contiguous
}
