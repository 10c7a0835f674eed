// Taking a reduction or a contraction into the kernel of its users. Allowed only where its result is used at one index, made of
// kernel axes (of a reduction also steps along them), so that no work is repeated.
import {
  type AxisId,
  type Capabilities,
  extent,
  type IndexExpression,
  indexAxis,
  indexConstant,
  opRecord,
  type Shape,
  type Value,
} from '@heddle/core'
import { contractionTuples } from './contraction.ts'
import {
  type Group,
  type IndexTuple,
  missingAxes,
  plainAxes,
  rangesOf,
  reductionAxes,
  steppedAxes,
} from './group.ts'

export type Need = (group: Group, node: Value, tuple: IndexTuple) => void

/**
 * Absorbs a reduction whose result is used either once per root position (it is reduced over further axes), or once per row,
 * where it reduces over just the root axes that make up the row (softmax, layer norm: the row is walked again).
 */
export function tryAbsorbReduction(
  group: Group,
  node: Value,
  capabilities: Capabilities,
  need: Need,
): boolean {
  const { lowering } = opRecord(node.op)
  const [input] = node.inputs
  const tuples = group.demands.get(node) ?? []
  const [tuple] = tuples
  if (lowering.kind !== 'reduce' || input === undefined || tuple === undefined || tuples.length !== 1)
    return false
  if (group.contraction !== undefined || group.operations >= capabilities.maxOps) return false
  const axes = steppedAxes(group, node.type.shape, tuple)
  if (axes === undefined) return false
  const extents = lowering.extents(node.attrs, input.type)
  const missing = missingAxes(group, axes)
  const over =
    missing.length === 0 ? perElement(group, extents) : perRow(group, extents, missing, capabilities)
  if (over === undefined) return false
  const walked = [...over]
  const positions = extents.map((dim): IndexExpression => {
    const isSingle = missing.length > 0 && extent(dim) === 1
    return isSingle ? indexConstant(0) : indexAxis(walked.shift() ?? 0)
  })
  group.members.set(node, [tuple])
  group.demands.delete(node)
  group.operations++
  group.reductions.push({ node, tuple, over, positions })
  const access = lowering.access({
    at: tuple,
    over: positions,
    attrs: node.attrs,
    inputs: [input.type],
    type: node.type,
    ranges: rangesOf(group),
  })
  need(group, input, access.index)
  return true
}

function perElement(group: Group, extents: Shape): readonly AxisId[] | undefined {
  return group.rows === undefined ? reductionAxes(group, extents) : undefined
}

function perRow(
  group: Group,
  extents: Shape,
  missing: readonly AxisId[],
  capabilities: Capabilities,
): readonly AxisId[] | undefined {
  const sizes = extents.map(extent).filter((size) => size !== 1)
  const matches =
    sizes.length === missing.length && missing.every((axis, k) => group.axes[axis]?.extent === sizes[k])
  if (!capabilities.rowKernels || !matches) return undefined
  const rows = Array.from({ length: group.rank }, (_, axis) => axis).filter((axis) => !missing.includes(axis))
  if (group.rows === undefined) {
    if (group.reductions.length > 0) return undefined
    group.rows = rows
    return missing
  }
  return group.rows.length === rows.length && group.rows.every((axis, k) => axis === rows[k])
    ? missing
    : undefined
}

/** Absorbs a contraction whose result is used once per root position: the group becomes its epilogue. */
export function tryAbsorbContraction(group: Group, node: Value, need: Need): boolean {
  const { lowering } = opRecord(node.op)
  const [left, right] = node.inputs
  const tuples = group.demands.get(node) ?? []
  const [tuple] = tuples
  if (lowering.kind !== 'contract' || left === undefined || right === undefined) return false
  if (tuple === undefined || tuples.length !== 1) return false
  if (group.contraction !== undefined || group.reductions.length > 0) return false
  const result = plainAxes(group, node.type.shape, tuple)
  if (result === undefined || missingAxes(group, result).length > 0) return false
  const dims = lowering.dims(node.attrs, [left.type, right.type])
  const k = dims.leftContract.map((axis) => {
    group.axes.push({
      extent: extent(left.type.shape[axis] ?? 1),
      label: `k${group.axes.length - group.rank}`,
    })
    return group.axes.length - 1
  })
  group.contraction = { node, result, k }
  group.members.set(node, [tuple])
  group.demands.delete(node)
  group.operations += 2
  const [leftTuple, rightTuple] = contractionTuples(
    dims,
    left.type.shape.length,
    right.type.shape.length,
    result,
    k,
  )
  need(group, left, leftTuple)
  need(group, right, rightTuple)
  return true
}
