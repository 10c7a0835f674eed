// A table that forgets what was not asked for lately, so that a program of ever new shapes does not grow: two generations. What is
// found in the older one moves to the younger; when the younger is full the older goes. Looking up costs what a Map costs, which
// keeping the order of use would not.

export class BoundedTable<V> {
  readonly #capacity: number
  #young = new Map<number, V>()
  #old: Map<number, V> = new Map()

  /** Keeps the last `capacity` entries that were used, and at most twice as many. */
  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get(key: number): V | undefined {
    const found = this.#young.get(key)
    if (found !== undefined) return found
    const older = this.#old.get(key)
    if (older !== undefined) this.set(key, older)
    return older
  }

  set(key: number, value: V): void {
    if (this.#young.size >= this.#capacity && !this.#young.has(key)) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#old.delete(key)
    this.#young.set(key, value)
  }

  get size(): number {
    return this.#young.size + this.#old.size
  }
}
