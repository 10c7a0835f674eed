// The reference interpreter: the meaning of a graph. Evaluates node by node in float64 with the ops' own `evaluate`; slow,
// obvious, and what every fast path is compared with.

import { formatShape, shapesEqual } from '../dim.ts'
import { isFloat } from '../dtype.ts'
import { HeddleError } from '../errors.ts'
import { opRecord } from '../ir/builder.ts'
import { type Graph, nodesOf } from '../ir/graph.ts'
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
  const values = interpretNodes(nodesOf(graph), bindings)
  const get = (value: Value): NdArray => values.get(value) as NdArray
  return {
    outputs: Object.fromEntries(graph.outputs.map(({ name, value }) => [name, get(value)])),
    updates: Object.fromEntries(graph.updates.map(({ state, value }) => [state, get(value)])),
  }
}

/** Values of the given nodes. */
export function interpretValues(values: readonly Value[], bindings: Bindings): readonly NdArray[] {
  const all = interpretNodes(postOrder(values), bindings)
  return values.map((value) => all.get(value) as NdArray)
}

function interpretNodes(order: readonly Value[], bindings: Bindings): ReadonlyMap<Value, NdArray> {
  const results = new Map<Value, NdArray>()
  for (const node of order) {
    const operands = node.inputs.map((operand) => results.get(operand) as NdArray)
    const result = isInput(node)
      ? bound(node, bindings)
      : opRecord(node.op).evaluate(operands, node.attrs, node.type)
    results.set(node, result)
  }
  return results
}

const isInput = (node: Value): node is Value<'input'> => node.op === 'input'

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
