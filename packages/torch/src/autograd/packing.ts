// What becomes of contents that nodes keep for backward. As a rule the node holds them; while a packing is in force, nodes that are
// recorded hand them over, and ask for them in backward.
import type { Cell } from '../engine/cell.ts'
import type { ModeScope } from './grad-mode.ts'

/** Contents that were handed over. */
export interface Packed {
  unpack(): Cell
  /** Nobody will ask for them again. */
  release(): void
}

export interface Packing {
  pack(cell: Cell): Packed
}

let current: Packing | undefined

/** The packing that is in force. */
export const currentPacking = (): Packing | undefined => current

/** Nodes recorded by `body` hand what they keep to `packing`. */
export function withPacking<T>(packing: Packing, body: () => T): T {
  const before = current
  current = packing
  try {
    return body()
  } finally {
    current = before
  }
}

/** The same until the scope ends. */
export function enterPacking(packing: Packing): ModeScope {
  const before = current
  current = packing
  return {
    [Symbol.dispose](): void {
      current = before
    },
  }
}
