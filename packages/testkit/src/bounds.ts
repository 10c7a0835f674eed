// How far the results of a graph may lie from the float64 reference: forward error analysis, node by node. Each op turns
// the bounds of its operands into a bound of its result, with magnitudes taken from the reference itself. A bound of
// Infinity says that nothing is known (an overflow, a pole within reach, an index that may differ); bounds never guess.
import { unrolled } from '@heddle/compiler'
import type { Bindings, Graph, NdArray, Value } from '@heddle/core'
import { interpretValues, isFloat, nodesOf } from '@heddle/core'
import { boundRules } from './bounds-table.ts'
import { type Precision, tolerancesOf } from './tolerances.ts'

/** A reference value and, for each element, how far a result may lie from it. */
export interface Bounded {
  readonly value: NdArray
  readonly bound: Float64Array
}

export interface BoundArgs {
  readonly node: Value
  readonly inputs: readonly Bounded[]
  readonly value: NdArray
  readonly precision: Precision
}

/** Bound of a node's result from those of its operands. NaN counts as "nothing is known". */
export type BoundRule = (args: BoundArgs) => Float64Array

export interface BoundedResults {
  readonly outputs: Readonly<Record<string, Bounded>>
  readonly updates: Readonly<Record<string, Bounded>>
}

/** Reference results of a graph with bounds. Inputs are taken to be exact. */
export function boundsOfGraph(program: Graph, bindings: Bindings, precision: Precision): BoundedResults {
  // Loops step by step: errors grow from step to step.
  const graph = unrolled(program)
  const nodes = nodesOf(graph)
  const values = interpretValues(nodes, bindings)
  const bounded = new Map<Value, Bounded>()
  nodes.forEach((node, at) => {
    const value = values[at] as NdArray
    const inputs = node.inputs.map((operand) => bounded.get(operand) as Bounded)
    const bound = boundRules[node.op]({ node, inputs, value, precision })
    settle(bound, value, precision)
    bounded.set(node, { value, bound })
  })
  const get = (value: Value): Bounded => bounded.get(value) as Bounded
  return {
    outputs: Object.fromEntries(graph.outputs.map(({ name, value }) => [name, get(value)])),
    updates: Object.fromEntries(graph.updates.map(({ state, value }) => [state, get(value)])),
  }
}

/** NaN becomes Infinity; so does what reaches beyond the largest number. */
function settle(bound: Float64Array, { dtype, data }: NdArray, precision: Precision): void {
  const largest = isFloat(dtype) ? (tolerancesOf(precision, dtype)?.largest ?? 0) : Number.POSITIVE_INFINITY
  for (let at = 0; at < bound.length; at++) {
    const error = bound[at] ?? Number.NaN
    const value = data[at] ?? Number.NaN
    const known = !Number.isNaN(error) && !(Number.isFinite(value) && Math.abs(value) + error > largest)
    if (!known) bound[at] = Number.POSITIVE_INFINITY
  }
}

/** A bound beyond this share of a value (of 1, for smaller values) says little. */
const TELLING = 0.01

/** Share of results about which bounds say something, from 0 to 1; 1 for none. A test on few of them proves little. */
export function knownShare(results: readonly Bounded[]): number {
  let known = 0
  let size = 0
  for (const { bound, value } of results) {
    size += bound.length
    bound.forEach((error, at) => {
      const magnitude = Math.abs(value.data[at] ?? 0)
      if (error === 0 || error <= TELLING * Math.max(1, magnitude)) known++
    })
  }
  return size === 0 ? 1 : known / size
}
