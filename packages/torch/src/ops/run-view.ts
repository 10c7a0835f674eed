// Makes views: tensors that share memory with the one they are made of. A view is a step from the contents of that one, read when
// it is looked at and written back along the same steps; where a step shows an element more than once, writes go to the place in
// memory that the layout names.
import { type DType, isFloat, mixHash, structuralHash } from '@heddle/core'
import * as graphErrors from '../autograd/errors.ts'
import { isGradEnabled } from '../autograd/grad-mode.ts'
import type { Edge } from '../autograd/node.ts'
import { OpNode, recordFragment } from '../autograd/record.ts'
import { regeneratedView } from '../autograd/view-nodes.ts'
import { BoundedTable } from '../engine/bounded-table.ts'
import { apply, type Cell, cellOfData } from '../engine/cell.ts'
import { derivativeOf, type Fragment } from '../engine/fragment.ts'
import { type ArrayType, arrayType } from '../engine/types.ts'
import type { Layout } from '../tensor/layout.ts'
import { Memory, View, type ViewStep } from '../tensor/memory.ts'
import { Tensor, type ViewOrigin } from '../tensor/tensor.ts'
import { fragmentFor, type Operation } from './operation.ts'
import { formOf, run } from './run.ts'
import { lookStrided, placeStrided, type StridedOption } from './strided.ts'

/** What a view shows of its tensor, and how it is written back. */
export interface ViewSpec<O extends object> {
  /** The result as a function of the whole; its node is the node of the view. */
  readonly look: Operation<O>
  /** The whole with another part: operands whole, part. None where elements may be shown more than once. */
  readonly place?: Operation<O>
  layout(of: Layout, options: O): Layout
  readonly moving?: Moving<O>
}

/** A view whose place is a position: where there are many, the position becomes an operand, and what is recorded is one for all. */
export interface Moving<O extends object> {
  readonly position: (options: O) => number
  /** The options but for the position. */
  readonly fixed: (options: O) => object
  /** Operands whole, position. */
  readonly look: Operation<object>
  /** Operands whole, position, part. */
  readonly place: Operation<object>
}

export interface ViewOperation<O extends object> extends ViewSpec<O> {
  readonly steps: WeakMap<Fragment, ViewStep>
  /** By the type of the whole and the fixed options: the positions there were. */
  readonly positions: BoundedTable<Set<number>>
}

export const viewOperation = <O extends object>(spec: ViewSpec<O>): ViewOperation<O> => ({
  ...spec,
  steps: new WeakMap(),
  positions: new BoundedTable(512),
})

/** With more positions than this of one type, positions are operands there. */
const mostPositions = 8

function movesAlong<O extends object>(
  op: ViewOperation<O>,
  of: ArrayType,
  options: O,
): Moving<O> | undefined {
  const { moving, positions } = op
  if (moving === undefined) return undefined
  const hash = mixHash(of.id, structuralHash(moving.fixed(options)))
  let seen = positions.get(hash)
  if (seen === undefined) {
    seen = new Set()
    positions.set(hash, seen)
  }
  if (seen.size <= mostPositions) seen.add(moving.position(options))
  return seen.size > mostPositions ? moving : undefined
}

/** A view of `self`; nothing is recorded until it is looked at. */
export function runView<O extends object>(op: ViewOperation<O>, self: Tensor, options: O): Tensor {
  const moving = movesAlong(op, self.type_, options)
  if (moving !== undefined) return runMoving(op, moving, self, options)
  const { step, type } = stepOf(op, self.type_, options)
  const form = formOf(op.look, [self], options)
  const node =
    form.name !== null && isGradEnabled() && self.requiresGrad && isFloat(type.dtype)
      ? new OpNode(form.name, fragmentFor(op.look, [self.type_], options) as Fragment, [self], form)
      : null
  return viewed(self, step, {
    type,
    layout: op.layout(self.layout_, options),
    edge: node === null ? null : { node, index: 0 },
    creation: 'default',
  })
}

function runMoving<O extends object>(
  op: ViewOperation<O>,
  { position, fixed, look, place }: Moving<O>,
  self: Tensor,
  options: O,
): Tensor {
  const { device, type_: whole } = self
  const at = new Tensor({
    memory: new Memory(cellOfData(device, 'i32', [], Int32Array.of(position(options)))),
  })
  const rest = fixed(options)
  const fragment = fragmentFor(look, [whole, at.type_], rest) as Fragment
  const { type } = fragment.outputs[0] as Fragment['outputs'][number]
  const step: ViewStep = {
    read: (contents) => apply(contents.device, fragment, [contents, at.cell])[0] as Cell,
    look: (tensor) => run(look, [tensor, at], rest),
    back: (grad) => backOf(fragment, grad, at),
    write: (contents, part) => {
      const placed = fragmentFor(place, [contents.type, at.type_, part.type], rest) as Fragment
      return apply(contents.device, placed, [contents, at.cell, part])[0] as Cell
    },
    place: (tensor, part) => run(place, [tensor, at, part], rest),
  }
  const form = formOf(op.look, [self], options)
  const node =
    form.name !== null && isGradEnabled() && self.requiresGrad && isFloat(type.dtype)
      ? new OpNode(form.name, fragment, [self, at], form)
      : null
  node?.keep([self, at], [])
  return viewed(self, step, {
    type,
    layout: op.layout(self.layout_, options),
    edge: node === null ? null : { node, index: 0 },
    creation: 'default',
  })
}

/** The cotangent of the whole, of that of what a view shows; `position`: where, if it is an operand. */
function backOf(look: Fragment, grad: Tensor, position?: Tensor): Tensor {
  const wanted = look.inputs.map((_, k) => k === 0)
  const { fragment, sources } = derivativeOf(look, wanted, [true])
  const operands = sources.map(({ from }) => (from === 'cotangent' ? grad : (position as Tensor)))
  return recordFragment(fragment, operands, { name: 'AsStridedBackward0' }, grad.device)[0] as Tensor
}

/** Several views made by one node. */
export function runViews<O extends object, P extends object>(
  whole: Operation<O>,
  self: Tensor,
  options: O,
  part: ViewOperation<P>,
  parts: readonly P[],
): readonly Tensor[] {
  const fragment = fragmentFor(whole, [self.type_], options) as Fragment
  const form = formOf(whole, [self], options)
  const node =
    form.name !== null && isGradEnabled() && self.requiresGrad
      ? new OpNode(form.name, fragment, [self], form)
      : null
  return parts.map((each, index) => {
    const { step, type } = stepOf(part, self.type_, each)
    return viewed(self, step, {
      type,
      layout: part.layout(self.layout_, each),
      edge: node === null ? null : { node, index },
      creation: 'several results',
    })
  })
}

/** Elements at places of memory that the layout names, whatever `self` shows of it. */
export function runStrided(self: Tensor, layout: Layout, name = 'AsStridedBackward0'): Tensor {
  const { dtype } = self.type_
  const form = { name }
  const options = optionsOf(self.layout_, layout, dtype)
  const node =
    isGradEnabled() && self.requiresGrad
      ? new OpNode(form.name, fragmentFor(strided.look, [self.type_], options) as Fragment, [self], form)
      : null
  const step = stridedStep(self.memory.layout, self.memory.cell.type, layout, dtype)
  return viewed(
    self,
    step,
    {
      type: arrayType(dtype, layout.shape),
      layout,
      edge: node === null ? null : { node, index: 0 },
      creation: 'default',
    },
    true,
  )
}

/** Makes a tensor what a view of it would be. */
export function turnInto(self: Tensor, viewed: () => Tensor): Tensor {
  if (self.requiresGrad && self.isLeaf && isGradEnabled()) throw graphErrors.leafInPlace()
  const turned = viewed()
  const { edge } = turned
  self.become(turned)
  self.counter.version++
  if (self.origin !== undefined) self.origin = turned.origin
  if (edge !== null) self.edge = edge
  else if (self.origin !== undefined) self.origin.seen = self._version
  return self
}

const strided: ViewOperation<StridedOption> = viewOperation({
  look: lookStrided,
  place: placeStrided,
  layout: (_, { shape, strides, offset }) => ({ shape, strides, offset }),
})

const optionsOf = (of: Layout, { shape, strides, offset }: Layout, dtype: DType): StridedOption => ({
  shape,
  strides,
  offset,
  dtype,
  of: { strides: of.strides, offset: of.offset },
})

/** From contents that lie as `of` says to the elements at the places of another layout. */
export const stridedStep = (of: Layout, type: ArrayType, layout: Layout, dtype: DType): ViewStep =>
  stepOf(strided, type, optionsOf(of, layout, dtype)).step

interface Made {
  readonly type: ArrayType
  readonly layout: Layout
  readonly edge: Edge | null
  readonly creation: ViewOrigin['creation']
}

/** `isDirect`: the step is one from the memory, not from `self`. */
function viewed(
  self: Tensor,
  step: ViewStep,
  { type, layout, edge, creation }: Made,
  isDirect = false,
): Tensor {
  const { origin, memory } = self
  const base = origin?.base ?? self
  const directFrom =
    (of: () => Layout, whole: ArrayType): (() => ViewStep) =>
    () =>
      stridedStep(of(), whole, layout, type.dtype)
  const repeats = step.place === undefined
  const fromBase = isDirect
    ? new View(undefined, stridedStep(base.layout_, base.type_, layout, type.dtype))
    : viewFrom(
        origin?.view,
        step,
        repeats,
        directFrom(() => base.layout_, base.type_),
      )
  return new Tensor(
    {
      memory,
      view: isDirect
        ? new View(undefined, step)
        : viewFrom(
            self.view_,
            step,
            repeats,
            directFrom(() => memory.layout, memory.cell.type),
          ),
      layout,
      counter: self.counter,
      edge,
      origin: {
        base,
        view: fromBase,
        creation: self.requiresGrad && !isGradEnabled() ? 'without gradients' : inherited(origin, creation),
        seen: self._version,
        regenerate: (whole) => regeneratedView(whole, fromBase),
      },
    },
    type,
  )
}

const inherited = (
  origin: ViewOrigin | undefined,
  creation: ViewOrigin['creation'],
): ViewOrigin['creation'] =>
  origin !== undefined && origin.creation !== 'default' ? origin.creation : creation

const viewFrom = (parent: View | undefined, step: ViewStep, repeats: boolean, direct: () => ViewStep): View =>
  new View(parent, step, repeats || parent?.direct !== undefined ? direct : undefined)

/** The step of a view of something of a type, and the type it shows. */
function stepOf<O extends object>(
  op: ViewOperation<O>,
  of: ArrayType,
  options: O,
): { readonly step: ViewStep; readonly type: ArrayType } {
  const look = fragmentFor(op.look, [of], options) as Fragment
  const { type } = look.outputs[0] as Fragment['outputs'][number]
  const known = op.steps.get(look)
  if (known !== undefined) return { step: known, type }
  const { place } = op
  const step: ViewStep = {
    read: (whole) => apply(whole.device, look, [whole])[0] as Cell,
    look: (whole) => run(op.look, [whole], options),
    back: (grad) => backOf(look, grad),
    ...(place === undefined
      ? {}
      : {
          write: (whole: Cell, part: Cell): Cell => {
            const fragment = fragmentFor(place, [whole.type, part.type], options) as Fragment
            return apply(whole.device, fragment, [whole, part])[0] as Cell
          },
          place: (whole: Tensor, part: Tensor): Tensor => run(place, [whole, part], options),
        }),
  }
  op.steps.set(look, step)
  return { step, type }
}
