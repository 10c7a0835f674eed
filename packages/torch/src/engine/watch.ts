// Who is told of what is recorded while a function is compiled (`compile/recording.ts`). Nobody, most of the time; so that those who
// tell pay one comparison.
import type { TypedArray } from '@heddle/core'
import type { Node } from '../autograd/node.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { Application, Cell } from './cell.ts'

export interface Watcher {
  /** A fragment was applied. */
  applied(application: Application): void
  /** A cell of contents that are known was made. */
  given(cell: Cell): void
  /** Random numbers are about to be drawn for a cell. */
  drawing(): void
  /** A cell was filled with random numbers, which `draw` draws anew; `facts`: all that they depend on. */
  drawn(cell: Cell, draw: () => TypedArray, facts: readonly unknown[]): void
  /** A generator is about to start elsewhere. */
  seeded(): void
  /** A tensor, or memory, was made. */
  made(part: object): void
  /** A tensor is read, or another is made that shares its memory. */
  seen(tensor: Tensor): void
  /** A tensor's contents are about to change. */
  written(tensor: Tensor): void
  /** A tensor is about to change in a way that no plan can repeat. */
  changed(tensor: Tensor, what: string): void
  gradientRead(tensor: Tensor, grad: Tensor | null): void
  gradientSet(tensor: Tensor): void
  /** Backward starts from this. */
  lossNoted(cell: Cell): void
  moduleCalled(module: object): void
  /** What happens depends on what `state` gives of its owner. */
  depends(owner: object, state: () => readonly unknown[]): void
  /** Backward runs a node. */
  walked(node: Node): void
  /** Something happens that no plan can repeat: what was recorded so far is no function. */
  refuse(reason: string): void
  /** Runs something that changes more than tensors and can be run again as it is; `owner`: whose it is. */
  aside<T>(owner: object, run: () => T): T
}

/** Who watches now. */
export let watcher: Watcher | undefined

/** From now on this one watches; gives back who did. */
export function watchWith(next: Watcher | undefined): Watcher | undefined {
  const before = watcher
  watcher = next
  return before
}

/** Runs what changes more than tensors. A compiled function runs it again as it is. */
export const aside = <T>(owner: object, run: () => T): T =>
  watcher === undefined ? run() : watcher.aside(owner, run)
