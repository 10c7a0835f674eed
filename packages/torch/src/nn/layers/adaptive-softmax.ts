// A softmax over many classes of which few are frequent: these are chosen from at once, the others in clusters, by maps the narrower
// the rarer they are.
import { argumentError, type TorchError } from '../../errors.ts'
import { tensor } from '../../ops/creation.ts'
import { argmax } from '../../ops/extreme-reductions.ts'
import { cat } from '../../ops/joins.ts'
import { type Named, named } from '../../ops/named.ts'
import type { Arguments } from '../../ops/signature.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { ModuleList, Sequential } from '../containers.ts'
import { logSoftmax } from '../functional/activations.ts'
import { Module } from '../module.ts'
import { construct } from './construct.ts'
import type { Factory } from './layer.ts'
import { Linear } from './linear.ts'

type Params = Factory & {
  inFeatures: number
  nClasses: number
  cutoffs: readonly number[]
  divValue?: number
  headBias?: boolean
}
const names = ['inFeatures', 'nClasses', 'cutoffs', 'divValue', 'headBias', 'device', 'dtype'] as const

/** Log probabilities of the targets, and their negative mean. */
export type AdaptiveResult = Named<'output' | 'loss'>

/** Which class is in which cluster is looked at, so each call evaluates what its targets are computed from. */
export class AdaptiveLogSoftmaxWithLoss extends Module<[input: Tensor, target: Tensor], AdaptiveResult> {
  readonly inFeatures: number
  readonly nClasses: number
  /** First classes of the clusters, and the number of classes. */
  readonly cutoffs: readonly number[]
  readonly divValue: number
  readonly headBias: boolean
  readonly shortlistSize: number
  readonly nClusters: number
  readonly headSize: number
  declare readonly head: Linear
  declare readonly tail: ModuleList<Sequential>

  constructor(...args: Arguments<Params, typeof names>) {
    super()
    const params = construct<Params>('AdaptiveLogSoftmaxWithLoss', names, [], args, 3)
    const { inFeatures, nClasses, divValue = 4, headBias = false, device, dtype } = params
    const cutoffs = [...params.cutoffs]
    if (!areCutoffs(cutoffs, nClasses)) throw wrongCutoffs()
    this.inFeatures = inFeatures
    this.nClasses = nClasses
    this.cutoffs = [...cutoffs, nClasses]
    this.divValue = divValue
    this.headBias = headBias
    this.shortlistSize = cutoffs[0] as number
    this.nClusters = cutoffs.length
    this.headSize = this.shortlistSize + this.nClusters
    const factory = { ...(device && { device }), ...(dtype && { dtype }) }
    const plain = { bias: false, ...factory }
    Reflect.set(this, 'head', new Linear(inFeatures, this.headSize, { bias: headBias, ...factory }))
    const clusters = cutoffs.map((first, k) => {
      const width = Math.floor(inFeatures / divValue ** (k + 1))
      const size = (this.cutoffs[k + 1] as number) - first
      return new Sequential(new Linear(inFeatures, width, plain), new Linear(width, size, plain))
    })
    Reflect.set(this, 'tail', new ModuleList(clusters))
  }

  resetParameters(): void {
    this.head.resetParameters()
    for (const cluster of this.tail) for (const layer of cluster) (layer as Linear).resetParameters()
  }

  override forward(input: Tensor, target: Tensor): AdaptiveResult {
    checkTarget(input, target)
    const isBatched = target.ndim > 0
    const rows = isBatched ? input : input.unsqueeze(0)
    const classes = Array.from((isBatched ? target : target.unsqueeze(0)).toArray(), Number)
    this.requireClasses(classes)
    const { shortlistSize } = this
    const inHead = classes.map((each) => {
      const cluster = this.clusterOf(each)
      return cluster < 0 ? each : shortlistSize + cluster
    })
    const head = logSoftmax(this.head(rows), 1).gather(1, column(inHead)).squeeze(1)
    const output = this.local(rows, classes).add(head)
    return named('_ASMoutput', {
      output: isBatched ? output : output.squeeze(0),
      loss: output.neg().mean(),
    })
  }

  /** Log probabilities of classes within their clusters, 0 for the frequent ones. */
  private local(rows: Tensor, classes: readonly number[]): Tensor {
    const order: number[] = []
    const parts: Tensor[] = []
    this.tail.children().forEach((_, cluster) => {
      const members = classes.flatMap((each, row) => (this.clusterOf(each) === cluster ? [row] : []))
      if (members.length === 0) return
      const first = this.cutoffs[cluster] as number
      const within = members.map((row) => (classes[row] as number) - first)
      const found = logSoftmax(this.tail.at(cluster)(rows.indexSelect(0, positions(members))), 1)
      order.push(...members)
      parts.push(found.gather(1, column(within)).squeeze(1))
    })
    const { dtype, device } = rows
    const zeros = tensor(
      classes.map(() => 0),
      { dtype, device },
    )
    return parts.length === 0 ? zeros : zeros.indexCopy(0, positions(order), cat(parts))
  }

  /** Negative for the frequent ones. */
  private clusterOf(each: number): number {
    return this.cutoffs.filter((first) => first <= each).length - 1
  }

  private requireClasses(classes: readonly number[]): void {
    const { nClasses } = this
    if (classes.every((each) => each >= 0 && each < nClasses)) return
    throw argumentError(
      `Target values should be in [0, ${nClasses - 1}], but values in range [${Math.min(...classes)}, ${Math.max(...classes)}] were found. `,
      { nClasses },
    )
  }

  /** Log probabilities of all classes, `[N, classes]`. */
  logProb(input: Tensor): Tensor {
    const { shortlistSize } = this
    const head = logSoftmax(this.head(input), 1)
    const rare = [...this.tail].map((cluster, k) =>
      logSoftmax(cluster(input), 1).add(head.narrow(1, shortlistSize + k, 1)),
    )
    return cat([head.narrow(1, 0, shortlistSize), ...rare], 1)
  }

  /** The most likely class of each row. */
  predict(input: Tensor): Tensor {
    return argmax(this.logProb(input), 1)
  }
}

const positions = (rows: readonly number[]): Tensor => tensor(rows.map(BigInt))
const column = (rows: readonly number[]): Tensor => positions(rows).unsqueeze(1)

const areCutoffs = (cutoffs: readonly number[], classes: number): boolean =>
  cutoffs.length > 0 &&
  cutoffs.every((each, k) => Number.isInteger(each) && each > (cutoffs[k - 1] ?? 0) && each <= classes - 1)

function checkTarget(input: Tensor, target: Tensor): void {
  if (target.ndim > 1) throw argumentError('0D or 1D target tensor expected, multi-target not supported')
  if (target.ndim === 1 && input.size(0) !== target.size(0)) {
    throw argumentError('Input and target should have the same size in the batch dimension.')
  }
  if (input.ndim !== target.ndim + 1) throw inputRank(target.ndim, input.shape)
}

/** PyTorch raises a pair, which prints as one. */
const inputRank = (rank: number, shape: readonly number[]): TorchError =>
  argumentError(
    `('${rank}D target tensor expects ${rank + 1}D input tensors, but found inputs with size', torch.Size([${shape.join(', ')}]))`,
    { rank, shape },
  )
const wrongCutoffs = (): TorchError =>
  argumentError(
    'cutoffs should be a sequence of unique, positive integers sorted in an increasing order, where each value is between 1 and n_classes-1',
    {},
    'ValueError',
  )
