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
  opRecord,
  sizeOf,
  type Value,
  variadic,
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

/** Host steps in terms of other ops, where the target would copy their operands to the host and back and the op knows how. */
export function expandHostSteps(graph: Graph, { hostSteps }: Capabilities): Graph {
  if (hostSteps === 'shared') return graph
  return replaceNodes(graph, (node, inputs) => {
    const { lowering } = opRecord(node.op)
    if (lowering.kind !== 'host') return undefined
    return lowering.expansion?.build({ b: node.builder, inputs, attrs: node.attrs, type: node.type })
  })
}

/**
 * Ops of more operands than a kernel can read become trees of narrower ones. An op that takes any number of operands is
 * associative: parts joined first give the same. Ops with bodies become steps, which are no kernels.
 */
export function splitWideOps(graph: Graph, { maxReads }: Capabilities): Graph {
  const isWide = ({ op, inputs }: Value): boolean => {
    const { arity, lowering } = opRecord(op)
    return arity === variadic && lowering.kind !== 'control' && inputs.length > maxReads
  }
  return replaceNodes(graph, (node, inputs) =>
    isWide(node) ? applyInParts(node, inputs, maxReads) : undefined,
  )
}

/** The graph with some nodes replaced; `replace` gets a node and its operands after replacement. */
function replaceNodes(
  graph: Graph,
  replace: (node: Value, inputs: readonly Value[]) => Value | undefined,
): Graph {
  const replaced = new Map<Value, Value>()
  for (const node of nodesOf(graph)) {
    const inputs = node.inputs.map((operand) => replaced.get(operand) ?? operand)
    const isChanged = inputs.some((operand, k) => operand !== node.inputs[k])
    const next = withProvenance(node.provenance, () => {
      const value = replace(node, inputs)
      return value ?? (isChanged ? node.builder.make(node.op, inputs, node.attrs) : node)
    })
    if (next !== node) replaced.set(node, next)
  }
  return replaced.size === 0 ? graph : mapRoots(graph, (value) => replaced.get(value) ?? value)
}

/** The op of `node` over `operands`, at most `width` at a time. */
function applyInParts({ builder, op, attrs }: Value, operands: readonly Value[], width: number): Value {
  let level = operands
  while (level.length > width) {
    const next: Value[] = []
    for (let start = 0; start < level.length; start += width) {
      const part = level.slice(start, start + width)
      next.push(part.length === 1 ? (part[0] as Value) : builder.make(op, part, attrs))
    }
    level = next
  }
  return builder.make(op, level, attrs)
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
