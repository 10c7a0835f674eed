// Copies of values into another builder (or again into their own), with others in the place of some of them: how a region
// becomes part of a graph, and how part of a graph becomes a region.
import { type Builder, type Region, type Value, withProvenance } from '@heddle/core'

/** Copies `roots` into `b`. `known` says what stands for values; it grows by every copy made. Iterative. */
export function copyInto(b: Builder, roots: Iterable<Value>, known: Map<Value, Value>): void {
  const stack: Value[] = []
  const next: number[] = []
  for (const root of roots) {
    if (known.has(root)) continue
    stack.push(root)
    next.push(0)
    for (let top = stack.length - 1; top >= 0; top = stack.length - 1) {
      const node = stack[top] as Value
      const operand = node.inputs[next[top] ?? 0]
      if (operand !== undefined) {
        next[top] = (next[top] ?? 0) + 1
        if (!known.has(operand)) {
          stack.push(operand)
          next.push(0)
        }
        continue
      }
      stack.pop()
      next.pop()
      if (!known.has(node)) known.set(node, copyNode(b, node, known))
    }
  }
}

/** One node over what stands for its operands. */
export const copyNode = (b: Builder, node: Value, known: ReadonlyMap<Value, Value>): Value =>
  withProvenance(node.provenance, () =>
    b.make(
      node.op,
      node.inputs.map((operand) => known.get(operand) as Value),
      node.attrs,
    ),
  )

/** The results of a region as values of `b`, computed from `inputs`. */
export function inlineRegion(
  b: Builder,
  { inputs, results }: Region,
  operands: readonly Value[],
): readonly Value[] {
  const known = new Map<Value, Value>(inputs.map((input, k) => [input, operands[k] as Value]))
  copyInto(b, results, known)
  return results.map((result) => known.get(result) as Value)
}
