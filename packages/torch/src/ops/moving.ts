// When a position becomes an operand. A position that is part of what is recorded makes the fastest plan, and a plan of its own: right
// where every step reads the same ones (the rows of a sequence), wrong where each evaluation reads others (batches, samples, a counter).
// So what is counted is which positions each evaluation reads.
import { mixHash, structuralHash } from '@heddle/core'
import { BoundedTable } from '../engine/bounded-table.ts'
import { currentEra } from '../engine/cell.ts'
import type { ArrayType } from '../engine/types.ts'
import type { Operation } from './operation.ts'

/** A view whose place is a position: where there are many, the position becomes an operand, and what is recorded is one for all. */
export interface Moving<O extends object> {
  readonly position: (options: O) => number
  /** The options but for the position. */
  readonly fixed: (options: O) => object
  /** Operands whole, position. */
  readonly look: Operation<object>
  /** Operands whole, position, part. */
  readonly place: Operation<object>
}

/** Positions that are part of what is recorded, of one type. */
const mostPositions = 8
/** Sets of positions that evaluations had. */
const mostSets = 2

/** The positions that views of one type and form had. */
export class Positions {
  #move = false
  readonly #all = new Set<number>()
  /** In the evaluation that is being recorded. */
  readonly #now = new Set<number>()
  #sum = 0
  #era = -1
  readonly #sets = new Set<number>()

  /** Whether positions are operands from now on, of which this is one. */
  note(position: number): boolean {
    if (this.#move) return true
    const era = currentEra()
    if (era !== this.#era) {
      if (this.#now.size > 0) this.#sets.add(this.#sum)
      this.#now.clear()
      this.#sum = 0
      this.#era = era
    }
    if (!this.#now.has(position)) {
      this.#now.add(position)
      this.#sum = (this.#sum + mixHash(0x51ed, position)) | 0
      this.#all.add(position)
    }
    this.#move = this.#all.size > mostPositions && this.#sets.size > mostSets
    return this.#move
  }
}

/** By the type of the whole and the fixed options. */
export type PositionTable = BoundedTable<Positions>

export const positionTable = (): PositionTable => new BoundedTable(512)

export function positionsOf<O extends object>(
  table: PositionTable,
  { fixed }: Moving<O>,
  of: ArrayType,
  options: O,
): Positions {
  const hash = mixHash(of.id, structuralHash(fixed(options)))
  let positions = table.get(hash)
  if (positions === undefined) {
    positions = new Positions()
    table.set(hash, positions)
  }
  return positions
}
