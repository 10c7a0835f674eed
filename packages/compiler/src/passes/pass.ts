// What a pass is: a named function from graph to graph that reports what it did and never prints. Order is `pipeline.ts`'s.
import type { Graph } from '@heddle/core'

/** A fact a pass reports: what happened, how often. */
export interface Note {
  readonly kind: string
  readonly count: number
  readonly detail?: string
}

/** Rule firings still allowed; shared by all passes of a run. */
export interface Fuel {
  left: number
}

export interface PassContext {
  readonly fuel: Fuel
  readonly notes: readonly Note[]
  note(note: Note): void
}

export interface Pass {
  /** `kebab-case`: what people type to disable it. */
  readonly name: string
  readonly summary: string
  readonly run: (graph: Graph, context: PassContext) => Graph
}

export const createFuel = (firings: number = Number.POSITIVE_INFINITY): Fuel => ({ left: firings })

export function createPassContext(fuel: Fuel): PassContext {
  const notes: Note[] = []
  return {
    fuel,
    notes,
    note: (note) => {
      notes.push(note)
    },
  }
}
