// The values of one function as a graph of WebAssembly instructions, before it is written: equal values are one node, and
// every node knows the loop level at which it becomes known, so that what does not change in a loop is computed before it.
// Nodes are pure: reads of memory count as pure because stores come after all reads of the same position.
import { internalError, type Scalar } from '@heddle/core'
import type { FunctionRef, Local } from '../encoder.ts'
import {
  type LaneInstruction,
  type MemoryInstruction,
  type PlainInstruction,
  resultType,
  type ValueType,
} from '../instructions.ts'

/** Position in the graph; operands come before what uses them. */
export type NodeId = number

/** Loop levels are ordered: a value of level 3 is known once the loops up to level 3 have been entered. */
export type Level = number

export type GraphNode =
  /** A bigint if the type is i64. */
  | { readonly kind: 'const'; readonly value: Scalar }
  | { readonly kind: 'local'; readonly local: Local }
  | { readonly kind: 'plain'; readonly name: PlainInstruction; readonly args: readonly NodeId[] }
  | {
      readonly kind: 'lane'
      readonly name: LaneInstruction
      readonly lane: number
      readonly args: readonly NodeId[]
    }
  | { readonly kind: 'shuffle'; readonly bytes: readonly number[]; readonly args: readonly NodeId[] }
  | {
      readonly kind: 'load'
      readonly name: MemoryInstruction
      readonly offset: number
      readonly args: readonly NodeId[]
    }
  | { readonly kind: 'call'; readonly target: FunctionRef; readonly args: readonly NodeId[] }

export interface Graph {
  constant(type: 'i32' | 'i64' | 'f32' | 'f64', value: Scalar): NodeId
  /** A local that holds its value from `level` on. */
  local(type: ValueType, local: Local, level: Level): NodeId
  plain(name: PlainInstruction, ...args: readonly NodeId[]): NodeId
  lane(name: LaneInstruction, lane: number, ...args: readonly NodeId[]): NodeId
  shuffle(bytes: readonly number[], x: NodeId, y: NodeId): NodeId
  load(name: MemoryInstruction, address: NodeId, offset: number): NodeId
  call(target: FunctionRef, result: ValueType, args: readonly NodeId[]): NodeId
  /** i32 arithmetic that folds constants. */
  add(x: NodeId, y: NodeId): NodeId
  scale(x: NodeId, factor: number): NodeId
  node(id: NodeId): GraphNode
  type(id: NodeId): ValueType
  level(id: NodeId): Level
  constantOf(id: NodeId): number | undefined
  readonly size: () => number
}

interface Entry {
  readonly node: GraphNode
  readonly type: ValueType
  readonly level: Level
}

export function operandsOf(node: GraphNode): readonly NodeId[] {
  return node.kind === 'const' || node.kind === 'local' ? [] : node.args
}

export function valueGraph(): Graph {
  const entries: Entry[] = []
  const known = new Map<string, NodeId>()

  const entry = (id: NodeId): Entry => {
    const found = entries[id]
    if (found === undefined) throw internalError('wasm graph', `node ${id} does not exist`)
    return found
  }
  const intern = (key: string, make: () => Entry): NodeId => {
    const found = known.get(key)
    if (found !== undefined) return found
    known.set(key, entries.length)
    entries.push(make())
    return entries.length - 1
  }
  const levelOf = (args: readonly NodeId[]): Level => {
    let level = 0
    for (const arg of args) level = Math.max(level, entry(arg).level)
    return level
  }
  const typed = (name: PlainInstruction | LaneInstruction | MemoryInstruction): ValueType => {
    const type = resultType(name)
    if (type === undefined) throw internalError('wasm graph', `${name} has no result type of its own`)
    return type
  }
  const constantOf = (id: NodeId): number | undefined => {
    const { node } = entry(id)
    return node.kind === 'const' && typeof node.value === 'number' ? node.value : undefined
  }

  const graph: Graph = {
    constant: (type, value) =>
      // All NaNs are one; -0 is not 0.
      intern(`${type} ${Object.is(value, -0) ? '-0' : value}`, () => ({
        node: { kind: 'const', value: type === 'i64' ? BigInt(value) : value },
        type,
        level: 0,
      })),
    local: (type, local, level) =>
      intern(`local ${local} ${level}`, () => ({ node: { kind: 'local', local }, type, level })),
    plain: (name, ...args) =>
      intern(`${name} ${args.join(' ')}`, () => ({
        node: { kind: 'plain', name, args },
        type: name === 'select' ? entry(args[0] ?? -1).type : typed(name),
        level: levelOf(args),
      })),
    lane: (name, lane, ...args) =>
      intern(`${name} ${lane} ${args.join(' ')}`, () => ({
        node: { kind: 'lane', name, lane, args },
        type: typed(name),
        level: levelOf(args),
      })),
    shuffle: (bytes, x, y) =>
      intern(`shuffle ${bytes.join(',')} ${x} ${y}`, () => ({
        node: { kind: 'shuffle', bytes, args: [x, y] },
        type: 'v128',
        level: levelOf([x, y]),
      })),
    load: (name, address, offset) =>
      intern(`${name} ${address} ${offset}`, () => ({
        node: { kind: 'load', name, offset, args: [address] },
        type: typed(name),
        level: levelOf([address]),
      })),
    call: (target, result, args) =>
      intern(`call ${target.index} ${args.join(' ')}`, () => ({
        node: { kind: 'call', target, args },
        type: result,
        level: levelOf(args),
      })),
    add(x, y) {
      const [cx, cy] = [constantOf(x), constantOf(y)]
      if (cx !== undefined && cy !== undefined) return graph.constant('i32', (cx + cy) | 0)
      if (cx === 0) return y
      return cy === 0 ? x : graph.plain('i32.add', x, y)
    },
    scale(x, factor) {
      const cx = constantOf(x)
      if (cx !== undefined) return graph.constant('i32', Math.imul(cx, factor))
      if (factor === 1) return x
      const shift = Math.log2(factor)
      if (Number.isInteger(shift) && shift > 0) return graph.plain('i32.shl', x, graph.constant('i32', shift))
      return graph.plain('i32.mul', x, graph.constant('i32', factor))
    },
    node: (id) => entry(id).node,
    type: (id) => entry(id).type,
    level: (id) => entry(id).level,
    constantOf,
    size: () => entries.length,
  }
  return graph
}
