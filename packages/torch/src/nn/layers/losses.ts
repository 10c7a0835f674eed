// Losses as layers. They print without options, as PyTorch's; weights are buffers. It is long because each is a class of its own.
import { warn } from '../../errors.ts'
import type { Arguments } from '../../ops/signature.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import * as classes from '../functional/class-losses.ts'
import * as distances from '../functional/distances.ts'
import { type Legacy, type Reduction, reductionOf } from '../functional/loss.ts'
import * as functional from '../functional/losses.ts'
import * as margins from '../functional/margin-losses.ts'
import { Module } from '../module.ts'
import { construct } from './construct.ts'

type Named = { reduction?: Reduction }
type Reduced = Legacy & Named
type Pair = [input: Tensor, target: Tensor]
type Triple = [input1: Tensor, input2: Tensor, target: Tensor]

abstract class Loss<In extends readonly unknown[] = Pair> extends Module<In> {
  readonly reduction: Reduction

  protected constructor(reduction: Reduction = 'mean') {
    super()
    this.reduction = reduction
  }
}

const legacyNames = ['sizeAverage', 'reduce', 'reduction'] as const

abstract class PlainLoss extends Loss {
  constructor(...args: Arguments<Reduced, typeof legacyNames>) {
    super(reductionOf(construct<Reduced>(new.target.name, legacyNames, [], args)))
  }
}

/** The mean of squared differences. */
export class MSELoss extends PlainLoss {
  override forward(input: Tensor, target: Tensor): Tensor {
    return functional.mseLoss(input, target, { reduction: this.reduction })
  }
}

/** The mean of absolute differences. */
export class L1Loss extends PlainLoss {
  override forward(input: Tensor, target: Tensor): Tensor {
    return functional.l1Loss(input, target, { reduction: this.reduction })
  }
}

/** `log(1 + exp(-target x))`, of targets 1 and -1. */
export class SoftMarginLoss extends PlainLoss {
  override forward(input: Tensor, target: Tensor): Tensor {
    return functional.softMarginLoss(input, target, { reduction: this.reduction })
  }
}

/** How far the classes of a row, listed up to the first -1, fail to be above all others by 1. */
export class MultiLabelMarginLoss extends PlainLoss {
  override forward(input: Tensor, target: Tensor): Tensor {
    return margins.multilabelMarginLoss(input, target, { reduction: this.reduction })
  }
}

type SmoothL1LossParams = Reduced & { beta?: number }
const smoothL1LossNames = ['sizeAverage', 'reduce', 'reduction', 'beta'] as const
/** `0.5 d² / beta` of differences `d` below `beta`, `|d| - 0.5 beta` above it. */
export class SmoothL1Loss extends Loss<Pair> {
  readonly beta: number

  constructor(...args: Arguments<SmoothL1LossParams, typeof smoothL1LossNames>) {
    const params = construct<SmoothL1LossParams>('SmoothL1Loss', smoothL1LossNames, [], args)
    super(reductionOf(params))
    this.beta = params.beta ?? 1
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    const { reduction } = this
    return functional.smoothL1Loss(input, target, { beta: this.beta, reduction })
  }
}

type HuberLossParams = Named & { delta?: number }
const huberLossNames = ['reduction', 'delta'] as const
/** `0.5 d²` of differences `d` up to `delta`, `delta (|d| - 0.5 delta)` above it. */
export class HuberLoss extends Loss<Pair> {
  readonly delta: number

  constructor(...args: Arguments<HuberLossParams, typeof huberLossNames>) {
    const params = construct<HuberLossParams>('HuberLoss', huberLossNames, [], args)
    super(params.reduction)
    this.delta = params.delta ?? 1
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    const { reduction } = this
    return functional.huberLoss(input, target, { delta: this.delta, reduction })
  }
}

type CrossEntropyLossParams = Reduced & {
  weight?: Tensor | null
  ignoreIndex?: number
  labelSmoothing?: number
}
const crossEntropyLossNames = [
  'weight',
  'sizeAverage',
  'ignoreIndex',
  'reduce',
  'reduction',
  'labelSmoothing',
] as const
/** Minus the log probability of the target, of scores; targets are classes or probabilities. */
export class CrossEntropyLoss extends Loss<Pair> {
  readonly ignoreIndex: number
  readonly labelSmoothing: number
  declare weight: Tensor | null

  constructor(...args: Arguments<CrossEntropyLossParams, typeof crossEntropyLossNames>) {
    const params = construct<CrossEntropyLossParams>('CrossEntropyLoss', crossEntropyLossNames, [], args)
    super(reductionOf(params))
    this.registerBuffer('weight', params.weight ?? null)
    this.ignoreIndex = params.ignoreIndex ?? -100
    this.labelSmoothing = params.labelSmoothing ?? 0
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    const { reduction } = this
    return classes.crossEntropy(input, target, {
      weight: this.weight,
      ignoreIndex: this.ignoreIndex,
      labelSmoothing: this.labelSmoothing,
      reduction,
    })
  }
}

type NLLLossParams = Reduced & { weight?: Tensor | null; ignoreIndex?: number }
const nllNames = ['weight', 'sizeAverage', 'ignoreIndex', 'reduce', 'reduction'] as const
/** Minus the log probability of the target, of log probabilities. */
export class NLLLoss extends Loss<Pair> {
  readonly ignoreIndex: number
  declare weight: Tensor | null

  constructor(...args: Arguments<NLLLossParams, typeof nllNames>) {
    const params = construct<NLLLossParams>('NLLLoss', nllNames, [], args)
    super(reductionOf(params))
    this.registerBuffer('weight', params.weight ?? null)
    this.ignoreIndex = params.ignoreIndex ?? -100
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    const { reduction } = this
    return classes.nllLoss(input, target, { weight: this.weight, ignoreIndex: this.ignoreIndex, reduction })
  }
}

type BCELossParams = Reduced & { weight?: Tensor | null }
/** `NLLLoss` under an old name. */
export class NLLLoss2d extends NLLLoss {
  constructor(...args: Arguments<NLLLossParams, typeof nllNames>) {
    warn(
      'NLLLoss2d has been deprecated. Please use NLLLoss instead as a drop-in replacement and see https://pytorch.org/docs/master/nn.html#torch.nn.NLLLoss for more details.',
    )
    super(...args)
  }
}

const bceNames = ['weight', 'sizeAverage', 'reduce', 'reduction'] as const
/** Cross entropy of two classes, of probabilities. */
export class BCELoss extends Loss<Pair> {
  declare weight: Tensor | null

  constructor(...args: Arguments<BCELossParams, typeof bceNames>) {
    const params = construct<BCELossParams>('BCELoss', bceNames, [], args)
    super(reductionOf(params))
    this.registerBuffer('weight', params.weight ?? null)
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    const { reduction } = this
    return functional.binaryCrossEntropy(input, target, { weight: this.weight, reduction })
  }
}

type BCEWithLogitsLossParams = Reduced & { weight?: Tensor | null; posWeight?: Tensor | null }
const bceWithLogitsNames = ['weight', 'sizeAverage', 'reduce', 'reduction', 'posWeight'] as const
/** Cross entropy of two classes, of scores. */
export class BCEWithLogitsLoss extends Loss<Pair> {
  declare weight: Tensor | null
  declare pos_weight: Tensor | null

  constructor(...args: Arguments<BCEWithLogitsLossParams, typeof bceWithLogitsNames>) {
    const params = construct<BCEWithLogitsLossParams>('BCEWithLogitsLoss', bceWithLogitsNames, [], args)
    super(reductionOf(params))
    this.registerBuffer('weight', params.weight ?? null)
    this.registerBuffer('pos_weight', params.posWeight ?? null)
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    const { reduction } = this
    return functional.binaryCrossEntropyWithLogits(input, target, {
      weight: this.weight,
      posWeight: this.pos_weight,
      reduction,
    })
  }
}

type PoissonNLLLossParams = Reduced & { logInput?: boolean; full?: boolean; eps?: number }
const poissonNLLLossNames = ['logInput', 'full', 'sizeAverage', 'eps', 'reduce', 'reduction'] as const
/** Minus the log probability of counts, of their expected numbers or the logs of these. */
export class PoissonNLLLoss extends Loss<Pair> {
  readonly logInput: boolean
  readonly full: boolean
  readonly eps: number

  constructor(...args: Arguments<PoissonNLLLossParams, typeof poissonNLLLossNames>) {
    const params = construct<PoissonNLLLossParams>('PoissonNLLLoss', poissonNLLLossNames, [], args)
    super(reductionOf(params))
    this.logInput = params.logInput ?? true
    this.full = params.full ?? false
    this.eps = params.eps ?? 1e-8
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    const { reduction } = this
    return functional.poissonNllLoss(input, target, {
      logInput: this.logInput,
      full: this.full,
      eps: this.eps,
      reduction,
    })
  }
}

type GaussianNLLLossParams = Named & { full?: boolean; eps?: number }
/** Minus the log density of normal numbers, of their means and variances. */
export class GaussianNLLLoss extends Loss<[input: Tensor, target: Tensor, variance: Tensor]> {
  readonly full: boolean
  readonly eps: number

  constructor(...args: Arguments<GaussianNLLLossParams, []>) {
    const params = construct<GaussianNLLLossParams>('GaussianNLLLoss', [], ['full', 'eps', 'reduction'], args)
    super(params.reduction)
    this.full = params.full ?? false
    this.eps = params.eps ?? 1e-6
  }
  override forward(input: Tensor, target: Tensor, variance: Tensor): Tensor {
    const { reduction } = this
    return functional.gaussianNllLoss(input, target, variance, { full: this.full, eps: this.eps, reduction })
  }
}

type HingeEmbeddingLossParams = Reduced & { margin?: number }
const hingeEmbeddingLossNames = ['margin', 'sizeAverage', 'reduce', 'reduction'] as const
/** The input where the target is 1, what it lacks to `margin` where it is -1. */
export class HingeEmbeddingLoss extends Loss<Pair> {
  readonly margin: number

  constructor(...args: Arguments<HingeEmbeddingLossParams, typeof hingeEmbeddingLossNames>) {
    const params = construct<HingeEmbeddingLossParams>(
      'HingeEmbeddingLoss',
      hingeEmbeddingLossNames,
      [],
      args,
    )
    super(reductionOf(params))
    this.margin = params.margin ?? 1
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    const { reduction } = this
    return margins.hingeEmbeddingLoss(input, target, { margin: this.margin, reduction })
  }
}

type CosineEmbeddingLossParams = Reduced & { margin?: number }
const cosineEmbeddingLossNames = ['margin', 'sizeAverage', 'reduce', 'reduction'] as const
/** The distance of cosines from 1 where the target is 1, what of them is above `margin` where it is -1. */
export class CosineEmbeddingLoss extends Loss<Triple> {
  readonly margin: number

  constructor(...args: Arguments<CosineEmbeddingLossParams, typeof cosineEmbeddingLossNames>) {
    const params = construct<CosineEmbeddingLossParams>(
      'CosineEmbeddingLoss',
      cosineEmbeddingLossNames,
      [],
      args,
    )
    super(reductionOf(params))
    this.margin = params.margin ?? 0
  }
  override forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    const { reduction } = this
    return margins.cosineEmbeddingLoss(input1, input2, target, { margin: this.margin, reduction })
  }
}

type MarginRankingLossParams = Reduced & { margin?: number }
const marginRankingLossNames = ['margin', 'sizeAverage', 'reduce', 'reduction'] as const
/** What the first lacks to be above the second by `margin`, or below it for a target of -1. */
export class MarginRankingLoss extends Loss<Triple> {
  readonly margin: number

  constructor(...args: Arguments<MarginRankingLossParams, typeof marginRankingLossNames>) {
    const params = construct<MarginRankingLossParams>('MarginRankingLoss', marginRankingLossNames, [], args)
    super(reductionOf(params))
    this.margin = params.margin ?? 0
  }
  override forward(input1: Tensor, input2: Tensor, target: Tensor): Tensor {
    const { reduction } = this
    return margins.marginRankingLoss(input1, input2, target, { margin: this.margin, reduction })
  }
}

type MultiMarginLossParams = Reduced & { p?: number; margin?: number; weight?: Tensor | null }
const multiMarginLossNames = ['p', 'margin', 'weight', 'sizeAverage', 'reduce', 'reduction'] as const
/** How far the class of a row fails to be above each other class by `margin`. */
export class MultiMarginLoss extends Loss<Pair> {
  readonly p: number
  readonly margin: number
  declare weight: Tensor | null

  constructor(...args: Arguments<MultiMarginLossParams, typeof multiMarginLossNames>) {
    const params = construct<MultiMarginLossParams>('MultiMarginLoss', multiMarginLossNames, [], args)
    super(reductionOf(params))
    this.p = params.p ?? 1
    this.margin = params.margin ?? 1
    this.registerBuffer('weight', params.weight ?? null)
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    const { reduction } = this
    return margins.multiMarginLoss(input, target, {
      p: this.p,
      margin: this.margin,
      weight: this.weight,
      reduction,
    })
  }
}

type MultiLabelSoftMarginLossParams = Reduced & { weight?: Tensor | null }
const multiLabelSoftMarginLossNames = ['weight', 'sizeAverage', 'reduce', 'reduction'] as const
/** The mean cross entropy of all classes, each there or not, of scores. */
export class MultiLabelSoftMarginLoss extends Loss<Pair> {
  declare weight: Tensor | null

  constructor(...args: Arguments<MultiLabelSoftMarginLossParams, typeof multiLabelSoftMarginLossNames>) {
    const params = construct<MultiLabelSoftMarginLossParams>(
      'MultiLabelSoftMarginLoss',
      multiLabelSoftMarginLossNames,
      [],
      args,
    )
    super(reductionOf(params))
    this.registerBuffer('weight', params.weight ?? null)
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    const { reduction } = this
    return margins.multilabelSoftMarginLoss(input, target, { weight: this.weight, reduction })
  }
}

type TripletMarginLossParams = Reduced & { margin?: number; p?: number; eps?: number; swap?: boolean }
const tripletMarginLossNames = ['margin', 'p', 'eps', 'swap', 'sizeAverage', 'reduce', 'reduction'] as const
/** What the distance to the negative lacks to be above that to the positive by `margin`. */
export class TripletMarginLoss extends Loss<[anchor: Tensor, positive: Tensor, negative: Tensor]> {
  readonly margin: number
  readonly p: number
  readonly eps: number
  readonly swap: boolean

  constructor(...args: Arguments<TripletMarginLossParams, typeof tripletMarginLossNames>) {
    const params = construct<TripletMarginLossParams>('TripletMarginLoss', tripletMarginLossNames, [], args)
    super(reductionOf(params))
    this.margin = params.margin ?? 1
    this.p = params.p ?? 2
    this.eps = params.eps ?? 1e-6
    this.swap = params.swap ?? false
  }
  override forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    const { reduction } = this
    return margins.tripletMarginLoss(anchor, positive, negative, {
      margin: this.margin,
      p: this.p,
      eps: this.eps,
      swap: this.swap,
      reduction,
    })
  }
}

type KLDivParams = Legacy & { reduction?: Reduction | 'batchmean'; logTarget?: boolean }
const klDivNames = ['sizeAverage', 'reduce', 'reduction', 'logTarget'] as const
/** The divergence of distributions from targets, of log probabilities. */
export class KLDivLoss extends Module<Pair> {
  readonly reduction: Reduction | 'batchmean'
  readonly logTarget: boolean

  constructor(...args: Arguments<KLDivParams, typeof klDivNames>) {
    super()
    const params = construct<KLDivParams>('KLDivLoss', klDivNames, [], args)
    this.reduction = reductionOf(params) ?? 'mean'
    this.logTarget = params.logTarget ?? false
  }
  override forward(input: Tensor, target: Tensor): Tensor {
    return functional.klDiv(input, target, { reduction: this.reduction, logTarget: this.logTarget })
  }
}

type Distance = (x: Tensor, y: Tensor) => Tensor
type WithDistanceParams = Named & { distanceFunction?: Distance | null; margin?: number; swap?: boolean }
/** `TripletMarginLoss` with a distance of one’s own. */
export class TripletMarginWithDistanceLoss extends Loss<
  [anchor: Tensor, positive: Tensor, negative: Tensor]
> {
  readonly margin: number
  readonly swap: boolean

  constructor(...args: Arguments<WithDistanceParams, []>) {
    const keywords = ['distanceFunction', 'margin', 'swap', 'reduction'] as const
    const params = construct<WithDistanceParams>('TripletMarginWithDistanceLoss', [], keywords, args)
    super(params.reduction)
    Reflect.set(this, 'distance_function', params.distanceFunction ?? new PairwiseDistance())
    this.margin = params.margin ?? 1
    this.swap = params.swap ?? false
  }
  override forward(anchor: Tensor, positive: Tensor, negative: Tensor): Tensor {
    const distanceFunction = Reflect.get(this, 'distance_function') as Distance
    const { margin, swap, reduction } = this
    return margins.tripletMarginWithDistanceLoss(anchor, positive, negative, {
      distanceFunction,
      margin,
      swap,
      reduction,
    })
  }
}

type Lengths = Tensor | readonly number[] | number
type CTCParams = Named & { blank?: number; zeroInfinity?: boolean }
/** Minus the log probability of label sequences, over all their alignments with the steps of the input. */
export class CTCLoss extends Loss<
  [logProbs: Tensor, targets: Tensor, inputLengths: Lengths, targetLengths: Lengths]
> {
  readonly blank: number
  readonly zeroInfinity: boolean

  constructor(...args: Arguments<CTCParams, ['blank', 'reduction', 'zeroInfinity']>) {
    const params = construct<CTCParams>('CTCLoss', ['blank', 'reduction', 'zeroInfinity'], [], args)
    super(params.reduction)
    this.blank = params.blank ?? 0
    this.zeroInfinity = params.zeroInfinity ?? false
  }
  override forward(logProbs: Tensor, targets: Tensor, inputLengths: Lengths, targetLengths: Lengths): Tensor {
    const { blank, reduction, zeroInfinity } = this
    return margins.ctcLoss(logProbs, targets, inputLengths, targetLengths, { blank, reduction, zeroInfinity })
  }
}

type SimilarityParams = { dim?: number; eps?: number }
/** The cosine of the angle between vectors along `dim`. */
export class CosineSimilarity extends Module<[x1: Tensor, x2: Tensor]> {
  readonly dim: number
  readonly eps: number

  constructor(...args: Arguments<SimilarityParams, ['dim', 'eps']>) {
    super()
    const { dim = 1, eps = 1e-8 } = construct<SimilarityParams>('CosineSimilarity', ['dim', 'eps'], [], args)
    this.dim = dim
    this.eps = eps
  }
  override forward(x1: Tensor, x2: Tensor): Tensor {
    return distances.cosineSimilarity(x1, x2, this.dim, this.eps)
  }
}

type PairwiseParams = { p?: number; eps?: number; keepdim?: boolean }
/** The p-norm of the differences of rows. */
export class PairwiseDistance extends Module<[x1: Tensor, x2: Tensor]> {
  readonly norm: number
  readonly eps: number
  readonly keepdim: boolean

  constructor(...args: Arguments<PairwiseParams, ['p', 'eps', 'keepdim']>) {
    super()
    const params = construct<PairwiseParams>('PairwiseDistance', ['p', 'eps', 'keepdim'], [], args)
    this.norm = params.p ?? 2
    this.eps = params.eps ?? 1e-6
    this.keepdim = params.keepdim ?? false
  }
  override forward(x1: Tensor, x2: Tensor): Tensor {
    return distances.pairwiseDistance(x1, x2, this.norm, this.eps, this.keepdim)
  }
}
