// argmax and argmin: the best value so far and its position, in locals, for one row or four neighbouring rows. Positions come
// in ascending order and only a strictly better value replaces the best, so the first of equals stays; the first NaN stays.
import { type Combine, type DType, dtypes, internalError, type ReduceStage, type Scalar } from '@heddle/core'
import type { Local } from '../encoder.ts'
import type { PlainInstruction, ValueType } from '../instructions.ts'
import { isOperation } from './combine.ts'
import { writeConstant } from './constant.ts'
import type { NodeId } from './graph.ts'
import type { OpenPiece, ProgramBuilder } from './program.ts'
import { scalarType } from './scalar-ops.ts'
import type { Schedule } from './schedule.ts'

/** Parts of a piece that track positions of extremes. */
export interface ExtremePositions {
  readonly count: number
  readonly roots: readonly NodeId[]
  readonly before: () => void
  readonly body: (values: Schedule, position: Local) => void
  /** After the piece was added: makes the positions the results. */
  readonly publish: () => void
}

interface Tracked {
  readonly combine: Combine
  readonly at: number
  readonly dtype: DType
  readonly type: ValueType
  readonly node: NodeId
  readonly best: Local
  readonly where: Local
  readonly value: Local
}

export function addExtremePositions(
  program: ProgramBuilder,
  stage: ReduceStage,
  piece: OpenPiece,
  stageAt: number,
): ExtremePositions {
  const { f, graph, rowLanes } = program
  const vector = rowLanes !== undefined
  const tracked: Tracked[] = stage.accumulators.flatMap(({ combine, value }, at) => {
    if (isOperation(combine)) return []
    const dtype = stage.code[value]?.dtype ?? 'f32'
    const type = vector ? 'v128' : scalarType[dtype]
    return Array.from({ length: rowLanes?.groups ?? 1 }, (_, group) => ({
      combine,
      at,
      dtype,
      type,
      node: vector ? piece.lowering.vector(value, group * 4) : piece.lowering.scalar(value),
      best: f.local(type),
      where: f.local(vector ? 'v128' : 'i32'),
      value: f.local(type),
    }))
  })

  /** Pushes whether `value` beats `best`. */
  const pushBetter = ({ combine, dtype, value, best }: Tracked): void => {
    f.get(value)
      .get(best)
      .op(better(combine, dtype, vector))
    if (dtypes[dtype].kind !== 'float') return
    const shape = vector ? 'f32x4' : dtype === 'f64' ? 'f64' : 'f32'
    const kind = vector ? 'v128' : 'i32'
    f.get(value).get(value).op(`${shape}.ne`).get(best).get(best).op(`${shape}.eq`)
    f.op(`${kind}.and`).op(`${kind}.or`)
  }

  return {
    count: tracked.length,
    roots: tracked.map(({ node }) => node),
    before: () => {
      for (const { combine, dtype, best, where } of tracked) {
        writeConstant(f, scalarType[dtype], worst(combine, dtype))
        if (vector) f.op(dtype === 'f32' ? 'f32x4.splat' : 'i32x4.splat')
        f.set(best).i32(0)
        if (vector) f.op('i32x4.splat')
        f.set(where)
      }
    },
    body: (values, position) => {
      for (const each of tracked) {
        values.push(each.node)
        f.set(each.value)
        if (vector) {
          const mask = f.local('v128')
          pushBetter(each)
          f.set(mask)
          f.get(each.value).get(each.best).get(mask).op('v128.bitselect').set(each.best)
          f.get(position).op('i32x4.splat').get(each.where).get(mask).op('v128.bitselect').set(each.where)
          f.release(mask)
        } else {
          pushBetter(each)
          f.if().get(each.value).set(each.best).get(position).set(each.where).end()
        }
      }
    },
    publish: () => {
      for (const at of new Set(tracked.map((each) => each.at))) {
        const results = tracked
          .filter((each) => each.at === at)
          .map(({ where }) => graph.local(vector ? 'v128' : 'i32', where, program.levelAfter()))
        program.setAccumulated(stageAt, at, results)
      }
    },
  }
}

/** A value that loses against all others, or ties with what position 0 holds. */
const worst = (combine: Combine, dtype: DType): Scalar =>
  combine === 'argmin' ? dtypes[dtype].highest : dtypes[dtype].lowest

function better(combine: Combine, dtype: DType, vector: boolean): PlainInstruction {
  const what = combine === 'argmax' ? 'gt' : 'lt'
  if (dtype === 'f64') return `f64.${what}`
  if (dtype === 'i64') return `i64.${what}_s`
  if (dtype === 'f32') return vector ? `f32x4.${what}` : `f32.${what}`
  if (dtype === 'bool' && vector) throw internalError('wasm reduce', 'masks have no order')
  const sign = dtype === 'i32' ? 's' : 'u'
  return vector ? `i32x4.${what}_${sign}` : `i32.${what}_${sign}`
}
