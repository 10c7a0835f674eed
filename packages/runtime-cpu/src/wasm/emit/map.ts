// Map and scatter stages: the values of a position and their stores. All values of an iteration are computed before the first
// store of it, because an output may lie in the memory of an input.
import {
  type AxisId,
  internalError,
  type MapStage,
  type ScatterStage,
  type Store,
  strideOf,
  valuesOf,
} from '@heddle/core'
import type { LaneMemoryInstruction, MemoryInstruction } from '../instructions.ts'
import { writeCombine } from './combine.ts'
import type { NodeId } from './graph.ts'
import type { OpenPiece, PieceLoop, ProgramBuilder } from './program.ts'
import { encoded, loadInstruction, storeInstruction } from './stored.ts'
import { extractLane, isLaneDType } from './vector-ops.ts'

/** One store instruction: `condition` must hold for it, if there is one. */
interface Write {
  readonly address: NodeId
  readonly offset: number
  readonly value: NodeId
  readonly condition: NodeId | undefined
  readonly instruction: MemoryInstruction | LaneMemoryInstruction
}

export function addMap(program: ProgramBuilder, stage: MapStage, ownLanes: boolean): void {
  const { kernel } = program
  const loops = stage.axes.map((axis) => ({ axis, start: 0, end: kernel.axes[axis]?.extent ?? 0, step: 1 }))
  if (loops.some(({ end }) => end === 0)) return
  const inner = loops.at(-1)
  if (!ownLanes || inner === undefined) {
    const piece = program.open(loops, stage.code, undefined)
    addStores(program, stage.stores, piece, program.rowLanes)
    return
  }
  const outer = loops.slice(0, -1)
  const cut = inner.end - (inner.end % 4)
  const lanes = { axis: inner.axis, groups: 1 }
  const main: PieceLoop[] = [...outer, { ...inner, end: cut, step: 4 }]
  addStores(program, stage.stores, program.open(main, stage.code, inner.axis), lanes)
  if (cut === inner.end) return
  const rest: PieceLoop[] = [...outer, { ...inner, start: cut }]
  addStores(program, stage.stores, program.open(rest, stage.code, undefined), undefined)
}

function addStores(
  program: ProgramBuilder,
  stores: readonly Store[],
  piece: OpenPiece,
  lanes: { readonly axis: AxisId; readonly groups: number } | undefined,
): void {
  const { f } = program
  const groups = lanes === undefined ? 1 : lanes.groups
  const writes: Write[] = []
  for (let group = 0; group < groups; group++) {
    for (const store of stores) {
      if (lanes === undefined) writes.push(singleWrite(program, store, piece))
      else writes.push(...laneWrites(program, store, piece, lanes.axis, group * 4))
    }
  }
  piece.add({
    roots: writes.flatMap(({ address, value, condition }) =>
      condition === undefined ? [address, value] : [address, value, condition],
    ),
    body: (values) => {
      if (writes.length > 1) for (const { value } of writes) values.settle(value)
      for (const { address, offset, value, condition, instruction } of writes) {
        if (condition !== undefined) {
          values.settle(address)
          values.settle(value)
          values.push(condition)
          f.if()
        }
        values.push(address)
        values.push(value)
        if (isLaneStore(instruction)) f.laneMemory(instruction, offset, 0)
        else f.memory(instruction, offset)
        if (condition !== undefined) f.end()
      }
    },
  })
}

const isLaneStore = (name: MemoryInstruction | LaneMemoryInstruction): name is LaneMemoryInstruction =>
  name === 'v128.store32_lane'

function bufferOf(program: ProgramBuilder, buffer: number) {
  const found = program.kernel.buffers[buffer]
  if (found === undefined) throw internalError('wasm map', `buffer ${buffer} does not exist`)
  return found
}

function singleWrite(program: ProgramBuilder, store: Store, { lowering }: OpenPiece): Write {
  const { dtype, size } = bufferOf(program, store.buffer)
  const { node, offset } = lowering.address(store.buffer, store.index)
  const guards = valuesOf(store.index).size > 0 ? [{ index: store.index, low: 0, high: size }] : []
  const holds = lowering.condition(guards)
  return {
    address: node,
    offset,
    value: encoded(program.context, dtype, lowering.scalar(store.value)),
    condition: typeof holds === 'boolean' ? undefined : holds,
    instruction: storeInstruction(dtype),
  }
}

const firstBytes = [0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12]

function laneWrites(
  program: ProgramBuilder,
  store: Store,
  { lowering }: OpenPiece,
  axis: AxisId,
  offset: number,
): readonly Write[] {
  const { context, graph } = program
  const { dtype } = bufferOf(program, store.buffer)
  if (!isLaneDType(dtype)) throw internalError('wasm map', `${dtype} is stored by lanes`)
  const vector = lowering.vector(store.value, offset)
  const condition = undefined
  if (strideOf(store.index, axis) !== 1) {
    return [0, 1, 2, 3].map((lane) => {
      const address = lowering.address(store.buffer, store.index, offset + lane)
      const value = extractLane(context, dtype, vector, lane)
      return {
        address: address.node,
        offset: address.offset,
        value,
        condition,
        instruction: storeInstruction(dtype),
      }
    })
  }
  const address = lowering.address(store.buffer, store.index, offset)
  const at = { address: address.node, offset: address.offset, condition }
  if (dtype !== 'bool') return [{ ...at, value: vector, instruction: 'v128.store' }]
  const one = graph.plain('i32x4.splat', graph.constant('i32', 1))
  const value = graph.shuffle(firstBytes, graph.plain('v128.and', vector, one), one)
  return [{ ...at, value, instruction: 'v128.store32_lane' }]
}

const operations = { add: 'sum', multiply: 'product', minimum: 'min', maximum: 'max' } as const

/** Combines in order, one element at a time; the guards keep every address inside the buffer. */
export function addScatter(program: ProgramBuilder, stage: ScatterStage): void {
  const { kernel, f } = program
  const { combine } = stage
  const loops = stage.axes.map((axis) => ({ axis, start: 0, end: kernel.axes[axis]?.extent ?? 0, step: 1 }))
  if (loops.some(({ end }) => end === 0)) return
  const piece = program.open(loops, stage.code, undefined)
  const { dtype, size } = bufferOf(program, stage.buffer)
  const guards =
    valuesOf(stage.index).size > 0
      ? [...stage.guards, { index: stage.index, low: 0, high: size }]
      : stage.guards
  const holds = piece.lowering.condition(guards)
  if (holds === false) return
  const { node: address, offset } = piece.lowering.address(stage.buffer, stage.index)
  const value = encoded(program.context, dtype, piece.lowering.scalar(stage.value))
  const load = loadInstruction(dtype)
  piece.add({
    roots: [address, ...(combine === 'assign' ? [] : [address]), value, ...(holds === true ? [] : [holds])],
    body: (values) => {
      if (holds !== true) {
        values.settle(address)
        values.settle(value)
        values.push(holds)
        f.if()
      }
      values.push(address)
      if (combine !== 'assign') {
        values.push(address)
        f.memory(load, offset)
      }
      values.push(value)
      if (combine !== 'assign')
        writeCombine(f, program.context.library, { combine: operations[combine], dtype, vector: false })
      f.memory(storeInstruction(dtype), offset)
      if (holds !== true) f.end()
    },
  })
}
