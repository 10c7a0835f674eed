// Drops what a run cannot notice. A graph holds no node its roots do not need, so what is left are updates that keep their
// state. Inputs nothing reads stay, since callers name them; they are reported.
import { type Graph, nodesOf, rootsOf, usersOf } from '@heddle/core'
import type { Pass } from './pass.ts'

export const eliminateDead: Pass = {
  name: 'eliminate-dead',
  summary: 'drops updates that keep their state',
  run: (graph, { note }) => {
    const updates = graph.updates.filter(({ state, value }) => !isItself(graph, state, value))
    const kept = updates.length === graph.updates.length ? graph : { ...graph, updates }
    const removed = graph.updates.length - updates.length
    if (removed > 0) note({ kind: 'removed-update', count: removed })
    for (const name of unusedInputs(kept)) note({ kind: 'unused-input', count: 1, detail: name })
    return kept
  },
}

const isItself = (graph: Graph, state: string, value: Graph['updates'][number]['value']): boolean =>
  graph.inputs.some((input) => input.value === value && input.value.attrs.name === state)

function unusedInputs(graph: Graph): readonly string[] {
  const users = usersOf(nodesOf(graph))
  const roots = new Set(rootsOf(graph))
  return graph.inputs
    .filter(({ value }) => users.get(value)?.length === 0 && !roots.has(value))
    .map(({ value }) => value.attrs.name)
}
