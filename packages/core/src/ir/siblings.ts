// Results of one run. A node has one result; an op with several is several nodes, equal in all but the attribute `result`.
// Whoever runs, differentiates or expands such an op does it once for all of them.
import { opRecord } from './builder.ts'
import { mixHash, structurallyEqual } from './structural-key.ts'
import type { Value } from './value.ts'

/** Whether an op runs regions and has its results as siblings. */
export const hasSiblings = ({ op }: Value): boolean => opRecord(op).kind === 'control'

/** Which of the results of its op a node is. */
export const resultOf = (node: Value): number => ('result' in node.attrs ? Number(node.attrs.result) : 0)

/** The siblings of each control-flow node among `order`, itself included, in their order; one list for all of a group. */
export function siblingsIn(order: Iterable<Value>): ReadonlyMap<Value, readonly Value[]> {
  const groups = new Map<Value, Value[]>()
  const byHash = new Map<number, Value[][]>()
  for (const node of order) {
    if (!hasSiblings(node)) continue
    const hash = node.inputs.reduce((sum, operand) => mixHash(sum, operand.id), node.inputs.length)
    const candidates = byHash.get(hash) ?? []
    byHash.set(hash, candidates)
    let group = candidates.find(([first]) => first !== undefined && areSiblings(first, node))
    if (group === undefined) {
      group = []
      candidates.push(group)
    }
    if (!group.includes(node)) group.push(node)
    groups.set(node, group)
  }
  return groups
}

/** Whether two nodes are results of one run. */
export function areSiblings(x: Value, y: Value): boolean {
  if (x.op !== y.op || x.inputs.length !== y.inputs.length) return false
  for (let k = 0; k < x.inputs.length; k++) if (x.inputs[k] !== y.inputs[k]) return false
  const { sameRun } = opRecord(x.op)
  return (
    sameRun?.(x.attrs, y.attrs) ?? structurallyEqual({ ...x.attrs, result: 0 }, { ...y.attrs, result: 0 })
  )
}
