// Which values depend on others in a way that has a derivative.
import { isFloat, type Value } from '@heddle/core'

/** Values among `order` that depend on one of `sources` through floats. */
export function dependents(order: readonly Value[], sources: Iterable<Value>): ReadonlySet<Value> {
  const active = new Set<Value>(sources)
  for (const node of order) {
    if (isFloat(node.type.dtype) && node.inputs.some((operand) => active.has(operand))) active.add(node)
  }
  return active
}
