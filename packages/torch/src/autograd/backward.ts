// Backward: walks the nodes that operations left, newest epoch first, and lets the compiler differentiate each epoch's values
// with respect to leaves and to what came from older epochs. Records values only; nothing is evaluated here.
import { vjp } from '@heddle/compiler'
import { dtypes, type TensorType, type Value, withProvenance } from '@heddle/core'
import { dtypeOf } from '../dtypes.ts'
import {
  type Cell,
  cellOfValue,
  checkPending,
  currentEpoch,
  type Epoch,
  noteLoss,
  valueIn,
} from '../engine/epoch.ts'
import { modifiedInPlace, noGradient, secondBackward } from '../errors.ts'
import type { Edge, GradNode, Leaf, Tracked } from './record.ts'

export interface Root {
  readonly tensor: Leaf
  readonly cotangent: Cell
}

export interface BackwardOptions {
  readonly retainGraph: boolean
  /** Tensors whose cotangents are wanted; leaves receive nothing then. */
  readonly wanted?: readonly Leaf[]
}

/** What is known of an epoch's values while walking back: cotangents of values, to be summed. */
interface Part {
  readonly of: Value[]
  readonly cotangents: Cell[]
  readonly nodes: Set<GradNode>
}

/** Cotangents of `wanted` tensors, `undefined` where they were not reached; leaves accumulate theirs if none are wanted. */
export function runBackward(
  roots: readonly Root[],
  { retainGraph, wanted }: BackwardOptions,
): ReadonlyMap<Tracked, Cell> {
  const found = new Map<Tracked, Cell>()
  const parts = new Map<Epoch, Part>()
  roots.forEach(({ tensor, cotangent }, k) => {
    if (!tensor.requiresGrad) throw noGradient(k)
    if (tensor.gradFn === null) deliver(tensor, cotangent, wanted, found)
    else join(parts, tensor.gradFn, cotangent)
    if (wanted === undefined) noteLoss(tensor.box.cell)
  })
  const visited: GradNode[] = []
  for (;;) {
    const epoch = newest(parts)
    const part = epoch === undefined ? undefined : parts.get(epoch)
    if (epoch === undefined || part === undefined) break
    parts.delete(epoch)
    const nodes = nodesWithin(epoch, part.nodes)
    for (const node of nodes) check(node)
    visited.push(...nodes)
    differentiate(epoch, part, nodes, parts, wanted, found)
  }
  if (!retainGraph) for (const node of visited) node.isFreed = true
  return found
}

function join(parts: Map<Epoch, Part>, node: GradNode, cotangent: Cell): void {
  let part = parts.get(node.epoch)
  if (part === undefined) {
    part = { of: [], cotangents: [], nodes: new Set() }
    parts.set(node.epoch, part)
  }
  part.of.push(node.value)
  part.cotangents.push(cotangent)
  part.nodes.add(node)
}

function newest(parts: ReadonlyMap<Epoch, Part>): Epoch | undefined {
  let result: Epoch | undefined
  for (const epoch of parts.keys()) if (result === undefined || epoch.order > result.order) result = epoch
  return result
}

/** All nodes of an epoch that backward meets. */
function nodesWithin(epoch: Epoch, starts: Iterable<GradNode>): readonly GradNode[] {
  const seen = new Set<GradNode>(starts)
  for (const node of seen) {
    for (const edge of node.edges) if (edge.node !== undefined && isInner(edge, epoch)) seen.add(edge.node)
  }
  return [...seen]
}

/** Whether an edge is part of its epoch's graph; others enter it as inputs: from older epochs, or written to meanwhile. */
const isInner = ({ node, value }: Edge, epoch: Epoch): boolean =>
  node?.epoch === epoch && node.value === value

function check({ isFreed, saved }: GradNode): void {
  if (isFreed && saved.length > 0) throw secondBackward()
  for (const { box, version, producer } of saved) {
    if (box.version === version) continue
    const { dtype, shape } = box.cell.type
    const { title } = dtypeOf(dtype)
    throw modifiedInPlace(`${title}Tensor`, shape, producer, box.version, version)
  }
}

function differentiate(
  epoch: Epoch,
  { of, cotangents }: Part,
  nodes: readonly GradNode[],
  parts: Map<Epoch, Part>,
  wanted: readonly Leaf[] | undefined,
  found: Map<Tracked, Cell>,
): void {
  const leaves = new Map<Value, Leaf>()
  const links = new Map<Value, GradNode>()
  for (const node of nodes) {
    for (const edge of node.edges) {
      if (edge.leaf !== undefined) leaves.set(edge.value, edge.leaf)
      else if (edge.node !== undefined && !isInner(edge, epoch)) links.set(edge.value, edge.node)
    }
  }
  const reached = new Set(nodes)
  const inner = (wanted ?? []).filter(({ gradFn }) => gradFn !== null && reached.has(gradFn))
  const boundary = [
    ...leaves.keys(),
    ...links.keys(),
    ...inner.map(({ gradFn }) => (gradFn as GradNode).value),
  ]
  const seeds = cotangents.map((cell) => valueIn(epoch, cell))
  const results = withProvenance(undefined, () => vjp(of, seeds, boundary))
  let next = 0
  const take = (): Cell => cellOfValue(epoch, results[next++] as Value)
  for (const leaf of leaves.values()) deliver(leaf, take(), wanted, found)
  for (const node of links.values()) join(parts, node, take())
  for (const tensor of inner) deliver(tensor, take(), wanted, found)
  const last = results.at(-1)
  if (last !== undefined) checkPending(cellOfValue(epoch, last))
}

function deliver(
  leaf: Leaf,
  cell: Cell,
  wanted: readonly Leaf[] | undefined,
  found: Map<Tracked, Cell>,
): void {
  if (wanted === undefined) leaf.accumulateGrad(cell)
  else if (wanted.includes(leaf)) found.set(leaf, found.has(leaf) ? sum(found.get(leaf) as Cell, cell) : cell)
}

/** `x + y`, in the newer of their epochs. */
export function sum(x: Cell, y: Cell): Cell {
  const epochs = [x.epoch, y.epoch].filter((epoch) => epoch !== undefined)
  const epoch = epochs.reduce(
    (newer, each) => (each.order > newer.order ? each : newer),
    epochs[0] ?? currentEpoch(),
  )
  return withProvenance(undefined, () =>
    cellOfValue(epoch, epoch.b.add(valueIn(epoch, x), valueIn(epoch, y))),
  )
}

/** A cotangent of ones, recorded where its tensor is. */
export function onesLike({ dtype, shape }: TensorType, epoch: Epoch): Cell {
  const value = withProvenance(undefined, () => epoch.b.full({ dtype, shape, value: dtypes[dtype].round(1) }))
  return cellOfValue(epoch, value)
}
