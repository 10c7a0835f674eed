// The program after the graph passes, with what each pass did.
import type { Note } from '@heddle/compiler'
import { type Graph, nodesOf, printGraph } from '@heddle/core'
import { graphContent } from '../graph-json.ts'
import { plural } from '../plural.ts'
import type { Stage } from './stage.ts'

export const optimizedStage: Stage = {
  summary: 'after the graph passes, with what each did',
  run: ({ graph, compile, title, io }) => {
    const { stages, optimized } = compile()
    const before = [graph, ...stages.map((stage) => stage.graph)].map(countOf)
    const passes = stages.map(({ pass, notes }, k) => {
      return { pass, nodesBefore: before[k] ?? 0, nodesAfter: before[k + 1] ?? 0, notes }
    })
    return {
      text: [
        `# optimised for ${title}: ${plural(countOf(graph), 'node')} before, ${countOf(optimized)} after`,
        ...passes.flatMap(({ pass, nodesBefore, nodesAfter, notes }) => [
          `#   ${pass}: ${nodesBefore} -> ${nodesAfter}`,
          ...notes.map((note) => `#     ${noteText(note)}`),
        ]),
        printGraph(optimized, { locations: true }),
      ].join('\n'),
      json: { passes, ...graphContent(optimized, io) },
    }
  },
}

const countOf = (graph: Graph): number => nodesOf(graph).length

const noteText = ({ kind, count, detail }: Note): string =>
  `${kind} ${count}${detail === undefined ? '' : `: ${detail}`}`
