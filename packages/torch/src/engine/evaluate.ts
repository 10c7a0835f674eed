// Evaluation: what is asked for, and all that would be asked for next, by one plan. What is evaluated together never depends on the
// garbage collector, so that every training step is the same trace: contents that were written to, gradients, what backward keeps,
// every result that nothing recorded has read, and results of an earlier evaluation's applications that are read again: a loop that
// carries a state on would otherwise compute it from the beginning each time.
import { internalError, type TypedArray } from '@heddle/core'
import { type Application, type Cell, recent } from './cell.ts'
import { cpu, type Device } from './device.ts'
import { runTrace, type Trace } from './plan-cache.ts'
import { isOnDevice, readStorage, type Storage, storageBytes, trim } from './storage.ts'

/** Applications recorded without evaluation, beyond which what is pending is evaluated. */
const recentLimit = 1024

/** Something with contents that change: the cell it holds now. */
interface Holder {
  readonly cell: Cell
}

const pending = {
  /** Contents that outlive the step and were written to. */
  written: new Set<Holder>(),
  /** Gradients of leaves. */
  gradients: new Set<Holder>(),
  /** What backward was called on: a loss will be looked at. */
  losses: new Set<Cell>(),
}

let flushCount = 0
let visits = 0

export const engineStats = (): { readonly flushCount: number } => ({ flushCount })

/** Makes the next evaluation include what `holder` holds then. */
export const notePersistent = (holder: Holder): void => {
  pending.written.add(holder)
}
export const noteGradient = (holder: Holder): void => {
  pending.gradients.add(holder)
}
export const forgetGradient = (holder: Holder): void => {
  pending.gradients.delete(holder)
}
export const noteLoss = (cell: Cell): void => {
  if (cell.storage === undefined) pending.losses.add(cell)
}

/** Contents, evaluated if need be. */
export function storageOf(cell: Cell): Storage {
  if (cell.storage === undefined) evaluate(cell.device, [cell])
  if (cell.storage === undefined) throw internalError('torch', 'a cell has no contents after evaluation')
  return cell.storage
}

/** A copy of the contents. */
export const readCell = (cell: Cell): TypedArray => readStorage(storageOf(cell))

/** A copy of contents that are known and on the CPU; nothing is evaluated. */
export const readIfKnown = ({ storage, device }: Cell): TypedArray | undefined =>
  storage !== undefined && device === cpu ? readStorage(storage) : undefined

/** Evaluates where so much was recorded that the trace should not grow on. */
export function checkRecent(device: Device): void {
  const list = recent.get(device)
  if (list !== undefined && list.length >= recentLimit) evaluate(device, [])
}

/** Evaluates all that is pending on every device. */
export function synchronize(): void {
  for (const device of [...recent.keys(), cpu]) evaluate(device, [])
}

/** Evaluates cells, and all that is pending on their device, by one plan. */
export function evaluate(device: Device, asked: readonly Cell[]): void {
  const visit = ++visits
  const roots: Cell[] = []
  const add = (cell: Cell): void => {
    if (cell.storage !== undefined || cell.visit === visit || cell.device !== device) return
    cell.visit = visit
    roots.push(cell)
  }
  for (const cell of asked) add(cell)
  for (const set of [pending.written, pending.gradients]) {
    for (const holder of set) {
      if (holder.cell.device !== device) continue
      set.delete(holder)
      add(holder.cell)
    }
  }
  for (const cell of pending.losses) {
    if (cell.device !== device) continue
    pending.losses.delete(cell)
    add(cell)
  }
  for (const application of recent.get(device) ?? []) {
    if (!application.isRead) for (const cell of application.outputs) add(cell)
  }
  const firstRecent = recent.get(device)?.[0]?.order ?? Number.POSITIVE_INFINITY
  recent.set(device, [])
  if (roots.length > 0) run(device, roots, visit, firstRecent)
}

function run(device: Device, roots: Cell[], visit: number, firstRecent: number): void {
  roots.sort((x, y) => orderOf(x) - orderOf(y) || x.index - y.index)
  const order = applicationsOf(roots, visit)
  const keep = (cell: Cell): void => {
    if (cell.storage !== undefined || cell.visit === visit) return
    cell.visit = visit
    roots.push(cell)
  }
  for (const application of order) {
    for (const cell of application.outputs) if (cell.keepCount > 0) keep(cell)
    if (application.order < firstRecent) continue
    for (const input of application.inputs) if (orderOf(input) < firstRecent) keep(input)
  }
  const trace = traceOf(order, roots)
  const results = runTrace(device.backend, trace)
  let buffers = 0
  let bytes = 0
  const count = (storage: Storage): void => {
    if (!isOnDevice(storage)) return
    buffers++
    bytes += storageBytes(storage)
  }
  for (const leaf of trace.leaves) count(leaf.storage as Storage)
  for (let k = 0; k < roots.length; k++) {
    const [root, storage] = [roots[k] as Cell, results[k] as Storage]
    root.storage = storage
    root.application = undefined
    count(storage)
  }
  flushCount++
  trim(buffers, bytes)
}

const orderOf = ({ application }: Cell): number => application?.order ?? -1

/** The applications the roots depend on, operands before users, stopping at cells whose contents are known. */
function applicationsOf(roots: readonly Cell[], visit: number): readonly Application[] {
  const order: Application[] = []
  const stack: Application[] = []
  for (let k = roots.length - 1; k >= 0; k--) {
    const { application } = roots[k] as Cell
    if (application !== undefined) stack.push(application)
  }
  while (stack.length > 0) {
    const top = stack[stack.length - 1] as Application
    if (top.visit === visit) {
      stack.pop()
      continue
    }
    const before = stack.length
    for (let k = top.inputs.length - 1; k >= 0; k--) {
      const { application, storage } = top.inputs[k] as Cell
      if (storage === undefined && application !== undefined && application.visit !== visit) {
        stack.push(application)
      }
    }
    if (stack.length > before) continue
    stack.pop()
    top.visit = visit
    order.push(top)
  }
  return order
}

/** The applications by number: which fragment, which operands, which results are wanted. */
function traceOf(order: readonly Application[], roots: readonly Cell[]): Trace {
  const key: number[] = []
  const leaves: Cell[] = []
  const leafPlaces = new Map<Cell, number>()
  let place = 0
  for (const { fragment, inputs, outputs } of order) {
    key.push(fragment.id)
    for (const input of inputs) {
      if (input.storage === undefined) key.push(input.place)
      else {
        let leaf = leafPlaces.get(input)
        if (leaf === undefined) {
          leaf = leaves.length
          leafPlaces.set(input, leaf)
          leaves.push(input)
        }
        key.push(-1 - leaf)
      }
    }
    for (const output of outputs) output.place = place++
  }
  return {
    key,
    fragments: order.map(({ fragment }) => fragment),
    leaves,
    roots: roots.map((root) => root.place),
    types: roots.map(({ type }) => type),
  }
}
