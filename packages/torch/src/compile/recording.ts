// What happens while a function runs that is being compiled: which fragments are applied, which tensors from outside are read and
// written, which numbers are drawn. Whatever no plan could repeat ends the recording with a reason. What changes more than tensors and
// can be run again as it is, such as a step of an optimiser, stands between two segments of what is recorded.
import type { TypedArray } from '@heddle/core'
import { type Node, nextSequence } from '../autograd/node.ts'
import { type Application, type Cell, hold } from '../engine/cell.ts'
import { type Watcher, watchWith } from '../engine/watch.ts'
import { partsOf } from '../nn/callable.ts'
import type { AnyModule } from '../nn/module.ts'
import { defaultGenerator } from '../random/default-generator.ts'
import type { Memory } from '../tensor/memory.ts'
import type { Tensor, VersionCounter } from '../tensor/tensor.ts'
import { modes, sameTokens, traitsOf } from './structure.ts'

/** How a tensor from outside is found again when the function is called. */
export type Origin =
  | { readonly from: 'argument'; readonly index: number }
  | { readonly from: 'tensor'; readonly tensor: Tensor }
  | { readonly from: 'gradient'; readonly of: Origin }

/** Contents after a segment of a tensor that was there before. */
export interface Written {
  readonly tensor: Origin
  readonly cell: Cell
}

export interface Segment {
  /** What gave each cell that was recorded. */
  readonly producers: Map<Cell, Application>
  /** Contents of tensors from outside, as they were before. */
  readonly origins: Map<Cell, Origin>
  /** The tensors that is. */
  readonly seen: Map<Cell, Tensor>
  readonly draws: {
    readonly cell: Cell
    readonly draw: () => TypedArray
    readonly facts: readonly unknown[]
  }[]
  readonly writes: Written[]
  /** Gradients that were set; null: dropped. */
  readonly gradients: { readonly of: Origin; readonly cell: Cell | null }[]
  /** By how much versions of contents went up. */
  readonly bumps: { readonly tensor: Origin; readonly by: number }[]
}

/** Of a tensor or module from outside: what it was like. */
export interface Remembered {
  readonly tensors: ReadonlyMap<Tensor, readonly unknown[]>
  /** Gradients that were asked for: what they were like; nothing where there was none. */
  readonly gradients: ReadonlyMap<Origin, readonly unknown[]>
  /** Tensors that had the same contents, which the program does not tell apart. */
  readonly twins: ReadonlyMap<Tensor, readonly [Origin, Origin]>
  /** Everything that was seen. */
  readonly sharing: readonly Sharing[]
  /** Other things it depends on. */
  readonly states: ReadonlyMap<object, State>
  readonly modules: ReadonlyMap<AnyModule, ModuleState>
}

/** The number of the first that had the same memory, and of the first with the same versions. */
export interface Sharing {
  readonly origin: Origin
  readonly first: number
  readonly firstCounter: number
}

export interface State {
  readonly read: () => readonly unknown[]
  readonly was: readonly unknown[]
}

/** Null: a gradient that is not there. */
export function tensorAt(origin: Origin, args: readonly Tensor[]): Tensor | null {
  if (origin.from === 'tensor') return origin.tensor
  if (origin.from === 'argument') return args[origin.index] as Tensor
  return tensorAt(origin.of, args)?.storedGrad ?? null
}

export interface ModuleState {
  readonly training: boolean
  readonly version: number
}

export const stateOf = (module: AnyModule): ModuleState => ({
  training: module.training,
  version: partsOf(module).registry.version,
})

/** What ran between two segments, and whose it is. */
export interface Aside {
  readonly owner: object
  run(): unknown
}

const emptySegment = (): Segment => ({
  producers: new Map(),
  origins: new Map(),
  seen: new Map(),
  draws: [],
  writes: [],
  gradients: [],
  bumps: [],
})

export class Recording implements Watcher {
  /** Segments, and what ran between them. */
  readonly steps: (Segment | Aside)[] = []
  /** Cells of data that the function made. */
  readonly constants: Set<Cell> = new Set()
  readonly losses: Set<Cell> = new Set()
  /** Why no program can repeat it. */
  reason: string | undefined
  readonly remembered: Remembered
  readonly #tensors = new Map<Tensor, readonly unknown[]>()
  readonly #gradients = new Map<Origin, readonly unknown[]>()
  readonly #twins = new Map<Tensor, readonly [Origin, Origin]>()
  readonly #sharing: Sharing[] = []
  readonly #places = new Map<Tensor, number>()
  readonly #counters = new Map<VersionCounter, number>()
  readonly #states = new Map<object, State>()
  readonly #modes = modes()
  readonly #since = nextSequence()
  readonly #gradientsRead = new Set<Tensor>()
  readonly #modules = new Map<AnyModule, ModuleState>()
  readonly #made = new WeakSet<object>()
  readonly #args: ReadonlyMap<Tensor, number>
  readonly #refused: ((reason: string) => void) | undefined
  /** Who owns memory from outside, and whose gradients tensors are. */
  readonly #owners = new Map<Memory, Tensor>()
  readonly #gradientOf = new Map<Tensor, Tensor>()
  readonly #versions = new Map<VersionCounter, { readonly tensor: Tensor; version: number }>()
  readonly #gradientsSet = new Set<Tensor>()
  /** Gradients as they were after the segment before. */
  readonly #gradientsThen = new Map<Tensor, Cell | null>()
  readonly #written = new Set<Tensor>()
  #segment: Segment = emptySegment()
  #position = defaultGenerator.position

  /** `refused` hears of the first reason at once. */
  constructor(args: readonly Tensor[], refused?: (reason: string) => void) {
    this.#args = new Map(args.map((tensor, index) => [tensor, index]))
    this.#refused = refused
    this.remembered = {
      tensors: this.#tensors,
      gradients: this.#gradients,
      modules: this.#modules,
      twins: this.#twins,
      sharing: this.#sharing,
      states: this.#states,
    }
  }

  /** Watches while `body` runs. */
  watch<T>(body: () => T): T {
    const before = watchWith(this)
    try {
      for (const arg of this.#args.keys()) this.seen(arg)
      const result = body()
      if (!sameTokens(this.#modes, modes())) this.refuse('it leaves a mode on')
      if (this.reason === undefined) this.#endSegment()
      return result
    } finally {
      watchWith(before)
    }
  }

  /** The tensor was made by the function. */
  isMade(part: object): boolean {
    return this.#made.has(part)
  }

  originOf(tensor: Tensor): Origin {
    const index = this.#args.get(tensor)
    if (index !== undefined) return { from: 'argument', index }
    const owner = this.#gradientOf.get(tensor)
    return owner === undefined ? { from: 'tensor', tensor } : { from: 'gradient', of: this.originOf(owner) }
  }

  // What it hears.

  applied(application: Application): void {
    for (const cell of application.outputs) this.#segment.producers.set(cell, application)
  }
  given(cell: Cell): void {
    this.constants.add(cell)
    hold(cell)
  }
  drawing(): void {
    if (defaultGenerator.position !== this.#position) this.refuse('random numbers are drawn by the host')
  }
  drawn(cell: Cell, draw: () => TypedArray, facts: readonly unknown[]): void {
    this.constants.delete(cell)
    this.#segment.draws.push({ cell, draw, facts })
    this.#position = defaultGenerator.position
  }
  seeded(): void {
    this.refuse('a generator starts again')
  }
  made(part: object): void {
    this.#made.add(part)
  }
  seen(tensor: Tensor): void {
    if (this.#made.has(tensor)) return
    const contents = this.#contentsOf(tensor)
    if (!this.#segment.producers.has(contents)) this.#foundIn(contents, tensor)
    if (!this.#places.has(tensor)) this.#place(tensor)
    if (!this.#owners.has(tensor.memory)) this.#owners.set(tensor.memory, tensor)
    if (!this.#versions.has(tensor.counter)) {
      this.#versions.set(tensor.counter, { tensor, version: tensor.counter.version })
    }
    if (this.#args.has(tensor) || this.#gradientOf.has(tensor) || this.#tensors.has(tensor)) return
    this.#tensors.set(tensor, traitsOf(tensor))
  }
  #foundIn(contents: Cell, tensor: Tensor): void {
    const { origins, seen } = this.#segment
    const known = seen.get(contents)
    if (known === tensor) return
    const isLater = this.steps.length > 0
    if (isLater && this.isReplaced(tensor)) this.refuse('a gradient is read that was replaced')
    const origin = this.originOf(tensor)
    if (known === undefined) {
      origins.set(contents, origin)
      seen.set(contents, tensor)
    } else if (!isLater) {
      if (!this.#twins.has(tensor)) this.#twins.set(tensor, [origins.get(contents) as Origin, origin])
    } else if (known.memory !== tensor.memory || known.view_ !== tensor.view_) {
      this.refuse('tensors from outside have the same contents after a step')
    }
  }
  #place(tensor: Tensor): void {
    const place = this.#sharing.length
    const owner = this.#owners.get(tensor.memory)
    this.#places.set(tensor, place)
    const first = owner === undefined ? place : (this.#places.get(owner) as number)
    const firstCounter = this.#counters.get(tensor.counter) ?? place
    this.#counters.set(tensor.counter, firstCounter)
    this.#sharing.push({ origin: this.originOf(tensor), first, firstCounter })
  }
  /** Memories of the gradients that were set. */
  gradientMemories(): ReadonlySet<Memory> {
    const grads = [...this.#gradientsSet].map(({ storedGrad }) => storedGrad)
    return new Set(grads.flatMap((grad) => (grad === null ? [] : [grad.memory])))
  }
  /** It is the gradient no more that it was. */
  isReplaced(tensor: Tensor): boolean {
    const owner = this.#gradientOf.get(tensor)
    if (owner === undefined) return false
    const watching = watchWith(undefined)
    try {
      return owner.storedGrad !== tensor
    } finally {
      watchWith(watching)
    }
  }
  /** What a view shows of memory that was not written to is not for the program to work out. */
  #contentsOf(tensor: Tensor): Cell {
    const owner = this.#owners.get(tensor.memory)
    if (owner !== undefined && this.#written.has(owner)) return tensor.contents
    const watching = watchWith(undefined)
    try {
      return tensor.contents
    } finally {
      watchWith(watching)
    }
  }
  written(tensor: Tensor): void {
    if (this.#made.has(tensor.memory)) return
    this.seen(tensor)
    const owner = this.#owners.get(tensor.memory)
    if (owner === undefined || owner.view_ !== undefined) this.refuse('a view from outside is written to')
    else this.#written.add(owner)
  }
  changed(tensor: Tensor, what: string): void {
    if (!this.#made.has(tensor)) this.refuse(`a tensor from outside is ${what}`)
  }
  gradientRead(tensor: Tensor, grad: Tensor | null): void {
    if (this.#made.has(tensor) || this.#gradientsSet.has(tensor)) return
    if (!this.#gradientsRead.has(tensor)) {
      this.#gradientsRead.add(tensor)
      this.#gradients.set(this.originOf(tensor), grad === null ? [] : traitsOf(grad))
    }
    if (grad === null || this.#made.has(grad)) return
    this.#gradientOf.set(grad, tensor)
    this.seen(grad)
  }
  gradientSet(tensor: Tensor): void {
    if (!this.#made.has(tensor)) this.#gradientsSet.add(tensor)
  }
  lossNoted(cell: Cell): void {
    this.losses.add(cell)
  }
  moduleCalled(module: object): void {
    if (this.#made.has(module) || this.#modules.has(module as AnyModule)) return
    this.#modules.set(module as AnyModule, stateOf(module as AnyModule))
  }
  depends(owner: object, read: () => readonly unknown[]): void {
    if (!this.#made.has(owner) && !this.#states.has(owner)) this.#states.set(owner, { read, was: read() })
  }
  walked(node: Node): void {
    if (node.sequence < this.#since) this.refuse('backward goes through a graph from outside')
  }
  refuse(reason: string): void {
    if (this.reason !== undefined) return
    this.reason = reason
    watchWith(undefined)
    this.#refused?.(reason)
  }
  aside<T>(owner: object, run: () => T): T {
    this.#endSegment()
    watchWith(undefined)
    try {
      this.steps.push({ owner, run })
      return run()
    } finally {
      this.#position = defaultGenerator.position
      if (this.reason === undefined) watchWith(this)
    }
  }

  #endSegment(): void {
    this.drawing()
    const segment = this.#segment
    for (const tensor of this.#written) {
      segment.writes.push({ tensor: this.originOf(tensor), cell: tensor.contents })
    }
    this.#written.clear()
    for (const tensor of this.#gradientsSet) this.#endGradient(tensor)
    for (const seen of this.#versions.values()) {
      const { tensor, version } = seen
      const by = tensor.counter.version - version
      if (by > 0) segment.bumps.push({ tensor: this.originOf(tensor), by })
    }
    this.#versions.clear()
    for (const [module, { version }] of this.#modules) {
      if (stateOf(module).version !== version) this.refuse('an attribute of a module is assigned')
    }
    this.steps.push(segment)
    this.#segment = emptySegment()
  }

  #endGradient(tensor: Tensor): void {
    const grad = tensor.storedGrad
    if (grad !== null && !this.#made.has(grad)) {
      // Added to in place: its contents are among those that were written.
      if (this.#gradientOf.get(grad) !== tensor) this.refuse('a gradient is set to a tensor from outside')
      return
    }
    if (grad?.requiresGrad === true) this.refuse('a gradient is set that requires a gradient')
    const cell = grad?.contents ?? null
    if (this.#gradientsThen.get(tensor) === cell) return
    this.#gradientsThen.set(tensor, cell)
    this.#segment.gradients.push({ of: this.originOf(tensor), cell })
  }
}
