// Index expressions, guards and addresses as i32 nodes. Terms are added from the outermost loop level inwards, so that what
// an inner loop does not change is computed outside it. Nothing here reads memory.
import {
  dtypes,
  type Guard,
  holdsAlways,
  holdsNever,
  type IndexAtom,
  type IndexExpression,
  indexRange,
  type Kernel,
} from '@heddle/core'
import type { Graph, NodeId } from './graph.ts'

/** Where atoms get their values: counters of loops and i32 values of the code. */
export interface IndexScope {
  readonly graph: Graph
  readonly kernel: Kernel
  /** The counter of an axis, as a node and a constant to be added. */
  axis(axis: number): { readonly node: NodeId; readonly plus: number }
  value(value: number): NodeId
}

const extents =
  (kernel: Kernel) =>
  (axis: number): number =>
    kernel.axes[axis]?.extent ?? 0

/** `index` as an i32. */
export function indexNode(scope: IndexScope, index: IndexExpression): NodeId {
  const { node, plus } = splitConstant(scope, index, 1)
  return scope.graph.add(node, scope.graph.constant('i32', plus))
}

/** `index * scale` as a node and a constant. */
function splitConstant(
  scope: IndexScope,
  index: IndexExpression,
  scale: number,
): { readonly node: NodeId; readonly plus: number } {
  const { graph } = scope
  let plus = index.constant * scale
  const parts: NodeId[] = []
  for (const { coefficient, atom } of index.terms) {
    if (atom.kind === 'axis') {
      const counter = scope.axis(atom.axis)
      plus += counter.plus * coefficient * scale
      parts.push(graph.scale(counter.node, coefficient * scale))
    } else parts.push(graph.scale(atomNode(scope, atom), coefficient * scale))
  }
  return { node: sumByLevel(graph, parts), plus }
}

/** The sum with the parts of outer levels first. */
function sumByLevel(graph: Graph, parts: readonly NodeId[]): NodeId {
  const ordered = [...parts].sort((x, y) => graph.level(x) - graph.level(y) || x - y)
  let sum = graph.constant('i32', 0)
  for (const part of ordered) sum = graph.add(sum, part)
  return sum
}

function atomNode(scope: IndexScope, atom: Exclude<IndexAtom, { kind: 'axis' }>): NodeId {
  if (atom.kind === 'value') return scope.value(atom.value)
  const { graph, kernel } = scope
  const of = indexNode(scope, atom.of)
  const { low, high } = indexRange(atom.of, extents(kernel))
  const positive = low >= 0 && high < 2 ** 31
  const by = graph.constant('i32', atom.by)
  const shift = Math.log2(atom.by)
  if (Number.isInteger(shift)) {
    if (atom.kind === 'quotient') {
      return graph.plain(positive ? 'i32.shr_u' : 'i32.shr_s', of, graph.constant('i32', shift))
    }
    return graph.plain('i32.and', of, graph.constant('i32', atom.by - 1))
  }
  if (positive) return graph.plain(atom.kind === 'quotient' ? 'i32.div_u' : 'i32.rem_u', of, by)
  // Floor division: the remainder is brought into [0, by), and the quotient follows from it.
  const rest = graph.plain('i32.rem_s', of, by)
  const below = graph.plain('i32.and', graph.plain('i32.shr_s', rest, graph.constant('i32', 31)), by)
  const remainder = graph.add(rest, below)
  if (atom.kind === 'remainder') return remainder
  return graph.plain('i32.div_s', graph.plain('i32.sub', of, remainder), by)
}

/** Address in bytes, as a node and an offset for the instruction; the sum of both never wraps. */
export interface Address {
  readonly node: NodeId
  readonly offset: number
}

export function addressOf(
  scope: IndexScope,
  pointer: NodeId,
  buffer: number,
  index: IndexExpression,
): Address {
  const { graph, kernel } = scope
  const bytes = dtypes[kernel.buffers[buffer]?.dtype ?? 'f32'].bytes
  const { node, plus } = splitConstant(scope, index, bytes)
  const rising = index.terms.every(
    ({ coefficient, atom }) =>
      coefficient > 0 &&
      (atom.kind === 'axis' || (atom.kind !== 'value' && indexRange(atom.of, extents(kernel)).low >= 0)),
  )
  // The pointer joins first: sums that are the same for all loads of an outer level are then one addition each.
  const parts = pointerFirst(graph, pointer, node)
  if (rising && plus >= 0 && plus < 2 ** 31) return { node: parts, offset: plus }
  return { node: graph.add(parts, graph.constant('i32', plus)), offset: 0 }
}

/** `pointer + sum`, adding the pointer to the outermost part of a left-leaning sum. */
function pointerFirst(graph: Graph, pointer: NodeId, sum: NodeId): NodeId {
  const parts: NodeId[] = []
  let rest = sum
  for (;;) {
    const node = graph.node(rest)
    if (node.kind !== 'plain' || node.name !== 'i32.add') break
    const [left, right] = node.args
    if (left === undefined || right === undefined || graph.level(left) === graph.level(right)) break
    parts.push(right)
    rest = left
  }
  let total = graph.add(pointer, rest)
  for (const part of parts.reverse()) total = graph.add(total, part)
  return total
}

/** Whether all guards hold: `true` or `false` where that is known beforehand, else an i32 of 0 or 1. */
export function conditionNode(scope: IndexScope, guards: readonly Guard[]): NodeId | boolean {
  const { graph, kernel } = scope
  const conditions: NodeId[] = []
  for (const guard of guards) {
    if (holdsAlways(guard, extents(kernel))) continue
    if (holdsNever(guard, extents(kernel))) return false
    // One unsigned comparison tests both ends.
    const { node, plus } = splitConstant(scope, guard.index, 1)
    const distance = graph.add(node, graph.constant('i32', plus - guard.low))
    conditions.push(graph.plain('i32.lt_u', distance, graph.constant('i32', guard.high - guard.low)))
  }
  if (conditions.length === 0) return true
  const ordered = conditions.sort((x, y) => graph.level(x) - graph.level(y) || x - y)
  return ordered.reduce((all, condition) => graph.plain('i32.and', all, condition))
}
