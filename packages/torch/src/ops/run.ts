// Applies operations to tensors and numbers: as new tensors, in place, and as views that share memory.
import { isFloat, type Value } from '@heddle/core'
import * as graphErrors from '../autograd/errors.ts'
import { isGradEnabled } from '../autograd/grad-mode.ts'
import type { Edge, Node } from '../autograd/node.ts'
import { applyTo, deviceOf, type NodeForm, nodeFor, OpNode, recordFragment } from '../autograd/record.ts'
import { CopySlices, regeneratedView } from '../autograd/view-nodes.ts'
import { canCast, dtypeOf, scalarOf } from '../dtypes.ts'
import { apply, type Cell, cellOfData } from '../engine/cell.ts'
import type { Fragment } from '../engine/fragment.ts'
import { type ArrayType, sameSizes } from '../engine/types.ts'
import * as errors from '../errors.ts'
import { hasOverlap, type Layout, preservedStrides } from '../tensor/layout.ts'
import { Memory, View, type ViewStep } from '../tensor/memory.ts'
import { gradientEdge, Tensor, type ViewOrigin } from '../tensor/tensor.ts'
import { castTo } from './cast.ts'
import { dtypeOfNumber, fragmentFor, type Operation, operation } from './operation.ts'

export type Argument = Tensor | number

const none = {}

interface Prepared {
  readonly fragment: Fragment
  readonly operands: readonly Tensor[]
}

/** The fragment for arguments; numbers of which there were too many become operands. */
function prepare<O extends object>(op: Operation<O>, args: readonly Argument[], options: O): Prepared {
  const types: (ArrayType | number)[] = []
  for (const arg of args) types.push(typeof arg === 'number' ? arg : arg.type_)
  const fragment = fragmentFor(op, types, options)
  if (fragment !== undefined) return { fragment, operands: args.filter(isTensor) }
  const lifted = args.map((arg) =>
    typeof arg === 'number' ? numberTensor(arg, types, deviceOf(args.filter(isTensor))) : arg,
  )
  return prepare(op, lifted, options)
}

const isTensor = (arg: Argument): arg is Tensor => typeof arg !== 'number'

function numberTensor(
  value: number,
  types: readonly (ArrayType | number)[],
  device: Tensor['device'],
): Tensor {
  const dtype = dtypeOfNumber(value, types)
  return new Tensor({ memory: new Memory(cellOfData(device, dtype, [], scalarOf(dtype, value))) })
}

function formOf<O extends object>(op: Operation<O>, args: readonly Argument[], options: O): NodeForm {
  const { node } = op
  const name =
    typeof node === 'function'
      ? node(
          args.map((arg) => (typeof arg === 'number' ? arg : arg.type_)),
          options,
        )
      : node
  let numberEdges = 0
  if (op.numbersHaveEdges === true) for (const arg of args) if (typeof arg === 'number') numberEdges++
  return { name, numberEdges, options, ...(op.operands === undefined ? none : { operands: op.operands }) }
}

/** All results of an operation. */
export function runAll<O extends object>(
  op: Operation<O>,
  args: readonly Argument[],
  options: O = none as O,
): readonly Tensor[] {
  const { fragment, operands } = prepare(op, args, options)
  return recordFragment(fragment, operands, formOf(op, args, options))
}

/** The one result of an operation. */
export function run<O extends object>(
  op: Operation<O>,
  args: readonly Argument[],
  options: O = none as O,
): Tensor {
  return runAll(op, args, options)[0] as Tensor
}

/** As `run`; a result of the shape of the first operand keeps its memory order. */
export function runElementwise<O extends object>(
  op: Operation<O>,
  args: readonly Argument[],
  options: O = none as O,
): Tensor {
  const result = run(op, args, options)
  const first = args.find(
    (arg): arg is Tensor => isTensor(arg) && sameSizes(arg.type_.shape, result.type_.shape),
  )
  if (first === undefined || first.isContiguous()) return result
  return result.withLayout({ shape: result.type_.shape, strides: preservedStrides(first.layout_), offset: 0 })
}

/** The operation with its result made to fit where the first operand is. */
function inPlaceOf<O extends object>(op: Operation<O>): Operation<O> {
  op.inPlace ??= operation<O>({
    ...op,
    node: op.inPlaceNode ?? op.node,
    build(operands, options) {
      const built = op.build(operands, options)
      const [self] = operands
      if (typeof self !== 'object' || isList(built)) throw errors.notSupported(`${op.name} in place`)
      const { dtype, shape } = self.type
      if (!sameSizes(built.type.shape, shape)) throw errors.inplaceShape(shape, built.type.shape)
      if (!canCast(built.type.dtype, dtype)) {
        throw errors.inplaceCast(dtypeOf(built.type.dtype).title, dtypeOf(dtype).title)
      }
      return castTo(built, dtype)
    },
  })
  return op.inPlace
}

const isList = (built: Value | readonly Value[]): built is readonly Value[] => Array.isArray(built)

/** Writes the result of an operation to its first operand. */
export function runInPlace<O extends object>(
  op: Operation<O>,
  self: Tensor,
  others: readonly Argument[] = [],
  options: O = none as O,
): Tensor {
  const args = [self, ...others]
  const inPlace = inPlaceOf(op)
  const { fragment, operands } = prepare(inPlace, args, options)
  requireWritable(self, operands)
  const overwritten = self.cell
  const cells = applyTo(deviceOf(operands), fragment, operands)
  const node = nodeFor(fragment, operands, cells, formOf(inPlace, args, options))
  writeWith(self, cells[0] as Cell, node)
  if (node !== null) {
    node.overwritten = overwritten
    node.keep(operands, [self], true)
  }
  return self
}

/** Throws where a tensor may not be written to. */
export function requireWritable(self: Tensor, operands: readonly Tensor[] = [self]): void {
  if (hasOverlap(self.layout_)) throw errors.internalOverlap()
  if (!isGradEnabled() || !operands.some(({ requiresGrad }) => requiresGrad)) return
  const { origin } = self
  if (origin === undefined) {
    if (self.requiresGrad && self.isLeaf) throw graphErrors.leafInPlace()
    return
  }
  if (origin.creation !== 'default') throw graphErrors.viewInPlace(origin.creation, self.gradFn?.name() ?? '')
  if (origin.base.requiresGrad && origin.base.isLeaf) throw graphErrors.viewOfLeafInPlace()
}

/** Writes contents, and makes `node` the node of the tensor, or of what it is a view of. */
export function writeWith(self: Tensor, cell: Cell, node: Node | null): void {
  const { origin } = self
  const base = origin?.base
  const baseEdge = base === undefined ? null : gradientEdge(base)
  self.write(cell)
  if (node === null) return
  if (origin === undefined || base === undefined) {
    self.edge = { node, index: 0 }
    return
  }
  base.edge = { node: new CopySlices(base.type_, baseEdge, origin.view, node), index: 0 }
}

/** What a view shows of its tensor, and how it is written back. */
export interface ViewSpec<O extends object> {
  /** The result as a function of the whole; its node is the node of the view. */
  readonly look: Operation<O>
  /** The whole with another part: operands whole, part. */
  readonly place: Operation<O>
  layout(of: Layout, options: O): Layout
}

export interface ViewOperation<O extends object> extends ViewSpec<O> {
  readonly steps: WeakMap<Fragment, ViewStep>
}

export const viewOperation = <O extends object>(spec: ViewSpec<O>): ViewOperation<O> => ({
  ...spec,
  steps: new WeakMap(),
})

/** A view of `self`; nothing is recorded until it is looked at. */
export function runView<O extends object>(op: ViewOperation<O>, self: Tensor, options: O): Tensor {
  const { step, type } = stepOf(op, self.type_, options)
  const form = formOf(op.look, [self], options)
  const node =
    form.name !== null && isGradEnabled() && self.requiresGrad && isFloat(type.dtype)
      ? new OpNode(form.name, fragmentFor(op.look, [self.type_], options) as Fragment, [self], form)
      : null
  return viewed(
    self,
    step,
    type,
    op.layout(self.layout_, options),
    node === null ? null : { node, index: 0 },
    'default',
  )
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
    const edge = node === null ? null : { node, index }
    return viewed(self, step, type, part.layout(self.layout_, each), edge, 'several results')
  })
}

function viewed(
  self: Tensor,
  step: ViewStep,
  type: ArrayType,
  layout: Layout,
  edge: Edge | null,
  creation: ViewOrigin['creation'],
): Tensor {
  const { origin } = self
  const made = origin !== undefined && origin.creation !== 'default' ? origin.creation : creation
  const fromBase = new View(origin?.view, step)
  return new Tensor(
    {
      memory: self.memory,
      view: new View(self.view_, step),
      layout,
      counter: self.counter,
      edge,
      origin: {
        base: origin?.base ?? self,
        view: fromBase,
        creation: self.requiresGrad && !isGradEnabled() ? 'without gradients' : made,
        seen: self._version,
        regenerate: (base) => regeneratedView(base, fromBase),
      },
    },
    type,
  )
}

/** The step of a view of something of a type, and the type it shows. */
export function stepOf<O extends object>(
  op: ViewOperation<O>,
  of: ArrayType,
  options: O,
): { readonly step: ViewStep; readonly type: ArrayType } {
  const look = fragmentFor(op.look, [of], options) as Fragment
  const { type } = look.outputs[0] as Fragment['outputs'][number]
  const known = op.steps.get(look)
  if (known !== undefined) return { step: known, type }
  const step: ViewStep = {
    read: (whole) => apply(whole.device, look, [whole])[0] as Cell,
    write: (whole, part) => {
      const place = fragmentFor(op.place, [whole.type, part.type], options) as Fragment
      return apply(whole.device, place, [whole, part])[0] as Cell
    },
    look: (whole) => run(op.look, [whole], options),
    place: (whole, part) => run(op.place, [whole, part], options),
  }
  op.steps.set(look, step)
  return { step, type }
}
