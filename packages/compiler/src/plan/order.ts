// The order kernels run in: every kernel after those that store what it reads, else as in the graph.
import type { Value } from '@heddle/core'
import type { Group } from '../fuse/group.ts'

/** Groups in an order of execution. Iterative depth-first, so that a value is made shortly before it is used. */
export function orderGroups(groups: readonly Group[], owner: ReadonlyMap<Value, Group>): readonly Group[] {
  const done = new Set<Group>()
  const ordered: Group[] = []
  const byPosition = [...groups].sort((x, y) => positionOf(x) - positionOf(y))
  for (const start of byPosition) {
    const stack: { readonly group: Group; readonly needs: readonly Group[]; next: number }[] = []
    const enter = (group: Group): void => {
      if (!done.has(group)) stack.push({ group, needs: needsOf(group, owner), next: 0 })
    }
    enter(start)
    while (stack.length > 0) {
      const top = stack[stack.length - 1]
      if (top === undefined) break
      const need = top.needs[top.next++]
      if (need !== undefined) enter(need)
      else {
        stack.pop()
        if (!done.has(top.group)) {
          done.add(top.group)
          ordered.push(top.group)
        }
      }
    }
  }
  return ordered
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
