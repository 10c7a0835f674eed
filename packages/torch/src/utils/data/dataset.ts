// Datasets: samples by position, or one after the other; and several of them as one.
import * as errors from './errors.ts'

/** Samples by position. Subclasses say how many there are, and give one, or a promise of one. */
export abstract class Dataset<T = unknown> {
  abstract readonly length: number
  abstract at(index: number): T
  /** The batch that samples at these positions make, where it takes less than making it of them one by one. */
  batchAt?(indices: readonly number[]): unknown

  *[Symbol.iterator](): IterableIterator<T> {
    for (let index = 0; index < this.length; index++) yield this.at(index)
  }
  /** This one, then the other. */
  concat(other: Dataset<T>): ConcatDataset<T> {
    return new ConcatDataset([this, other])
  }
}

export interface IterableDataset<T = unknown> extends Iterable<T> {
  /** Where it is known: a property, or a getter, of a subclass. */
  readonly length?: number | undefined
}

/** Samples one after the other; how many there are need not be known. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: subclasses may have a length, in either form, or none.
export abstract class IterableDataset<T = unknown> {
  abstract [Symbol.iterator](): Iterator<T>

  /** This one, then the other. */
  concat(other: IterableDataset<T>): ChainDataset<T> {
    return new ChainDataset([this, other])
  }
}

/** Datasets one after the other. */
export class ConcatDataset<T = unknown> extends Dataset<T> {
  readonly datasets: readonly Dataset<T>[]
  readonly cumulativeSizes: readonly number[]

  constructor(datasets: Iterable<Dataset<T>>) {
    super()
    this.datasets = [...datasets]
    if (this.datasets.length === 0) throw errors.noDatasets()
    if (this.datasets.some((each: object) => each instanceof IterableDataset)) throw errors.concatIterable()
    let sum = 0
    this.cumulativeSizes = this.datasets.map(({ length }) => {
      sum += length
      return sum
    })
  }
  override get length(): number {
    return this.cumulativeSizes.at(-1) ?? 0
  }
  override at(index: number): T {
    if (index < -this.length) throw errors.concatRange()
    const position = index < 0 ? index + this.length : index
    const which = this.cumulativeSizes.findIndex((end) => position < end)
    const dataset = this.datasets[which]
    if (dataset === undefined) throw errors.listRange()
    return dataset.at(position - (this.cumulativeSizes[which - 1] ?? 0))
  }
}

/** Datasets whose samples come one after the other, one after the other. */
export class ChainDataset<T = unknown> extends IterableDataset<T> {
  readonly datasets: Iterable<IterableDataset<T>>

  constructor(datasets: Iterable<IterableDataset<T>>) {
    super()
    this.datasets = datasets
  }
  /** Undefined where that of one is. */
  override get length(): number | undefined {
    let sum = 0
    for (const dataset of this.#checked()) {
      if (dataset.length === undefined) return undefined
      sum += dataset.length
    }
    return sum
  }
  override *[Symbol.iterator](): IterableIterator<T> {
    for (const dataset of this.#checked()) yield* dataset
  }
  *#checked(): IterableIterator<IterableDataset<T>> {
    for (const dataset of this.datasets) {
      if (!(dataset instanceof IterableDataset)) throw errors.chainOfOthers()
      yield dataset
    }
  }
}
