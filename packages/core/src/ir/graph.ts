// A graph: named inputs, named outputs, and the states that step forward when it runs. Immutable; a pass returns a new one.
import { HeddleError } from '../errors.ts'
import type { Initializer } from '../initializer.ts'
import { postOrder } from './traverse.ts'
import type { Value } from './value.ts'

/** An input of a graph. `feed`: given anew each run. `state`: kept between runs; `initial` says how it starts. */
export interface GraphInput {
  readonly value: Value<'input'>
  readonly role: 'feed' | 'state'
  /** A state that training changes: `parameters(graph)` lists it. */
  readonly trainable: boolean
  readonly initial: Initializer | undefined
}

export interface GraphOutput {
  readonly name: string
  readonly value: Value
}

/** After a run the state named `state` holds `value`. */
export interface GraphUpdate {
  readonly state: string
  readonly value: Value
}

export interface Graph {
  readonly name: string
  readonly inputs: readonly GraphInput[]
  readonly outputs: readonly GraphOutput[]
  readonly updates: readonly GraphUpdate[]
}

/** All values a graph needs, operands first. Inputs come first, in their order, used or not. */
export function nodesOf(graph: Graph): Value[] {
  return postOrder([...graph.inputs.map((input) => input.value), ...rootsOf(graph)])
}

export const rootsOf = (graph: Graph): readonly Value[] => [
  ...graph.outputs.map((output) => output.value),
  ...graph.updates.map((update) => update.value),
]

/** The same graph with every root replaced. */
export function mapRoots(graph: Graph, replace: (value: Value) => Value): Graph {
  return {
    ...graph,
    outputs: graph.outputs.map((output) => ({ ...output, value: replace(output.value) })),
    updates: graph.updates.map((update) => ({ ...update, value: replace(update.value) })),
  }
}

export function inputNamed(graph: Graph, name: string): GraphInput {
  const found = graph.inputs.find((input) => input.value.attrs.name === name)
  if (found === undefined) {
    const names = graph.inputs.map((input) => input.value.attrs.name)
    throw new HeddleError(
      'GRAPH_UNKNOWN_INPUT',
      `${graph.name}: there is no input named '${name}'; the inputs are ${names.map((each) => `'${each}'`).join(', ')}`,
      { details: { name, names } },
    )
  }
  return found
}
