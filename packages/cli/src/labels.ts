// The labels that the text form of a graph gives its values, so that tables beside a dump name the same things.
import { type Graph, graphLines, nodesOf, type Value } from '@heddle/core'

/** `%name` or `%number` of every value. Relies on the text form: a header, then one line a node, each beginning with its label. */
export function labelsOf(graph: Graph): ReadonlyMap<Value, string> {
  const labels = new Map<Value, string>()
  const lines = graphLines(graph)
  lines.next()
  for (const node of nodesOf(graph)) {
    const line = lines.next().value ?? ''
    labels.set(node, line.slice(0, line.indexOf(':')))
  }
  return labels
}
