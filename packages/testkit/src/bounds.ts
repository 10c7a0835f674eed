// How far the results of a graph may lie from the float64 reference: forward error analysis, node by node. Each op turns
// the bounds of its operands into a bound of its result, with magnitudes taken from the reference itself. A bound of
// Infinity says that nothing is known (an overflow, a pole within reach, an index that may differ); bounds never guess.
import { unrolled } from '@heddle/compiler'
import type { Bindings, DType, Graph, NdArray, Region, Value } from '@heddle/core'
import { computes, dtypes, interpretValues, isFloat, movesOnly, nodesOf, opRecord } from '@heddle/core'
import { boundRules } from './bounds-table.ts'
import { type Precision, roundingError, tolerancesOf } from './tolerances.ts'

/** A reference value and, for each element, how far a result may lie from it. */
export interface Bounded {
  readonly value: NdArray
  readonly bound: Float64Array
}

export interface BoundArgs {
  readonly node: Pick<Value, 'op' | 'attrs' | 'type' | 'inputs'>
  readonly inputs: readonly Bounded[]
  readonly value: NdArray
  readonly precision: Precision
  /** Results of a body, for ops that have one. */
  readonly run: (body: Region, inputs: readonly Bounded[]) => readonly Bounded[]
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
  const bounded = boundsOfNodes(graph, bindings, new Map(), precision)
  const get = (value: Value): Bounded => bounded.get(value) as Bounded
  return {
    outputs: Object.fromEntries(graph.outputs.map(({ name, value }) => [name, get(value)])),
    updates: Object.fromEntries(graph.updates.map(({ state, value }) => [state, get(value)])),
  }
}

/** Of all nodes of an unrolled graph; `known` are those of inputs that are not exact. */
function boundsOfNodes(
  graph: Graph,
  bindings: Bindings,
  known: ReadonlyMap<Value, Bounded>,
  precision: Precision,
): ReadonlyMap<Value, Bounded> {
  const nodes = nodesOf(graph)
  const values = interpretValues(nodes, bindings)
  const bounded = new Map<Value, Bounded>(known)
  const run: BoundArgs['run'] = (body, inputs) => boundsOfBody(body, inputs, precision)
  nodes.forEach((node, at) => {
    if (bounded.has(node)) return
    const value = values[at] as NdArray
    const inputs = node.inputs.map((operand) => bounded.get(operand) as Bounded)
    const args = { node, inputs, value, precision, run }
    const bound = computesInStorage(node) ? boundInStorage(args) : boundRules[node.op](args)
    settle(bound, value, precision)
    bounded.set(node, { value, bound })
  })
  return bounded
}

/** Bodies as graphs, unrolled: they run many times. */
const bodies = new WeakMap<Region, Graph>()

function boundsOfBody(body: Region, inputs: readonly Bounded[], precision: Precision): readonly Bounded[] {
  const graph = bodies.get(body) ?? unrolled(graphOfBody(body))
  bodies.set(body, graph)
  const bindings = Object.fromEntries(
    body.inputs.map(({ attrs }, k) => [attrs.name, (inputs[k] as Bounded).value]),
  )
  const known = new Map(body.inputs.map((input, k) => [input, inputs[k] as Bounded]))
  const bounded = boundsOfNodes(graph, bindings, known, precision)
  return graph.outputs.map(({ value }) => bounded.get(value) as Bounded)
}

const graphOfBody = ({ inputs, results }: Region): Graph => ({
  name: 'body',
  inputs: inputs.map((value) => ({ value, role: 'feed', trainable: false, initial: undefined })),
  outputs: results.map((value, k) => ({ name: `result${k}`, value })),
  updates: [],
})

const computesInStorage = ({ op, type, inputs }: Value): boolean =>
  [type, ...inputs.map((input) => input.type)].some(({ dtype }) => !computes(dtype)) &&
  !movesOnly(opRecord(op)) &&
  opRecord(op).kind !== 'control'

/** An op on dtypes that are only stored: it computes in f32 or i32, and its result is rounded (or wraps) once. */
function boundInStorage({ node, inputs, value, precision, run }: BoundArgs): Float64Array {
  const { dtype } = node.type
  const widened = <T extends NdArray>(array: T): T => ({ ...array, dtype: dtypes[array.dtype].computesAs })
  const type = { ...node.type, dtype: dtypes[dtype].computesAs }
  if (!isFloat(dtype) && inputs.every(({ bound }) => bound.every((error) => error === 0)))
    return new Float64Array(value.data.length)
  const bound = boundRules[node.op]({
    node: { ...node, type },
    inputs: inputs.map((input) => ({ ...input, value: widened(input.value) })),
    value: widened(value),
    precision,
    run,
  })
  const tolerances = tolerancesOf(precision, dtype)
  return bound.map((error, at) => {
    const z = Number(value.data[at])
    if (error === 0 && dtypes[dtype].round(z) === z) return 0
    if (tolerances !== undefined) return error + roundingError(tolerances, 'arithmetic', Math.abs(z) + error)
    const wraps = [z - error, z + error].some((end) => dtypes[dtype].round(end) !== end)
    return wraps ? Number.POSITIVE_INFINITY : error
  })
}

/** NaN becomes Infinity; so does what reaches beyond the largest number. */
function settle(bound: Float64Array, { dtype, data }: NdArray, precision: Precision): void {
  const largest = isFloat(dtype) ? (tolerancesOf(precision, dtype)?.largest ?? 0) : Number.POSITIVE_INFINITY
  for (let at = 0; at < bound.length; at++) {
    const error = bound[at] ?? Number.NaN
    const value = Number(data[at] ?? Number.NaN)
    const known = !Number.isNaN(error) && !(Number.isFinite(value) && Math.abs(value) + error > largest)
    if (!known) bound[at] = Number.POSITIVE_INFINITY
  }
}

/** A bound beyond this share of a value (of 1, for smaller values) says little: a hundredth, or sixteen roundings. */
const tellingShare = (dtype: DType): number =>
  Math.max(0.01, 16 * (tolerancesOf('reproducible', dtype)?.epsilon ?? 0))

/** Share of results about which bounds say something, from 0 to 1; 1 for none. A test on few of them proves little. */
export function knownShare(results: readonly Bounded[]): number {
  let known = 0
  let size = 0
  for (const { bound, value } of results) {
    size += bound.length
    const telling = tellingShare(value.dtype)
    bound.forEach((error, at) => {
      const magnitude = Math.abs(Number(value.data[at] ?? 0))
      if (error === 0 || error <= telling * Math.max(1, magnitude)) known++
    })
  }
  return size === 0 ? 1 : known / size
}
