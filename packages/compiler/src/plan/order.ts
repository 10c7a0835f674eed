// The order kernels run in: every kernel after those that store what it reads; a kernel that only steps states forward after
// those that read them, so that it may write in place; else as in the graph.
import { type Graph, type HeddleError, internalError, type Value } from '@heddle/core'
import type { Schedule } from '../fuse/fuse.ts'
import type { Group } from '../fuse/group.ts'

/** Groups in an order of execution. */
export const orderGroups = (graph: Graph, { groups, owner }: Schedule): readonly Group[] =>
  delayUpdates(graph, owner, byNeed(groups, owner))

/** Iterative depth-first, so that a value is made shortly before it is used. What is on the stack waits for what is above it. */
function byNeed(groups: readonly Group[], owner: ReadonlyMap<Value, Group>): readonly Group[] {
  const done = new Set<Group>()
  const waiting = new Set<Group>()
  const ordered: Group[] = []
  const byPosition = [...groups].sort((x, y) => positionOf(x) - positionOf(y))
  for (const start of byPosition) {
    const stack: { readonly group: Group; readonly needs: readonly Group[]; next: number }[] = []
    const enter = (group: Group): void => {
      if (done.has(group)) return
      if (waiting.has(group)) throw cyclicGroups(group)
      waiting.add(group)
      stack.push({ group, needs: needsOf(group, owner), next: 0 })
    }
    enter(start)
    while (stack.length > 0) {
      const top = stack[stack.length - 1]
      if (top === undefined) break
      const need = top.needs[top.next++]
      if (need !== undefined) enter(need)
      else {
        stack.pop()
        done.add(top.group)
        ordered.push(top.group)
      }
    }
  }
  return ordered
}

/** Puts off groups that no other group reads from, until the states they step forward have been read for the last time. */
function delayUpdates(
  graph: Graph,
  owner: ReadonlyMap<Value, Group>,
  ordered: readonly Group[],
): readonly Group[] {
  const lastReader = new Map<Value, number>()
  const isRead = new Set<Group>()
  ordered.forEach((group, position) => {
    for (const value of group.demands.keys()) lastReader.set(value, position)
    for (const other of needsOf(group, owner)) isRead.add(other)
  })
  const states = new Map(graph.inputs.map(({ value }) => [value.attrs.name, value]))
  const notBefore = new Map<Group, number>()
  for (const { state, value } of graph.updates) {
    const [group, input] = [owner.get(value), states.get(state)]
    if (group === undefined || input === undefined || isRead.has(group)) continue
    notBefore.set(group, Math.max(notBefore.get(group) ?? -1, lastReader.get(input) ?? -1))
  }
  const delayed: Group[][] = ordered.map(() => [])
  return ordered.flatMap((group, position) => {
    const last = notBefore.get(group) ?? -1
    if (last > position) delayed[last]?.push(group)
    return [...(last > position ? [] : [group]), ...(delayed[position] ?? [])]
  })
}

const positionOf = (group: Group): number =>
  group.outputs.reduce((least, { id }) => Math.min(least, id), Number.POSITIVE_INFINITY)

function needsOf(group: Group, owner: ReadonlyMap<Value, Group>): readonly Group[] {
  const needs = new Set<Group>()
  for (const value of group.demands.keys()) {
    const other = owner.get(value)
    if (other !== undefined && other !== group) needs.add(other)
  }
  return [...needs]
}

const cyclicGroups = ({ outputs }: Group): HeddleError =>
  internalError('order', `the kernel of ${outputs.map(({ op }) => op).join(', ')} needs its own result`)
