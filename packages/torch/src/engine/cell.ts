// What was recorded and not run. A cell is an immutable lazy array: its contents, or the application of a fragment that gives
// them. Nothing here holds on to cells but those recorded since the last evaluation; the rest is the garbage collector's.
import type { DType, TypedArray } from '@heddle/core'
import { cpu, type Device } from './device.ts'
import { dtypesOf, type Fragment } from './fragment.ts'
import { freeStorage, hostStorage, isOnDevice, type Storage } from './storage.ts'
import { type ArrayType, arrayType } from './types.ts'
import { watcher } from './watch.ts'

export interface Cell {
  readonly type: ArrayType
  readonly device: Device
  /** What computes the contents; none once they are known. */
  application: Application | undefined
  /** Which output of the application it is. */
  readonly index: number
  storage: Storage | undefined
  /** How many nodes of autograd's graph wait for the contents. */
  keepCount: number
  /** How many memories and views hold it, and applications read it that may run, or run again. */
  uses: number
  /** A memory held it and holds something else now; or it is a result of a compiled function that only backward reads. */
  isLeft: boolean
  /** It was read again after it was computed on the way of something else. */
  isCarried: boolean
  /** Of the evaluation under way: its number, and the cell's place in it. */
  visit: number
  place: number
}

export interface Application {
  readonly fragment: Fragment
  readonly inputs: readonly Cell[]
  readonly outputs: readonly Cell[]
  /** Applications are numbered as they are recorded. */
  readonly order: number
  /** The first run that computed it. */
  ran: Run | undefined
  /** The place of its first output in that run's trace. */
  place: number
  /** Another application reads a result. */
  isRead: boolean
  /** It will not run again. */
  isSpent: boolean
  visit: number
}

/** A run of a trace. */
export interface Run {
  /** Places whose contents the trace keeps from its next run on. */
  readonly kept: Set<number>
}

/** Applications since the last evaluation on each device, oldest first. */
export const recent: Map<Device, Application[]> = new Map()
let count = 0
let era = 0

/** Evaluations so far: what is recorded now belongs to the next. */
export const currentEra = (): number => era

/** How many there were so far. */
export const applicationCount = (): number => count

/** What is recorded from now on belongs to another evaluation. */
export const endEra = (): void => {
  era++
}

/** A cell of known contents. Throws where the device cannot hold them. */
function cellOfStorage(device: Device, type: ArrayType, storage: Storage): Cell {
  const cell = cellOf(device, type, undefined, 0, storage)
  watcher?.given(cell)
  return cell
}

/** A cell that stands for contents there are none of: what is recorded with it can be joined to a graph, and not be evaluated. */
export const placeholder = (device: Device, type: ArrayType): Cell =>
  cellOf(device, type, undefined, 0, undefined)

function cellOf(
  device: Device,
  type: ArrayType,
  application: Application | undefined,
  index: number,
  storage: Storage | undefined,
): Cell {
  if (device !== cpu) device.requireHeld(type.dtype)
  return {
    type,
    device,
    application,
    index,
    storage,
    keepCount: 0,
    uses: 0,
    isLeft: false,
    isCarried: false,
    visit: 0,
    place: 0,
  }
}

/** A cell of a host array, which it owns from now on. Throws where the device cannot hold its elements. */
export function cellOfData(device: Device, dtype: DType, shape: readonly number[], data: TypedArray): Cell {
  if (device !== cpu) device.requireRange(dtype, data)
  return cellOfStorage(device, arrayType(dtype, shape), hostStorage(dtype, data))
}

/** A cell of random numbers, which depend on `facts`; a compiled function draws them anew at each call. */
export function cellOfDraw(
  device: Device,
  dtype: DType,
  shape: readonly number[],
  draw: () => TypedArray,
  facts: readonly unknown[],
): Cell {
  watcher?.drawing()
  const cell = cellOfData(device, dtype, shape, draw())
  watcher?.drawn(cell, draw, facts)
  return cell
}

/** Somebody holds the cell from now on. */
export const hold = (cell: Cell): void => {
  cell.uses++
}

/**
 * Somebody who held it does not any more. When nobody can read it its device memory is free at once: the garbage collector, which
 * would find out in the end, does not run inside a synchronous loop.
 */
export function letGo(cell: Cell): void {
  cell.uses--
  freeUnused(cell)
}

/** A node of autograd's graph waits for the contents until `unkeep`. */
export const keep = (cell: Cell): void => {
  cell.keepCount++
}
export function unkeep(cell: Cell): void {
  cell.keepCount--
  freeUnused(cell)
}

function freeUnused(cell: Cell): void {
  const { storage } = cell
  if (cell.uses > 0 || cell.keepCount > 0 || storage === undefined || !isOnDevice(storage)) return
  freeStorage(storage)
  cell.storage = undefined
}

/** Notes which applications will not run again: those of which all results are known, or cannot be asked for. */
export function spend(order: readonly Application[]): void {
  for (let k = order.length - 1; k >= 0; k--) {
    const application = order[k] as Application
    if (application.isSpent || !application.outputs.every((cell) => isSettled(application, cell))) continue
    application.isSpent = true
    for (const input of application.inputs) letGo(input)
  }
}

const isSettled = ({ fragment }: Application, cell: Cell): boolean =>
  cell.storage !== undefined ||
  fragment.outputs[cell.index]?.alias !== undefined ||
  (cell.isLeft && cell.uses === 0 && cell.keepCount === 0)

let isSetAside = false

/** What `body` records is evaluated only if somebody asks for it. */
export function setAside<T>(body: () => T): T {
  const before = isSetAside
  isSetAside = true
  try {
    return body()
  } finally {
    isSetAside = before
  }
}

/** Records that `fragment` is applied; an output that is an input unchanged is that input's cell. Throws where the device cannot. */
export function apply(device: Device, fragment: Fragment, inputs: readonly Cell[]): readonly Cell[] {
  if (device !== cpu) for (const dtype of dtypesOf(fragment)) device.requireHeld(dtype)
  const outputs: Cell[] = []
  const application: Application = {
    fragment,
    inputs,
    outputs: [],
    order: count++,
    ran: undefined,
    place: 0,
    isRead: false,
    isSpent: false,
    visit: 0,
  }
  const made = application.outputs as Cell[]
  for (let k = 0; k < fragment.outputs.length; k++) {
    const { type, alias } = fragment.outputs[k] as Fragment['outputs'][number]
    const cell = cellOf(device, type, application, k, undefined)
    made.push(cell)
    outputs.push(alias === undefined ? cell : (inputs[alias] as Cell))
  }
  for (const input of inputs) input.uses++
  watcher?.applied(application)
  if (isSetAside) return outputs
  for (const input of inputs) if (input.application !== undefined) input.application.isRead = true
  let list = recent.get(device)
  if (list === undefined) {
    list = []
    recent.set(device, list)
  }
  list.push(application)
  return outputs
}
