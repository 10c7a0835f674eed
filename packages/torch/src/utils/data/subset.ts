// Parts of datasets.
import { warn } from '../../errors.ts'
import { randperm } from '../../ops/random.ts'
import { type Arguments, parse } from '../../ops/signature.ts'
import type { Generator } from '../../random/generator.ts'
import { Dataset } from './dataset.ts'
import * as errors from './errors.ts'

/** Some samples of a dataset, by their positions there. */
export class Subset<T = unknown> extends Dataset<T> {
  readonly dataset: Dataset<T>
  readonly indices: readonly number[]

  constructor(dataset: Dataset<T>, indices: readonly number[]) {
    super()
    this.dataset = dataset
    this.indices = indices
    if (dataset.batchAt === undefined) return
    this.batchAt = (chosen) => dataset.batchAt?.(chosen.map((index) => this.#positionOf(index)))
  }
  override batchAt?: (indices: readonly number[]) => unknown
  override get length(): number {
    return this.indices.length
  }
  override at(index: number): T {
    return this.dataset.at(this.#positionOf(index))
  }
  #positionOf(index: number): number {
    const position = this.indices.at(index)
    if (position === undefined) throw errors.listRange()
    return position
  }
}

interface SplitParams {
  readonly generator?: Generator
}

/** Disjoint random subsets of these lengths, or of these fractions of all. */
export function randomSplit<T>(
  dataset: Dataset<T>,
  lengths: readonly number[],
  ...args: Arguments<SplitParams, ['generator']>
): readonly Subset<T>[] {
  const { generator } = parse<SplitParams>('random_split', ['generator'], [], args)
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
  if (Math.abs(sum - 1) > 1e-9 || sum > 1) return lengths
  const whole = lengths.map((fraction, k) => {
    if (fraction < 0 || fraction > 1) throw errors.fraction(k)
    return Math.floor(total * fraction)
  })
  const left = total - whole.reduce((all, size) => all + size, 0)
  const sizes = whole.map(
    (size, k) => size + Math.floor(left / whole.length) + (k < left % whole.length ? 1 : 0),
  )
  sizes.forEach((size, k) => {
    if (size === 0) warn(`Length of split at index ${k} is 0. This might result in an empty dataset.`)
  })
  return sizes
}
