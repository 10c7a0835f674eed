// Datasets: samples by position.
import { int64 } from '../../dtypes.ts'
import { tensorOfData } from '../../ops/creation.ts'
import { randperm } from '../../ops/random.ts'
import type { Generator } from '../../random/generator.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import * as errors from './errors.ts'

/** Samples by position. Subclasses say how many there are, and give one. */
export abstract class Dataset<T = unknown> {
  abstract readonly length: number
  abstract at(index: number): T
  /** The batch that samples at these positions make, where it takes less than making it of them one by one. */
  batchAt?(indices: readonly number[]): unknown

  *[Symbol.iterator](): IterableIterator<T> {
    for (let index = 0; index < this.length; index++) yield this.at(index)
  }
  /** This one, then the others. */
  concat(other: Dataset<T>): ConcatDataset<T> {
    return new ConcatDataset([this, other])
  }
}

/** Samples one after the other, of which nobody knows how many. */
export abstract class IterableDataset<T = unknown> {
  abstract [Symbol.iterator](): Iterator<T>
}

/** Rows of tensors: sample k is row k of each. */
export class TensorDataset extends Dataset<readonly Tensor[]> {
  readonly tensors: readonly Tensor[]

  constructor(...tensors: readonly Tensor[]) {
    super()
    if (tensors.some((tensor) => tensor.size(0) !== tensors[0]?.size(0))) throw errors.sizesDiffer()
    this.tensors = tensors
  }
  override get length(): number {
    return this.tensors[0]?.size(0) ?? 0
  }
  override at(index: number): readonly Tensor[] {
    return this.tensors.map((tensor) => tensor.select(0, index))
  }
  /** One selection of rows from each tensor. */
  override batchAt(indices: readonly number[]): readonly Tensor[] {
    const rows = tensorOfData(int64, [indices.length], BigInt64Array.from(indices, BigInt))
    return this.tensors.map((tensor) => tensor.indexSelect(0, rows))
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
    if (dataset === undefined) throw errors.concatRange()
    return dataset.at(position - (this.cumulativeSizes[which - 1] ?? 0))
  }
}

/** Some samples of a dataset, by their positions there. */
export class Subset<T = unknown> extends Dataset<T> {
  readonly dataset: Dataset<T>
  readonly indices: readonly number[]

  constructor(dataset: Dataset<T>, indices: readonly number[]) {
    super()
    this.dataset = dataset
    this.indices = indices
    if (dataset.batchAt === undefined) return
    this.batchAt = (chosen) => dataset.batchAt?.(chosen.map((index) => indices.at(index) as number))
  }
  override batchAt?: (indices: readonly number[]) => unknown
  override get length(): number {
    return this.indices.length
  }
  override at(index: number): T {
    return this.dataset.at(this.indices.at(index) as number)
  }
}

export interface SplitOptions {
  readonly generator?: Generator
}

/** Disjoint random subsets of these lengths, or of these fractions of all. */
export function randomSplit<T>(
  dataset: Dataset<T>,
  lengths: readonly number[],
  { generator }: SplitOptions = {},
): readonly Subset<T>[] {
  const sizes = sizesOf(lengths, dataset.length)
  if (sizes.reduce((sum, size) => sum + size, 0) !== dataset.length) throw errors.splitLengths()
  const order = randperm(dataset.length, generator === undefined ? {} : { generator }).tolist() as number[]
  let start = 0
  return sizes.map((size) => {
    const subset = new Subset(dataset, order.slice(start, start + size))
    start += size
    return subset
  })
}

/** Fractions that sum to 1 become whole lengths; what is left over goes to the first ones, one each. */
function sizesOf(lengths: readonly number[], total: number): readonly number[] {
  const sum = lengths.reduce((all, length) => all + length, 0)
  if (Math.abs(sum - 1) > 1e-9 || sum > 1 + 1e-9) return lengths
  const sizes = lengths.map((fraction, k) => {
    if (fraction < 0 || fraction > 1) throw errors.fraction(k)
    return Math.floor(total * fraction)
  })
  const left = total - sizes.reduce((all, size) => all + size, 0)
  return sizes.map((size, k) => size + Math.floor(left / sizes.length) + (k < left % sizes.length ? 1 : 0))
}
