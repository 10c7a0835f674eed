// What a target cannot hold is refused here, by op, dtype and user line, before any kernel is made. Nothing is converted in
// silence: a value of another dtype is another program.
import {
  type Capabilities,
  formatType,
  type Graph,
  HeddleError,
  locationOf,
  nodesOf,
  sizeOf,
  type Value,
} from '@heddle/core'

/** Throws `LOWER_DTYPE_UNSUPPORTED` or `LOWER_TOO_LARGE` for the first value the target cannot hold. */
export function checkCapabilities(graph: Graph, capabilities: Capabilities): void {
  const dtypes = new Set(capabilities.dtypes)
  for (const node of nodesOf(graph)) {
    if (!dtypes.has(node.type.dtype)) throw dtypeUnsupported(node, capabilities)
    if (sizeOf(node.type.shape) > capabilities.maxElements) throw tooLarge(node, capabilities)
  }
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
