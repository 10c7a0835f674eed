// Expands control flow that the target has no step for into ordinary nodes: loops are unrolled, branches become selections,
// marks for derivatives become their bodies. Runs before the rewriting passes, which then see through it all. Iterative, and
// linear in what comes out; bodies inside bodies are expanded level by level.
import {
  allRegions,
  type Builder,
  type Capabilities,
  type Graph,
  HeddleError,
  hasSiblings,
  internalError,
  joinedBody,
  locationOf,
  mapRoots,
  nodesOf,
  type Region,
  regionNodes,
  type Shape,
  siblingsIn,
  stackedNode,
  type Value,
  withProvenance,
} from '@heddle/core'
import { copyInto, copyNode, inlineRegion } from './copy.ts'

/** Values of siblings, in their order. */
type Expansion = (b: Builder, operands: readonly Value[], siblings: readonly Value[]) => readonly Value[]

/** Control flow that the target runs as it is. */
export type Keeps = (node: Value) => boolean

/** Throws `LOWER_WHILE_UNSUPPORTED` for a `whileLoop` that is not kept. */
export function expandControl(graph: Graph, keeps: Keeps): Graph {
  let expanded = graph
  for (;;) {
    const order = nodesOf(expanded)
    const isDone = order.every((node) => !hasSiblings(node) || keeps(node))
    if (isDone) return expanded
    expanded = expandOnce(expanded, order, keeps)
  }
}

/** What a target with plans inside plans keeps: all that it does not do as well without. */
export const keptBy =
  ({ loops, hostSteps }: Pick<Capabilities, 'loops' | 'hostSteps'>): Keeps =>
  (node) => {
    if (!loops || isOp(node, 'customVjp')) return false
    if (isOp(node, 'checkpoint')) return node.attrs.isolated
    // To wait for the predicate costs more than most bodies; but one that loops on may have no end where it was not chosen.
    if (isOp(node, 'cond')) return hostSteps === 'shared' || holdsWhile(node)
    return !isOp(node, 'loop') || node.attrs.length > 1
  }

const holdsWhile = (node: Value): boolean =>
  allRegions([node]).some((region) => regionNodes(region).some(({ op }) => op === 'whileLoop'))

/**
 * The graph without control flow, but for loops of which nobody knows how long they are, and branches around these: what looks at
 * single nodes sees them.
 */
export const unrolled = (graph: Graph): Graph =>
  expandControl(graph, (node) => isOp(node, 'whileLoop') || (isOp(node, 'cond') && holdsWhile(node)))

function expandOnce(graph: Graph, order: readonly Value[], keeps: Keeps): Graph {
  const groups = siblingsIn(order)
  const replaced = new Map<Value, Value>()
  const now = (value: Value): Value => replaced.get(value) ?? value
  for (const node of order) {
    const operands = node.inputs.map(now)
    const siblings = groups.get(node)
    if (siblings !== undefined && !keeps(node)) {
      if (replaced.has(node)) continue
      const expand = expansionOf(node)
      const values = withProvenance(node.provenance, () => expand(node.builder, operands, siblings))
      siblings.forEach((sibling, k) => {
        replaced.set(sibling, values[k] as Value)
      })
    } else if (operands.some((operand, k) => operand !== node.inputs[k])) {
      replaced.set(
        node,
        copyNode(node.builder, node, new Map(node.inputs.map((each, k) => [each, operands[k] as Value]))),
      )
    }
  }
  return mapRoots(graph, now)
}

function expansionOf(node: Value): Expansion {
  if (isOp(node, 'customVjp')) return inlineForward
  if (isOp(node, 'checkpoint')) return node.attrs.isolated ? inlineApart : inlineBody
  if (isOp(node, 'cond')) return selectResults
  if (isOp(node, 'loop')) return unroll
  if (isOp(node, 'whileLoop')) throw whileUnsupported(node)
  throw internalError('expand', `${node.op} runs regions that nothing expands`)
}

const isOp = <K extends Value['op']>(node: Value, op: K): node is Value<K> => node.op === op

const inlineBody: Expansion = (b, operands, siblings) =>
  results(b, operands, siblings as readonly Value<'checkpoint'>[], ({ body }) => body)
const inlineForward: Expansion = (b, operands, siblings) =>
  results(b, operands, siblings as readonly Value<'customVjp'>[], ({ forward }) => forward)

/** Behind barriers, so that nothing inside is taken for what was computed before. */
const inlineApart: Expansion = (b, operands, siblings) =>
  inlineBody(
    b,
    operands.map((operand) => b.barrier(operand)),
    siblings,
  )

function results<K extends 'checkpoint' | 'customVjp'>(
  b: Builder,
  operands: readonly Value[],
  siblings: readonly Value<K>[],
  bodyOf: (attrs: Value<K>['attrs']) => Region,
): readonly Value[] {
  const [first] = siblings
  if (first === undefined) return []
  const values = inlineRegion(b, bodyOf(first.attrs), operands)
  return siblings.map(({ attrs }) => values[attrs.result] as Value)
}

/** Both bodies, and for each result the one that the predicate says: what the other one is, NaN or not, does not matter. */
const selectResults: Expansion = (b, [predicate, ...operands], siblings) => {
  const [first] = siblings as readonly Value<'cond'>[]
  if (first === undefined || predicate === undefined) return []
  const [yes, no] = [first.attrs.whenTrue, first.attrs.whenFalse].map((body) =>
    inlineRegion(b, body, operands),
  )
  return (siblings as readonly Value<'cond'>[]).map(({ attrs, type }) =>
    b.select(everywhere(b, predicate, type.shape), yes?.[attrs.result] as Value, no?.[attrs.result] as Value),
  )
}

const everywhere = (b: Builder, scalar: Value, shape: Shape): Value =>
  shape.length === 0 ? scalar : b.expand(b.reshape(scalar, { shape: shape.map(() => 1) }), { shape })

const unroll: Expansion = (b, operands, nodes) => {
  const siblings = nodes as readonly Value<'loop'>[]
  const attrs = siblings.map((each) => each.attrs)
  const [first] = attrs
  if (first === undefined) return []
  const { carries, sequences, length, reverse } = first
  const body = joinedBody(attrs)
  const rows = operands.slice(carries, carries + sequences)
  const constants = operands.slice(carries + sequences)
  const stacked = attrs.map(stackedNode)
  const stacks = stacked.map((): Value[] => [])
  let carried = operands.slice(0, carries)
  for (let step = 0; step < length; step++) {
    const at = reverse ? length - 1 - step : step
    const handed = [
      b.full({ dtype: 'i32', shape: [], value: at }),
      ...carried,
      ...rows.map((each) => rowOf(b, each, at)),
      ...constants,
    ]
    const known = new Map<Value, Value>(body.inputs.map((input, k) => [input, handed[k] as Value]))
    copyInto(b, body.results, known)
    stacked.forEach((node, k) => {
      if (node !== undefined) stacks[k]?.push(known.get(node) as Value)
    })
    carried = body.results.slice(0, carries).map((next) => known.get(next) as Value)
  }
  return siblings.map((sibling, k) =>
    stacked[k] === undefined
      ? (carried[sibling.attrs.result] as Value)
      : stackRows(b, reverse ? (stacks[k] ?? []).reverse() : (stacks[k] ?? []), sibling.type),
  )
}

/** Row `at` of a sequence. */
function rowOf(b: Builder, sequence: Value, at: number): Value {
  const [, ...shape] = sequence.type.shape
  const row = b.slice(sequence, {
    starts: [at, ...shape.map(() => 0)],
    limits: [at + 1, ...shape],
    steps: sequence.type.shape.map(() => 1),
  })
  return b.reshape(row, { shape })
}

function stackRows(b: Builder, rows: readonly Value[], type: Value['type']): Value {
  const { dtype, shape } = type
  if (rows.length === 0) return b.full({ dtype, shape, value: 0 })
  const ranked = rows.map((row) => b.reshape(row, { shape: [1, ...row.type.shape] }))
  return ranked.length === 1 ? (ranked[0] as Value) : b.concat(...ranked, { axis: 0 })
}

const whileUnsupported = (node: Value): HeddleError =>
  new HeddleError(
    'LOWER_WHILE_UNSUPPORTED',
    'whileLoop: this target cannot decide while it runs how often to run something; scan with a fixed length runs everywhere',
    { details: { op: node.op }, location: locationOf(node.provenance) },
  )
