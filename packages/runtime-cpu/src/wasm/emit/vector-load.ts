// Loads of four elements along the lane axis: neighbours, neighbours backwards, every second one, each twice, one in all lanes, and
// neighbours of which some may lie outside a guard's window (the border of a padded array). Nothing outside a buffer is ever
// read.
import { type AxisId, axesOf, type Guard, holdsAlways, type Kernel, type ScalarLoad } from '@heddle/core'
import type { FunctionBuilder, FunctionRef } from '../encoder.ts'
import type { Library } from '../library.ts'
import type { NodeId } from './graph.ts'
import type { Lowering } from './lower.ts'
import { type EmitContext, scalarType } from './scalar-ops.ts'
import { type LaneDType, splat } from './vector-ops.ts'

export interface VectorLoadScope {
  readonly context: EmitContext
  readonly kernel: Kernel
  readonly laneAxis: AxisId
  readonly lowering: Lowering
  readonly pointer: (buffer: number) => NodeId
}

/** Shapes of loads that need no lane-by-lane work. */
export type VectorLoadForm = 'contiguous' | 'backwards' | 'alternate' | 'pairs' | 'fours' | 'window'

export function vectorLoad(
  scope: VectorLoadScope,
  node: ScalarLoad,
  {
    form,
    guards,
    dtype,
    offset,
  }: {
    readonly form: VectorLoadForm
    readonly guards: readonly Guard[]
    readonly dtype: LaneDType
    readonly offset: number
  },
): NodeId {
  const { context, lowering, pointer } = scope
  const { graph } = context
  const windows = form === 'window' ? windowsOf(scope, guards) : []
  const holds = lowering.condition(
    guards.filter((guard) => !windows.includes(guard)),
    offset,
  )
  const otherwise = splat(context, dtype, graph.constant(scalarType[dtype], node.otherwise))
  if (holds === false) return otherwise

  // Backwards, the fourth element has the lowest address.
  const { node: base, offset: plus } = lowering.address(
    node.buffer,
    node.index,
    form === 'backwards' ? offset + 3 : offset,
  )
  const [window] = windows
  if (window !== undefined) return windowLoad(base, plus, window)
  if (holds === true) return load(base, plus)
  // Where guards fail, the start of the buffer is read instead.
  const whole = graph.add(base, graph.constant('i32', plus))
  const loaded = load(graph.plain('select', whole, pointer(node.buffer), holds), 0)
  return graph.plain('v128.bitselect', loaded, otherwise, splat(context, 'bool', holds))

  function load(address: NodeId, at: number): NodeId {
    if (dtype === 'bool') {
      const bytes = graph.load('v128.load32_zero', address, at)
      const halves = graph.plain('i16x8.extend_low_i8x16_u', bytes)
      return graph.plain('i32x4.neg', graph.plain('i32x4.extend_low_i16x8_u', halves))
    }
    if (form === 'fours') return graph.load('v128.load32_splat', address, at)
    if (form === 'pairs') {
      const two = graph.load('v128.load64_zero', address, at)
      return graph.shuffle(lanes(0, 0, 1, 1), two, two)
    }
    const first = graph.load('v128.load', address, at)
    if (form === 'backwards') return graph.shuffle(lanes(3, 2, 1, 0), first, first)
    if (form !== 'alternate') return first
    // Elements 0 to 3 and 3 to 6: the last one that is read is the last one that is wanted.
    return graph.shuffle(lanes(0, 2, 5, 7), first, graph.load('v128.load', address, at + 12))
  }

  function windowLoad(address: NodeId, at: number, { index, low, high }: Guard): NodeId {
    const position = lowering.position(index, offset)
    const start = graph.add(position, graph.constant('i32', -low))
    const width = graph.constant('i32', Math.max(0, high - low))
    const none = graph.constant('i32', 0)
    const open = typeof holds === 'boolean' ? width : graph.plain('select', width, none, holds)
    const bits = graph.constant('i32', bitsOf(dtype, node.otherwise))
    const whole = graph.add(address, graph.constant('i32', at))
    return graph.call(windowFunction(context.library), 'v128', [whole, start, open, bits])
  }
}

const lanes = (...order: readonly number[]): readonly number[] =>
  order.flatMap((lane) => [0, 1, 2, 3].map((byte) => lane * 4 + byte))

function bitsOf(dtype: LaneDType, value: number): number {
  return dtype === 'f32' ? (new Int32Array(new Float32Array([value]).buffer)[0] ?? 0) : value | 0
}

/** Guards that change along the lane axis and do not always hold. */
export function windowsOf(
  { kernel, laneAxis }: Pick<VectorLoadScope, 'kernel' | 'laneAxis'>,
  guards: readonly Guard[],
): readonly Guard[] {
  const ranges = (axis: AxisId): number => kernel.axes[axis]?.extent ?? 0
  return guards.filter((guard) => !holdsAlways(guard, ranges) && axesOf(guard.index).has(laneAxis))
}

/** Parameters: address of lane 0, its position in the window, width of the window, and the bits of what lies outside. */
function windowFunction(library: Library): FunctionRef {
  return library.shared('load window', ['i32', 'i32', 'i32', 'i32'], ['v128'], (f: FunctionBuilder) => {
    const [address, position, width, outside] = [0, 1, 2, 3] as const
    const result = f.local('v128')
    f.get(position).i32(0).op('i32.ge_s')
    f.get(position).i32(4).op('i32.add').get(width).op('i32.le_s').op('i32.and')
    f.if().get(address).memory('v128.load', 0).op('return').end()
    f.get(outside).op('i32x4.splat').set(result)
    for (let lane = 0; lane < 4; lane++) {
      f.get(position).i32(lane).op('i32.add').get(width).op('i32.lt_u').if()
      f.get(address)
        .get(result)
        .laneMemory('v128.load32_lane', lane * 4, lane)
        .set(result)
        .end()
    }
    f.get(result)
  })
}
