// The Mersenne Twister MT19937 (Matsumoto and Nishimura 1998, initialised as in their version of 2002): 32-bit words, 624 at a time.
// Invariant: `#words` holds the tempered words of `#state`, and `#next` counts how many of them are used up; 624 means that the
// next word begins a block.

const stateSize = 624
const shiftSize = 397

/** What there is of an engine. `next` is 0 and `fresh` true between seeding and the first word. */
export interface EngineState {
  readonly state: Uint32Array
  readonly next: number
  readonly fresh: boolean
}

export class Mt19937 {
  readonly #state: Uint32Array = new Uint32Array(stateSize)
  readonly #words: Uint32Array = new Uint32Array(stateSize)
  #next: number = stateSize
  #fresh = true
  #blocks = 0

  /** Starts from a word. */
  constructor(seed: number) {
    this.seed(seed)
  }

  seed(seed: number): void {
    const state = this.#state
    state[0] = seed
    for (let at = 1; at < stateSize; at++) {
      const before = state[at - 1] as number
      state[at] = Math.imul(1812433253, before ^ (before >>> 30)) + at
    }
    this.#next = stateSize
    this.#fresh = true
    this.#blocks++
  }

  /** The next word, 0 … 2^32 - 1. */
  word(): number {
    if (this.#next === stateSize) this.#refill()
    return this.#words[this.#next++] as number
  }

  /** Changes whenever words were drawn. */
  get position(): number {
    return this.#blocks * stateSize + this.#next
  }

  /** A copy of the state. */
  save(): EngineState {
    return { state: this.#state.slice(), next: this.#fresh ? 0 : this.#next, fresh: this.#fresh }
  }

  /** Goes on from a state that was saved. */
  restore({ state, next, fresh }: EngineState): void {
    this.#state.set(state)
    this.#next = fresh ? stateSize : next
    this.#fresh = fresh
    this.#blocks++
    this.#temper()
  }

  #refill(): void {
    this.#blocks++
    const state = this.#state
    for (let at = 0; at < stateSize - shiftSize; at++) {
      state[at] = twisted(state, at, at + 1) ^ (state[at + shiftSize] as number)
    }
    for (let at = stateSize - shiftSize; at < stateSize - 1; at++) {
      state[at] = twisted(state, at, at + 1) ^ (state[at + shiftSize - stateSize] as number)
    }
    state[stateSize - 1] = twisted(state, stateSize - 1, 0) ^ (state[shiftSize - 1] as number)
    this.#next = 0
    this.#fresh = false
    this.#temper()
  }

  #temper(): void {
    const [state, words] = [this.#state, this.#words]
    for (let at = 0; at < stateSize; at++) {
      let y = state[at] as number
      y ^= y >>> 11
      y ^= (y << 7) & 0x9d2c5680
      y ^= (y << 15) & 0xefc60000
      words[at] = y ^ (y >>> 18)
    }
  }
}

/** The highest bit of one word and the others of the next, shifted and mixed. */
function twisted(state: Uint32Array, at: number, after: number): number {
  const y = ((state[at] as number) & 0x80000000) | ((state[after] as number) & 0x7fffffff)
  return (y >>> 1) ^ (-(y & 1) & 0x9908b0df)
}
