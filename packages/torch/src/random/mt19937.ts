// PyTorch's CPU random numbers: MT19937 and the ways its words become floats, bit for bit but for the normals of calls with 16
// elements or more, whose logarithm and sine here are the host's (at most 3e-6 from PyTorch's own polynomials).

const stateSize = 624
const shiftSize = 397

export class Generator {
  #state: Uint32Array = new Uint32Array(stateSize)
  #next: number = stateSize
  #seed: bigint = 0n
  /** The second value of the last pair of normals. */
  #cachedNormal: number | undefined

  constructor(seed: number | bigint = 67280421310721n) {
    this.manualSeed(seed)
  }

  /** Starts again from the low 32 bits of `seed`. */
  manualSeed(seed: number | bigint): this {
    this.#seed = BigInt.asUintN(64, BigInt(seed))
    this.#cachedNormal = undefined
    this.#next = stateSize
    const state = this.#state
    state[0] = Number(this.#seed & 0xffffffffn)
    for (let j = 1; j < stateSize; j++) {
      const before = state[j - 1] ?? 0
      state[j] = Math.imul(1812433253, before ^ (before >>> 30)) + j
    }
    return this
  }

  initialSeed(): bigint {
    return this.#seed
  }

  /** The next word. */
  u32(): number {
    if (this.#next === stateSize) this.#twist()
    let y = this.#state[this.#next++] ?? 0
    y ^= y >>> 11
    y ^= (y << 7) & 0x9d2c5680
    y ^= (y << 15) & 0xefc60000
    return (y ^ (y >>> 18)) >>> 0
  }

  #twist(): void {
    const state = this.#state
    for (let j = 0; j < stateSize; j++) {
      const y = ((state[j] ?? 0) & 0x80000000) | ((state[(j + 1) % stateSize] ?? 0) & 0x7fffffff)
      const mixed = (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0)
      state[j] = (state[(j + shiftSize) % stateSize] ?? 0) ^ mixed
    }
    this.#next = 0
  }

  /** 24 bits in [0, 1): one word. */
  uniform24(): number {
    return (this.u32() & 0xffffff) * 2 ** -24
  }

  /** 53 bits in [0, 1): two words, the first one high. */
  uniform53(): number {
    const high = this.u32() & 0x1fffff
    return (high * 2 ** 32 + this.u32()) * 2 ** -53
  }

  /** As `uniform_(low, high)` of float32: the product is exact, the sum rounds once. */
  fillUniform(data: Float32Array, low: number, high: number): void {
    const from = Math.fround(low)
    const width = Math.fround(Math.fround(high) - from)
    for (let at = 0; at < data.length; at++) data[at] = this.uniform24() * width + from
  }

  fillUniform53(data: Float64Array): void {
    for (let at = 0; at < data.length; at++) data[at] = this.uniform53()
  }

  /** Standard normals. The number of elements decides between two algorithms. */
  fillNormal(data: Float32Array | Float64Array): void {
    if (data.length < blockSize) {
      for (let at = 0; at < data.length; at++) data[at] = this.#normal()
      return
    }
    const uniform = data instanceof Float32Array ? () => this.uniform24() : () => this.uniform53()
    for (let at = 0; at < data.length; at++) data[at] = uniform()
    for (let at = 0; at <= data.length - blockSize; at += blockSize) transformBlock(data, at)
    if (data.length % blockSize === 0) return
    const last = data.length - blockSize
    for (let at = last; at < data.length; at++) data[at] = uniform()
    transformBlock(data, last)
  }

  /** Box-Muller in double, one of a pair at a time. */
  #normal(): number {
    const cached = this.#cachedNormal
    if (cached !== undefined) {
      this.#cachedNormal = undefined
      return cached
    }
    const theta = 2 * Math.PI * this.uniform53()
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform53()))
    this.#cachedNormal = radius * Math.sin(theta)
    return radius * Math.cos(theta)
  }
}

const blockSize = 16

/** Eight pairs of uniforms to eight pairs of normals. */
function transformBlock(data: Float32Array | Float64Array, from: number): void {
  const round = data instanceof Float32Array ? Math.fround : (value: number): number => value
  const turn = round(2 * Math.PI)
  for (let at = from; at < from + blockSize / 2; at++) {
    const radius = round(Math.sqrt(round(-2 * round(Math.log(round(1 - (data[at] ?? 0)))))))
    const theta = round(turn * (data[at + blockSize / 2] ?? 0))
    data[at] = round(radius * round(Math.cos(theta)))
    data[at + blockSize / 2] = radius * round(Math.sin(theta))
  }
}

/** The generator of every call that is not given one. */
export const defaultGenerator: Generator = new Generator()

/** Starts the numbers of the default generator again. */
export const manualSeed = (seed: number | bigint): Generator => defaultGenerator.manualSeed(seed)
