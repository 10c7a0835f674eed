// The share of the samples that one of several processes takes: arithmetic only, so that programs for several machines run here as they
// are, and take the samples they take there.
import { randperm } from '../../ops/random.ts'
import { type Arguments, parse } from '../../ops/signature.ts'
import { Generator } from '../../random/generator.ts'
import * as errors from './errors.ts'
import { Sampler } from './sampler.ts'

interface DistributedParams {
  readonly numReplicas?: number
  readonly rank?: number
  /** Default true. */
  readonly shuffle?: boolean
  /** The same in all processes. Default 0. */
  readonly seed?: number
  /** Samples that do not make an equal share are left out, where others would come again. Default false. */
  readonly dropLast?: boolean
}

const positional = ['numReplicas', 'rank', 'shuffle', 'seed', 'dropLast'] as const

/** Every `numReplicas`-th position from `rank` on, of an order that all processes share. */
export class DistributedSampler extends Sampler {
  readonly dataset: { readonly length: number }
  readonly numReplicas: number
  readonly rank: number
  readonly shuffle: boolean
  readonly seed: number
  readonly dropLast: boolean
  readonly numSamples: number
  readonly totalSize: number
  epoch = 0

  constructor(
    dataset: { readonly length: number },
    ...args: Arguments<DistributedParams, ['numReplicas', 'rank', 'shuffle', 'seed', 'dropLast']>
  ) {
    super()
    const params = parse<DistributedParams>('DistributedSampler', positional, [], args)
    const { numReplicas, rank, shuffle = true, seed = 0, dropLast = false } = params
    if (numReplicas === undefined || rank === undefined) throw errors.notDistributed()
    if (rank >= numReplicas || rank < 0) throw errors.rank(rank, numReplicas)
    this.dataset = dataset
    this.numReplicas = numReplicas
    this.rank = rank
    this.shuffle = shuffle
    this.seed = seed
    this.dropLast = dropLast
    const { length } = dataset
    const shared = dropLast && length % numReplicas !== 0 ? length - numReplicas : length
    this.numSamples = Math.ceil(shared / numReplicas)
    this.totalSize = this.numSamples * numReplicas
  }
  get length(): number {
    return this.numSamples
  }
  /** Another order where shuffled: to be called before each pass. */
  setEpoch(epoch: number): void {
    this.epoch = epoch
  }
  override *[Symbol.iterator](): IterableIterator<number> {
    const { length } = this.dataset
    const order = this.shuffle ? this.#shuffled(length) : undefined
    // Where more are needed than there are, they come again from the first on.
    for (let at = this.rank; at < this.totalSize; at += this.numReplicas) {
      yield order?.[at % length] ?? at % length
    }
  }
  #shuffled(length: number): readonly number[] {
    const generator = new Generator().manualSeed(this.seed + this.epoch)
    return randperm(length, { generator }).tolist() as number[]
  }
}
