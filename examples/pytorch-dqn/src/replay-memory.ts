// The last transitions seen, from which batches are drawn: a ring, whose oldest entry is overwritten once it is full.
import * as torch from '@heddle/torch'
import type { State } from './cart-pole.ts'

export interface Transition {
  readonly state: State
  readonly action: number
  readonly reward: number
  readonly next: State
  /** Nothing can be earned after this one. */
  readonly fell: boolean
}

/** Transitions as tensors, one a row: states `[n, 4]`, the others `[n]`. */
export interface Batch {
  readonly states: torch.Tensor
  /** int64 */
  readonly actions: torch.Tensor
  readonly rewards: torch.Tensor
  readonly nextStates: torch.Tensor
  /** 1 where there is something to earn after the step, 0 where it was the last. */
  readonly goesOn: torch.Tensor
}

export class ReplayMemory {
  readonly capacity: number
  readonly #ring: Transition[] = []
  #place = 0

  constructor(capacity: number) {
    this.capacity = capacity
  }

  get size(): number {
    return this.#ring.length
  }

  push(transition: Transition): void {
    this.#ring[this.#place] = transition
    this.#place = (this.#place + 1) % this.capacity
  }

  /** `count` transitions, each drawn from all. */
  sample(count: number): Batch {
    const places = [...torch.randint(this.size, [count]).toArray()]
    const drawn = places.map((place) => this.#ring[Number(place)] as Transition)
    return {
      states: torch.tensor(drawn.map(({ state }) => state)),
      actions: torch.tensor(
        drawn.map(({ action }) => action),
        { dtype: torch.int64 },
      ),
      rewards: torch.tensor(drawn.map(({ reward }) => reward)),
      nextStates: torch.tensor(drawn.map(({ next }) => next)),
      goesOn: torch.tensor(drawn.map(({ fell }) => (fell ? 0 : 1))),
    }
  }
}
