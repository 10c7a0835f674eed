// What a recording becomes: for each segment one fragment, which gives all that the segment gave in one application, and for the
// results one fragment more, which gives the gradients that backward would bring to tensors from outside.
import type { TypedArray, Value } from '@heddle/core'
import type { Application, Cell } from '../engine/cell.ts'
import type { Device } from '../engine/device.ts'
import { copyInto, type Fragment, makeFragment } from '../engine/fragment.ts'
import type { ArrayType } from '../engine/types.ts'
import type { Layout } from '../tensor/layout.ts'
import type { Gradients } from './gradients.ts'
import type { Origin, Recording, Remembered, Segment } from './recording.ts'
import type { Rebuild } from './structure.ts'

/** Where contents are while a program runs: what a segment was given, or what it gave. */
export type Place = {
  readonly segment: number
  readonly at: number
  readonly from: 'source' | 'output'
}

/** What a segment is given. */
export type Source =
  | Origin
  | { readonly from: 'draw'; readonly index: number }
  | { readonly from: 'constant'; readonly cell: Cell }
  | { readonly from: 'earlier'; readonly place: Place }

export interface SegmentProgram {
  readonly device: Device | undefined
  /** None where nothing is computed. */
  readonly fragment: Fragment | undefined
  /** The operands of the fragment, and what is only kept for backward. */
  readonly sources: readonly Source[]
  readonly draws: readonly { readonly type: ArrayType; readonly device: Device; draw(): TypedArray }[]
  readonly writes: readonly { readonly tensor: Origin; readonly place: Place }[]
  readonly gradients: readonly { readonly of: Origin; readonly place: Place | null }[]
  readonly bumps: readonly { readonly tensor: Origin; readonly by: number }[]
}

export type ResultTensor =
  | { readonly kind: 'outside'; readonly origin: Origin }
  | {
      readonly kind: 'made'
      readonly place: Place
      readonly layout: Layout
      /** Which result of the node it is; none where no gradient goes through it. */
      readonly output: number | undefined
      /** It will be looked at: nothing else is computed from it. */
      readonly isLast: boolean
    }

/** How gradients come back, once what backward needs is in its places. */
export interface BackwardProgram {
  readonly fragment: Fragment
  readonly operands: readonly (Place | { readonly cotangent: number })[]
  readonly inputs: readonly { readonly tensor: Origin; readonly output: number }[]
  /** Types of the results. */
  readonly outputs: readonly ArrayType[]
  readonly device: Device
}

export interface Program {
  readonly remembered: Remembered
  readonly steps: readonly (SegmentProgram | (() => unknown))[]
  readonly results: readonly ResultTensor[]
  readonly rebuild: Rebuild
  /** `freed`: backward ran already, and once is enough. */
  readonly backward: BackwardProgram | 'freed' | undefined
  /** How many operations one application stands for. */
  readonly operations: number
}

export const isSegment = (step: Segment | (() => unknown)): step is Segment => typeof step !== 'function'

/** Cells that a segment gives, and which place each cell has. */
export class Places {
  readonly #recording: Recording
  readonly #segments: readonly Segment[]
  readonly roots: readonly Map<Cell, number>[]
  readonly #sources: readonly Map<Cell, Source>[]

  constructor(recording: Recording) {
    this.#recording = recording
    this.#segments = recording.steps.filter(isSegment)
    this.roots = this.#segments.map(() => new Map())
    this.#sources = this.#segments.map(() => new Map())
  }

  get segments(): readonly Segment[] {
    return this.#segments
  }
  get last(): number {
    return this.#segments.length - 1
  }
  sourcesOf(segment: number): readonly Source[] {
    return [...(this.#sources[segment] as Map<Cell, Source>).values()]
  }
  sourceCells(segment: number): readonly Cell[] {
    return [...(this.#sources[segment] as Map<Cell, Source>).keys()]
  }

  /** Where `cell` is, seen from a segment: that of it which gave it, or the newest before it. */
  placeOf(cell: Cell, from: number): Place {
    for (let segment = from; segment >= 0; segment--) {
      if ((this.#segments[segment] as Segment).producers.has(cell)) {
        const roots = this.roots[segment] as Map<Cell, number>
        const at = roots.get(cell) ?? roots.size
        roots.set(cell, at)
        return { segment, at, from: 'output' }
      }
      if ((this.#segments[segment] as Segment).origins.has(cell)) return this.sourceOf(cell, segment)
    }
    return this.sourceOf(cell, from)
  }

  /** The place among what a segment is given. */
  sourceOf(cell: Cell, segment: number): Place {
    const sources = this.#sources[segment] as Map<Cell, Source>
    if (!sources.has(cell)) sources.set(cell, this.#find(cell, segment))
    return { segment, at: [...sources.keys()].indexOf(cell), from: 'source' }
  }

  #find(cell: Cell, segment: number): Source {
    const { origins, draws } = this.#segments[segment] as Segment
    const origin = origins.get(cell)
    if (origin !== undefined) return origin
    const index = draws.findIndex((draw) => draw.cell === cell)
    if (index >= 0) return { from: 'draw', index }
    if (segment > 0) {
      const place = this.#earlier(cell, segment - 1)
      if (place !== undefined) return { from: 'earlier', place }
    }
    if (!this.#recording.constants.has(cell)) this.#recording.refuse('contents come from where nobody looked')
    return { from: 'constant', cell }
  }

  #earlier(cell: Cell, from: number): Place | undefined {
    for (let segment = from; segment >= 0; segment--) {
      const { producers, origins, draws } = this.#segments[segment] as Segment
      if (producers.has(cell) || origins.has(cell) || draws.some((draw) => draw.cell === cell)) {
        return this.placeOf(cell, segment)
      }
    }
    return undefined
  }
}

export interface ResultParts {
  readonly results: readonly ResultTensor[]
  readonly rebuild: Rebuild
}

export function programOf(
  recording: Recording,
  places: Places,
  { results, rebuild }: ResultParts,
  gradients: Gradients | 'freed' | undefined,
): Program {
  const { last, segments } = places
  const backward = gradients === undefined || gradients === 'freed' ? gradients : gradients.program
  const programs: SegmentProgram[] = []
  let operations = gradients === undefined || gradients === 'freed' ? 0 : gradients.operations
  // Effects first: what they need counts among what a segment gives.
  const effects = segments.map(({ writes, gradients: grads }, k) => ({
    writes: writes.map(({ tensor, cell }) => ({ tensor, place: places.placeOf(cell, k) })),
    gradients: grads.map(({ of, cell }) => ({ of, place: cell === null ? null : places.placeOf(cell, k) })),
  }))
  for (let k = last; k >= 0; k--) {
    const { producers, draws, bumps } = segments[k] as Segment
    const roots = [...(places.roots[k] as Map<Cell, number>).keys()]
    const joined = joinedFragment(recording, roots, producers, (leaves) => {
      for (const leaf of leaves) places.sourceOf(leaf, k)
      return places.sourceCells(k)
    })
    operations += joined?.operations ?? 0
    programs.unshift({
      device: joined?.device,
      fragment: joined?.fragment,
      sources: places.sourcesOf(k),
      draws: draws.map(({ cell, draw }) => ({ type: cell.type, device: cell.device, draw })),
      ...(effects[k] as (typeof effects)[number]),
      bumps,
    })
  }
  let next = 0
  return {
    remembered: recording.remembered,
    steps: recording.steps.map((step) => (isSegment(step) ? (programs[next++] as SegmentProgram) : step)),
    results,
    rebuild,
    backward,
    operations,
  }
}

export interface Joined {
  readonly fragment: Fragment
  readonly device: Device
  readonly operations: number
}

/** Applications as one fragment that gives `roots`, of the cells that `operandsFor` makes of those that nothing here gave. */
export function joinedFragment(
  recording: Recording,
  roots: readonly Cell[],
  producers: ReadonlyMap<Cell, Application>,
  operandsFor: (leaves: Iterable<Cell>) => readonly Cell[],
): Joined | undefined {
  const applications = applicationsOf(roots, producers)
  const device = roots[0]?.device
  if (device === undefined) return undefined
  const leaves = new Set(applications.flatMap(({ inputs }) => inputs).filter((cell) => !producers.has(cell)))
  const operands = operandsFor(leaves)
  for (const cell of [...operands, ...applications.flatMap(({ outputs }) => outputs)]) {
    if (cell.device !== device) recording.refuse('tensors are on several devices')
  }
  const fragment = makeFragment(
    operands.map(({ type }) => type),
    (given, b) => {
      const values = new Map<Cell, Value>(operands.map((cell, k) => [cell, given[k] as Value]))
      for (const { fragment, inputs, outputs } of applications) {
        const { graph } = fragment
        const known = new Map(graph.inputs.map((input, k) => [input, values.get(inputs[k] as Cell) as Value]))
        const copies = copyInto(b, graph.results, known)
        graph.results.forEach((result, k) => {
          values.set(outputs[k] as Cell, copies.get(result) as Value)
        })
      }
      return roots.map((root) => values.get(root) as Value)
    },
  )
  return { fragment, device, operations: applications.length }
}

/** What the roots depend on, in the order in which it was recorded. */
function applicationsOf(
  roots: readonly Cell[],
  producers: ReadonlyMap<Cell, Application>,
): readonly Application[] {
  const needed = new Set<Application>()
  const add = (cell: Cell): void => {
    const application = producers.get(cell)
    if (application !== undefined) needed.add(application)
  }
  for (const root of roots) add(root)
  for (const { inputs } of needed) for (const input of inputs) add(input)
  return [...needed].sort((x, y) => x.order - y.order)
}
