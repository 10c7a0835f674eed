// Writes the nodes of a graph into a function, level by level: values that are used once are left on the stack, others are
// kept in locals, which are given back after their last use unless a deeper loop still reads them.
import { internalError } from '@heddle/core'
import type { FunctionBuilder, Local } from '../encoder.ts'
import { writeConstant } from './constant.ts'
import { type Graph, type GraphNode, type Level, type NodeId, operandsOf } from './graph.ts'

/** A value that is needed at some level outside the graph: stored, accumulated, or branched on. */
export interface Root {
  readonly node: NodeId
  readonly level: Level
}

export interface Schedule {
  /** Computes what later code needs of the values that become known at `level`. Call it when the level is entered. */
  enter(level: Level): void
  /** Pushes a root's value; as many times as it was declared a root. */
  push(node: NodeId): void
  /** Computes a root's value now, so that its reads come before any later store. */
  settle(node: NodeId): void
}

interface Uses {
  /** Uses at the node's own level that are still to come. */
  near: number
  /** Whether a deeper level reads it: then it keeps its local. */
  deeper: boolean
  local: Local | undefined
}

export function schedule(f: FunctionBuilder, graph: Graph, roots: readonly Root[]): Schedule {
  const uses = countUses(graph, roots)
  const byLevel = new Map<Level, NodeId[]>()
  for (const id of uses.keys()) {
    const kind = graph.node(id).kind
    if (kind === 'const' || kind === 'local') continue
    const level = graph.level(id)
    const list = byLevel.get(level)
    if (list === undefined) byLevel.set(level, [id])
    else list.push(id)
  }
  for (const list of byLevel.values()) list.sort((x, y) => x - y)

  const usesOf = (id: NodeId): Uses => {
    const found = uses.get(id)
    if (found === undefined) throw internalError('wasm schedule', `node ${id} was not declared as needed`)
    return found
  }
  const staysOnStack = ({ near, deeper, local }: Uses): boolean =>
    local === undefined && near === 1 && !deeper

  /** Pushes what is at hand without computing; false if the node must be computed. */
  const pushKnown = (id: NodeId): boolean => {
    const node = graph.node(id)
    if (node.kind === 'const') {
      writeConstant(f, graph.type(id), node.value)
      return true
    }
    if (node.kind === 'local') {
      f.get(node.local)
      return true
    }
    const use = usesOf(id)
    if (use.local === undefined) return false
    f.get(use.local)
    return true
  }

  /** One use of a node's local is over: the last one gives the local back. */
  const used = (id: NodeId, at: Level): void => {
    const kind = graph.node(id).kind
    if (kind === 'const' || kind === 'local') return
    const use = usesOf(id)
    if (graph.level(id) !== at) return
    use.near--
    if (use.near === 0 && !use.deeper && use.local !== undefined) f.release(use.local)
  }

  /** Computes a node onto the stack, with the operands that only it uses; a list instead of recursion. */
  const compute = (root: NodeId): void => {
    const level = graph.level(root)
    const stack = [{ id: root, next: 0 }]
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const node = graph.node(top.id)
      const operand = operandsOf(node)[top.next]
      if (operand !== undefined) {
        top.next++
        if (pushKnown(operand)) used(operand, level)
        else {
          if (graph.level(operand) !== level || !staysOnStack(usesOf(operand))) {
            throw internalError('wasm schedule', `node ${operand} is read before it is computed`)
          }
          usesOf(operand).near = 0
          stack.push({ id: operand, next: 0 })
        }
        continue
      }
      write(f, node)
      stack.pop()
    }
  }

  const keep = (id: NodeId): void => {
    const use = usesOf(id)
    compute(id)
    use.local = f.local(graph.type(id))
    f.set(use.local)
  }

  return {
    enter(level) {
      for (const id of byLevel.get(level) ?? []) {
        const use = usesOf(id)
        if (use.local === undefined && (use.deeper || use.near > 1)) keep(id)
      }
    },
    push(id) {
      const kind = graph.node(id).kind
      if (pushKnown(id)) {
        if (kind !== 'const' && kind !== 'local') used(id, graph.level(id))
        return
      }
      compute(id)
      usesOf(id).near = 0
    },
    settle(id) {
      const kind = graph.node(id).kind
      if (kind === 'const' || kind === 'local' || usesOf(id).local !== undefined) return
      keep(id)
    },
  }
}

function countUses(graph: Graph, roots: readonly Root[]): Map<NodeId, Uses> {
  const uses = new Map<NodeId, Uses>()
  const pending: NodeId[] = []
  const use = (id: NodeId, at: Level): void => {
    let entry = uses.get(id)
    if (entry === undefined) {
      entry = { near: 0, deeper: false, local: undefined }
      uses.set(id, entry)
      pending.push(id)
    }
    if (graph.level(id) < at) entry.deeper = true
    else entry.near++
  }
  for (const { node, level } of roots) use(node, level)
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    const level = graph.level(id)
    for (const operand of operandsOf(graph.node(id))) use(operand, level)
  }
  return uses
}

function write(f: FunctionBuilder, node: GraphNode): void {
  switch (node.kind) {
    case 'plain':
      f.op(node.name)
      break
    case 'lane':
      f.lane(node.name, node.lane)
      break
    case 'shuffle':
      f.shuffle(node.bytes)
      break
    case 'load':
      f.memory(node.name, node.offset)
      break
    case 'call':
      f.call(node.target)
      break
    case 'const':
    case 'local':
      throw internalError('wasm schedule', `a ${node.kind} is not computed`)
    default:
      node satisfies never
  }
}
