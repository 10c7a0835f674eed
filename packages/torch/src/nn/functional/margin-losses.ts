// Losses with margins: between pairs, triplets and classes; and of sequences without an alignment.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { castTo } from '../../ops/cast.ts'
import { tensor as tensorOf } from '../../ops/creation.ts'
import { minimum } from '../../ops/extremes.ts'
import { requireBroadcast } from '../../ops/promotion.ts'
import { type Fn, functional as fn } from '../../ops/signature.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { pairwiseDistance } from './distances.ts'
import { knownElements } from './known.ts'
import { composed, type Legacy, loss, lossFn, type Reduction } from './loss.ts'
import * as errors from './loss-errors.ts'
import type { Maybe } from './operands.ts'

type Reduced = Legacy & { reduction?: Reduction }
type Margin = Reduced & { margin?: number }

const hinge = loss<{ margin: number }>({
  name: 'hinge_embedding_loss',
  node: composed('AddBackward0'),
  build: ({ self, target }, options) => core.hingeEmbedding(self as Value, target as Value, options),
})
/** x where the target is 1, what it lacks to `margin` where it is -1. */
export const hingeEmbeddingLoss: Fn<
  Margin & { target: Tensor },
  ['target', 'margin', 'sizeAverage', 'reduce', 'reduction']
> = lossFn(
  'hinge_embedding_loss',
  ['target', 'margin', 'sizeAverage', 'reduce', 'reduction'],
  (self, { target, margin = 1, reduction }) => {
    requireBroadcast(self.shape, target.shape)
    return hinge({ self, target }, { margin, reduction })
  },
)

const cosine = loss<{ margin: number }>({
  name: 'cosine_embedding_loss',
  node: composed('AddBackward0'),
  build: ({ x, y, target }, options) =>
    core.cosineEmbedding(x as Value, y as Value, target as Value, options),
})
type Cosine = Margin & { input2: Tensor; target: Tensor }
/** The distance of cosines from 1 where the target is 1, what of them is above `margin` where it is -1. */
export const cosineEmbeddingLoss: Fn<
  Cosine,
  ['input2', 'target', 'margin', 'sizeAverage', 'reduce', 'reduction']
> = lossFn(
  'cosine_embedding_loss',
  ['input2', 'target', 'margin', 'sizeAverage', 'reduce', 'reduction'],
  (self, { input2, target, margin = 0, reduction }) => {
    if (target.ndim > 1) throw errors.multiTarget()
    if (target.ndim === 1 && (self.ndim !== 2 || input2.ndim !== 2)) {
      throw errors.cosineTarget(self.shape, input2.shape)
    }
    requireBroadcast(self.shape, input2.shape)
    return cosine({ x: self, y: input2, target }, { margin, reduction })
  },
)

const ranking = loss<{ margin: number }>({
  name: 'margin_ranking_loss',
  node: composed('ClampMinBackward0'),
  build: ({ x, y, target }, options) => core.marginRanking(x as Value, y as Value, target as Value, options),
})
/** What the first lacks to be above the second by `margin`, or below it for a target of -1. */
export const marginRankingLoss: Fn<
  Cosine,
  ['input2', 'target', 'margin', 'sizeAverage', 'reduce', 'reduction']
> = lossFn(
  'margin_ranking_loss',
  ['input2', 'target', 'margin', 'sizeAverage', 'reduce', 'reduction'],
  (self, { input2, target, margin = 0, reduction }) => {
    if (self.ndim !== input2.ndim || self.ndim !== target.ndim) {
      throw errors.rankingShapes(self.shape, input2.shape, target.shape)
    }
    requireBroadcast(self.shape, input2.shape)
    requireBroadcast(self.shape, target.shape)
    return ranking({ x: self, y: input2, target }, { margin, reduction })
  },
)

const multi = loss<{ p: number; margin: number }>({
  name: 'multi_margin_loss',
  node: 'MultiMarginLossBackward0',
  operands: ['self', 'target', 'weight'],
  build: ({ self, target, weight }, { p, margin, reduction }) =>
    core.multiMargin(self as Value, castTo(target as Value, 'i32'), {
      p: p as 1 | 2,
      margin,
      weight,
      reduction,
    }),
})
type MultiMargin = Margin & { target: Tensor; p?: number; weight?: Maybe }
/** What the right class lacks to be above each other one by `margin`, to the power `p`. */
export const multiMarginLoss: Fn<
  MultiMargin,
  ['target', 'p', 'margin', 'weight', 'sizeAverage', 'reduce', 'reduction']
> = lossFn(
  'multi_margin_loss',
  ['target', 'p', 'margin', 'weight', 'sizeAverage', 'reduce', 'reduction'],
  (self, { target, p = 1, margin = 1, weight, reduction }) => {
    if (p !== 1 && p !== 2) throw errors.multiMarginPower()
    if (!core.shapesEqual(self.shape.slice(0, -1), target.shape)) throw errors.multiMarginTarget(target.shape)
    const classes = self.shape.at(-1) ?? 0
    for (const each of knownElements(target) ?? []) {
      if (each < 0 || each >= classes) throw errors.multiMarginRange()
    }
    return multi({ self, target, weight }, { p, margin, reduction })
  },
)

const multilabel = loss<object>({
  name: 'multilabel_margin_loss',
  node: 'MultilabelMarginLossBackward0',
  operands: ['self', 'target'],
  build: ({ self, target }, { reduction }) =>
    core.multilabelMargin(self as Value, castTo(target as Value, 'i32'), { reduction }),
})
/** The same for several right classes, listed up to the first -1. */
export const multilabelMarginLoss: Fn<
  Reduced & { target: Tensor },
  ['target', 'sizeAverage', 'reduce', 'reduction']
> = lossFn(
  'multilabel_margin_loss',
  ['target', 'sizeAverage', 'reduce', 'reduction'],
  (self, { target, reduction }) => {
    if (!core.shapesEqual(self.shape, target.shape)) throw errors.multilabelTarget(target.shape)
    const classes = self.shape.at(-1) ?? 0
    for (const each of knownElements(target) ?? []) {
      if (each < -1 || each >= classes) throw errors.multilabelRange()
    }
    return multilabel({ self, target }, { reduction })
  },
)

const softMultilabel = loss<object>({
  name: 'multilabel_soft_margin_loss',
  node: composed('DivBackward0'),
  build: ({ self, target, weight }, { reduction }) =>
    core.multilabelSoftMargin(self as Value, target as Value, { weight, reduction }),
})
/** The mean over classes of binary cross entropies of logits. */
export const multilabelSoftMarginLoss: Fn<
  Reduced & { target: Tensor; weight?: Maybe },
  ['target', 'weight', 'sizeAverage', 'reduce', 'reduction']
> = lossFn(
  'multilabel_soft_margin_loss',
  ['target', 'weight', 'sizeAverage', 'reduce', 'reduction'],
  (self, { target, weight, reduction }) => {
    requireBroadcast(target.shape, self.shape)
    return softMultilabel({ self, target, weight }, { reduction })
  },
)

interface TripletOptions {
  readonly margin: number
  readonly p: number
  readonly epsilon: number
  readonly swap: boolean
}
const triplet = loss<TripletOptions>({
  name: 'triplet_margin_loss',
  node: composed('ClampMinBackward0'),
  build: ({ anchor, positive, negative }, options) =>
    core.tripletMargin(anchor as Value, positive as Value, negative as Value, options),
})
type Triplet = Margin & { positive: Tensor; negative: Tensor; p?: number; eps?: number; swap?: boolean }
/** What the negative lacks to be further from the anchor than the positive by `margin`. */
export const tripletMarginLoss: Fn<
  Triplet,
  ['positive', 'negative', 'margin', 'p', 'eps', 'swap', 'sizeAverage', 'reduce', 'reduction']
> = lossFn(
  'triplet_margin_loss',
  ['positive', 'negative', 'margin', 'p', 'eps', 'swap', 'sizeAverage', 'reduce', 'reduction'],
  (self, { positive, negative, margin = 1, p = 2, eps = 1e-6, swap = false, reduction }) => {
    const ranks = [self.ndim, positive.ndim, negative.ndim]
    if (ranks.some((rank) => rank !== ranks[0])) throw errors.tripletRanks(ranks)
    requireBroadcast(self.shape, positive.shape)
    requireBroadcast(self.shape, negative.shape)
    return triplet({ anchor: self, positive, negative }, { margin, p, epsilon: eps, swap, reduction })
  },
)

const beyond = loss<{ margin: number }>({
  name: 'triplet_margin_with_distance_loss',
  node: composed('ClampMinBackward0'),
  build: ({ near, far }, { margin, reduction }) => {
    const lacking = core.clamp(core.add(core.sub(near as Value, far as Value), margin), { low: 0 })
    return reduction === 'none' ? lacking : reduction === 'sum' ? core.sum(lacking) : core.mean(lacking)
  },
})
type WithDistance = { margin?: number; reduction?: Reduction } & {
  positive: Tensor
  negative: Tensor
  distanceFunction?: ((x: Tensor, y: Tensor) => Tensor) | null
  swap?: boolean
}
/** The same with distances of one's own. */
export const tripletMarginWithDistanceLoss: Fn<WithDistance, ['positive', 'negative']> = fn(
  'triplet_margin_with_distance_loss',
  ['positive', 'negative'],
  ['distanceFunction', 'margin', 'swap', 'reduction'],
  (self, { positive, negative, distanceFunction, margin = 1, swap = false, reduction }) => {
    const distance = distanceFunction ?? ((x: Tensor, y: Tensor): Tensor => pairwiseDistance(x, y))
    const near = distance(self, positive)
    const straight = distance(self, negative)
    const far = swap ? minimum(straight, distance(positive, negative)) : straight
    return beyond({ near, far }, { margin, reduction })
  },
)

interface CtcOptions {
  readonly blank: number
  readonly zeroInfinity: boolean
  /** Of targets one after the other: where each example's labels are. */
  readonly places: readonly (readonly number[])[] | undefined
}
const alignments = loss<CtcOptions>({
  name: 'ctc_loss',
  node: composed('CtcLossBackward0'),
  build: ({ logProbs, targets, inputLengths, targetLengths }, { places, ...options }) => {
    const labels = castTo(targets as Value, 'i32')
    const rows =
      places === undefined
        ? labels
        : core.gather(
            labels,
            core.literal(
              labels.builder,
              places.map((row) => [...row]),
              { dtype: 'i32' },
            ),
          )
    return core.ctc(logProbs as Value, rows, {
      inputLengths: castTo(inputLengths as Value, 'i32'),
      targetLengths: castTo(targetLengths as Value, 'i32'),
      ...options,
    })
  },
})

type Lengths = Tensor | readonly number[] | number
type Ctc = { reduction?: Reduction } & {
  targets: Tensor
  inputLengths: Lengths
  targetLengths: Lengths
  blank?: number
  zeroInfinity?: boolean
}

const asTensor = (lengths: Lengths): Tensor =>
  typeof lengths === 'number'
    ? tensorOf(BigInt(lengths))
    : Array.isArray(lengths)
      ? tensorOf(lengths.map(BigInt))
      : (lengths as Tensor)

/** Where the labels of each example are in targets one after the other; rows are filled up with their last. */
function placesOf(lengths: Tensor): readonly (readonly number[])[] {
  const counts = Array.from(lengths.reshape(-1).toArray(), Number)
  const most = Math.max(1, ...counts)
  let start = 0
  return counts.map((count) => {
    const from = start
    start += count
    return Array.from({ length: most }, (_, k) => Math.max(0, from + Math.min(k, count - 1)))
  })
}

/** The negative log likelihood of labels whose places in time are not known, of log probabilities `[T, N, C]`. */
export const ctcLoss: Fn<
  Ctc,
  ['targets', 'inputLengths', 'targetLengths', 'blank', 'reduction', 'zeroInfinity']
> = fn(
  'ctc_loss',
  ['targets', 'inputLengths', 'targetLengths', 'blank', 'reduction', 'zeroInfinity'],
  [],
  (self, { targets, blank = 0, reduction, zeroInfinity = false, ...lengths }) => {
    const [inputLengths, targetLengths] = [asTensor(lengths.inputLengths), asTensor(lengths.targetLengths)]
    const batch = self.ndim === 3 ? (self.shape[1] ?? 1) : 1
    if (blank < 0 || blank >= (self.shape.at(-1) ?? 0)) throw errors.ctcBlank()
    if (inputLengths.numel() !== batch) throw errors.ctcLengths('input_lengths')
    if (targetLengths.numel() !== batch) throw errors.ctcLengths('target_lengths')
    const times = self.shape[0] ?? 0
    for (const each of knownElements(inputLengths) ?? []) {
      if (each > times) throw errors.ctcLength(times, Number(each))
    }
    const places = self.ndim === 3 && targets.ndim === 1 ? placesOf(targetLengths) : undefined
    const isSingle = self.ndim === 2
    const operands = {
      logProbs: self,
      targets,
      inputLengths: isSingle ? inputLengths.reshape([]) : inputLengths,
      targetLengths: isSingle ? targetLengths.reshape([]) : targetLengths,
    }
    return alignments(operands, { blank, zeroInfinity, places, reduction })
  },
)
