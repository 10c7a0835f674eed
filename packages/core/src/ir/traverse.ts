// The only walks over graphs: iterative, each node once. Everything that looks at a whole graph goes through here.
import type { Value } from './value.ts'

/** Every value the roots depend on, operands before users, in a fixed order. All roots are of one builder. */
export function postOrder(roots: Iterable<Value>): Value[] {
  const order: Value[] = []
  // Ids are dense within a builder: a byte each is quicker than a set, by far, on large graphs.
  let done = new Uint8Array(0)
  const stack: Value[] = []
  const next: number[] = []
  for (const root of roots) {
    if (done.length === 0) done = new Uint8Array(root.builder.nodeCount)
    if (done[root.id] === 1) continue
    stack.push(root)
    next.push(0)
    while (stack.length > 0) {
      const top = stack.length - 1
      const node = stack[top] as Value
      const position = next[top] ?? 0
      const input = node.inputs[position]
      if (input === undefined) {
        stack.pop()
        next.pop()
        if (done[node.id] !== 1) {
          done[node.id] = 1
          order.push(node)
        }
      } else {
        next[top] = position + 1
        if (done[input.id] !== 1) {
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
