// What a backward pass needs to keep from the forward pass: the cheapest set of values, in bytes, from which the rest of what
// it reads can be computed again. A minimum cut between the forward pass and its readers; recomputing is allowed through
// elementwise ops, movements and gathers, never through a reduction, a contraction or random bits.
import { areSiblings, dtypes, hasSiblings, opRecord, postOrder, sizeOf, type Value } from '@heddle/core'
import { createFlowNetwork } from './max-flow.ts'

export interface SavedValues {
  /** In graph order. */
  readonly values: readonly Value[]
  readonly bytes: number
}

/**
 * Values to keep between computing `outputs` and computing `gradients` from them.
 *
 * Ties go to the value computed last, so that least is computed again: `tanh` keeps its result.
 */
export function savedForBackward(outputs: readonly Value[], gradients: readonly Value[]): SavedValues {
  const all = postOrder(gradients)
  const forward = forwardOf(postOrder(outputs), all)
  const inForward = new Set(forward)
  const backward = all.filter((node) => !inForward.has(node))
  const read = new Set(
    backward.flatMap((node) => node.inputs).filter((operand) => inForward.has(operand) && isKept(operand)),
  )
  for (const value of gradients) if (inForward.has(value) && isKept(value)) read.add(value)
  const kept = cheapestCut(forward, [...read])
  return { values: kept, bytes: kept.reduce((sum, value) => sum + bytesOf(value), 0) }
}

/**
 * The forward pass as backward sees it: with the results of its control flow that only backward asks for, such as stacks of
 * what happened inside a loop.
 */
export function forwardOf(forward: readonly Value[], backward: readonly Value[]): readonly Value[] {
  const control = forward.filter(hasSiblings)
  if (control.length === 0) return forward
  const known = new Set(forward)
  const further = backward.filter(
    (node) => hasSiblings(node) && !known.has(node) && control.some((each) => areSiblings(each, node)),
  )
  return [...forward, ...further]
}

/** The cheapest values of a forward pass from which those read can be computed; those `free` cost nothing to have. */
export function cheapestCut(
  forward: readonly Value[],
  read: readonly Value[],
  free: ReadonlySet<Value> = new Set(),
): readonly Value[] {
  // Each value is two nodes, joined by an edge that costs its bytes; a computation leads from its operands to it.
  const ids = new Map(forward.map((node, id) => [node, id]))
  const source = 2 * forward.length
  const sink = source + 1
  const network = createFlowNetwork(sink + 1)
  const wanted = new Set(read)
  forward.forEach((node, id) => {
    network.addEdge(2 * id, 2 * id + 1, isKept(node) && !free.has(node) ? costOf(node) : 0)
    if (wanted.has(node)) network.addEdge(2 * id + 1, sink, Number.POSITIVE_INFINITY)
    if (node.inputs.length === 0 || !isRecomputable(node))
      network.addEdge(source, 2 * id, Number.POSITIVE_INFINITY)
    else {
      for (const operand of node.inputs) {
        if (isKept(operand))
          network.addEdge(2 * (ids.get(operand) ?? 0) + 1, 2 * id, Number.POSITIVE_INFINITY)
      }
    }
  })
  const side = network.sourceSide(source, sink)
  const values = forward.filter((_, id) => side.has(2 * id) && !side.has(2 * id + 1))
  return values.filter(isKept)
}

const bytesOf = ({ type }: Value): number => sizeOf(type.shape) * dtypes[type.dtype].bytes

/** A value without elements costs something too: what is free is better. */
const costOf = (value: Value): number => Math.max(1, bytesOf(value))

/** Constants are made anew where they are needed. */
const isKept = (node: Value): boolean => opRecord(node.op).kind !== 'constant'

function isRecomputable(node: Value): boolean {
  const { kind } = opRecord(node.op)
  return kind === 'elementwise' || kind === 'view' || kind === 'gather'
}
