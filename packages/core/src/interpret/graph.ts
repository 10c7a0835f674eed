// The reference interpreter: the meaning of a graph. Evaluates node by node in float64 with the ops' own `evaluate`; slow,
// obvious, and what every fast path is compared with.

import { formatShape, shapesEqual } from '../dim.ts'
import { isFloat } from '../dtype.ts'
import { HeddleError } from '../errors.ts'
import { opRecord } from '../ir/builder.ts'
import type { RunRegion } from '../ir/define.ts'
import { type Graph, nodesOf } from '../ir/graph.ts'
import { regionNodes } from '../ir/region.ts'
import { hasSiblings, siblingsIn } from '../ir/siblings.ts'
import { postOrder } from '../ir/traverse.ts'
import type { Value } from '../ir/value.ts'
import type { NdArray } from './nd-array.ts'

/** Values of the inputs by name, as the interpreter holds them. */
export type Bindings = Readonly<Record<string, NdArray>>

export interface Interpretation {
  readonly outputs: Readonly<Record<string, NdArray>>
  /** Next value of every updated state. */
  readonly updates: Readonly<Record<string, NdArray>>
}

/** Runs a graph. Throws `INPUT_MISSING` and `INPUT_SHAPE` for bindings that do not fit its inputs. */
export function interpret(graph: Graph, bindings: Bindings): Interpretation {
  const values = interpretNodes(nodesOf(graph), boundBy(bindings))
  const get = (value: Value): NdArray => values.get(value) as NdArray
  return {
    outputs: Object.fromEntries(graph.outputs.map(({ name, value }) => [name, get(value)])),
    updates: Object.fromEntries(graph.updates.map(({ state, value }) => [state, get(value)])),
  }
}

/** Values of the given nodes. */
export function interpretValues(values: readonly Value[], bindings: Bindings): readonly NdArray[] {
  const all = interpretNodes(postOrder(values), boundBy(bindings))
  return values.map((value) => all.get(value) as NdArray)
}

type InputValue = (input: Value<'input'>) => NdArray

function interpretNodes(order: readonly Value[], inputValue: InputValue): ReadonlyMap<Value, NdArray> {
  const results = new Map<Value, NdArray>()
  const groups = order.some(hasSiblings) ? siblingsIn(order) : undefined
  for (const node of order) {
    if (results.has(node)) continue
    const operands = node.inputs.map((operand) => results.get(operand) as NdArray)
    const siblings = groups?.get(node)
    if (siblings !== undefined) interpretSiblings(siblings, operands, results)
    else if (isInput(node)) results.set(node, inputValue(node))
    else results.set(node, opRecord(node.op).evaluate(operands, node.attrs, node.type))
  }
  return results
}

/** One node for given operands, whatever its op. */
export function evaluateNode(node: Value, operands: readonly NdArray[]): NdArray {
  const { evaluate } = opRecord(node.op)
  if (!hasSiblings(node)) return evaluate(operands, node.attrs, node.type)
  const results = new Map<Value, NdArray>()
  interpretSiblings([node], operands, results)
  return results.get(node) as NdArray
}

/** All results of one run of a control-flow op. */
function interpretSiblings(
  siblings: readonly Value[],
  operands: readonly NdArray[],
  results: Map<Value, NdArray>,
): void {
  const [first] = siblings
  if (first === undefined) return
  const { evaluateResults } = opRecord(first.op)
  const found =
    evaluateResults?.(
      operands,
      siblings.map(({ attrs }) => attrs),
      runRegion,
    ) ?? []
  siblings.forEach((node, k) => {
    results.set(node, found[k] as NdArray)
  })
}

/** Recursive over regions within regions: as deep as people nest bodies. */
const runRegion: RunRegion = (region, inputs) => {
  const bound = new Map<Value, NdArray>(region.inputs.map((input, k) => [input, inputs[k] as NdArray]))
  const values = interpretNodes(regionNodes(region), (input) => bound.get(input) as NdArray)
  return (value) => values.get(value) as NdArray
}

const isInput = (node: Value): node is Value<'input'> => node.op === 'input'

const boundBy =
  (bindings: Bindings): InputValue =>
  (input) =>
    bound(input, bindings)

function bound(node: Value<'input'>, bindings: Bindings): NdArray {
  const { name, dtype, shape } = node.attrs
  const value = bindings[name]
  if (value === undefined) {
    throw new HeddleError('INPUT_MISSING', `input '${name}' ${dtype}${formatShape(shape)} was not given`, {
      details: { name },
    })
  }
  const sameDType = value.dtype === dtype || (isFloat(value.dtype) && isFloat(dtype))
  if (!shapesEqual(value.shape, shape) || !sameDType) {
    throw new HeddleError(
      'INPUT_SHAPE',
      `input '${name}' is ${dtype}${formatShape(shape)}, given ${value.dtype}${formatShape(value.shape)}`,
      { details: { name, expected: { dtype, shape }, given: { dtype: value.dtype, shape: value.shape } } },
    )
  }
  return value
}
