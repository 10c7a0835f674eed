// Samplers: in which order a loader takes samples. Random ones draw their seed from the default generator when they begin.

import { float64 } from '../../dtypes.ts'
import { tensorOfData } from '../../ops/creation.ts'
import { multinomial, randint, randperm } from '../../ops/random.ts'
import { defaultGenerator } from '../../random/default-generator.ts'
import { Generator } from '../../random/generator.ts'
import { fillRandom } from '../../random/integers.ts'
import * as errors from './errors.ts'

export interface Sampler<T = number> extends Iterable<T> {
  readonly length: number
}
interface Sized {
  readonly length: number
}

export class SequentialSampler implements Sampler {
  readonly dataSource: Sized

  constructor(dataSource: Sized) {
    this.dataSource = dataSource
  }
  get length(): number {
    return this.dataSource.length
  }
  *[Symbol.iterator](): IterableIterator<number> {
    for (let index = 0; index < this.length; index++) yield index
  }
}

/** A word of 63 random bits of the default generator, or of another. */
export function drawSeed(generator: Generator = defaultGenerator): bigint {
  const data = new BigInt64Array(1)
  fillRandom(generator, 'i64', data)
  return data[0] as bigint
}

export interface RandomSamplerOptions {
  /** Samples may come again. Default false. */
  readonly replacement?: boolean
  readonly numSamples?: number
  readonly generator?: Generator
}

export class RandomSampler implements Sampler {
  readonly dataSource: Sized
  readonly replacement: boolean
  readonly #numSamples: number | undefined
  readonly #generator: Generator | undefined

  constructor(dataSource: Sized, { replacement = false, numSamples, generator }: RandomSamplerOptions = {}) {
    this.dataSource = dataSource
    this.replacement = replacement
    this.#numSamples = numSamples
    this.#generator = generator
    if (!(this.length > 0) && numSamples !== undefined) throw errors.numSamples(this.length)
  }
  get length(): number {
    return this.#numSamples ?? this.dataSource.length
  }
  *[Symbol.iterator](): IterableIterator<number> {
    const generator = this.#generator ?? new Generator().manualSeed(drawSeed())
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

export class SubsetRandomSampler implements Sampler {
  readonly indices: readonly number[]
  readonly #generator: Generator | undefined

  constructor(indices: readonly number[], { generator }: { readonly generator?: Generator } = {}) {
    this.indices = indices
    this.#generator = generator
  }
  get length(): number {
    return this.indices.length
  }
  *[Symbol.iterator](): IterableIterator<number> {
    const options = this.#generator === undefined ? {} : { generator: this.#generator }
    for (const position of randperm(this.length, options).tolist() as number[]) {
      yield this.indices[position] as number
    }
  }
}

export class WeightedRandomSampler implements Sampler {
  readonly weights: readonly number[]
  readonly length: number
  readonly replacement: boolean
  readonly #generator: Generator | undefined

  constructor(
    weights: readonly number[],
    numSamples: number,
    { replacement = true, generator }: Omit<RandomSamplerOptions, 'numSamples'> = {},
  ) {
    if (!Number.isInteger(numSamples) || numSamples <= 0) throw errors.numSamples(numSamples)
    this.weights = weights
    this.length = numSamples
    this.replacement = replacement
    this.#generator = generator
  }
  *[Symbol.iterator](): IterableIterator<number> {
    const weights = tensorOfData(float64, [this.weights.length], Float64Array.from(this.weights))
    const { replacement, length: numSamples } = this
    const generator = this.#generator ?? defaultGenerator
    yield* multinomial(weights, { numSamples, replacement, generator }).tolist() as number[]
  }
}

/** Batches of positions. */
export class BatchSampler implements Sampler<readonly number[]> {
  readonly sampler: Sampler
  readonly batchSize: number
  readonly dropLast: boolean

  constructor(sampler: Sampler, batchSize: number, dropLast: boolean) {
    if (!Number.isInteger(batchSize) || batchSize <= 0) throw errors.batchSize(batchSize)
    this.sampler = sampler
    this.batchSize = batchSize
    this.dropLast = dropLast
  }
  get length(): number {
    const batches = this.sampler.length / this.batchSize
    return this.dropLast ? Math.floor(batches) : Math.ceil(batches)
  }
  *[Symbol.iterator](): IterableIterator<readonly number[]> {
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
