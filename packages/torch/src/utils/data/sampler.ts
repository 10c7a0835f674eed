// Samplers: in which order a loader takes samples. Random ones draw their seed from the default generator when they begin.
import { float64 } from '../../dtypes.ts'
import { asTensor } from '../../ops/creation.ts'
import { multinomial, randint, randperm } from '../../ops/random.ts'
import { type Arguments, parse } from '../../ops/signature.ts'
import { defaultGenerator } from '../../random/default-generator.ts'
import { Generator } from '../../random/generator.ts'
import { fillRandom } from '../../random/integers.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import * as errors from './errors.ts'

/** An order of samples. Subclasses say which, and how many. */
export abstract class Sampler<T = number> implements Iterable<T> {
  abstract readonly length: number
  abstract [Symbol.iterator](): Iterator<T>
}
interface Sized {
  readonly length: number
}

/** All positions in order. */
export class SequentialSampler extends Sampler {
  readonly dataSource: Sized

  constructor(dataSource: Sized) {
    super()
    this.dataSource = dataSource
  }
  get length(): number {
    return this.dataSource.length
  }
  override *[Symbol.iterator](): IterableIterator<number> {
    for (let index = 0; index < this.length; index++) yield index
  }
}

/** A word of 63 random bits of the default generator, or of another. */
export function drawSeed(generator: Generator = defaultGenerator): bigint {
  const data = new BigInt64Array(1)
  fillRandom(generator, 'i64', data)
  return data[0] as bigint
}

interface RandomParams {
  /** Samples may come again. Default false. */
  readonly replacement?: boolean
  readonly numSamples?: number | null
  readonly generator?: Generator
}

/** All positions in random order, or `numSamples` that may come again. */
export class RandomSampler extends Sampler {
  readonly dataSource: Sized
  readonly replacement: boolean
  readonly generator: Generator | undefined
  readonly #numSamples: number | null

  constructor(
    dataSource: Sized,
    ...args: Arguments<RandomParams, ['replacement', 'numSamples', 'generator']>
  ) {
    super()
    const names = ['replacement', 'numSamples', 'generator'] as const
    const {
      replacement = false,
      numSamples = null,
      generator,
    } = parse<RandomParams>('RandomSampler', names, [], args)
    this.dataSource = dataSource
    this.replacement = replacement
    this.#numSamples = numSamples
    this.generator = generator
    if (typeof replacement !== 'boolean') throw errors.replacement(replacement, 'TypeError')
    if (!isCount(this.length)) throw errors.numSamples(this.length)
  }
  get length(): number {
    return this.#numSamples ?? this.dataSource.length
  }
  get numSamples(): number {
    return this.length
  }
  override *[Symbol.iterator](): IterableIterator<number> {
    const generator = this.generator ?? new Generator().manualSeed(drawSeed())
    const { length: n } = this.dataSource
    // The rest is drawn also where nothing is left: the generator is used up as PyTorch uses it.
    if (this.replacement) {
      const drawn = (count: number): number[] => randint(n, [count], { generator }).tolist() as number[]
      for (let done = 0; done < Math.floor(this.length / 32); done++) yield* drawn(32)
      yield* drawn(this.length % 32)
      return
    }
    const permuted = (): number[] => randperm(n, { generator }).tolist() as number[]
    for (let done = 0; done < Math.floor(this.length / n); done++) yield* permuted()
    yield* permuted().slice(0, this.length % n)
  }
}

interface SeededParams {
  readonly generator?: Generator
}

/** Given positions in random order. */
export class SubsetRandomSampler extends Sampler {
  readonly indices: readonly number[]
  readonly generator: Generator | undefined

  constructor(indices: readonly number[], ...args: Arguments<SeededParams, ['generator']>) {
    super()
    this.indices = indices
    this.generator = parse<SeededParams>('SubsetRandomSampler', ['generator'], [], args).generator
  }
  get length(): number {
    return this.indices.length
  }
  override *[Symbol.iterator](): IterableIterator<number> {
    const options = this.generator === undefined ? {} : { generator: this.generator }
    for (const position of randperm(this.length, options).tolist() as number[]) {
      yield this.indices[position] as number
    }
  }
}

type WeightedParams = Omit<RandomParams, 'numSamples'>

/** Positions drawn with probabilities in proportion to `weights`. */
export class WeightedRandomSampler extends Sampler {
  readonly weights: Tensor
  readonly numSamples: number
  readonly replacement: boolean
  readonly generator: Generator | undefined

  constructor(
    weights: readonly number[] | Tensor,
    numSamples: number,
    ...args: Arguments<WeightedParams, ['replacement', 'generator']>
  ) {
    super()
    const { replacement = true, generator } = parse<WeightedParams>(
      'WeightedRandomSampler',
      ['replacement', 'generator'],
      [],
      args,
    )
    if (!isCount(numSamples)) throw errors.numSamples(numSamples)
    if (typeof replacement !== 'boolean') throw errors.replacement(replacement, 'ValueError')
    this.weights = asTensor(weights, { dtype: float64 })
    if (this.weights.dim() !== 1) throw errors.weightsShape(this.weights.shape)
    this.numSamples = numSamples
    this.replacement = replacement
    this.generator = generator
  }
  get length(): number {
    return this.numSamples
  }
  override *[Symbol.iterator](): IterableIterator<number> {
    const { replacement, numSamples, generator = defaultGenerator } = this
    yield* multinomial(this.weights, { numSamples, replacement, generator }).tolist() as number[]
  }
}

/** Batches of positions. */
export class BatchSampler extends Sampler<readonly number[]> {
  readonly sampler: Iterable<number>
  readonly batchSize: number
  readonly dropLast: boolean

  constructor(sampler: Iterable<number>, batchSize: number, dropLast: boolean) {
    super()
    if (!isCount(batchSize)) throw errors.batchSize(batchSize)
    if (typeof dropLast !== 'boolean') throw errors.dropLast(dropLast)
    this.sampler = sampler
    this.batchSize = batchSize
    this.dropLast = dropLast
  }
  /** NaN where the sampler does not say how many positions it gives. */
  get length(): number {
    const { length = Number.NaN } = this.sampler as Partial<Sized>
    const batches = length / this.batchSize
    return this.dropLast ? Math.floor(batches) : Math.ceil(batches)
  }
  override *[Symbol.iterator](): IterableIterator<readonly number[]> {
    let batch: number[] = []
    for (const index of this.sampler) {
      batch.push(index)
      if (batch.length < this.batchSize) continue
      yield batch
      batch = []
    }
    if (batch.length > 0 && !this.dropLast) yield batch
  }
}

const isCount = (value: unknown): boolean => Number.isInteger(value) && (value as number) > 0
