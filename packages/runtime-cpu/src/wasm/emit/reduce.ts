// Reduce stages in the order the kernel IR prescribes. Three ways: lanes of the stage's own innermost axis in four vector
// accumulators; accumulators in locals, one per row or per four neighbouring rows; and, where position r must go to lane
// r mod 16 but r runs over several loops, sixteen accumulators in scratch memory.
import { type Accumulator, identityOf, type ReduceStage } from '@heddle/core'
import type { Local } from '../encoder.ts'
import type { ValueType } from '../instructions.ts'
import { dependsOnOrder, type Operation, writeCombine, writeNeutral } from './combine.ts'
import { addExtremePositions } from './extreme-position.ts'
import type { NodeId } from './graph.ts'
import type { PieceLoop, ProgramBuilder } from './program.ts'
import { addOwnLanes } from './reduce-own-lanes.ts'
import { reduceLoops, type Sum, sumsOf } from './reduce-shape.ts'
import { addUnrolled } from './reduce-unrolled.ts'
import { scalarType } from './scalar-ops.ts'

/** Whether the prescribed lanes are an obstacle: then position r must be known to pick the lane. */
const needsLanes = (stage: ReduceStage, { combine, dtype }: { combine: Operation; dtype: Sum['dtype'] }) =>
  stage.lanes > 1 && dependsOnOrder(combine, dtype)

export function addReduce(
  program: ProgramBuilder,
  stage: ReduceStage,
  { at: stageAt, ownLanes }: { at: number; ownLanes: boolean },
): void {
  const { graph } = program
  const loops = reduceLoops(program.kernel, stage)
  if (loops.some(({ end }) => end === 0)) {
    stage.accumulators.forEach(({ combine, dtype }, at) => {
      const scalar = graph.constant(scalarType[dtype], identityOf(combine, dtype))
      program.setAccumulated(stageAt, at, spreadOverRows(program, dtype, scalar))
    })
    return
  }
  const vectorsOnly = ownLanes && loops.every(({ end }) => end % 16 === 0)
  if (!vectorsOnly && addUnrolled(program, stage, stageAt)) return
  if (ownLanes) addOwnLanes(program, stage, stageAt)
  else addPlain(program, stage, stageAt, loops)
}

/** A value that is the same for all rows, in the form of the program's accumulators. */
function spreadOverRows(program: ProgramBuilder, dtype: Accumulator['dtype'], scalar: NodeId) {
  const { rowLanes, graph } = program
  if (rowLanes === undefined) return [scalar]
  const vector = graph.plain(dtype === 'f32' ? 'f32x4.splat' : 'i32x4.splat', scalar)
  if (dtype === 'bool') {
    return Array.from({ length: rowLanes.groups }, () => graph.plain('i32x4.neg', vector))
  }
  return Array.from({ length: rowLanes.groups }, () => vector)
}

interface Cell {
  readonly sum: Sum
  readonly type: ValueType
  readonly value: NodeId
  /** The accumulator, or the result of the lanes in scratch memory. */
  readonly local: Local
  /** Offset in scratch memory of lane 0, where lanes are kept there; `stride` bytes from lane to lane. */
  readonly scratch: number | undefined
  readonly stride: number
}

/** One row, or four neighbouring rows, at a time; positions one by one. */
function addPlain(
  program: ProgramBuilder,
  stage: ReduceStage,
  stageAt: number,
  loops: readonly PieceLoop[],
): void {
  const { f, graph, rowLanes, context } = program
  const vector = rowLanes !== undefined
  const groups = rowLanes?.groups ?? 1
  const piece = program.open(loops, stage.code, undefined)
  const positions = loops.reduce((count, { end }) => count * end, 1)
  const cells: Cell[] = sumsOf(stage).flatMap((sum) =>
    Array.from({ length: groups }, (_, group): Cell => {
      const type = vector ? 'v128' : scalarType[sum.dtype]
      const stride = type === 'v128' ? 16 : type === 'f64' || type === 'i64' ? 8 : 4
      const lanes = needsLanes(stage, sum) && positions > 1
      return {
        sum,
        type,
        value: vector ? piece.lowering.vector(sum.value, group * 4) : piece.lowering.scalar(sum.value),
        local: f.local(type),
        scratch: lanes ? program.reserveScratch(stride * stage.lanes) : undefined,
        stride,
      }
    }),
  )
  const extremes = addExtremePositions(program, stage, piece, stageAt)
  const position = f.local('i32')
  const countsPositions = extremes.count > 0 || cells.some(({ scratch }) => scratch !== undefined)
  const lane = f.local('i32')

  piece.add({
    roots: [...cells.map(({ value }) => value), ...extremes.roots],
    before: () => {
      if (countsPositions) f.i32(0).set(position)
      extremes.before()
      for (const cell of cells) {
        writeNeutral(f, cell.sum.combine, cell.sum.dtype, vector)
        f.set(cell.local)
        if (cell.scratch === undefined) continue
        for (let at = 0; at < Math.min(stage.lanes, positions); at++) {
          program.pushScratch()
          f.get(cell.local)
          f.memory(storeOf(cell.type), cell.scratch + at * cell.stride)
        }
      }
    },
    body: (values) => {
      for (const cell of cells) {
        if (cell.scratch === undefined) {
          f.get(cell.local)
          values.push(cell.value)
          writeCombine(f, context.library, { ...cell.sum, vector })
          f.set(cell.local)
          continue
        }
        program.pushScratch()
        f.get(position)
          .i32(stage.lanes - 1)
          .op('i32.and')
          .i32(cell.stride)
          .op('i32.mul')
          .op('i32.add')
        f.tee(lane).get(lane).memory(loadOf(cell.type), cell.scratch)
        values.push(cell.value)
        writeCombine(f, context.library, { ...cell.sum, vector })
        f.memory(storeOf(cell.type), cell.scratch)
      }
      extremes.body(values, position)
      if (countsPositions) f.get(position).i32(1).op('i32.add').set(position)
    },
    after: () => {
      for (const cell of cells) if (cell.scratch !== undefined) foldScratch(cell, cell.scratch)
    },
  })
  for (const sum of sumsOf(stage)) {
    const results = cells
      .filter((cell) => cell.sum.at === sum.at)
      .map(({ type, local }) => graph.local(type, local, program.levelAfter()))
    program.setAccumulated(stageAt, sum.at, results)
  }
  extremes.publish()

  /** Lane j with lane j + half, until one is left; lanes without a value are left out. */
  function foldScratch(cell: Cell, scratch: number): void {
    const used = Math.min(stage.lanes, positions)
    for (let half = stage.lanes / 2; half >= 1; half /= 2) {
      for (let at = 0; at < half && at + half < used; at++) {
        program.pushScratch()
        for (const from of [at, at + half]) {
          program.pushScratch()
          f.memory(loadOf(cell.type), scratch + from * cell.stride)
        }
        writeCombine(f, context.library, { ...cell.sum, vector })
        f.memory(storeOf(cell.type), scratch + at * cell.stride)
      }
    }
    program.pushScratch()
    f.memory(loadOf(cell.type), scratch).set(cell.local)
  }
}

const loadOf = (type: ValueType) => `${type}.load` as const
const storeOf = (type: ValueType) => `${type}.store` as const
