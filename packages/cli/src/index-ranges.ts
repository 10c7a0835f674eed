// Which positions an integer input may hold, read off the graph: generated labels and ids then lie inside the axes they index.
// Known are the three ways a position is used: to gather or scatter, compared with an iota (one-hot), and tested against a
// constant bound. A heuristic for generated data only: an input it does not see through has no range.
import { extent, type Graph, nodesOf, type OpName, opRecord, type Value } from '@heddle/core'

/** Positions 0 … extent-1, by name of the input; the smallest extent where there are several. */
export function indexRanges(graph: Graph): ReadonlyMap<string, number> {
  const ranges = new Map<string, number>()
  const sources = new Map<Value, ReadonlySet<string>>()
  const sourcesOf = (value: Value | undefined): ReadonlySet<string> =>
    (value && sources.get(value)) ?? new Set<string>()
  const limit = (value: Value | undefined, positions: number | undefined): void => {
    if (positions === undefined || positions < 1) return
    for (const name of sourcesOf(value)) {
      ranges.set(name, Math.min(ranges.get(name) ?? Number.POSITIVE_INFINITY, positions))
    }
  }

  for (const node of nodesOf(graph)) {
    const [first, second] = node.inputs
    if (isOp(node, 'input')) sources.set(node, new Set([node.attrs.name]))
    else if (carriesPositions(node)) {
      sources.set(node, new Set(node.inputs.flatMap((operand) => [...sourcesOf(operand)])))
    } else if (isOp(node, 'gather') || isOp(node, 'scatter')) {
      limit(second, extent(first?.type.shape[node.attrs.axis] ?? 0))
    } else if (node.op === 'eq') {
      limit(first, classesOf(second))
      limit(second, classesOf(first))
    } else if (node.op === 'lt') {
      const bound = behindViews(second)
      if (bound !== undefined && isOp(bound, 'full')) limit(first, bound.attrs.value)
    }
  }
  return ranges
}

const isOp = <K extends OpName>(node: Value, op: K): node is Value<K> => node.op === op

/** Movements and casts change no position. */
const carriesPositions = (node: Value): boolean =>
  node.inputs.length > 0 && (opRecord(node.op).kind === 'view' || node.op === 'cast')

function classesOf(value: Value | undefined): number | undefined {
  const source = behindViews(value)
  return source !== undefined && isOp(source, 'iota')
    ? extent(source.type.shape[source.attrs.axis] ?? 0)
    : undefined
}

function behindViews(value: Value | undefined): Value | undefined {
  let source = value
  while (source !== undefined && source.inputs.length === 1 && carriesPositions(source))
    [source] = source.inputs
  return source
}
