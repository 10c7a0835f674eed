// What must hold of every graph, whoever made it. Trusts nothing: not even that operands come before users.
//
// G1  Every value the graph reaches was made by one builder.                                   GRAPH_FOREIGN_VALUE
// G2  Operands are older than their users: no cycles.                                          GRAPH_ORDER
// G3  Ops are of the op table and have as many operands as it says.             GRAPH_UNKNOWN_OP, GRAPH_ARITY
// G4  Attributes fit the schema of the op.                                                     GRAPH_ATTRIBUTES
// G5  The type of a node is the one its op infers from its operands.                           GRAPH_TYPE
// G6  Every input the graph reaches is declared, once, under a name of its own.   GRAPH_INPUT_UNDECLARED, GRAPH_DUPLICATE
// G7  Only states are trainable or have an initial value, which fits their size.               GRAPH_INPUT_ROLE
// G8  Names of outputs are not empty and differ.                                               GRAPH_DUPLICATE, GRAPH_OUTPUT_NAME
// G9  An update names a state, and no state twice.                         GRAPH_UPDATE_STATE, GRAPH_DUPLICATE
// G10 An update has the type of its state.                                                     GRAPH_UPDATE_TYPE
// G11 G1 to G5 hold inside the regions of every node; a region reads its own inputs only.      GRAPH_REGION_OPEN
import { sizeOf } from '../dim.ts'
import { type ErrorCode, HeddleError } from '../errors.ts'
import { isOpName, opRecord } from './builder.ts'
import { noAttrs, variadic } from './define.ts'
import { type Graph, type GraphInput, nodesOf, rootsOf } from './graph.ts'
import { windowAround } from './print.ts'
import { locationOf } from './provenance.ts'
import { allRegions, type Region, regionNodes } from './region.ts'
import { formatType, typesEqual } from './tensor-type.ts'
import type { Value } from './value.ts'

/** Throws the coded error of the first invariant that does not hold. */
export function verifyGraph(graph: Graph): void {
  verifyStructure(graph, [...graph.inputs.map((input) => input.value), ...rootsOf(graph)])
  const nodes = nodesOf(graph)
  for (const node of nodes) verifyNode(graph, node)
  for (const region of allRegions(nodes)) verifyRegion(graph, region)
  verifyInputs(graph)
  verifyOutputs(graph)
  verifyUpdates(graph)
}

/** G1 and G2. A walk of its own: the walks of `traverse.ts` do not end on a graph with cycles. */
function verifyStructure(graph: Graph, roots: readonly Value[]): void {
  const stack: Value[] = [...roots]
  const [{ builder } = { builder: undefined }] = stack
  const seen = new Set(stack)
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.builder !== builder) throw foreignValue(graph, node)
    for (const operand of node.inputs) {
      if (seen.has(operand) && operand.id < node.id) continue
      if (operand.builder !== builder) throw foreignValue(graph, operand)
      if (operand.id >= node.id) throw operandOrder(graph, node, operand)
      seen.add(operand)
      stack.push(operand)
    }
  }
}

/** G3, G4 and G5. */
function verifyNode(graph: Graph, node: Value): void {
  if (!isOpName(node.op)) throw unknownOp(graph, node)
  const { arity, attrs, infer } = opRecord(node.op)
  if (arity !== variadic && node.inputs.length !== arity) throw wrongArity(graph, node, arity)
  if (node.attrs !== noAttrs) {
    const checked = attrs.safeParse(node.attrs)
    if (!checked.success) {
      const [issue] = checked.error.issues
      throw attributes(graph, node, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'does not fit'}`)
    }
  }
  let inferred: Value['type']
  try {
    inferred = infer(
      node.inputs.map((input) => input.type),
      node.attrs,
    )
  } catch (error) {
    if (error instanceof HeddleError) throw notInferred(graph, node, error)
    throw error
  }
  if (!typesEqual(inferred, node.type)) throw wrongType(graph, node, formatType(inferred))
}

/** Regions are immutable: one that was valid stays so. */
const verified = new WeakSet<Region>()

/** G11. That a region is closed is seen to when it is made. */
function verifyRegion(graph: Graph, region: Region): void {
  if (verified.has(region)) return
  verifyStructure(graph, [...region.inputs, ...region.results])
  for (const node of regionNodes(region)) verifyNode(graph, node)
  verified.add(region)
}

/** G6 and G7. */
function verifyInputs(graph: Graph): void {
  const declared = new Set<Value>()
  const names = new Set<string>()
  for (const input of graph.inputs) {
    const { name } = input.value.attrs
    if (input.value.op !== 'input' || names.has(name)) throw duplicate(graph, 'input', name)
    declared.add(input.value)
    names.add(name)
    verifyRole(graph, input)
  }
  for (const node of nodesOf(graph)) {
    if (node.op === 'input' && !declared.has(node)) throw undeclared(graph, node as Value<'input'>)
  }
}

function verifyRole(graph: Graph, { value, role, trainable, initial }: GraphInput): void {
  if (role === 'feed' && trainable) throw inputRole(graph, value, 'is a feed but trainable')
  if (role === 'feed' && initial !== undefined)
    throw inputRole(graph, value, 'is a feed with an initial value')
  const count = initial?.kind === 'values' ? initial.values.length : undefined
  if (count !== undefined && count !== sizeOf(value.type.shape)) {
    throw inputRole(
      graph,
      value,
      `holds ${sizeOf(value.type.shape)} elements but starts with ${count} values`,
    )
  }
}

/** G8. */
function verifyOutputs(graph: Graph): void {
  const names = new Set<string>()
  for (const { name } of graph.outputs) {
    if (name === '') throw outputName(graph)
    if (names.has(name)) throw duplicate(graph, 'output', name)
    names.add(name)
  }
}

/** G9 and G10. */
function verifyUpdates(graph: Graph): void {
  const states = new Map(
    graph.inputs.filter(({ role }) => role === 'state').map(({ value }) => [value.attrs.name, value]),
  )
  const updated = new Set<string>()
  for (const { state, value } of graph.updates) {
    const before = states.get(state)
    if (before === undefined) throw updateState(graph, state, [...states.keys()])
    if (updated.has(state)) throw duplicate(graph, 'update', state)
    if (!typesEqual(before.type, value.type)) throw updateType(graph, state, before, value)
    updated.add(state)
  }
}

interface Fact {
  readonly constraint: string
  readonly node?: Value
  readonly details?: Readonly<Record<string, unknown>>
}

/** An error of this file. `window` is off where the graph may have cycles, which cannot be printed. */
function violation(
  graph: Graph,
  code: ErrorCode,
  message: string,
  { constraint, node, details }: Fact,
  window = true,
): HeddleError {
  return new HeddleError(code, message, {
    details: { ...details, constraint, graph: graph.name, ...(node === undefined ? {} : { op: node.op }) },
    location: node === undefined ? undefined : locationOf(node.provenance),
    ir: node !== undefined && window ? windowAround(graph, node) : undefined,
  })
}

const foreignValue = (graph: Graph, node: Value): HeddleError =>
  violation(
    graph,
    'GRAPH_FOREIGN_VALUE',
    `${node.op}: this ${formatType(node.type)} belongs to another builder than the graph's first value; all values of a graph must be made by one builder`,
    { constraint: 'G1', node },
    false,
  )

const operandOrder = (graph: Graph, node: Value, operand: Value): HeddleError =>
  violation(
    graph,
    'GRAPH_ORDER',
    `${node.op}: node ${node.id} reads ${operand.op} node ${operand.id}; operands must be made before their users`,
    { constraint: 'G2', node, details: { node: node.id, operand: operand.id } },
    false,
  )

const unknownOp = (graph: Graph, node: Value): HeddleError =>
  violation(graph, 'GRAPH_UNKNOWN_OP', `${node.op}: is not an op of the op table`, { constraint: 'G3', node })

const wrongArity = (graph: Graph, node: Value, arity: number): HeddleError =>
  violation(graph, 'GRAPH_ARITY', `${node.op}: has ${node.inputs.length} operands; it takes ${arity}`, {
    constraint: 'G3',
    node,
    details: { found: node.inputs.length, arity },
  })

const attributes = (graph: Graph, node: Value, issue: string): HeddleError =>
  violation(graph, 'GRAPH_ATTRIBUTES', `${node.op}: attributes do not fit the op's schema: ${issue}`, {
    constraint: 'G4',
    node,
    details: { issue },
  })

const notInferred = (graph: Graph, node: Value, cause: HeddleError): HeddleError =>
  new HeddleError('GRAPH_TYPE', `${node.op}: its op refuses the operands: ${cause.code}`, {
    details: { constraint: 'G5', op: node.op, cause: cause.code },
    location: locationOf(node.provenance),
    ir: windowAround(graph, node),
    cause,
  })

const wrongType = (graph: Graph, node: Value, inferred: string): HeddleError =>
  violation(
    graph,
    'GRAPH_TYPE',
    `${node.op}: has type ${formatType(node.type)}, its op infers ${inferred}; these must be equal`,
    { constraint: 'G5', node, details: { found: formatType(node.type), inferred } },
  )

const undeclared = (graph: Graph, node: Value<'input'>): HeddleError =>
  violation(
    graph,
    'GRAPH_INPUT_UNDECLARED',
    `${graph.name}: reads input '${node.attrs.name}' ${formatType(node.type)}, which is not among its ${graph.inputs.length} inputs; every input must be declared`,
    { constraint: 'G6', node, details: { name: node.attrs.name } },
  )

const duplicate = (graph: Graph, what: 'input' | 'output' | 'update', name: string): HeddleError =>
  violation(
    graph,
    'GRAPH_DUPLICATE',
    `${graph.name}: ${what} '${name}' occurs twice; names of ${what}s must differ`,
    { constraint: what === 'input' ? 'G6' : what === 'output' ? 'G8' : 'G9', details: { what, name } },
  )

const inputRole = (graph: Graph, node: Value<'input'>, what: string): HeddleError =>
  violation(
    graph,
    'GRAPH_INPUT_ROLE',
    `${graph.name}: input '${node.attrs.name}' ${formatType(node.type)} ${what}; only states are trainable or have an initial value, one per element`,
    { constraint: 'G7', node, details: { name: node.attrs.name } },
  )

const outputName = (graph: Graph): HeddleError =>
  violation(
    graph,
    'GRAPH_OUTPUT_NAME',
    `${graph.name}: an output has an empty name; outputs are asked for by name`,
    {
      constraint: 'G8',
    },
  )

const updateState = (graph: Graph, state: string, states: readonly string[]): HeddleError =>
  violation(
    graph,
    'GRAPH_UPDATE_STATE',
    `${graph.name}: updates '${state}', which is not a state; the states are ${states.map((name) => `'${name}'`).join(', ') || 'none'}`,
    { constraint: 'G9', details: { state, states } },
  )

const updateType = (graph: Graph, state: string, before: Value, after: Value): HeddleError =>
  violation(
    graph,
    'GRAPH_UPDATE_TYPE',
    `${graph.name}: state '${state}' is ${formatType(before.type)}, its update ${formatType(after.type)}; these must be equal`,
    { constraint: 'G10', node: after, details: { state, before: before.type, after: after.type } },
  )
