// The loader: batches of a dataset, in the order PyTorch has for a seed. Every pass draws a word from the default generator,
// shuffling or not, and shuffling draws another when the first batch is asked for.
import { type Arguments, parse } from '../../ops/signature.ts'
import type { Generator } from '../../random/generator.ts'
import { type Collated, defaultCollate, defaultConvert } from './collate.ts'
import { Dataset, IterableDataset } from './dataset.ts'
import * as errors from './errors.ts'
import { BatchSampler, drawSeed, RandomSampler, SequentialSampler } from './sampler.ts'

export interface DataLoaderOptions<T = never, B = unknown> {
  /** Samples in a batch; null: samples are given one by one, not collated. Default 1. */
  readonly batchSize?: number | null
  readonly shuffle?: boolean | null
  readonly sampler?: Iterable<number> | null
  readonly batchSampler?: Iterable<readonly number[]> | null
  /** Batches are made while the program waits for something else, in asynchronous passes. Default 0. */
  readonly numWorkers?: number
  /** What makes a batch of samples, or something else of a sample where there are no batches. */
  readonly collateFn?: ((samples: readonly Awaited<T>[]) => B) | null
  /** A last batch that is not full is left out. Default false. */
  readonly dropLast?: boolean
  /** Called with the number of each worker when a pass begins. */
  readonly workerInitFn?: ((worker: number) => void) | null
  readonly generator?: Generator | null
  /** Batches that each worker makes ahead. Default 2. */
  readonly prefetchFactor?: number | null
  /** Workers begin with the first pass only. Default false. */
  readonly persistentWorkers?: boolean
}

const positional = ['batchSize', 'shuffle', 'sampler', 'batchSampler', 'numWorkers', 'collateFn'] as const
const keywords = ['dropLast', 'workerInitFn', 'generator', 'prefetchFactor', 'persistentWorkers'] as const

type LoaderArguments<T, B> = Arguments<
  DataLoaderOptions<T, B>,
  ['batchSize', 'shuffle', 'sampler', 'batchSampler', 'numWorkers', 'collateFn']
>

type Source<T> = Dataset<T> | IterableDataset<T>
type Collate = (samples: unknown) => unknown

/**
 * Batches `B` of samples `T`. Where samples are promises, `for await` goes over the batches, and with workers
 * `numWorkers * prefetchFactor` of them are waited for at once.
 */
export class DataLoader<T = unknown, B = Collated<Awaited<T>>> implements Iterable<B>, AsyncIterable<B> {
  readonly dataset: Source<T>
  readonly batchSize: number | null
  readonly dropLast: boolean
  readonly sampler: Iterable<number> | null
  readonly batchSampler: Iterable<readonly number[]> | null
  readonly collateFn: (samples: readonly Awaited<T>[]) => B
  readonly generator: Generator | null
  readonly numWorkers: number
  readonly prefetchFactor: number | null
  readonly persistentWorkers: boolean
  readonly workerInitFn: ((worker: number) => void) | null
  #hasWorkers = false

  constructor(dataset: Source<T>, ...args: LoaderArguments<T, B>) {
    const options = parse<DataLoaderOptions<T, B>>('DataLoader', positional, keywords, args)
    const { batchSize = 1, sampler = null, batchSampler = null, numWorkers = 0 } = options
    checkWorkers(options)
    if (dataset instanceof IterableDataset) checkIterable(options)
    checkBatches(options)
    this.dataset = dataset
    this.generator = options.generator ?? null
    this.numWorkers = numWorkers
    this.prefetchFactor = options.prefetchFactor ?? (numWorkers > 0 ? 2 : null)
    this.persistentWorkers = options.persistentWorkers ?? false
    this.workerInitFn = options.workerInitFn ?? null
    this.batchSize = batchSampler === null ? batchSize : null
    this.dropLast = batchSampler === null && (options.dropLast ?? false)
    this.sampler = dataset instanceof Dataset ? (sampler ?? this.#order(dataset, options.shuffle)) : null
    this.batchSampler =
      batchSampler ??
      (batchSize === null || this.sampler === null
        ? null
        : new BatchSampler(this.sampler, batchSize, this.dropLast))
    const standard: Collate = this.#makesBatches ? (defaultCollate as Collate) : defaultConvert
    this.collateFn = options.collateFn ?? (standard as DataLoader<T, B>['collateFn'])
  }

  /** How many batches a pass has; NaN where nobody knows. */
  get length(): number {
    const { dataset, batchSize } = this
    if (dataset instanceof IterableDataset) {
      const batches = (dataset.length ?? Number.NaN) / (batchSize ?? 1)
      return this.dropLast ? Math.floor(batches) : Math.ceil(batches)
    }
    const { length = Number.NaN } = (this.batchSampler ?? this.sampler) as { readonly length?: number }
    return length
  }

  [Symbol.iterator](): IterableIterator<B> {
    this.#begin()
    return this.#batches()
  }

  async *[Symbol.asyncIterator](): AsyncIterableIterator<B> {
    this.#begin()
    const started = this.#started()
    const most = this.numWorkers * (this.prefetchFactor ?? 0)
    const ahead: Promise<B>[] = []
    const start = (count: number): void => {
      while (ahead.length < count) {
        const next = started.next()
        if (next.done === true) return
        const batch = Promise.resolve(next.value)
        // Told to whoever waits for it; until then it is nobody's.
        batch.catch(() => undefined)
        ahead.push(batch)
      }
    }
    for (start(Math.max(most, 1)); ahead.length > 0; start(Math.max(most, 1))) {
      const batch = await (ahead.shift() as Promise<B>)
      start(most)
      yield batch
    }
  }

  get #makesBatches(): boolean {
    return this.batchSampler !== null || this.batchSize !== null
  }

  #order(dataset: Dataset<T>, shuffle: boolean | null = false): Iterable<number> {
    if (shuffle !== true) return new SequentialSampler(dataset)
    return new RandomSampler(dataset, this.generator === null ? {} : { generator: this.generator })
  }

  #begin(): void {
    drawSeed(this.generator ?? undefined)
    if (this.persistentWorkers && this.#hasWorkers) return
    this.#hasWorkers = true
    for (let worker = 0; worker < this.numWorkers; worker++) this.workerInitFn?.(worker)
  }

  *#batches(): IterableIterator<B> {
    for (const batch of this.#started()) {
      if (batch instanceof Promise) {
        batch.catch(() => undefined)
        throw errors.promised()
      }
      yield batch
    }
  }

  /** Batches, or promises of them, each begun when it is asked for. */
  #started(): IterableIterator<B | Promise<B>> {
    const { dataset } = this
    return dataset instanceof IterableDataset ? this.#ofIterable(dataset) : this.#ofPositions(dataset)
  }

  *#ofPositions(dataset: Dataset<T>): IterableIterator<B | Promise<B>> {
    if (this.batchSampler === null) {
      for (const index of this.sampler ?? []) yield this.#made(dataset.at(index))
      return
    }
    const isDefault = (this.collateFn as unknown) === defaultCollate
    for (const indices of this.batchSampler) {
      yield isDefault && dataset.batchAt !== undefined
        ? (dataset.batchAt(indices) as B)
        : this.#made(indices.map((index) => dataset.at(index)))
    }
  }

  *#ofIterable(samples: IterableDataset<T>): IterableIterator<B | Promise<B>> {
    let batch: T[] = []
    for (const sample of samples) {
      if (this.batchSize === null) {
        yield this.#made(sample)
        continue
      }
      batch.push(sample)
      if (batch.length < this.batchSize) continue
      yield this.#made(batch)
      batch = []
    }
    if (batch.length > 0 && !this.dropLast) yield this.#made(batch)
  }

  /** What `collateFn` makes of samples, or of one where there are no batches; once they are there. */
  #made(given: T | readonly T[]): B | Promise<B> {
    const collate = this.collateFn as (given: unknown) => B
    if (given instanceof Promise) return given.then(collate)
    if (this.#makesBatches && Array.isArray(given) && given.some((sample) => sample instanceof Promise)) {
      return Promise.all(given).then(collate)
    }
    return collate(given)
  }
}

type AnyOptions = DataLoaderOptions<never>

function checkWorkers({ numWorkers = 0, prefetchFactor, persistentWorkers = false }: AnyOptions): void {
  if (numWorkers < 0) throw errors.numWorkers()
  if (numWorkers === 0 && prefetchFactor != null) throw errors.prefetchAlone()
  if (prefetchFactor != null && prefetchFactor < 0) throw errors.prefetchNegative()
  if (persistentWorkers && numWorkers === 0) throw errors.persistentAlone()
}

function checkIterable({ shuffle, sampler, batchSampler }: AnyOptions): void {
  if (shuffle === true) throw errors.iterableOption('shuffle', shuffle)
  if (sampler != null) throw errors.iterableOption('sampler', sampler)
  if (batchSampler != null) throw errors.iterableOption('batch_sampler', batchSampler)
}

function checkBatches({ batchSize = 1, shuffle, sampler, batchSampler, dropLast = false }: AnyOptions): void {
  if (sampler != null && shuffle === true) throw errors.samplerAndShuffle()
  if (batchSampler != null) {
    if (batchSize !== 1 || shuffle === true || sampler != null || dropLast) throw errors.batchSamplerAlone()
  } else if (batchSize === null && dropLast) throw errors.batchingDisabled()
}
