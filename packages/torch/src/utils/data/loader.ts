// The loader: batches of a dataset, in the order PyTorch has for a seed. Every pass draws a word from the default generator,
// shuffling or not, and shuffling draws another when the first batch is asked for.
import type { Generator } from '../../random/generator.ts'
import { defaultCollate } from './collate.ts'
import { Dataset, IterableDataset } from './dataset.ts'
import * as errors from './errors.ts'
import { BatchSampler, drawSeed, RandomSampler, type Sampler, SequentialSampler } from './sampler.ts'

export interface DataLoaderOptions<B> {
  /** Samples in a batch; null: samples are given one by one, not collated. Default 1. */
  readonly batchSize?: number | null
  readonly shuffle?: boolean
  readonly sampler?: Sampler
  readonly batchSampler?: Sampler<readonly number[]>
  /** What makes a batch of samples. */
  readonly collateFn?: (samples: readonly never[]) => B
  /** A last batch that is not full is left out. Default false. */
  readonly dropLast?: boolean
  readonly generator?: Generator
  /** Batches made ahead of the one in use, in asynchronous passes. Default 2. */
  readonly prefetchFactor?: number
}

type Source<T> = Dataset<T> | IterableDataset<T>

export class DataLoader<B = readonly never[]> implements Iterable<B>, AsyncIterable<B> {
  readonly dataset: Source<unknown>
  readonly batchSize: number | null
  readonly dropLast: boolean
  readonly sampler: Sampler | undefined
  readonly batchSampler: Sampler<readonly number[]> | undefined
  readonly prefetchFactor: number
  readonly #collate: (samples: readonly never[]) => unknown
  readonly #generator: Generator | undefined

  constructor(dataset: Source<unknown>, options: DataLoaderOptions<B> = {}) {
    const { batchSize = 1, shuffle, sampler, batchSampler, dropLast = false, generator } = options
    checkOptions(dataset, options)
    this.dataset = dataset
    this.dropLast = dropLast
    this.prefetchFactor = options.prefetchFactor ?? 2
    this.#generator = generator
    this.#collate = options.collateFn ?? defaultCollate
    this.batchSize = batchSampler === undefined ? batchSize : null
    if (!(dataset instanceof Dataset)) return
    const random = generator === undefined ? {} : { generator }
    this.sampler =
      sampler ?? (shuffle === true ? new RandomSampler(dataset, random) : new SequentialSampler(dataset))
    this.batchSampler =
      batchSampler ?? (batchSize === null ? undefined : new BatchSampler(this.sampler, batchSize, dropLast))
  }

  /** How many batches a pass has. */
  get length(): number {
    return this.batchSampler?.length ?? this.sampler?.length ?? Number.NaN
  }

  [Symbol.iterator](): IterableIterator<B> {
    drawSeed(this.#generator)
    return this.#batches()
  }

  /** As the synchronous pass, with batches made ahead while the program waits for something else. */
  async *[Symbol.asyncIterator](): AsyncIterableIterator<B> {
    const batches = this[Symbol.iterator]()
    const ahead: IteratorResult<B>[] = []
    for (;;) {
      while (ahead.length === 0 || (ahead.length < this.prefetchFactor && ahead.at(-1)?.done !== true)) {
        ahead.push(batches.next())
      }
      const next = ahead.shift()
      if (next === undefined || next.done === true) return
      yield next.value
      await Promise.resolve()
    }
  }

  *#batches(): IterableIterator<B> {
    const { dataset } = this
    if (dataset instanceof IterableDataset) {
      yield* this.#batchesOf(dataset)
      return
    }
    if (this.batchSampler === undefined) {
      for (const index of this.sampler ?? []) yield dataset.at(index) as B
      return
    }
    const isDefault = this.#collate === defaultCollate
    for (const indices of this.batchSampler) {
      yield isDefault && dataset.batchAt !== undefined
        ? (dataset.batchAt(indices) as B)
        : this.#made(indices.map((index) => dataset.at(index)))
    }
  }

  *#batchesOf(samples: Iterable<unknown>): IterableIterator<B> {
    let batch: unknown[] = []
    for (const sample of samples) {
      if (this.batchSize === null) {
        yield sample as B
        continue
      }
      batch.push(sample)
      if (batch.length < this.batchSize) continue
      yield this.#made(batch)
      batch = []
    }
    if (batch.length > 0 && !this.dropLast) yield this.#made(batch)
  }

  #made(samples: readonly unknown[]): B {
    return this.#collate(samples as readonly never[]) as B
  }
}

function checkOptions(
  dataset: Source<unknown>,
  { batchSize = 1, shuffle, sampler, batchSampler, dropLast = false }: DataLoaderOptions<unknown>,
): void {
  if (dataset instanceof IterableDataset && shuffle === true) throw errors.iterableShuffle()
  if (sampler !== undefined && shuffle === true) throw errors.samplerAndShuffle()
  if (batchSampler !== undefined) {
    if (batchSize !== 1 || shuffle === true || sampler !== undefined || dropLast)
      throw errors.batchSamplerAlone()
  } else if (batchSize === null && dropLast) throw errors.batchingDisabled()
}
