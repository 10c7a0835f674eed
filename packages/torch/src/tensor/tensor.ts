// The tensor of PyTorch: a look at memory that others may share, and its place in autograd's graph. What can be done with tensors
// is defined in the families of `ops` and becomes methods in `methods.ts`; here is what every tensor is. It is long because that is much.
import { type DType as CoreDType, readElement, type TypedArray } from '@heddle/core'
import { typeName } from '../arguments/type-names.ts'
import * as graphErrors from '../autograd/errors.ts'
import { isInferenceModeEnabled } from '../autograd/grad-mode.ts'
import { type Edge, type GradHook, type Node, type RemovableHandle, register } from '../autograd/node.ts'
import { type DType, dtypeOf } from '../dtypes.ts'
import type { Cell } from '../engine/cell.ts'
import type { Device } from '../engine/device.ts'
import { forgetGradient, noteGradient, readCell } from '../engine/evaluate.ts'
import { type ArrayType, sameSizes } from '../engine/types.ts'
import { watcher } from '../engine/watch.ts'
import * as errors from '../errors.ts'
import { contiguous, isContiguous, type Layout } from './layout.ts'
import type { Memory, View } from './memory.ts'
import type { TensorMethods } from './methods.ts'
import { type Size, sizeOfShape } from './size.ts'

/** Writes seen by everyone who shares it. */
export interface VersionCounter {
  version: number
}

/** Which tensor autograd holds a view to be of. */
export interface ViewOrigin {
  readonly base: Tensor
  /** From the contents of the base, as it lies now, to those of the view. */
  readonly viewFor: (view: Tensor) => View
  /** Why it must not be written to in place, if it must not. */
  readonly creation: 'default' | 'several results' | 'without gradients' | 'inference' | 'custom function'
  /** The version of the contents its node is for. */
  seen: number
  /** A node for what the view shows now. */
  readonly regenerate: (view: Tensor) => Node
}

export interface TensorParts {
  readonly memory: Memory
  readonly view?: View | undefined
  readonly layout?: Layout
  readonly counter?: VersionCounter
  readonly edge?: Edge | null
  readonly origin?: ViewOrigin | undefined
  /** Default: whether it is made in inference mode. */
  readonly isInference?: boolean
}

/** What `tolist` gives. */
export type NestedItems = number | bigint | boolean | readonly NestedItems[]

export interface Tensor extends TensorMethods {
  [Symbol.iterator](): IterableIterator<Tensor>
}

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: methods are put on the prototype by `methods.ts`.
export class Tensor {
  #memory: Memory
  #view: View | undefined
  #layout: Layout
  #type: ArrayType
  #counter: VersionCounter
  #edge: Edge | null
  #requiresGrad = false
  #grad: Tensor | null = null
  /** Which tensor it is a view of. */
  origin: ViewOrigin | undefined
  readonly #isInference: boolean
  /** Of a leaf: the node gradients arrive at, once there is one. */
  accumulator: Node | undefined

  /** Of the engine. Users make tensors by `tensor`, `zeros` and the like. */
  constructor(parts: TensorParts, type: ArrayType = parts.memory.cell.type) {
    this.#memory = parts.memory
    this.#view = parts.view
    this.#type = type
    this.#layout = parts.layout ?? contiguous(type.shape)
    this.#counter = parts.counter ?? { version: 0 }
    this.#edge = parts.edge ?? null
    this.origin = parts.origin
    this.#isInference = parts.isInference ?? isInferenceModeEnabled()
    watcher?.made(this)
  }

  // What it looks at.

  get memory(): Memory {
    return this.#memory
  }
  get view_(): View | undefined {
    return this.#view
  }
  get layout_(): Layout {
    return this.#layout
  }
  get type_(): ArrayType {
    return this.#type
  }
  get counter(): VersionCounter {
    return this.#counter
  }
  /** The contents, as they are now. */
  get cell(): Cell {
    watcher?.seen(this)
    return this.contents
  }
  /** The same, without telling anyone. */
  get contents(): Cell {
    return this.#view === undefined ? this.#memory.cell : this.#view.read(this.#memory)
  }
  /** Other contents, seen by all who share the memory. */
  write(cell: Cell): void {
    watcher?.written(this)
    if (this.#view === undefined) this.#memory.write(cell)
    else this.#view.write(this.#memory, cell)
    this.#counter.version++
  }
  /** Looks at what another tensor looks at, from now on; its place in autograd's graph stays. */
  become({ memory, view_: view, layout_: layout, type_: type }: Tensor, counter?: VersionCounter): void {
    watcher?.changed(this, 'made to share other memory')
    this.#memory = memory
    this.#view = view
    this.#layout = layout
    this.#type = type
    if (counter !== undefined) this.#counter = counter
  }

  /** The same tensor with its elements in another order of memory; for results that nobody has seen yet. */
  withLayout(layout: Layout): this {
    this.#layout = layout
    if (this.#view === undefined) this.#memory.layout = layout
    return this
  }

  get shape(): Size {
    return sizeOfShape(this.#type.shape)
  }
  get dtype(): DType {
    return dtypeOf(this.#type.dtype)
  }
  get device(): Device {
    return this.#memory.device
  }
  get isCpu(): boolean {
    return this.device.type === 'cpu'
  }
  get isCuda(): boolean {
    return this.device.type === 'cuda'
  }
  get isWebgl(): boolean {
    return this.device.type === 'webgl'
  }
  get layout(): string {
    return 'torch.strided'
  }
  get ndim(): number {
    return this.#type.shape.length
  }
  dim(): number {
    return this.#type.shape.length
  }
  numel(): number {
    return this.#type.size
  }
  /** Extent of the first dimension: Python's `len`. */
  get length(): number {
    const [length] = this.#type.shape
    if (length === undefined) throw errors.lengthOfNumber()
    return length
  }
  nelement(): number {
    return this.#type.size
  }
  /** The bytes of one element. */
  elementSize(): number {
    return this.dtype.itemsize
  }
  size(): Size
  size(dim: number): number
  size(dim?: number): Size | number {
    if (dim === undefined) return this.shape
    return this.#type.shape[wrapDim(dim, this.ndim)] as number
  }
  stride(): readonly number[]
  stride(dim: number): number
  stride(dim?: number): number | readonly number[] {
    if (dim === undefined) return this.#layout.strides
    return this.#layout.strides[wrapDim(dim, this.ndim)] as number
  }
  storageOffset(): number {
    return this.#layout.offset
  }
  isContiguous(): boolean {
    return isContiguous(this.#layout)
  }
  /** Stands for the address of the first element: equal exactly for tensors that share memory at the same offset. */
  dataPtr(): number {
    return this.#type.size === 0 ? 0 : this.#memory.address + this.#layout.offset * this.dtype.itemsize
  }
  isFloatingPoint(): boolean {
    return this.dtype.isFloatingPoint
  }
  isComplex(): boolean {
    return false
  }
  isSigned(): boolean {
    return this.dtype.isSigned
  }
  /** Whether it was made in inference mode. */
  isInference(): boolean {
    return this.#isInference
  }
  get isView(): boolean {
    return this.origin !== undefined
  }
  get _base(): Tensor | null {
    return this.origin?.base ?? null
  }
  get _version(): number {
    if (this.#isInference) throw graphErrors.inferenceVersion()
    return this.#counter.version
  }

  // Looking at contents: what was recorded runs.

  /**
   * The one element there is: a number; a boolean of bool (`item<boolean>()`); of int64 a bigint where no number holds it.
   */
  item<T extends number | bigint | boolean = number>(): T {
    if (this.#type.size !== 1) throw errors.itemCount(this.#type.size)
    return elementAt(this.#type.dtype, readCell(this.cell), 0) as T
  }
  /** Nested arrays of what `item` would give. */
  tolist(): NestedItems {
    const data = readCell(this.cell)
    const { dtype, shape } = this.#type
    let items: NestedItems[] = Array.from({ length: data.length }, (_, at) => elementAt(dtype, data, at))
    for (let axis = shape.length - 1; axis > 0; axis--) {
      const extent = shape[axis] as number
      const rows = shape.slice(0, axis).reduce((product, dim) => product * dim, 1)
      const level = items
      items = Array.from({ length: rows }, (_, row) => level.slice(row * extent, (row + 1) * extent))
    }
    return shape.length === 0 ? (items[0] as NestedItems) : items
  }
  /** A copy of the elements in row-major order; bools are 0 and 1. */
  toArray(): TypedArray {
    return readCell(this.cell)
  }

  // Autograd.

  /** Also of every view of what requires one. */
  get requiresGrad(): boolean {
    return this.#requiresGrad || this.#edge !== null || this.origin?.base.requiresGrad === true
  }
  set requiresGrad(value: boolean) {
    if (typeof value !== 'boolean') throw graphErrors.requiresGradType()
    if (this.gradFn !== null) throw graphErrors.requiresGradOfNonLeaf(value)
    if (value && !this.dtype.isFloatingPoint) throw graphErrors.floatingOnly(' and complex')
    this.requiresGrad_(value)
  }
  requiresGrad_(value = true): this {
    if (value && !this.dtype.isFloatingPoint) throw graphErrors.floatingOnly()
    if (!value && this.gradFn !== null) throw graphErrors.requiresGradOfNonLeaf(false)
    if (value && this.#isInference && !isInferenceModeEnabled()) throw graphErrors.inferenceRequiresGrad()
    watcher?.changed(this, 'told whether it requires a gradient')
    this.#requiresGrad = value && this.gradFn === null
    return this
  }
  /** A leaf whose gradient is wanted. */
  get hasOwnGrad(): boolean {
    return this.#requiresGrad
  }
  get isLeaf(): boolean {
    return this.gradFn === null
  }
  /** The node that made it; null for leaves. */
  get gradFn(): Node | null {
    return this.edge?.node ?? null
  }
  /** Its node, and which result of that it is. A view of what was written to has a node of its own for what it shows now. */
  get edge(): Edge | null {
    const { origin } = this
    if (origin !== undefined && origin.seen !== this.#counter.version && origin.base.requiresGrad) {
      const { creation } = origin
      const made = this.#edge
      // What may not be written to is not followed, either.
      if (creation !== 'default')
        throw graphErrors.viewInPlace(creation, made?.node.name() ?? '', made?.index ?? 0, true)
      this.#edge = { node: origin.regenerate(this), index: 0 }
      this.#requiresGrad = false
      origin.seen = this.#counter.version
    }
    return this.#edge
  }
  /** The node it was made with, whatever was written since. */
  get madeBy(): Edge | null {
    return this.#edge
  }
  set edge(edge: Edge | null) {
    watcher?.changed(this, 'written to where a gradient goes through it')
    const before = this.#edge
    // Whoever keeps its gradient keeps that of what it is last.
    if (before !== null && edge !== null && before.node.retained.get(before.index)?.deref() === this) {
      before.node.retained.delete(before.index)
      edge.node.retained.set(edge.index, new WeakRef(this))
    }
    this.#edge = edge
    this.#requiresGrad = false
    if (this.origin !== undefined) this.origin.seen = this.#counter.version
  }
  get outputNr(): number {
    return this.edge?.index ?? 0
  }
  /** The gradient backward left; null where there is none, and on results that do not keep theirs. */
  get grad(): Tensor | null {
    watcher?.gradientRead(this, this.#grad)
    if (this.#grad === null && !this.isLeaf && !this.retainsGrad) graphErrors.warnGradOfNonLeaf()
    return this.#grad
  }
  set grad(value: Tensor | null) {
    if (value !== null && !(value instanceof Tensor)) throw graphErrors.gradType(typeName(value))
    if (value !== null) requireGradientFits(this, value)
    this.storeGrad(value)
  }
  /** Sets the gradient, unchecked. */
  storeGrad(value: Tensor | null): void {
    watcher?.gradientSet(this)
    if (this.#grad !== null) forgetGradient(this.#grad.memory)
    this.#grad = value
    if (value !== null) noteGradient(value.memory)
  }
  get storedGrad(): Tensor | null {
    watcher?.gradientRead(this, this.#grad)
    return this.#grad
  }
  get retainsGrad(): boolean {
    const { edge } = this
    return edge !== null && edge.node.retained.get(edge.index)?.deref() === this
  }
  /** A result that keeps its gradient as leaves do. */
  retainGrad(): void {
    if (!this.requiresGrad) throw graphErrors.retainWithoutGrad()
    watcher?.changed(this, 'asked to keep its gradient')
    const { edge } = this
    if (edge !== null) edge.node.retained.set(edge.index, new WeakRef(this))
  }
  /** Calls `hook` with the gradient in each backward; what it gives back takes the gradient's place. */
  registerHook(hook: GradHook): RemovableHandle {
    if (!this.requiresGrad) throw graphErrors.hookWithoutGrad()
    watcher?.changed(this, 'given a hook')
    const { node, index } = gradientEdge(this) as Edge
    let hooks = node.tensorHooks.get(index)
    if (hooks === undefined) {
      hooks = new Map()
      node.tensorHooks.set(index, hooks)
    }
    return register(hooks, hook)
  }
  /** Calls `hook` with this leaf each time backward has added to its gradient. */
  registerPostAccumulateGradHook(hook: (leaf: Tensor) => void): RemovableHandle {
    if (!this.requiresGrad) throw graphErrors.hookWithoutGrad()
    if (!this.isLeaf) throw graphErrors.hookOfNonLeaf()
    this.postAccumulateHooks ??= new Map()
    return register(this.postAccumulateHooks, hook)
  }
  postAccumulateHooks: Map<object, (leaf: Tensor) => void> | undefined
  /** The same contents, outside of autograd's graph. */
  detach(): Tensor {
    watcher?.seen(this)
    return new Tensor({ ...this.#place(), counter: this.#counter }, this.#type)
  }
  detach_(): this {
    if (this.origin !== undefined) throw graphErrors.detachOfView()
    watcher?.changed(this, 'detached')
    this.#edge = null
    this.#requiresGrad = false
    return this
  }
  /** The same contents, outside of autograd's graph and its checks. */
  get data(): Tensor {
    watcher?.seen(this)
    return new Tensor({ ...this.#place(), isInference: false }, this.#type)
  }
  #place(): TensorParts {
    return {
      memory: this.#memory,
      view: this.#view,
      layout: this.#layout,
      isInference: this.#isInference,
    }
  }
  set data(source: Tensor) {
    if (!(source instanceof Tensor)) throw graphErrors.dataType(typeName(source))
    if (this.#requiresGrad && !source.dtype.isFloatingPoint) throw graphErrors.dataOfOtherType()
    // Gradients of another type arrive at another node.
    if (source.type_ !== this.#type) this.accumulator = undefined
    this.become(source)
  }
}

function elementAt(dtype: CoreDType, data: TypedArray, at: number): number | bigint | boolean {
  const value = readElement(dtype, data, at) ?? 0
  if (dtype === 'bool') return value !== 0
  return typeof value === 'bigint' && Number.isSafeInteger(Number(value)) ? Number(value) : value
}

let accumulatorOf: (leaf: Tensor) => Node = () => {
  throw errors.notSupported('autograd without its engine')
}
/** Of autograd: how a leaf gets the node its gradients arrive at. */
export const setAccumulator = (make: (leaf: Tensor) => Node): void => {
  accumulatorOf = make
}

/** Where a cotangent of the tensor goes; null if it wants none. */
export function gradientEdge(tensor: Tensor): Edge | null {
  const { edge } = tensor
  if (edge !== null) return edge
  if (!tensor.hasOwnGrad) return null
  tensor.accumulator ??= accumulatorOf(tensor)
  return { node: tensor.accumulator, index: 0 }
}

function wrapDim(dim: number, rank: number): number {
  const span = Math.max(rank, 1)
  if (!Number.isInteger(dim) || dim < -span || dim >= span || rank === 0) throw errors.dimRange(dim, rank)
  return dim < 0 ? dim + rank : dim
}

function requireGradientFits(tensor: Tensor, grad: Tensor): void {
  if (grad === tensor) throw graphErrors.gradOfItself()
  if (grad.dtype !== tensor.dtype) throw graphErrors.gradDType(grad.dtype, tensor.dtype)
  if (grad.device !== tensor.device) throw graphErrors.gradDType(grad.device, tensor.device)
  if (!sameSizes(grad.type_.shape, tensor.type_.shape)) {
    throw graphErrors.assignedGradShape(grad.type_.shape, tensor.type_.shape)
  }
}
