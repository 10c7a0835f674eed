// Lowering: a group of fused nodes becomes one kernel (a scatter: two, since its base is copied first). Decides how stages are
// cut and in which order reductions run; knows no target.
import {
  type Accumulator,
  type AxisId,
  type ContractStage,
  extent,
  indexValue,
  internalError,
  type KernelBuffer,
  type KernelOrigin,
  type Lowering,
  linearize,
  locationOf,
  type MapStage,
  opRecord,
  type ReduceStage,
  type Stage,
  sizeOf,
  type Value,
} from '@heddle/core'
import { contractionTuples } from '../fuse/contraction.ts'
import { describeDecision } from '../fuse/decision.ts'
import {
  type Group,
  type GroupReduction,
  identityTuple,
  isMadeInside,
  outputTuple,
  rangesOf,
  storeIndex,
} from '../fuse/group.ts'
import { collapseAxes } from './collapse.ts'
import { createStageCode, type StageCode, type StageContext } from './evaluate.ts'
import { assignLanes, type LoopNest } from './lanes.ts'

/** Products summed before they are added to the total: one cache-sized block of a contraction. */
const contractBlock = 256

/** A kernel whose origin is put together only if it turns out to be a new one. */
export interface LoweredKernel {
  readonly kind: 'kernel'
  readonly kernel: LoopNest
  readonly origin: () => KernelOrigin
  /** The value each of the kernel's buffers holds. */
  readonly buffers: readonly Value[]
}

/** A node that the host computes. */
export interface LoweredHost {
  readonly kind: 'host'
  readonly node: Value
}

/** The results of one run of control flow. */
export interface LoweredControl {
  readonly kind: 'control'
  readonly siblings: readonly Value[]
}

/** What a group becomes, in order. */
export function lower(group: Group): readonly (LoweredKernel | LoweredHost | LoweredControl)[] {
  const [root] = group.outputs
  if (root === undefined) throw internalError('lower', 'a group without outputs')
  switch (opRecord(root.op).lowering.kind) {
    case 'scatter':
      return lowerScatter(group, root)
    case 'host':
      return [{ kind: 'host', node: root }]
    case 'control':
      return [{ kind: 'control', siblings: group.outputs }]
    default:
      return [lowerGroup(group)]
  }
}

/** Buffers of a kernel, numbered in order of first use. */
function createBuffers(): {
  readonly values: Value[]
  readonly of: (value: Value) => number
  readonly list: (written: ReadonlySet<Value>) => readonly KernelBuffer[]
} {
  const values: Value[] = []
  const ids = new Map<Value, number>()
  return {
    values,
    of(value) {
      const known = ids.get(value)
      if (known !== undefined) return known
      ids.set(value, values.length)
      values.push(value)
      return values.length - 1
    },
    list: (written) =>
      values.map((value) => ({
        dtype: value.type.dtype,
        size: sizeOf(value.type.shape),
        access: written.has(value) ? 'write' : 'read',
        label: labelOf(value),
      })),
  }
}

export const labelOf = (value: Value): string => (isInput(value) ? value.attrs.name : value.op)
const isInput = (value: Value): value is Value<'input'> => value.op === 'input'

function lowerGroup(group: Group): LoweredKernel {
  const buffers = createBuffers()
  const places = new Map<Value, { readonly stage: number; readonly accumulator: number }>()
  const context: StageContext = {
    ranges: rangesOf(group),
    isMember: (node) => group.members.has(node),
    accumulated: (node) => places.get(node),
    bufferOf: buffers.of,
  }
  const stages: Stage[] = []
  if (group.contraction !== undefined) {
    stages.push(contractStage(group, context))
    places.set(group.contraction.node, { stage: 0, accumulator: 0 })
  }
  for (const reductions of reductionLevels(group)) {
    stages.push(reduceStage(reductions, context))
    reductions.forEach(({ node }, accumulator) => {
      places.set(node, { stage: stages.length - 1, accumulator })
    })
  }
  const rows = group.rows ?? Array.from({ length: group.rank }, (_, axis) => axis)
  stages.push(mapStage(group, rows, context))
  const kernel: LoopNest = {
    name: kernelName(group),
    axes: group.axes,
    // Axes of extent 1 are no axes of a contraction, so they are none of its kernel: their index is 0.
    rows: group.contraction === undefined ? rows : rows.filter((axis) => group.axes[axis]?.extent !== 1),
    stages,
    buffers: buffers.list(new Set(group.outputs)),
  }
  return {
    kind: 'kernel',
    kernel: assignLanes(collapseAxes(kernel)),
    buffers: buffers.values,
    origin: () => originOf(group),
  }
}

function mapStage(group: Group, rows: readonly AxisId[], context: StageContext): MapStage {
  const code = createStageCode(context)
  const values = group.outputs.map((output) => code.value(output, outputTuple(group, output)))
  const index = storeIndex(group)
  const stores = group.outputs.map((output, k) => ({
    buffer: context.bufferOf(output),
    index,
    value: values[k] ?? 0,
  }))
  const axes = Array.from({ length: group.rank }, (_, axis) => axis).filter((axis) => !rows.includes(axis))
  return { kind: 'map', axes, code: code.code, stores }
}

function reduceStage(reductions: readonly GroupReduction[], context: StageContext): ReduceStage {
  const code = createStageCode(context)
  const accumulators = reductions.map((reduction) => accumulatorOf(reduction, code, context))
  const axes = reductions[0]?.over ?? []
  return { kind: 'reduce', axes, lanes: 1, code: code.code, accumulators }
}

function accumulatorOf(
  { node, tuple, positions }: GroupReduction,
  code: StageCode,
  context: StageContext,
): Accumulator {
  const { lowering } = opRecord(node.op)
  const [input] = node.inputs
  if (lowering.kind !== 'reduce' || input === undefined)
    throw internalError('lower', `${node.op} is not a reduction`)
  const access = lowering.access({
    at: tuple,
    over: positions,
    attrs: node.attrs,
    inputs: [input.type],
    type: node.type,
    ranges: context.ranges,
  })
  const value = code.guarded(input, access.index, access.guards, lowering.otherwise)
  return { combine: lowering.combine(node.attrs), dtype: node.type.dtype, value }
}

/** Reductions by depth: those of one list depend on earlier lists only and walk the same axes. */
function reductionLevels(group: Group): readonly (readonly GroupReduction[])[] {
  const byNode = new Map(group.reductions.map((reduction) => [reduction.node, reduction]))
  const levels = new Map<Value, number>()
  const lists: GroupReduction[][] = []
  for (const reduction of [...group.reductions].sort((x, y) => x.node.id - y.node.id)) {
    let level = 0
    for (const other of reductionsBehind(group, reduction.node, byNode))
      level = Math.max(level, (levels.get(other) ?? 0) + 1)
    levels.set(reduction.node, level)
    const list = lists.find(
      ([first]) =>
        first !== undefined && levels.get(first.node) === level && sameAxes(first.over, reduction.over),
    )
    if (list === undefined) lists.push([reduction])
    else list.push(reduction)
  }
  const levelOf = ([first]: readonly GroupReduction[]): number =>
    first === undefined ? 0 : (levels.get(first.node) ?? 0)
  return lists.sort((x, y) => levelOf(x) - levelOf(y))
}

const sameAxes = (x: readonly AxisId[], y: readonly AxisId[]): boolean =>
  x.length === y.length && x.every((axis, k) => axis === y[k])

/** Reductions of the group that the operand of `node` is computed from. */
function reductionsBehind(
  group: Group,
  node: Value,
  reductions: ReadonlyMap<Value, GroupReduction>,
): readonly Value[] {
  const found: Value[] = []
  const seen = new Set<Value>()
  const stack = [...node.inputs]
  while (stack.length > 0) {
    const value = stack.pop() as Value
    if (seen.has(value) || !group.members.has(value)) continue
    seen.add(value)
    if (reductions.has(value)) found.push(value)
    else stack.push(...value.inputs)
  }
  return found
}

function contractStage(group: Group, context: StageContext): ContractStage {
  const { contraction } = group
  if (contraction === undefined) throw internalError('lower', 'no contraction')
  const { node, result, k } = contraction
  const { lowering } = opRecord(node.op)
  const [left, right] = node.inputs
  if (lowering.kind !== 'contract' || left === undefined || right === undefined) {
    throw internalError('lower', `${node.op} is not a contraction`)
  }
  const { dtype } = node.type
  if (dtype !== 'f32' && dtype !== 'f64') throw internalError('lower', `a contraction of ${dtype}`)
  const dims = lowering.dims(node.attrs, [left.type, right.type])
  const [leftTuple, rightTuple] = contractionTuples(
    dims,
    left.type.shape.length,
    right.type.shape.length,
    result,
    k,
  )
  const code = createStageCode(context)
  const a = code.value(left, leftTuple)
  const b = code.value(right, rightTuple)
  const batch = dims.leftBatch.length
  const m = left.type.shape.length - batch - dims.leftContract.length
  // An axis of the product of which one position is read is no row either.
  const present = (axes: readonly (AxisId | undefined)[]): AxisId[] =>
    axes.filter((axis) => axis !== undefined).filter((axis) => group.axes[axis]?.extent !== 1)
  return {
    kind: 'contract',
    batch: present(result.slice(0, batch)),
    m: present(result.slice(batch, batch + m)),
    n: present(result.slice(batch + m)),
    k,
    block: contractBlock,
    dtype,
    code: code.code,
    a,
    b,
  }
}

/** Copies (or computes) the base, then combines the updates with it. */
function lowerScatter(group: Group, node: Value): readonly LoweredKernel[] {
  const { lowering } = opRecord(node.op)
  const [base, indices, updates] = node.inputs
  if (lowering.kind !== 'scatter' || base === undefined || indices === undefined || updates === undefined) {
    throw internalError('lower', `${node.op} is not a scatter`)
  }
  return [copyKernel(group, node, base), scatterKernel(group, node, { indices, updates }, lowering)]
}

function copyKernel(group: Group, node: Value, base: Value): LoweredKernel {
  const buffers = createBuffers()
  const code = createStageCode({
    ranges: rangesOf(group),
    isMember: (value) => value === base && group.members.has(base),
    accumulated: () => undefined,
    bufferOf: buffers.of,
  })
  const identity = identityTuple(group.rank)
  const value = code.value(base, identity)
  const index = linearize(identity, node.type.shape.map(extent), rangesOf(group))
  const store = { buffer: buffers.of(node), index, value }
  const kernel: LoopNest = {
    name: 'scatter_base',
    axes: group.axes,
    rows: identity.map((_, axis) => axis),
    stages: [{ kind: 'map', axes: [], code: code.code, stores: [store] }],
    buffers: buffers.list(new Set([node])),
  }
  return {
    kind: 'kernel',
    kernel: collapseAxes(kernel),
    buffers: buffers.values,
    origin: () => originOf(group),
  }
}

function scatterKernel(
  group: Group,
  node: Value,
  { indices, updates }: { readonly indices: Value; readonly updates: Value },
  lowering: Extract<Lowering<Value['attrs']>, { kind: 'scatter' }>,
): LoweredKernel {
  const axis = lowering.axis(node.attrs)
  const combine = lowering.combine(node.attrs)
  const buffers = createBuffers()
  const shape = updates.type.shape.map(extent)
  const axes = shape.map((size, k) => ({ extent: size, label: `i${k}` }))
  const ranges = (id: AxisId): number => shape[id] ?? 1
  const code = createStageCode({
    ranges,
    isMember: isMadeInside,
    accumulated: () => undefined,
    bufferOf: buffers.of,
  })
  const at = identityTuple(shape.length)
  const rank = indices.type.shape.length
  const [batch, end] = [lowering.batch(node.attrs), axis + rank - lowering.batch(node.attrs)]
  const position = code.value(indices, [...at.slice(0, batch), ...at.slice(axis, end)])
  const value = code.value(updates, at)
  const target = indexValue(position)
  const place = [...at.slice(0, axis), target, ...at.slice(end)]
  const base = node.type.shape.map(extent)
  const kernel: LoopNest = {
    name: `scatter_${combine}`,
    axes,
    rows: at.map((_, k) => k),
    stages: [
      {
        kind: 'scatter',
        combine,
        axes: [],
        code: code.code,
        buffer: buffers.of(node),
        index: linearize(place, base, ranges),
        guards: [{ index: target, low: 0, high: base[axis] ?? 0 }],
        value,
      },
    ],
    buffers: buffers.list(new Set([node])),
  }
  return { kind: 'kernel', kernel, buffers: buffers.values, origin: () => originOf(group) }
}

function kernelName(group: Group): string {
  const heart = group.contraction?.node.op ?? group.reductions.at(-1)?.node.op
  const last = group.outputs[0]?.op ?? 'empty'
  return heart === undefined || heart === last ? last : `${heart}_${last}`
}

function originOf(group: Group): KernelOrigin {
  const nodes = [...group.members.keys()].sort((x, y) => x.id - y.id)
  const ops = new Set(nodes.filter((node) => opRecord(node.op).kind !== 'constant').map((node) => node.op))
  const locations = new Set<string>()
  for (const { provenance } of nodes) {
    const location = locationOf(provenance)
    if (location !== undefined) locations.add(`${location.file}:${location.line}:${location.column}`)
  }
  return {
    ops: [...ops],
    locations: [...locations],
    reasons: group.reasons.map(({ node, decision }) => describeDecision(node, decision)),
  }
}
