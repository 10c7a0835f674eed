// Reductions of few positions (a pooling window, ten classes) without any loop: every position's values are nodes, and so is
// the tree that combines them. Order as ReduceStage says; with at most sixteen positions every lane has at most one value.
import type { AxisId, PrimitiveScalarOp, ReduceStage } from '@heddle/core'
import { reachable } from './analysis.ts'
import type { NodeId } from './graph.ts'
import { isMath } from './math.ts'
import type { ProgramBuilder } from './program.ts'
import { reduceLoops, type Sum, sumsOf } from './reduce-shape.ts'
import { emitScalarOp } from './scalar-ops.ts'
import { emitVectorOp, isLaneDType } from './vector-ops.ts'

const mostPositions = 16
/** Nodes that all positions together may have. */
const mostNodes = 400

/** Adds the stage if it is small enough; false if it needs loops. */
export function addUnrolled(program: ProgramBuilder, stage: ReduceStage, stageAt: number): boolean {
  const { kernel, rowLanes } = program
  const loops = reduceLoops(kernel, stage)
  const positions = loops.reduce((count, { end }) => count * end, 1)
  const sums = sumsOf(stage)
  if (positions > mostPositions || sums.length < stage.accumulators.length) return false
  const groups = rowLanes?.groups ?? 1
  if (positions * groups * weight(stage, sums, rowLanes !== undefined) > mostNodes) return false

  const values = Array.from({ length: positions }, (_, position) => {
    const fixed = new Map<AxisId, number>()
    let rest = position
    for (const { axis, end } of loops.toReversed()) {
      fixed.set(axis, rest % end)
      rest = Math.floor(rest / end)
    }
    const { lowering } = program.open([], stage.code, undefined, fixed)
    return sums.map(({ value }) =>
      Array.from({ length: groups }, (_, group) =>
        rowLanes === undefined ? lowering.scalar(value) : lowering.vector(value, group * 4),
      ),
    )
  })
  sums.forEach((sum, at) => {
    const results = Array.from({ length: groups }, (_, group) => {
      const column = values.map((each) => each[at]?.[group] ?? -1)
      return stage.lanes === 1 ? inOrder(program, sum, column) : inHalves(program, sum, column)
    })
    program.setAccumulated(stageAt, sum.at, results)
  })
  return true
}

function weight(stage: ReduceStage, sums: readonly Sum[], inlineMath: boolean): number {
  const ids = reachable(
    stage.code,
    sums.map(({ value }) => value),
  )
  return ids.reduce((total, id) => total + (inlineMath && isMath(stage.code[id]?.op ?? '') ? 20 : 1), 0)
}

const operations = { sum: 'add', product: 'mul', min: 'minimum', max: 'maximum' } as const

function combine(program: ProgramBuilder, { combine, dtype }: Sum, x: NodeId, y: NodeId): NodeId {
  const op: PrimitiveScalarOp = operations[combine]
  const shared = { context: program.context, op, args: [x, y] }
  if (program.rowLanes === undefined || !isLaneDType(dtype)) {
    return emitScalarOp({ ...shared, dtype, from: dtype })
  }
  return emitVectorOp({ ...shared, dtype, from: dtype, uniform: () => undefined })
}

function inOrder(program: ProgramBuilder, sum: Sum, values: readonly NodeId[]): NodeId {
  return values.reduce((total, value) => combine(program, sum, total, value))
}

/** Lane j with lane j + 8, then + 4, + 2, + 1; lanes without a value are left out. */
function inHalves(program: ProgramBuilder, sum: Sum, values: readonly NodeId[]): NodeId {
  let lanes = [...values]
  for (let half = 8; half >= 1; half /= 2) {
    const upper = lanes.slice(half)
    lanes = lanes.slice(0, half).map((lane, at) => {
      const other = upper[at]
      return other === undefined ? lane : combine(program, sum, lane, other)
    })
  }
  return lanes[0] ?? -1
}
