// A graph in the documents of the command: its stored form, which core reads again, beside the labels and lines of its text.
import { type Graph, graphLines, graphToJson, nodesOf } from '@heddle/core'
import type { Io } from './io.ts'
import { labelsOf } from './labels.ts'
import { shortPlace } from './user-lines.ts'

export function graphContent(graph: Graph, io: Pick<Io, 'cwd'>): Readonly<Record<string, unknown>> {
  const labels = labelsOf(graph)
  const { nodes, ...rest } = graphToJson(graph, { locations: true })
  return {
    graph: {
      ...rest,
      nodes: nodes.map(({ at, ...node }) => (at === undefined ? node : { ...node, at: shortPlace(at, io) })),
    },
    /** Of the nodes, in their order. */
    labels: nodesOf(graph).map((node) => labels.get(node)),
    text: [...graphLines(graph)],
  }
}
