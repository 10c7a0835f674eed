// Where the contents are that a program works with: what each segment is given, and what it gives.
import type { Cell } from '../engine/cell.ts'
import type { Aside, Origin, Recording, Segment } from './recording.ts'

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

export const isSegment = (step: Segment | Aside): step is Segment => 'producers' in step

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
