// Evaluation: what is asked for, and all that would be asked for next, by one plan. What is evaluated together never depends on the
// garbage collector, so that every training step is the same trace: contents that were written to, gradients, what backward keeps,
// every result that nothing recorded has read, and what turned out to be read again after an earlier run of the same trace.
import { internalError, type TypedArray } from '@heddle/core'
import { type Application, type Cell, endEra, type Run, recent, spend } from './cell.ts'
import { cpu, type Device } from './device.ts'
import { planOf, runPlan, type Trace } from './plan-cache.ts'
import { isOnDevice, readStorage, type Storage, storageBytes, trim } from './storage.ts'
import { watcher } from './watch.ts'

/** Applications recorded without evaluation, beyond which what is pending is evaluated. */
const recentLimit = 1024

/** Elements read and written that are less work than a plan of its own. */
const littleWork = 1 << 16

/** Runs that data may come through which no loop carries on. */
const fewRuns = 2

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
let leftBytes = 0
let visits = 0

/** What waits for the next evaluation: applications that were recorded, and contents that are held to be included. */
export const engineStats = (
  device: Device,
): {
  readonly flushCount: number
  readonly leftBytes: number
  readonly recordedCount: number
  readonly pendingCount: number
} => ({
  flushCount,
  leftBytes,
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
function storageOf(cell: Cell): Storage {
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
  const roots = new Set<Cell>()
  const add = (cell: Cell): void => {
    if (cell.storage === undefined && cell.device === device) roots.add(cell)
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
  endEra()
  evaluateAgain(device, roots)
  const left = [...roots].filter(({ storage }) => storage === undefined)
  if (left.length > 0) run(device, left)
}

/**
 * What an earlier plan computed on its way, and is read again: a state that a loop carries on, or large data made before it. It is computed
 * once more, by itself, so that what reads it is the same trace each time; and is kept by the trace that made it from now on. A little
 * work on data made once stays a part of the plans that read it, which costs no plan of its own.
 */
function evaluateAgain(device: Device, roots: ReadonlySet<Cell>): void {
  const again = new Set<Cell>()
  const visit = ++visits
  const stack: Application[] = []
  const push = (cell: Cell): void => {
    const { application } = cell
    if (application === undefined || cell.storage !== undefined) return
    if (application.ran !== undefined) {
      if (!again.has(cell) && isWorthKeeping(application)) again.add(cell)
    } else if (application.visit !== visit) {
      application.visit = visit
      stack.push(application)
    }
  }
  for (const root of roots) push(root)
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) top.inputs.forEach(push)
  if (again.size === 0) return
  for (const cell of again) {
    const { ran, place } = cell.application as Application
    ran?.kept.add(place + cell.index)
    cell.isCarried = true
  }
  run(device, [...again])
}

/** Whether what was run before comes from a state that was kept, through several runs, or of much work. */
function isWorthKeeping(application: Application): boolean {
  const visit = ++visits
  const runs = new Set<Run | undefined>()
  let elements = 0
  const stack = [application]
  application.visit = visit
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    runs.add(top.ran)
    const isWork = !top.fragment.isView
    if (isWork) for (const { type } of top.outputs) elements += type.size
    for (const { application: before, storage, isCarried, type } of top.inputs) {
      if (isWork) elements += type.size
      if (storage !== undefined || before === undefined) {
        if (isCarried) return true
        continue
      }
      if (before.visit === visit) continue
      before.visit = visit
      stack.push(before)
    }
    if (elements > littleWork || runs.size > fewRuns) return true
  }
  return false
}

function run(device: Device, roots: Cell[]): void {
  const visit = ++visits
  for (const root of roots) root.visit = visit
  roots.sort((x, y) => orderOf(x) - orderOf(y) || x.index - y.index)
  const order = applicationsOf(roots, visit)
  const keep = (cell: Cell): void => {
    if (cell.storage !== undefined || cell.visit === visit) return
    cell.visit = visit
    roots.push(cell)
  }
  for (const { outputs } of order) for (const cell of outputs) if (cell.keepCount > 0) keep(cell)
  let trace = traceOf(order, roots)
  let plan = planOf(device.backend, trace)
  const { kept } = plan
  if (kept.size > 0) {
    for (const { outputs } of order) {
      for (const cell of outputs) {
        if (!kept.has(cell.place)) continue
        cell.isCarried = true
        keep(cell)
      }
    }
    trace = withRoots(trace, roots)
    plan = planOf(device.backend, trace)
  }
  const results = runPlan(device.backend, plan, trace)
  const ran = { kept }
  for (const application of order) {
    if (application.ran !== undefined) continue
    application.ran = ran
    application.place = application.outputs[0]?.place ?? 0
  }
  store(device, trace.leaves, roots, results)
  spend(order)
  flushCount++
}

/** Gives roots their contents, and room to the device. */
function store(
  { backend }: Device,
  leaves: readonly Cell[],
  roots: readonly Cell[],
  results: readonly Storage[],
): void {
  let buffers = 0
  let bytes = 0
  const count = (storage: Storage): void => {
    if (!isOnDevice(storage)) return
    buffers++
    bytes += storageBytes(storage)
  }
  for (const leaf of leaves) count(leaf.storage as Storage)
  leftBytes = 0
  for (let k = 0; k < roots.length; k++) {
    const [root, storage] = [roots[k] as Cell, results[k] as Storage]
    leftBytes += storageBytes(storage)
    root.storage = storage
    root.application = undefined
    count(storage)
  }
  trim(backend, buffers, bytes)
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
      if (input.storage === undefined) {
        if (input.application === undefined)
          throw internalError('torch', 'contents that are read were given back')
        key.push(input.place)
      } else {
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
  return withRoots({ key, fragments: order.map(({ fragment }) => fragment), leaves }, roots)
}

const withRoots = (trace: Omit<Trace, 'roots' | 'types'>, roots: readonly Cell[]): Trace => ({
  ...trace,
  roots: roots.map((root) => root.place),
  types: roots.map(({ type }) => type),
})
