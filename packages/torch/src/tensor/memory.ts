// Contents that change, shared by the tensors that look at them. They are kept in the logical order of the tensor that owns them;
// a view is a chain of functions from there, and writing through it runs the chain backwards. Strides are told by the layout only.
// Memory that shares a typed array of the user's is read whenever it is used, and written through at once.
import { copyStorage, internalError, type TypedArray } from '@heddle/core'
import { type Cell, cellOfData, hold, letGo } from '../engine/cell.ts'
import type { Device } from '../engine/device.ts'
import { notePersistent, readCell } from '../engine/evaluate.ts'
import { watcher } from '../engine/watch.ts'
import { contiguous, isContiguous, type Layout, positions } from './layout.ts'
import type { Tensor } from './tensor.ts'

/** How contents of one shape are seen as another, and what becomes of the first when the second is written. */
export interface ViewStep {
  read(whole: Cell): Cell
  /** `whole` with `part` where the view looks; none where it shows elements more than once. */
  write?(whole: Cell, part: Cell): Cell
  /** The same, recorded for autograd, and not as views. */
  look(whole: Tensor): Tensor
  place?(whole: Tensor, part: Tensor): Tensor
  /** The cotangent of the whole, given that of the part. */
  back(grad: Tensor): Tensor
}

let nextAddress = 0x7f_0000_0000

export class Memory {
  #cell: Cell
  #address = 0
  #shared: TypedArray | undefined
  /** What the user's array held when it was last looked at. */
  #snapshot: TypedArray | undefined
  #layout: Layout | undefined

  constructor(cell: Cell) {
    this.#cell = cell
    hold(cell)
    watcher?.made(this)
  }

  get device(): Device {
    return this.#cell.device
  }

  /** Where the elements lie. */
  get layout(): Layout {
    this.#layout ??= contiguous(this.#cell.type.shape)
    return this.#layout
  }
  set layout(layout: Layout) {
    this.#layout = layout
  }

  get cell(): Cell {
    if (this.#shared !== undefined) this.#takeSnapshot(this.#shared)
    return this.#cell
  }

  /** Contents that were known are state: writing makes the next evaluation include them. */
  write(cell: Cell): void {
    if (this.#cell.storage !== undefined) notePersistent(this)
    this.#replace(cell)
    if (this.#shared === undefined) return
    this.#snapshot = this.#ordered(readCell(cell), toMemory)
    copyStorage(this.#snapshot, this.#shared)
  }

  #replace(cell: Cell): void {
    hold(cell)
    const left = this.#cell
    this.#cell = cell
    left.isLeft = true
    letGo(left)
  }

  /** From now on the contents are those of `data`, in the order of memory. */
  share(data: TypedArray): void {
    watcher?.refuse('memory is shared with a typed array')
    this.#shared = data
  }
  /** A copy of the contents in the order of memory. */
  elements(): TypedArray {
    return this.#shared?.slice() ?? this.#ordered(readCell(this.#cell), toMemory)
  }
  /** The array the contents are shared with, from now on if not already. */
  expose(): TypedArray {
    watcher?.refuse('memory is shared with a typed array')
    if (this.#shared === undefined) {
      const data = this.#ordered(readCell(this.#cell), toMemory)
      this.#snapshot = data.slice()
      this.#shared = data
    }
    return this.#shared
  }

  /** A number that stands for where the contents are; no two memories overlap. */
  get address(): number {
    if (this.#address === 0) {
      this.#address = nextAddress
      nextAddress += 64 + Math.ceil((this.#cell.type.size * 8) / 64) * 64
    }
    return this.#address
  }

  /** Contents brought from logical order into that of memory, or back. */
  #ordered(data: TypedArray, move: (from: TypedArray, places: Int32Array) => TypedArray): TypedArray {
    const { layout } = this
    if (isContiguous(layout)) return data
    return move(data, positions(layout.shape, layout.strides, 0))
  }

  #takeSnapshot(shared: TypedArray): void {
    if (this.#snapshot !== undefined && sameElements(this.#snapshot, shared)) return
    const { type, device } = this.#cell
    this.#snapshot = shared.slice()
    this.#replace(
      cellOfData(device, type.dtype, type.shape, this.#ordered(this.#snapshot.slice(), fromMemory)),
    )
  }
}

function toMemory(data: TypedArray, places: Int32Array): TypedArray {
  const moved = data.slice()
  places.forEach((place, at) => {
    moved[place] = data[at] as never
  })
  return moved
}
function fromMemory(data: TypedArray, places: Int32Array): TypedArray {
  const moved = data.slice()
  places.forEach((place, at) => {
    moved[at] = data[place] as never
  })
  return moved
}

function sameElements(x: TypedArray, y: TypedArray): boolean {
  for (let at = 0; at < x.length; at++) if (!Object.is(x[at], y[at])) return false
  return x.length === y.length
}

/** A place in memory seen through steps; contents are worked out anew after each write. */
export class View {
  readonly parent: View | undefined
  readonly step: ViewStep
  /** Where elements are shown more than once on the way: the step from the memory, along which to write. */
  readonly direct: (() => ViewStep) | undefined
  #cell: Cell | undefined
  #source: Cell | undefined

  constructor(parent: View | undefined, step: ViewStep, direct?: () => ViewStep) {
    this.parent = parent
    this.step = step
    this.direct = direct
  }

  read(memory: Memory): Cell {
    const source = this.parent === undefined ? memory.cell : this.parent.read(memory)
    if (this.#cell === undefined || source !== this.#source) {
      this.#remember(this.step.read(source), source)
    }
    return this.#cell as Cell
  }

  #remember(cell: Cell, source: Cell): void {
    hold(cell)
    if (this.#cell !== undefined) letGo(this.#cell)
    this.#cell = cell
    this.#source = source
  }

  /** The steps from the memory to here. */
  get steps(): readonly ViewStep[] {
    const steps: ViewStep[] = []
    for (let view: View | undefined = this; view !== undefined; view = view.parent) steps.unshift(view.step)
    return steps
  }

  write(memory: Memory, part: Cell): void {
    const { parent, step, direct } = this
    hold(part)
    if (direct !== undefined) {
      memory.write(written(direct(), memory.cell, part))
      letGo(part)
      return
    }
    if (parent === undefined) memory.write(written(step, memory.cell, part))
    else parent.write(memory, written(step, parent.read(memory), part))
    // What was written is what is read next, as long as nothing else is written.
    this.#remember(part, parent === undefined ? memory.cell : parent.read(memory))
    letGo(part)
  }
}

function written({ write }: ViewStep, whole: Cell, part: Cell): Cell {
  if (write === undefined) throw internalError('torch', 'a view is written along a step that has no way back')
  return write(whole, part)
}
