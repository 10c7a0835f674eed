// A graph in the JSON documents of the command: its nodes by the labels of the text form, with the user's lines.
import { formatType, type Graph, graphLines, locationOf, nodesOf, type Value } from '@heddle/core'
import type { Io } from './io.ts'
import { locationJson } from './json.ts'
import { labelsOf } from './labels.ts'

export function graphJson(graph: Graph, io: Pick<Io, 'cwd'>): Readonly<Record<string, unknown>> {
  const labels = labelsOf(graph)
  const label = (value: Value): string => labels.get(value) ?? ''
  return {
    name: graph.name,
    inputs: graph.inputs.map(({ value, role, trainable }) => ({
      name: value.attrs.name,
      value: label(value),
      role,
      trainable,
    })),
    nodes: nodesOf(graph).map((node) => ({
      value: label(node),
      op: node.op,
      type: formatType(node.type),
      operands: node.inputs.map(label),
      location: locationJson(locationOf(node.provenance), io),
    })),
    outputs: graph.outputs.map(({ name, value }) => ({ name, value: label(value) })),
    updates: graph.updates.map(({ state, value }) => ({ state, value: label(value) })),
    text: [...graphLines(graph)],
  }
}
