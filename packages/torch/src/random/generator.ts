// PyTorch's generator of the CPU: a Mersenne Twister, the seed it started from, and one normal that was drawn and not yet given out.
// Invariant: everything drawn comes from `word` and `normal`, so a saved state continues exactly where it was.
import { watcher } from '../engine/watch.ts'
import { TorchError } from '../errors.ts'
import { randomArgument } from './errors.ts'
import { Mt19937 } from './mt19937.ts'

/** The seed of `new Generator()`, as in PyTorch. */
const defaultSeed = 67280421310721n
const cpuDevice = 'cpu'

/** A stream of random numbers, as `torch.Generator`. A call that is given one leaves the default generator alone. */
export class Generator {
  readonly device: string = cpuDevice
  readonly #engine = new Mt19937(0)
  #seed = 0n
  /** The second of the last pair of normals. */
  #cachedNormal: number | undefined

  constructor(seed: number | bigint = defaultSeed) {
    this.manualSeed(seed)
  }

  /** Starts again. A negative seed s means s + 2^64; the numbers depend on the low 32 bits alone. */
  manualSeed(seed: number | bigint): this {
    if (typeof seed === 'number' && !Number.isInteger(seed)) throw seedType()
    const whole = BigInt(seed)
    if (whole < -(2n ** 63n) || whole >= 2n ** 64n) throw seedRange()
    watcher?.seeded()
    this.#seed = BigInt.asUintN(64, whole)
    this.#engine.seed(Number(this.#seed & 0xffffffffn))
    this.#cachedNormal = undefined
    return this
  }

  /** Starts again from 64 bits that nobody knows, and returns them. */
  seed(): bigint {
    this.manualSeed(entropy())
    return this.#seed
  }

  /** The seed it was last started from, as a whole: 0 … 2^64 - 1. */
  initialSeed(): bigint {
    return this.#seed
  }

  /** A generator of its own that goes on with the same numbers. */
  clone(): Generator {
    return new Generator().setState(this.getState())
  }

  /** The state in PyTorch's layout of 5056 bytes, as `torch.Generator.get_state`. */
  getState(): Uint8Array {
    const { state, next, fresh } = this.#engine.save()
    const bytes = new Uint8Array(layout.size)
    const view = new DataView(bytes.buffer)
    view.setBigUint64(layout.seed, this.#seed, true)
    view.setInt32(layout.left, fresh ? 1 : state.length + 1 - next, true)
    view.setInt32(layout.seeded, 1, true)
    view.setBigUint64(layout.next, BigInt(next), true)
    state.forEach((word, at) => {
      view.setUint32(layout.state + 8 * at, word, true)
    })
    view.setFloat64(layout.normal, this.#cachedNormal ?? 0, true)
    view.setInt32(layout.hasNormal, this.#cachedNormal === undefined ? 0 : 1, true)
    return bytes
  }

  /** Goes on from the state of another, one saved by PyTorch included. */
  setState(bytes: Uint8Array): this {
    if (bytes.length !== layout.size) throw stateSize(bytes.length)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    const left = view.getInt32(layout.left, true)
    const next = Number(view.getBigUint64(layout.next, true))
    const state = new Uint32Array(wordCount)
    const fresh = left === 1 && next === 0
    // `left` words are still to come, of which the last is that of the next block.
    const fits = fresh || (left + next === wordCount + 1 && left >= 1 && next >= 1)
    if (view.getInt32(layout.seeded, true) === 0 || !fits) throw invalidState()
    for (let at = 0; at < wordCount; at++) state[at] = view.getUint32(layout.state + 8 * at, true)
    watcher?.seeded()
    this.#seed = view.getBigUint64(layout.seed, true)
    this.#engine.restore({ state, next, fresh })
    const hasNormal = view.getInt32(layout.hasNormal, true) !== 0
    this.#cachedNormal = hasNormal ? view.getFloat64(layout.normal, true) : undefined
    return this
  }

  /** Changes whenever something is drawn, or the generator starts elsewhere. */
  get position(): number {
    return this.#engine.position + (this.#cachedNormal === undefined ? 0 : 0.5)
  }

  /** The next 32 bits. */
  word(): number {
    return this.#engine.word()
  }

  /** The next 64 bits: the first word is the high one. */
  word64(): bigint {
    const high = this.#engine.word()
    return (BigInt(high) << 32n) | BigInt(this.#engine.word())
  }

  /** A multiple of 2^-24 in [0, 1): one word. */
  uniform24(): number {
    return (this.#engine.word() & 0xffffff) * 2 ** -24
  }

  /** A multiple of 2^-53 in [0, 1): two words, the first one high. */
  uniform53(): number {
    const high = this.#engine.word() & 0x1fffff
    return (high * 2 ** 32 + this.#engine.word()) * 2 ** -53
  }

  /** Takes the normal that was put aside, if there is one. */
  takeNormal(): number | undefined {
    const normal = this.#cachedNormal
    this.#cachedNormal = undefined
    return normal
  }

  putNormalAside(normal: number): void {
    this.#cachedNormal = normal
  }
}

const wordCount = 624

/** Byte offsets in a state: words take eight bytes each, a C struct's alignment leaves gaps. */
const layout = {
  seed: 0,
  left: 8,
  seeded: 12,
  next: 16,
  state: 24,
  normal: 5024,
  hasNormal: 5040,
  size: 5056,
} as const

const entropy = (): bigint => globalThis.crypto.getRandomValues(new BigUint64Array(1))[0] ?? 0n

const seedRange = (): TorchError => randomArgument('Overflow when unpacking long')
const seedType = (): TorchError => randomArgument('manual_seed expected a long, but got float')

const stateSize = (found: number): TorchError =>
  new TorchError(
    'RuntimeError',
    'TORCH_RANDOM_STATE',
    `Expected a CPUGeneratorImplState of size ${layout.size} but found the input RNG state size to be ${found}`,
    { found },
  )

const invalidState = (): TorchError =>
  new TorchError('RuntimeError', 'TORCH_RANDOM_STATE', 'Invalid mt19937 state')
