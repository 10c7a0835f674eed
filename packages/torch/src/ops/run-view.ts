// Makes views: tensors that share memory with the one they are made of. A view is a step from the contents of that one, read when
// it is looked at and written back along the same steps; where a step shows an element more than once, writes go to the place in
// memory that the layout names.
import { type DType, isFloat } from '@heddle/core'
import { isGradEnabled, isInferenceModeEnabled } from '../autograd/grad-mode.ts'
import type { Edge } from '../autograd/node.ts'
import { OpNode } from '../autograd/record.ts'
import { regeneratedView } from '../autograd/view-nodes.ts'
import type { Fragment } from '../engine/fragment.ts'
import { type ArrayType, arrayType } from '../engine/types.ts'
import { watcher } from '../engine/watch.ts'
import type { Layout } from '../tensor/layout.ts'
import { View, type ViewStep } from '../tensor/memory.ts'
import { Tensor, type ViewOrigin } from '../tensor/tensor.ts'
import { type Moving, positionsOf } from './moving.ts'
import { fragmentFor, type Operation } from './operation.ts'
import { formOf, requireWritable } from './run.ts'
import { lookStrided, placeStrided, type StridedOption } from './strided.ts'
import { movingStep, stepOf, type ViewOperation, viewOperation } from './view-steps.ts'

/** A view of `self`; nothing is recorded until it is looked at. */
export function runView<O extends object>(op: ViewOperation<O>, self: Tensor, options: O): Tensor {
  const { moving } = op
  if (moving !== undefined) {
    const positions = positionsOf(op.positions, moving, self.type_, options)
    if (positions.note(moving.position(options))) return runMoving(op, moving, self, options)
  }
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
  moving: Moving<O>,
  self: Tensor,
  options: O,
): Tensor {
  const { step, fragment, at } = movingStep(moving, self.type_, options)
  const { type } = fragment.outputs[0] as Fragment['outputs'][number]
  const form = formOf(op.look, [self], options)
  const position = at(self.device)
  const node =
    form.name !== null && isGradEnabled() && self.requiresGrad && isFloat(type.dtype)
      ? new OpNode(form.name, fragment, [self, position], form)
      : null
  node?.keep([self, position], [])
  return viewed(self, step, {
    type,
    layout: op.layout(self.layout_, options),
    edge: node === null ? null : { node, index: 0 },
    creation: 'default',
  })
}

/** The node of several views. Where one of them alone has a gradient it goes back along its own step, whose position may move. */
class PartsNode extends OpNode {
  steps: readonly ViewStep[] = []

  override apply(
    cotangents: readonly (Tensor | null)[],
    wantedEdges: readonly boolean[],
  ): readonly (Tensor | null)[] {
    const present = cotangents.flatMap((each, k) => (each === null ? [] : [k]))
    const [only] = present
    const step = present.length === 1 ? this.steps[only as number] : undefined
    if (step === undefined || isGradEnabled()) return super.apply(cotangents, wantedEdges)
    return [step.back(cotangents[only as number] as Tensor)]
  }
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
  const steps = parts.map((each) => stepOf(part, self.type_, each))
  const node =
    form.name !== null && isGradEnabled() && self.requiresGrad
      ? new PartsNode(form.name, fragment, [self], form)
      : null
  if (node !== null) node.steps = steps.map(({ step }) => step)
  return parts.map((each, index) => {
    const { step, type } = steps[index] as (typeof steps)[number]
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
  const form = { name, options: { ...layout, offset: layout.offset === 0 ? undefined : layout.offset } }
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
  requireWritable(self, [self], true)
  const turned = viewed()
  const { edge } = turned
  self.become(turned)
  self.counter.version++
  const { origin } = self
  if (origin !== undefined && turned.origin !== undefined)
    self.origin = { ...turned.origin, creation: origin.creation }
  if (edge !== null) self.edge = edge
  else if (self.origin !== undefined && isGradEnabled()) self.origin.seen = self.counter.version
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
  watcher?.seen(self)
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
        origin?.viewFor(self),
        step,
        repeats,
        directFrom(() => base.layout_, base.type_),
      )
  const { layout_: of } = base
  // The base may have been turned itself: then what counts is where the elements lie.
  const viewFor = (view: Tensor): View =>
    base.layout_ === of
      ? fromBase
      : new View(undefined, stridedStep(base.layout_, base.type_, view.layout_, view.type_.dtype))
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
      isInference: self.isInference(),
      origin: self.isInference()
        ? undefined
        : {
            base,
            viewFor,
            creation: inherited(origin, creation),
            seen: self.counter.version,
            regenerate: (view) => regeneratedView(base, viewFor(view), view.layout_),
          },
    },
    type,
  )
}

const inherited = (
  origin: ViewOrigin | undefined,
  creation: ViewOrigin['creation'],
): ViewOrigin['creation'] => {
  if (origin !== undefined && origin.creation !== 'default') return origin.creation
  if (isInferenceModeEnabled()) return 'inference'
  return isGradEnabled() ? creation : 'without gradients'
}

const viewFrom = (parent: View | undefined, step: ViewStep, repeats: boolean, direct: () => ViewStep): View =>
  new View(parent, step, repeats || parent?.direct !== undefined ? direct : undefined)
