// Lowers the scalar code of a stage to graph nodes, for one element or for four neighbours along the lane axis. Values that
// are equal in all lanes stay single values and are spread once, outside the loop. Positions along the lane axis are the
// loop's counter plus a constant offset, so that several vectors of one iteration share their addresses.
import {
  type AxisId,
  computes,
  type Guard,
  type IndexExpression,
  indexRange,
  internalError,
  type Kernel,
  type ScalarCall,
  type ScalarCode,
  type ScalarLoad,
  type ScalarNode,
  type ValueId,
  valuesOf,
} from '@heddle/core'
import { laneSteps, loadForm, operandsOfValue, varyingValues } from './analysis.ts'
import type { NodeId } from './graph.ts'
import { type Address, addressOf, conditionNode, type IndexScope, indexNode } from './index-code.ts'
import { inlineMath, isMath, sharedMath } from './math.ts'
import { argument, type EmitContext, emitScalarOp, scalarType } from './scalar-ops.ts'
import { decoded, loadInstruction, narrowed, sameBits } from './stored.ts'
import { unsupported } from './unsupported.ts'
import { vectorLoad } from './vector-load.ts'
import { emitVectorOp, extractLane, isLaneDType, type LaneDType, packLanes, splat } from './vector-ops.ts'

export interface LoweringScope {
  readonly context: EmitContext
  readonly kernel: Kernel
  readonly code: ScalarCode
  /** The axis of which four neighbours are computed at once, if any. */
  readonly laneAxis: AxisId | undefined
  readonly counter: (axis: AxisId) => NodeId
  readonly pointer: (buffer: number) => NodeId
  /** Result of an accumulator: one value, or four along the lane axis from `offset` on. */
  readonly accumulated: (stage: number, accumulator: number, offset: number) => NodeId
  readonly accumulatedVaries: boolean
}

export interface Lowering {
  /** The value `offset` positions further along the lane axis. */
  scalar(value: ValueId, offset?: number): NodeId
  /** The values at `offset` to `offset + 3`. */
  vector(value: ValueId, offset?: number): NodeId
  address(buffer: number, index: IndexExpression, offset?: number): Address
  condition(guards: readonly Guard[], offset?: number): NodeId | boolean
  /** An index as an i32. */
  position(index: IndexExpression, offset?: number): NodeId
  varies(value: ValueId): boolean
}

const widestOffset = 1024

export function lowering(scope: LoweringScope): Lowering {
  const { context, kernel, code, laneAxis } = scope
  const { graph } = context
  const varies = varyingValues(code, laneAxis, scope.accumulatedVaries)
  const singles = new Map<number, NodeId>()
  const vectors = new Map<number, NodeId>()
  const keyOf = (value: ValueId, offset: number): number =>
    value * widestOffset + (varies[value] === true ? offset : 0)

  const nodeOf = (value: ValueId): ScalarNode => {
    const node = code[value]
    if (node === undefined) throw internalError('wasm lowering', `value ${value} does not exist`)
    return node
  }
  const indexScope = (offset: number): IndexScope => ({
    graph,
    kernel,
    axis: (axis) => ({ node: scope.counter(axis), plus: axis === laneAxis ? offset : 0 }),
    value: (value) => self.scalar(value, offset),
  })
  const dtypeOf = (value: ValueId): LaneDType => {
    const { dtype } = nodeOf(value)
    if (!isLaneDType(dtype)) throw unsupported('vector', dtype)
    return dtype
  }

  /** Lowers what a value needs first, in order, so that no chain of operands becomes a chain of calls. */
  const lowerInOrder = (
    known: Map<number, NodeId>,
    root: ValueId,
    offset: number,
    operands: (value: ValueId) => readonly ValueId[],
    lower: (value: ValueId) => NodeId,
  ): NodeId => {
    const done = known.get(keyOf(root, offset))
    if (done !== undefined) return done
    const wanted = new Set<ValueId>()
    const pending = [root]
    for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
      if (wanted.has(value) || known.has(keyOf(value, offset))) continue
      wanted.add(value)
      pending.push(...operands(value))
    }
    for (const value of [...wanted].sort((x, y) => x - y)) known.set(keyOf(value, offset), lower(value))
    return argument([known.get(keyOf(root, offset)) ?? -1], 0)
  }

  const self: Lowering = {
    varies: (value) => varies[value] === true,
    scalar: (root, offset = 0) =>
      lowerInOrder(
        singles,
        root,
        offset,
        (value) => operandsOfValue(code, value),
        (value) => scalarNode(nodeOf(value), offset),
      ),
    vector: (root, offset = 0) =>
      lowerInOrder(
        vectors,
        root,
        offset,
        (value) => {
          const node = nodeOf(value)
          return varies[value] === true && 'args' in node ? node.args : []
        },
        (value) => vectorNode(value, offset),
      ),
    address: (buffer, index, offset = 0) =>
      addressOf(indexScope(offset), scope.pointer(buffer), buffer, index),
    condition: (guards, offset = 0) => conditionNode(indexScope(offset), guards),
    position: (index, offset = 0) => indexNode(indexScope(offset), index),
  }

  function scalarNode(node: ScalarNode, offset: number): NodeId {
    switch (node.op) {
      case 'const':
        return graph.constant(scalarType[node.dtype], node.value)
      case 'load':
        return scalarLoad(node, offset)
      case 'index':
        return indexNode(indexScope(offset), node.index)
      case 'within': {
        const holds = self.condition(node.guards, offset)
        return typeof holds === 'boolean' ? graph.constant('i32', holds ? 1 : 0) : holds
      }
      case 'accumulated': {
        const result = scope.accumulated(node.stage, node.accumulator, offset)
        if (graph.type(result) !== 'v128') return result
        if (!isLaneDType(node.dtype)) throw unsupported('vector', node.dtype)
        return extractLane(context, node.dtype, result, offset & 3)
      }
      default:
        return scalarCall(node, offset)
    }
  }

  function scalarCall(node: ScalarCall, offset: number): NodeId {
    const args = node.args.map((id) => self.scalar(id, offset))
    const { op, dtype } = node
    if (!isMath(op)) {
      const from = nodeOf(argument(node.args, 0)).dtype
      const x = argument(args, 0)
      const isStored = !computes(dtype) || !computes(from)
      if (op === 'bitcast' && isStored) return from === dtype ? x : sameBits(context, from, dtype, x)
      const cast = op === 'cast' && from !== dtype ? narrowed(context, dtype, x) : undefined
      return cast ?? emitScalarOp({ context, op, dtype, from, args })
    }
    if (dtype === 'f32') return graph.call(sharedMath(context, op), 'f32', args)
    if (dtype !== 'f64') throw unsupported(op, dtype)
    return graph.call(context.host(op), 'f64', args.length === 2 ? args : [...args, graph.constant('f64', 0)])
  }

  /** Guards of a load, with the bounds of the buffer where the code alone decides the address. */
  function guardsOf(node: ScalarLoad): readonly Guard[] {
    if (valuesOf(node.index).size === 0) return node.guards
    const size = kernel.buffers[node.buffer]?.size ?? 0
    return [...node.guards, { index: node.index, low: 0, high: size }]
  }

  function scalarLoad(node: ScalarLoad, offset: number): NodeId {
    const otherwise = graph.constant(scalarType[node.dtype], node.otherwise)
    const holds = self.condition(guardsOf(node), offset)
    if (holds === false) return otherwise
    const address = guardedAddress(node, offset, holds)
    const element = graph.load(loadInstruction(node.dtype), address.node, address.offset)
    const loaded = decoded(context, node.dtype, element)
    return holds === true ? loaded : graph.plain('select', loaded, otherwise, holds)
  }

  /** Where guards fail, the start of the buffer is read instead. */
  function guardedAddress(node: ScalarLoad, offset: number, holds: NodeId | true): Address {
    const address = self.address(node.buffer, node.index, offset)
    if (holds === true) return address
    const whole = graph.add(address.node, graph.constant('i32', address.offset))
    return { node: graph.plain('select', whole, scope.pointer(node.buffer), holds), offset: 0 }
  }

  function vectorNode(value: ValueId, offset: number): NodeId {
    const node = nodeOf(value)
    const dtype = dtypeOf(value)
    if (varies[value] !== true) return splat(context, dtype, self.scalar(value))
    switch (node.op) {
      case 'const':
        return splat(context, dtype, self.scalar(value))
      case 'load': {
        const form = laneAxis === undefined ? 'gather' : loadForm(node, kernel, laneAxis, varies)
        if (laneAxis === undefined || form === 'gather' || form === 'uniform')
          return eachLane(value, dtype, offset)
        const loads = { context, kernel, laneAxis, lowering: self, pointer: scope.pointer }
        return vectorLoad(loads, node, { form, guards: guardsOf(node), dtype, offset })
      }
      case 'index':
        return steppedLanes(node.index, offset) ?? eachLane(value, dtype, offset)
      case 'within':
        return vectorWithin(node.guards, offset) ?? eachLane(value, dtype, offset)
      case 'accumulated':
        return scope.accumulated(node.stage, node.accumulator, offset)
      default:
        return vectorCall(node, dtype, offset)
    }
  }

  const eachLane = (value: ValueId, dtype: LaneDType, offset: number): NodeId =>
    packLanes(
      context,
      dtype,
      [0, 1, 2, 3].map((lane) => self.scalar(value, offset + lane)),
    )

  function vectorCall(node: ScalarCall, dtype: LaneDType, offset: number): NodeId {
    const args = node.args.map((id) => self.vector(id, offset))
    if (isMath(node.op)) return inlineMath(context, node.op, args)
    const uniform = (at: number): NodeId | undefined => {
      const id = node.args[at]
      return id === undefined || varies[id] === true ? undefined : self.scalar(id)
    }
    return emitVectorOp({ context, op: node.op, dtype, from: dtypeOf(argument(node.args, 0)), args, uniform })
  }

  /** An index that grows in every vector alike along the lane axis. */
  function steppedLanes(index: IndexExpression, offset: number): NodeId | undefined {
    const steps = laneAxis === undefined ? undefined : laneSteps(index, laneAxis)
    if (steps === undefined || [...valuesOf(index)].some((id) => varies[id] === true)) return undefined
    const first = splat(context, 'i32', indexNode(indexScope(offset), index))
    const ramp = packLanes(
      context,
      'i32',
      steps.map((step) => graph.constant('i32', step)),
    )
    return graph.plain('i32x4.add', first, ramp)
  }

  function vectorWithin(guards: readonly Guard[], offset: number): NodeId | undefined {
    const ranges = (axis: AxisId): number => kernel.axes[axis]?.extent ?? 0
    let all: NodeId | undefined
    for (const { index, low, high } of guards) {
      const range = indexRange(index, ranges)
      if (range.low >= low && range.high < high) continue
      const position = steppedLanes(index, offset)
      if (position === undefined) return undefined
      const distance = graph.plain('i32x4.sub', position, splat(context, 'i32', graph.constant('i32', low)))
      const width = splat(context, 'i32', graph.constant('i32', Math.max(0, high - low)))
      const inside = graph.plain('i32x4.lt_u', distance, width)
      all = all === undefined ? inside : graph.plain('v128.and', all, inside)
    }
    return all ?? splat(context, 'bool', graph.constant('i32', 1))
  }

  return self
}
