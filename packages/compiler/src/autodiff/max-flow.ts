// Maximum flow and minimum cut of a directed graph with capacities, by Dinic's method: shortest augmenting paths, found in
// layers. Iterative. Nodes are numbers 0 … count-1; capacities may be Infinity.

export interface FlowNetwork {
  addEdge(from: number, to: number, capacity: number): void
  /** Nodes on the source's side of a minimum cut, the one closest to the sink. */
  sourceSide(source: number, sink: number): ReadonlySet<number>
}

export function createFlowNetwork(count: number): FlowNetwork {
  const heads: number[] = []
  const capacities: number[] = []
  const edgesOf: number[][] = Array.from({ length: count }, () => [])

  const addHalf = (from: number, to: number, capacity: number): void => {
    edgesOf[from]?.push(heads.push(to) - 1)
    capacities.push(capacity)
  }

  /** Distance from the source along edges with room left; -1 where there is no way. */
  function layers(source: number): number[] {
    const distance = new Array<number>(count).fill(-1)
    distance[source] = 0
    const queue = [source]
    for (let at = 0; at < queue.length; at++) {
      const node = queue[at] ?? 0
      for (const edge of edgesOf[node] ?? []) {
        const head = heads[edge] ?? 0
        if ((capacities[edge] ?? 0) > 0 && (distance[head] ?? 0) < 0) {
          distance[head] = (distance[node] ?? 0) + 1
          queue.push(head)
        }
      }
    }
    return distance
  }

  /** Pushes flow along one path of the layered graph; 0 when there is none left. */
  function augment(source: number, sink: number, distance: readonly number[], next: number[]): number {
    const path: number[] = []
    let node = source
    while (node !== sink) {
      const edges = edgesOf[node] ?? []
      const edge = edges[next[node] ?? 0]
      if (edge === undefined) {
        const back = path.pop()
        if (back === undefined) return 0
        node = heads[back ^ 1] ?? 0
        next[node] = (next[node] ?? 0) + 1
        continue
      }
      const head = heads[edge] ?? 0
      if ((capacities[edge] ?? 0) > 0 && distance[head] === (distance[node] ?? 0) + 1) {
        path.push(edge)
        node = head
      } else next[node] = (next[node] ?? 0) + 1
    }
    let room = Number.POSITIVE_INFINITY
    for (const edge of path) room = Math.min(room, capacities[edge] ?? 0)
    for (const edge of path) {
      capacities[edge] = (capacities[edge] ?? 0) - room
      capacities[edge ^ 1] = (capacities[edge ^ 1] ?? 0) + room
    }
    return room
  }

  return {
    addEdge(from, to, capacity) {
      addHalf(from, to, capacity)
      addHalf(to, from, 0)
    },
    sourceSide(source, sink) {
      for (;;) {
        const distance = layers(source)
        if ((distance[sink] ?? -1) < 0) break
        const next = new Array<number>(count).fill(0)
        for (;;) {
          const pushed = augment(source, sink, distance, next)
          if (pushed === 0 || pushed === Number.POSITIVE_INFINITY) break
        }
      }
      return complementOf(reaching(sink))
    },
  }

  /** Nodes from which the sink can still be reached. */
  function reaching(sink: number): ReadonlySet<number> {
    const found = new Set([sink])
    const stack = [sink]
    while (stack.length > 0) {
      const node = stack.pop() ?? 0
      for (const edge of edgesOf[node] ?? []) {
        // The reverse half of an edge into `node` starts here: that edge is edge ^ 1.
        const tail = heads[edge] ?? 0
        if ((capacities[edge ^ 1] ?? 0) > 0 && !found.has(tail)) {
          found.add(tail)
          stack.push(tail)
        }
      }
    }
    return found
  }

  function complementOf(nodes: ReadonlySet<number>): ReadonlySet<number> {
    const others = new Set<number>()
    for (let node = 0; node < count; node++) if (!nodes.has(node)) others.add(node)
    return others
  }
}
