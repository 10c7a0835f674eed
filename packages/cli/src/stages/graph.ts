// The program as it was written, before anything is done to it.
import { nodesOf, printGraph } from '@heddle/core'
import { graphContent } from '../graph-json.ts'
import { plural } from '../plural.ts'
import type { Stage } from './stage.ts'

export const graphStage: Stage = {
  summary: 'the program as written',
  run: ({ graph, io }) => ({
    text: `# ${plural(nodesOf(graph).length, 'node')}\n${printGraph(graph, { locations: true })}`,
    json: { ...graphContent(graph, io) },
  }),
}
