// What a target cannot hold is refused here, by op, dtype and user line, before any kernel is made. Nothing is converted in
// silence: a value of another dtype is another program.
import {
  type Capabilities,
  formatType,
  type Graph,
  HeddleError,
  locationOf,
  mapRoots,
  nodesOf,
  sizeOf,
  type Value,
  withProvenance,
} from '@heddle/core'

/** Throws `LOWER_DTYPE_UNSUPPORTED` or `LOWER_TOO_LARGE` for the first value the target cannot hold. */
export function checkCapabilities(graph: Graph, capabilities: Capabilities): void {
  const dtypes = new Set(capabilities.dtypes)
  for (const node of nodesOf(graph)) {
    if (!dtypes.has(node.type.dtype)) throw dtypeUnsupported(node, capabilities)
    if (sizeOf(node.type.shape) > capabilities.maxElements) throw tooLarge(node, capabilities)
  }
}

/** Concatenations of more operands than a kernel can read become trees of narrower ones. */
export function splitWideConcats(graph: Graph, { maxReads }: Capabilities): Graph {
  const isWide = (node: Value): node is Value<'concat'> =>
    node.op === 'concat' && node.inputs.length > maxReads
  const order = nodesOf(graph)
  if (!order.some(isWide)) return graph
  const replaced = new Map<Value, Value>()
  for (const node of order) {
    const inputs = node.inputs.map((operand) => replaced.get(operand) ?? operand)
    const { builder, provenance } = node
    if (isWide(node))
      replaced.set(
        node,
        withProvenance(provenance, () => narrow(inputs, node.attrs.axis, maxReads)),
      )
    else if (inputs.some((operand, k) => operand !== node.inputs[k])) {
      replaced.set(
        node,
        withProvenance(provenance, () => builder.make(node.op, inputs, node.attrs)),
      )
    }
  }
  return mapRoots(graph, (value) => replaced.get(value) ?? value)
}

function narrow(operands: readonly Value[], axis: number, width: number): Value {
  let level = operands
  while (level.length > 1) {
    const next: Value[] = []
    for (let start = 0; start < level.length; start += width) {
      const part = level.slice(start, start + width)
      const [first] = part
      if (first !== undefined) next.push(part.length === 1 ? first : first.builder.concat(...part, { axis }))
    }
    level = next
  }
  return level[0] as Value
}

const dtypeUnsupported = (node: Value, { dtypes }: Capabilities): HeddleError =>
  new HeddleError(
    'LOWER_DTYPE_UNSUPPORTED',
    `${node.op}: ${formatType(node.type)} is ${node.type.dtype}, which this target does not have; it has ${dtypes.join(', ')}. Cast first.`,
    { details: { op: node.op, dtype: node.type.dtype, dtypes }, location: locationOf(node.provenance) },
  )

const tooLarge = (node: Value, { maxElements }: Capabilities): HeddleError =>
  new HeddleError(
    'LOWER_TOO_LARGE',
    `${node.op}: ${formatType(node.type)} has ${sizeOf(node.type.shape)} elements; this target holds at most ${maxElements} in one array`,
    {
      details: { op: node.op, size: sizeOf(node.type.shape), maxElements },
      location: locationOf(node.provenance),
    },
  )
