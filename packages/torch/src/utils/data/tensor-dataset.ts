// Datasets of rows of tensors, and of several datasets side by side.
import { int64 } from '../../dtypes.ts'
import { tensorOfData } from '../../ops/creation.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { Dataset } from './dataset.ts'
import * as errors from './errors.ts'

/** Rows of tensors: sample k is row k of each. */
export class TensorDataset<T extends readonly Tensor[] = readonly Tensor[]> extends Dataset<T> {
  readonly tensors: T

  constructor(...tensors: T) {
    super()
    if (tensors.some((tensor) => tensor.size(0) !== tensors[0]?.size(0))) throw errors.tensorSizes()
    this.tensors = tensors
  }
  override get length(): number {
    return this.tensors[0]?.size(0) ?? 0
  }
  override at(index: number): T {
    return this.#each((tensor) => tensor.select(0, index))
  }
  /** One selection of rows from each tensor. */
  override batchAt(indices: readonly number[]): T {
    const rows = tensorOfData(int64, [indices.length], BigInt64Array.from(indices, BigInt))
    return this.#each((tensor) => tensor.indexSelect(0, rows))
  }
  /** As many tensors as there are. */
  #each(part: (tensor: Tensor) => Tensor): T {
    const parts: readonly Tensor[] = this.tensors.map(part)
    return parts as T
  }
}

type SampleOf<D> = D extends Dataset<infer T> ? T : never
type Datasets = Readonly<Record<string, Dataset>>

/** A sample of each, in a list, or in an object under their names. */
export type Stacked<D extends readonly (Dataset | Datasets)[]> = D extends readonly [infer R extends Datasets]
  ? R extends Dataset
    ? readonly [SampleOf<R>]
    : { [K in keyof R]: SampleOf<R[K]> }
  : { [K in keyof D]: SampleOf<D[K]> }

/** Datasets side by side: `new StackDataset(images, texts)`, or `new StackDataset({ image: images, text: texts })`. */
export class StackDataset<const D extends readonly (Dataset | Datasets)[]> extends Dataset<Stacked<D>> {
  readonly datasets: readonly Dataset[] | Datasets
  readonly #length: number

  constructor(...datasets: D) {
    super()
    const lists = datasets.filter((each) => each instanceof Dataset)
    const [named] = datasets.filter((each): each is Datasets => !(each instanceof Dataset))
    if (named !== undefined && lists.length > 0) throw errors.stackKinds()
    this.datasets = named ?? lists
    const [first, ...others]: readonly Dataset[] = Object.values(this.datasets)
    if (first === undefined) throw errors.stackOfNone()
    if (others.some(({ length }) => length !== first.length)) throw errors.datasetSizes()
    this.#length = first.length
  }
  override get length(): number {
    return this.#length
  }
  override at(index: number): Stacked<D> {
    const { datasets } = this
    const sample: unknown = Array.isArray(datasets)
      ? datasets.map((dataset: Dataset) => dataset.at(index))
      : Object.fromEntries(Object.entries(datasets as Datasets).map(([key, each]) => [key, each.at(index)]))
    return sample as Stacked<D>
  }
}
