// The steps of views: how what is seen is read from the contents it is a part of, and written back. A step is made once for a type and
// options. One whose place is a position reads it as a part of the plan, until positions turn out to change (`moving.ts`).
import { recordFragment } from '../autograd/record.ts'
import { apply, type Cell, cellOfData } from '../engine/cell.ts'
import type { Device } from '../engine/device.ts'
import { derivativeOf, type Fragment } from '../engine/fragment.ts'
import { type ArrayType, arrayType } from '../engine/types.ts'
import type { Layout } from '../tensor/layout.ts'
import { Memory, type ViewStep } from '../tensor/memory.ts'
import { Tensor } from '../tensor/tensor.ts'
import { type Moving, type PositionTable, positionsOf, positionTable } from './moving.ts'
import { fragmentFor, type Operation } from './operation.ts'
import { run } from './run.ts'

/** What a view shows of its tensor, and how it is written back. */
export interface ViewSpec<O extends object> {
  /** The result as a function of the whole; its node is the node of the view. */
  readonly look: Operation<O>
  /** The whole with another part: operands whole, part. None where elements may be shown more than once. */
  readonly place?: Operation<O>
  layout(of: Layout, options: O): Layout
  readonly moving?: Moving<O>
}

export interface ViewOperation<O extends object> extends ViewSpec<O> {
  readonly steps: WeakMap<Fragment, ViewStep>
  readonly positions: PositionTable
}

export const viewOperation = <O extends object>(spec: ViewSpec<O>): ViewOperation<O> => ({
  ...spec,
  steps: new WeakMap(),
  positions: positionTable(),
})

/** The step whose position is an operand. */
export function movingStep<O extends object>(
  { position, fixed, look, place }: Moving<O>,
  whole: ArrayType,
  options: O,
): {
  readonly step: Required<ViewStep>
  readonly fragment: Fragment
  readonly at: (device: Device) => Tensor
} {
  const known = new Map<Device, Tensor>()
  const at = (device: Device): Tensor => {
    let tensor = known.get(device)
    if (tensor === undefined) {
      const cell = cellOfData(device, 'i32', [], Int32Array.of(position(options)))
      tensor = new Tensor({ memory: new Memory(cell) })
      known.set(device, tensor)
    }
    return tensor
  }
  const rest = fixed(options)
  const positionType = arrayType('i32', [])
  const fragment = fragmentFor(look, [whole, positionType], rest) as Fragment
  const step: Required<ViewStep> = {
    read: (contents) => apply(contents.device, fragment, [contents, at(contents.device).cell])[0] as Cell,
    look: (tensor) => run(look, [tensor, at(tensor.device)], rest),
    back: (grad) => backOf(fragment, grad, at(grad.device)),
    write: (contents, part) => {
      const placed = fragmentFor(place, [contents.type, positionType, part.type], rest) as Fragment
      return apply(contents.device, placed, [contents, at(contents.device).cell, part])[0] as Cell
    },
    place: (tensor, part) => run(place, [tensor, at(tensor.device), part], rest),
  }
  return { step, fragment, at }
}

/** The step of a view that was made before it was known that its position moves: which it is is asked when it is used. */
function choosingStep<O extends object>(
  op: ViewOperation<O>,
  moving: Moving<O>,
  of: ArrayType,
  options: O,
  still: Required<ViewStep>,
): ViewStep {
  const positions = positionsOf(op.positions, moving, of, options)
  const position = moving.position(options)
  let moved: Required<ViewStep> | undefined
  const chosen = (): Required<ViewStep> => {
    if (!positions.note(position)) return still
    moved ??= movingStep(moving, of, options).step
    return moved
  }
  return {
    read: (whole) => chosen().read(whole),
    look: (whole) => chosen().look(whole),
    back: (grad) => chosen().back(grad),
    write: (whole, part) => chosen().write(whole, part),
    place: (whole, part) => chosen().place(whole, part),
  }
}

/** The step of a view of something of a type, and the type it shows. */
export function stepOf<O extends object>(
  op: ViewOperation<O>,
  of: ArrayType,
  options: O,
): { readonly step: ViewStep; readonly type: ArrayType } {
  const look = fragmentFor(op.look, [of], options) as Fragment
  const { type } = look.outputs[0] as Fragment['outputs'][number]
  let step = op.steps.get(look)
  if (step === undefined) {
    const { place, moving } = op
    const reading = {
      read: (whole: Cell): Cell => apply(whole.device, look, [whole])[0] as Cell,
      look: (whole: Tensor): Tensor => run(op.look, [whole], options),
      back: (grad: Tensor): Tensor => backOf(look, grad),
    }
    if (place === undefined) step = reading
    else {
      const still = { ...reading, ...writingBack(place, options) }
      step = moving === undefined ? still : choosingStep(op, moving, of, options, still)
    }
    op.steps.set(look, step)
  }
  return { step, type }
}

const writingBack = <O extends object>(place: Operation<O>, options: O) => ({
  write: (whole: Cell, part: Cell): Cell => {
    const fragment = fragmentFor(place, [whole.type, part.type], options) as Fragment
    return apply(whole.device, fragment, [whole, part])[0] as Cell
  },
  place: (whole: Tensor, part: Tensor): Tensor => run(place, [whole, part], options),
})

/** The cotangent of the whole, of that of what a view shows; `position`: where, if it is an operand. */
function backOf(look: Fragment, grad: Tensor, position?: Tensor): Tensor {
  const wanted = look.inputs.map((_, k) => k === 0)
  const { fragment, sources } = derivativeOf(look, wanted, [true])
  const operands = sources.map(({ from }) => (from === 'cotangent' ? grad : (position as Tensor)))
  return recordFragment(fragment, operands, { name: 'AsStridedBackward0' }, grad.device)[0] as Tensor
}
