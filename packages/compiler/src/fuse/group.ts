// A group is a kernel in the making: the values it stores, the nodes computed inside it, and the values it still demands from
// outside, each with the index it is read at. Indices are tuples of expressions over the group's axes. Bookkeeping only: what
// to put into a group is decided in `fuse.ts`.
import {
  type Access,
  type AxisId,
  delinearize,
  equalIndex,
  extent,
  type Guard,
  type IndexExpression,
  indexAxis,
  indexRange,
  indexValue,
  linearize,
  opRecord,
  type Shape,
  sizeOf,
  substituteValues,
  type Value,
  valueOfAccess,
} from '@heddle/core'
import type { Decision } from './decision.ts'

export type IndexTuple = readonly IndexExpression[]

export interface GroupAxis {
  readonly extent: number
  readonly label: string
}

/** A reduction computed inside a group: once per position of `tuple`, over the axes `over`. */
export interface GroupReduction {
  readonly node: Value
  readonly tuple: IndexTuple
  /** Axes walked. */
  readonly over: readonly AxisId[]
  /** Position on each reduced axis of the operand: one of the axes walked, or 0 where the extent is 1. */
  readonly positions: IndexTuple
}

export interface GroupContraction {
  readonly node: Value
  /** Group axis of each axis of the contraction's result; undefined where its extent is 1. */
  readonly result: readonly (AxisId | undefined)[]
  /** Axes summed over, one for each contracted axis. */
  readonly k: readonly AxisId[]
}

export interface Group {
  readonly id: number
  /** Stored row-major over the root axes; all of one size. */
  readonly outputs: Value[]
  /** The first `rank` axes are those of the outputs; the others are reduced over. */
  readonly axes: GroupAxis[]
  readonly rank: number
  /** Axes a row keeps fixed, when reductions over the other root axes are computed inside; else all root axes. */
  rows: readonly AxisId[] | undefined
  readonly reductions: GroupReduction[]
  contraction: GroupContraction | undefined
  /** Nodes computed inside, with every index they are needed at. */
  readonly members: Map<Value, readonly IndexTuple[]>
  /** Nodes needed and not (yet) inside. */
  readonly demands: Map<Value, readonly IndexTuple[]>
  /** Scalar operations so far. */
  operations: number
  /** Decisions that shaped it, in order. */
  readonly reasons: { readonly node: Value; readonly decision: Decision }[]
}

export const identityTuple = (rank: number): IndexTuple =>
  Array.from({ length: rank }, (_, axis) => indexAxis(axis))

/**
 * The index at which a kernel computes a value it stores: the identity, seen through the value's own shape (which may differ
 * from the first output's by axes of extent 1, or by any reshape).
 */
export function outputTuple(group: Group, output: Value): IndexTuple {
  const identity = identityTuple(group.rank)
  const shape = output.type.shape.map(extent)
  const isRootShape =
    shape.length === group.rank && shape.every((size, axis) => size === group.axes[axis]?.extent)
  if (isRootShape) return identity
  return delinearize(storeIndex(group), shape, rangesOf(group))
}

/** Where a kernel stores: row-major over its root axes. */
export const storeIndex = (group: Group): IndexExpression =>
  linearize(
    identityTuple(group.rank),
    group.axes.slice(0, group.rank).map((axis) => axis.extent),
    rangesOf(group),
  )

export function createGroup(id: number, root: Value): Group {
  const axes = computedShape(root).map((dim, axis) => ({ extent: extent(dim), label: `i${axis}` }))
  return {
    id,
    outputs: [],
    axes,
    rank: axes.length,
    rows: undefined,
    reductions: [],
    contraction: undefined,
    members: new Map(),
    demands: new Map(),
    operations: 0,
    reasons: [],
  }
}

/** The shape in which a stored value is computed: that of what it is a reshape of, so that this is read at plain axes. */
function computedShape(root: Value): Shape {
  let value = root
  for (;;) {
    const source = inSameOrder(value)
    if (source === undefined) return value.type.shape
    value = source
  }
}

/** The operand of a view that changes no address. */
function inSameOrder({ op, attrs, type, inputs }: Value): Value | undefined {
  const { kind, lowering } = opRecord(op)
  const [source] = inputs
  if (kind !== 'view' || lowering.kind !== 'pull' || source === undefined || inputs.length !== 1)
    return undefined
  const shape = type.shape.map(extent)
  const sourceShape = source.type.shape.map(extent)
  if (sizeOf(shape) !== sizeOf(sourceShape)) return undefined
  const at = identityTuple(shape.length)
  const ranges = (axis: AxisId): number => shape[axis] ?? 1
  const [access] = lowering.accesses({ at, attrs, inputs: [source.type], type, ranges })
  const isSame =
    access !== undefined &&
    access.guards.length === 0 &&
    equalIndex(linearize(access.index, sourceShape, ranges), linearize(at, shape, ranges))
  return isSame ? source : undefined
}

export const rangesOf =
  (group: Group) =>
  (axis: AxisId): number =>
    group.axes[axis]?.extent ?? 1

/** Appends axes to reduce over; reuses axes of an earlier reduction with the same extents. */
export function reductionAxes(group: Group, extents: Shape): readonly AxisId[] {
  const sizes = extents.map(extent)
  for (const { over } of group.reductions) {
    const fits =
      over.length === sizes.length &&
      over.every((axis, k) => axis >= group.rank && group.axes[axis]?.extent === sizes[k])
    if (fits) return over
  }
  return sizes.map((size) => {
    group.axes.push({ extent: size, label: `r${group.axes.length - group.rank}` })
    return group.axes.length - 1
  })
}

export function tuplesEqual(x: IndexTuple, y: IndexTuple): boolean {
  if (x === y) return true
  if (x.length !== y.length) return false
  for (let axis = 0; axis < x.length; axis++) {
    const [left, right] = [x[axis], y[axis]]
    if (left !== right && (left === undefined || right === undefined || !equalIndex(left, right)))
      return false
  }
  return true
}

/** Notes that the group needs `node` at `tuple`. */
export function demand(group: Group, node: Value, tuple: IndexTuple): void {
  const known = group.demands.get(node)
  if (known === undefined) group.demands.set(node, [tuple])
  else if (!known.some((each) => tuplesEqual(each, tuple))) group.demands.set(node, [...known, tuple])
}

/**
 * Accesses of a pulled op at `tuple`. Positions read from an index array get the id of the node as their value, so that
 * equal positions are equal tuples.
 */
export function accessesAt(group: Group, node: Value, tuple: IndexTuple): readonly Access[] {
  const { lowering } = opRecord(node.op)
  if (lowering.kind !== 'pull') return []
  const accesses = lowering.accesses({
    at: tuple,
    attrs: node.attrs,
    inputs: node.inputs.map((input) => input.type),
    type: node.type,
    ranges: rangesOf(group),
  })
  if (opRecord(node.op).kind !== 'gather') return accesses
  const named = (index: IndexExpression): IndexExpression =>
    substituteValues(index, (value) => indexValue(value === valueOfAccess(0) ? node.id : value))
  return accesses.map(({ operand, index, guards }) => ({
    operand,
    index: operand === 0 ? index.map(named) : index,
    guards: guards.map((guard): Guard => ({ ...guard, index: named(guard.index) })),
  }))
}

/** The only axis of an index that is `constant + coefficient * axis`. */
function steppedAxis({ terms }: IndexExpression): AxisId | undefined {
  const [term] = terms
  return terms.length === 1 && term?.atom.kind === 'axis' ? term.atom.axis : undefined
}

/** The axis that an index is. */
const plainAxis = (index: IndexExpression): AxisId | undefined =>
  index.constant === 0 && index.terms[0]?.coefficient === 1 ? steppedAxis(index) : undefined

/** Whether an index is 0 wherever the group's root axes are. */
const isZero = (group: Group, { constant, terms }: IndexExpression): boolean =>
  constant === 0 &&
  terms.every(({ atom }) => atom.kind === 'axis' && (group.axes[atom.axis]?.extent ?? 1) <= 1)

/**
 * The group axis of each axis of a value read at `tuple`: distinct root axes, `undefined` for axes of extent 1. Nothing if the
 * tuple is of any other form.
 */
export const plainAxes = (
  group: Group,
  shape: Shape,
  tuple: IndexTuple,
): readonly (AxisId | undefined)[] | undefined => axesRead(group, shape, tuple, plainAxis)

/** The same for a value read at steps along root axes (a slice or a flip of it): still no element is read twice. */
export const steppedAxes = (
  group: Group,
  shape: Shape,
  tuple: IndexTuple,
): readonly (AxisId | undefined)[] | undefined => axesRead(group, shape, tuple, steppedAxis)

function axesRead(
  group: Group,
  shape: Shape,
  tuple: IndexTuple,
  axisOf: (index: IndexExpression) => AxisId | undefined,
): readonly (AxisId | undefined)[] | undefined {
  const axes: (AxisId | undefined)[] = []
  for (const [position, index] of tuple.entries()) {
    const dim = extent(shape[position] ?? 1)
    if (dim === 1) {
      if (!isZero(group, index)) return undefined
      axes.push(undefined)
    } else {
      const axis = axisOf(index)
      if (axis === undefined || axis >= group.rank || axes.includes(axis)) return undefined
      // What reaches beyond the value is read under a guard (pad, concat), which a stage of its own does not have.
      const { low, high } = indexRange(index, rangesOf(group))
      const isRead = (group.axes[axis]?.extent ?? 0) > 0
      if (isRead && (low < 0 || high >= dim)) return undefined
      axes.push(axis)
    }
  }
  return axes
}

/** Root axes longer than 1 that are not among `axes`. */
export const missingAxes = (group: Group, axes: readonly (AxisId | undefined)[]): readonly AxisId[] =>
  Array.from({ length: group.rank }, (_, axis) => axis).filter(
    (axis) => group.axes[axis]?.extent !== 1 && !axes.includes(axis),
  )

/** Made inside every kernel that uses it: never an array, so never a read. (A literal is an array.) */
export const isMadeInside = (node: Value): boolean => {
  const { kind, lowering } = opRecord(node.op)
  return kind === 'constant' && lowering.kind === 'pull'
}

/** A scatter fills an array in two kernels, a host step and control flow in none: nothing can be stored along. */
export const standsAlone = (group: Group): boolean =>
  group.outputs.some(({ op }) => {
    const { kind } = opRecord(op).lowering
    return kind === 'scatter' || kind === 'host' || kind === 'control'
  })

/** Whether a reduction used at `tuple` has one result per root position, told by plain axes. */
export function reducesPerElement(group: Group, node: Value, tuple: IndexTuple): boolean {
  const axes = plainAxes(group, node.type.shape, tuple)
  return axes !== undefined && missingAxes(group, axes).length === 0
}
