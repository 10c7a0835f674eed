// Recording. A cell is an immutable lazy array: contents, or a value of an epoch, or both. An epoch is one builder; a new one
// begins when a changed parameter enters again, which is where a training step begins, so every step records the same trace.
// What is evaluated together never depends on the garbage collector: pending sets are strong and emptied by evaluation.
import {
  type Backend,
  type Builder,
  createBuilder,
  type DeviceBuffer,
  type DType,
  internalError,
  type Shape,
  sizeOf,
  type TensorType,
  type TypedArray,
  type Value,
  withProvenance,
} from '@heddle/core'
import { defaultBackend } from '../default-runtime.ts'
import { runTrace, traceOf } from './plan-cache.ts'
import {
  bufferOf,
  deviceStorage,
  hostStorage,
  readStorage,
  type Storage,
  storageBytes,
  trim,
} from './storage.ts'

export interface Epoch {
  /** Epochs are numbered as they begin. */
  readonly order: number
  readonly b: Builder
  /** Contents of values: of inputs from the start, of others once evaluated. */
  readonly contents: Map<Value, Storage>
  readonly inputs: Map<Storage, Value>
  inputBytes: number
  /** Nodes there were when something was last evaluated. */
  evaluatedNodes: number
}

export interface Cell {
  readonly type: TensorType
  epoch: Epoch | undefined
  value: Value | undefined
  storage: Storage | undefined
}

/** The changeable place tensors that share memory have in common; each write puts in another cell. */
export interface Box {
  cell: Cell
  /** Raised by each write. */
  version: number
  /** Of a view: where its contents are, and how they are written back. */
  readonly base?: { readonly box: Box; readonly inverse: (cell: Cell) => Cell }
  hasViews?: boolean
}

/** Of an epoch: beyond these a new one begins at the next chance. */
const nodeLimit = 4000
const byteLimit = 64 * 2 ** 20
/** Nodes recorded without evaluation, beyond which what is pending is evaluated. */
const pendingLimit = 8000

let epochCount = 0
let flushCount = 0
let current = createEpoch()

function createEpoch(): Epoch {
  return {
    order: epochCount++,
    b: createBuilder(),
    contents: new Map(),
    inputs: new Map(),
    inputBytes: 0,
    evaluatedNodes: 0,
  }
}

export const currentEpoch = (): Epoch => current
export const beginEpoch = (): void => {
  current = createEpoch()
}

export const engineStats = (): { readonly flushCount: number; readonly epochCount: number } => ({
  flushCount,
  epochCount,
})

/** What evaluation must include besides what is asked for. */
const pending = {
  /** Boxes with contents that were written to. */
  written: new Set<Box>(),
  /** Gradients of leaves that were not written to since. */
  gradients: new Set<Box>(),
  /** What backward was called on: a loss will be looked at. */
  losses: new Set<Cell>(),
}

export const cellOfValue = (epoch: Epoch, value: Value): Cell => ({
  type: value.type,
  epoch,
  value,
  storage: undefined,
})

export const cellOfData = (dtype: DType, shape: Shape, data: TypedArray): Cell => ({
  type: { dtype, shape },
  epoch: undefined,
  value: undefined,
  storage: hostStorage(dtype, data),
})

/** Contents, if they are known. */
export function knownStorage(cell: Cell): Storage | undefined {
  if (cell.storage === undefined && cell.epoch !== undefined && cell.value !== undefined) {
    cell.storage = cell.epoch.contents.get(cell.value)
  }
  return cell.storage
}

/** Contents, evaluated if need be. */
export function storageOf(cell: Cell): Storage {
  const known = knownStorage(cell)
  if (known !== undefined) return known
  evaluate(cell)
  const storage = knownStorage(cell)
  if (storage === undefined) throw internalError('torch', 'a cell has no contents after evaluation')
  return storage
}

export const readCell = (cell: Cell): TypedArray => readStorage(storageOf(cell))

/** The cell as a value of `epoch`: its own there, else an input bound to its contents. */
export function valueIn(epoch: Epoch, cell: Cell): Value {
  if (cell.epoch === epoch && cell.value !== undefined) return cell.value
  const storage = storageOf(cell)
  let value = epoch.inputs.get(storage)
  if (value === undefined) {
    value = inputOf(epoch, cell.type, storage)
    epoch.inputs.set(storage, value)
  }
  // A cell moves on with its users, so that a tensor which is never written to does not keep old epochs.
  if (cell.epoch === undefined || cell.epoch.order < epoch.order) {
    cell.epoch = epoch
    cell.value = value
  }
  return value
}

/** An input of the epoch that no other value is equal to. */
export function inputOf(epoch: Epoch, { dtype, shape }: TensorType, storage: Storage): Value {
  const value = withProvenance(undefined, () =>
    epoch.b.input({ name: `t${epoch.contents.size}`, dtype, shape }),
  )
  epoch.contents.set(value, storage)
  epoch.inputBytes += storageBytes(storage)
  return value
}

/** Puts other contents into a box: every tensor that shares it sees them. */
export function writeBox(box: Box, cell: Cell): void {
  if (box.base !== undefined) {
    writeBox(box.base.box, box.base.inverse(cell))
    return
  }
  if (knownStorage(box.cell) !== undefined) pending.written.add(box)
  box.cell = cell
  box.version++
}

/** A box with the contents of another one, seen through a one-to-one function: writes on either side are seen on the other. */
export function viewBox(
  box: Box,
  first: Cell,
  forward: (cell: Cell) => Cell,
  inverse: (cell: Cell) => Cell,
): Box {
  let cell = first
  let version = box.version
  box.hasViews = true
  return {
    get cell() {
      if (version !== box.version) {
        version = box.version
        cell = forward(box.cell)
      }
      return cell
    },
    get version() {
      return box.version
    },
    base: { box, inverse },
  }
}

/** Makes the next evaluation include a box, as if it had been written to: state that outlives the step. */
export const notePersistent = (box: Box): void => {
  pending.written.add(box)
}

export const noteGradient = (box: Box): void => {
  pending.gradients.add(box)
}
export const forgetGradient = (box: Box): void => {
  pending.gradients.delete(box)
}
export const noteLoss = (cell: Cell): void => {
  pending.losses.add(cell)
}

/** Evaluates a cell, and all that is pending in its epoch, by one plan. */
export function evaluate(cell: Cell): void {
  const { epoch } = cell
  if (epoch === undefined) throw internalError('torch', 'a cell has neither contents nor an epoch')
  const roots = new Set<Value>()
  const add = (each: Cell): boolean => {
    if (knownStorage(each) !== undefined) return true
    if (each.epoch !== epoch || each.value === undefined) return false
    roots.add(each.value)
    return true
  }
  add(cell)
  for (const box of pending.written) if (add(box.cell)) pending.written.delete(box)
  for (const box of pending.gradients) if (add(box.cell)) pending.gradients.delete(box)
  for (const loss of pending.losses) if (add(loss)) pending.losses.delete(loss)
  run(
    epoch,
    [...roots].sort((x, y) => x.id - y.id),
  )
  if (epoch !== current) return
  epoch.evaluatedNodes = epoch.b.nodeCount
  if (epoch.b.nodeCount > nodeLimit || epoch.inputBytes > byteLimit) beginEpoch()
}

/** Evaluates `cell` where so much was recorded that the trace should not grow on. */
export function checkPending(cell: Cell): void {
  const { epoch } = cell
  if (epoch === undefined || epoch.b.nodeCount - epoch.evaluatedNodes < pendingLimit) return
  if (knownStorage(cell) === undefined) evaluate(cell)
}

function run(epoch: Epoch, roots: readonly Value[]): void {
  const backend: Backend = defaultBackend()
  const { contents } = epoch
  const trace = traceOf(roots, (value) => contents.has(value))
  const leaves: DeviceBuffer[] = []
  let bytes = 0
  trace.nodes.forEach((node, at) => {
    const storage = trace.isLeaf[at] ? contents.get(node) : undefined
    if (storage === undefined) return
    leaves.push(bufferOf(storage, backend))
    bytes += storageBytes(storage)
  })
  const results = roots.map(({ type }) => deviceStorage(backend, type.dtype, sizeOf(type.shape)))
  runTrace(
    backend,
    trace,
    leaves,
    results.map((storage) => bufferOf(storage, backend)),
  )
  roots.forEach((root, k) => {
    const storage = results[k] as Storage
    contents.set(root, storage)
    bytes += storageBytes(storage)
  })
  flushCount++
  trim(leaves.length + results.length, bytes)
}
