// The only walks over graphs: iterative, each node once. Everything that looks at a whole graph goes through here.
import type { Value } from './value.ts'

/** Every value the roots depend on, operands before users, in a fixed order. */
export function postOrder(roots: Iterable<Value>): Value[] {
  const order: Value[] = []
  const done = new Set<Value>()
  const stack: Value[] = []
  const next: number[] = []
  for (const root of roots) {
    if (done.has(root)) continue
    stack.push(root)
    next.push(0)
    while (stack.length > 0) {
      const top = stack.length - 1
      const node = stack[top] as Value
      const input = node.inputs[next[top] ?? 0]
      if (input === undefined) {
        stack.pop()
        next.pop()
        if (!done.has(node)) {
          done.add(node)
          order.push(node)
        }
      } else {
        next[top] = (next[top] ?? 0) + 1
        if (!done.has(input)) {
          stack.push(input)
          next.push(0)
        }
      }
    }
  }
  return order
}

/** Users of each value among `order`; a user that reads a value twice is listed once. */
export function usersOf(order: readonly Value[]): ReadonlyMap<Value, readonly Value[]> {
  const users = new Map<Value, Value[]>()
  for (const node of order) users.set(node, [])
  for (const node of order) {
    for (let k = 0; k < node.inputs.length; k++) {
      const input = node.inputs[k] as Value
      if (node.inputs.indexOf(input) === k) users.get(input)?.push(node)
    }
  }
  return users
}
