// Indices of a contraction's operands, and which arrays it can read as they are: plain strided addresses, through movements.
import {
  type AxisId,
  type ContractDims,
  extent,
  type IndexExpression,
  indexAxis,
  indexConstant,
  isAffine,
  linearize,
  opRecord,
  type Value,
} from '@heddle/core'
import type { IndexTuple } from './group.ts'

/** The axes of each operand by role. */
export function freeAxes(rank: number, ...taken: readonly (readonly number[])[]): readonly number[] {
  return Array.from({ length: rank }, (_, axis) => axis).filter(
    (axis) => !taken.some((axes) => axes.includes(axis)),
  )
}

/** Index of both operands, given the axis of each axis of the result (undefined: extent 1) and of each contracted axis. */
export function contractionTuples(
  dims: ContractDims,
  leftRank: number,
  rightRank: number,
  result: readonly (AxisId | undefined)[],
  k: readonly AxisId[],
): readonly [IndexTuple, IndexTuple] {
  const leftFree = freeAxes(leftRank, dims.leftBatch, dims.leftContract)
  const rightFree = freeAxes(rightRank, dims.rightBatch, dims.rightContract)
  const position = (axis: AxisId | undefined): IndexExpression =>
    axis === undefined ? indexConstant(0) : indexAxis(axis)
  const left = new Array<IndexExpression>(leftRank).fill(indexConstant(0))
  const right = new Array<IndexExpression>(rightRank).fill(indexConstant(0))
  const batch = dims.leftBatch.length
  dims.leftBatch.forEach((axis, at) => {
    left[axis] = position(result[at])
  })
  dims.rightBatch.forEach((axis, at) => {
    right[axis] = position(result[at])
  })
  leftFree.forEach((axis, at) => {
    left[axis] = position(result[batch + at])
  })
  rightFree.forEach((axis, at) => {
    right[axis] = position(result[batch + leftFree.length + at])
  })
  dims.leftContract.forEach((axis, at) => {
    left[axis] = position(k[at])
  })
  dims.rightContract.forEach((axis, at) => {
    right[axis] = position(k[at])
  })
  return [left, right]
}

/** For each operand, the value that must be an array so that the contraction reads it at a strided address. */
export function contractionSources(node: Value): readonly Value[] {
  const { lowering } = opRecord(node.op)
  const [left, right] = node.inputs
  if (lowering.kind !== 'contract' || left === undefined || right === undefined) return []
  const dims = lowering.dims(node.attrs, [left.type, right.type])
  const result = node.type.shape.map((_, axis) => axis)
  const k = dims.leftContract.map((_, at) => result.length + at)
  const extents = [...node.type.shape, ...dims.leftContract.map((axis) => left.type.shape[axis] ?? 1)].map(
    extent,
  )
  const ranges = (axis: AxisId): number => extents[axis] ?? 1
  const tuples = contractionTuples(dims, left.type.shape.length, right.type.shape.length, result, k)
  return [stridedSource(left, tuples[0], ranges), stridedSource(right, tuples[1], ranges)]
}

/** Follows movements as long as the address stays affine and unguarded. */
function stridedSource(operand: Value, tuple: IndexTuple, ranges: (axis: AxisId) => number): Value {
  let value = operand
  let at = tuple
  for (;;) {
    const { kind, lowering } = opRecord(value.op)
    const [input] = value.inputs
    if (kind !== 'view' || lowering.kind !== 'pull' || value.inputs.length !== 1 || input === undefined)
      return value
    const [access] = lowering.accesses({
      at,
      attrs: value.attrs,
      inputs: [input.type],
      type: value.type,
      ranges,
    })
    if (access === undefined || access.guards.length > 0) return value
    if (!isAffine(linearize(access.index, input.type.shape.map(extent), ranges))) return value
    value = input
    at = access.index
  }
}
