// Evaluation: what is asked for, and all that would be asked for next, by one plan. What is evaluated together never depends on the
// garbage collector, so that every training step is the same trace: contents that were written to, gradients, what backward keeps,
// every result that nothing recorded has read, and states that a loop carries on from one evaluation to the next, which would
// otherwise be computed from the beginning each time.
import { internalError, type TypedArray } from '@heddle/core'
import { type Application, type Cell, endEra, recent } from './cell.ts'
import { cpu, type Device } from './device.ts'
import { runTrace, type Trace } from './plan-cache.ts'
import { isOnDevice, readStorage, type Storage, storageBytes, trim } from './storage.ts'
import { watcher } from './watch.ts'

/** Applications recorded without evaluation, beyond which what is pending is evaluated. */
const recentLimit = 1024

/** Evaluations that what is read now may come through before it counts as a state that a loop carries on. */
const carriedLimit = 3

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

/** What waits for the next evaluation: applications that were recorded, and contents that are held to be included. */
export const engineStats = (
  device: Device,
): { readonly flushCount: number; readonly recordedCount: number; readonly pendingCount: number } => ({
  flushCount,
  recordedCount: recent.get(device)?.length ?? 0,
  pendingCount: pending.written.size + pending.gradients.size + pending.losses.size,
})

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
  watcher?.lossNoted(cell)
  if (cell.storage === undefined) pending.losses.add(cell)
}

/** Contents, evaluated if need be. */
export function storageOf(cell: Cell): Storage {
  watcher?.refuse('the contents of a tensor are looked at')
  return evaluatedStorage(cell)
}

function evaluatedStorage(cell: Cell): Storage {
  if (cell.storage === undefined) evaluate(cell.device, [cell])
  if (cell.storage === undefined) throw internalError('torch', 'a cell has no contents after evaluation')
  return cell.storage
}

/** A copy of the contents. */
export const readCell = (cell: Cell): TypedArray => readStorage(storageOf(cell))

/** The same, for a check: what is recorded does not depend on it, and a compiled function does not make it again. */
export const readToCheck = (cell: Cell): TypedArray => readStorage(evaluatedStorage(cell))

/** Whether contents can be looked at with nothing to wait for: nothing is evaluated, and no other device asked. */
export const isAtHand = ({ storage, device }: Cell): boolean =>
  storage !== undefined && (device === cpu || !isOnDevice(storage))

/** A copy of contents that are at hand. */
export const readIfKnown = (cell: Cell): TypedArray | undefined =>
  isAtHand(cell) ? readStorage(cell.storage as Storage) : undefined

/** Evaluates where so much was recorded that the trace should not grow on. */
export function checkRecent(device: Device): void {
  const list = recent.get(device)
  if (list !== undefined && list.length >= recentLimit) evaluate(device, [])
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
  recent.set(device, [])
  if (roots.length > 0) run(device, roots, visit)
}

function run(device: Device, roots: Cell[], visit: number): void {
  roots.sort((x, y) => orderOf(x) - orderOf(y) || x.index - y.index)
  const order = applicationsOf(roots, visit)
  const keep = (cell: Cell): void => {
    if (cell.storage !== undefined || cell.visit === visit) return
    cell.visit = visit
    roots.push(cell)
  }
  for (const { outputs } of order) for (const cell of outputs) if (cell.keepCount > 0) keep(cell)
  for (const cell of carriedStates(order, endEra())) {
    cell.isCarried = true
    keep(cell)
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

/**
 * States that a loop carries on: what is read now, and comes through `carriedLimit` earlier evaluations that did not keep it, or from a
 * state that was kept as one. What is made once from data, and read by every step, is none: it stays a part of the plans that read it.
 */
function carriedStates(order: readonly Application[], era: number): ReadonlySet<Cell> {
  const states = new Set<Cell>()
  /** How many evaluations each application's operands come through. */
  const depths = new Map<Application, number>()
  for (const application of order) {
    let depth = 0
    for (const input of application.inputs) {
      const from = input.storage === undefined ? input.application : undefined
      if (from === undefined) {
        if (input.isCarried) depth = carriedLimit
        continue
      }
      const reached = (depths.get(from) ?? 0) + (from.era < application.era ? 1 : 0)
      depth = Math.max(depth, reached)
      if (application.era === era && from.era < era && reached > carriedLimit) states.add(input)
    }
    depths.set(application, depth)
  }
  return states
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
