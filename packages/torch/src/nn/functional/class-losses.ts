// Losses of classification: the right classes by number, or their probabilities.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import * as activations from '../../ops/activations.ts'
import { castTo } from '../../ops/cast.ts'
import type { Fn } from '../../ops/signature.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { knownElements } from './known.ts'
import { type Legacy, loss, lossFn, type Reduction } from './loss.ts'
import * as errors from './loss-errors.ts'
import type { Maybe } from './operands.ts'

interface Classes {
  readonly ignoreIndex: number
}

const picked = loss<Classes>({
  name: 'nll_loss',
  node: (reduction, [input]) => {
    const rank = (input as { shape: readonly number[] }).shape.length
    if (rank <= 2) return 'NllLossBackward0'
    return reduction === 'none' && rank !== 4 ? 'ViewBackward0' : 'NllLoss2DBackward0'
  },
  operands: ['self', 'target', 'weight'],
  build: ({ self, target, weight }, { ignoreIndex, reduction }) =>
    core.nll(self as Value, castTo(target as Value, 'i32'), { weight, ignoreIndex, reduction }),
})

/** What PyTorch asks of numbers of classes. */
function checkClasses(self: Tensor, target: Tensor, weight: Maybe, ignoreIndex: number): void {
  const { shape } = self
  if (self.ndim < 1) throw errors.noDimensions(self.ndim)
  if (self.ndim !== 1 && shape[0] !== (target.shape[0] ?? 0))
    throw errors.batchSizes(shape[0] ?? 0, target.shape[0] ?? 0)
  if (self.ndim <= 2 && target.ndim > 1) throw errors.multiTarget()
  if (self.ndim > 2) {
    const wanted = [shape[0] ?? 0, ...shape.slice(2)]
    if (!core.shapesEqual(wanted, target.shape)) {
      throw self.ndim === 4
        ? errors.targetMismatch(shape, target.shape)
        : errors.targetSize(wanted, target.shape)
    }
  }
  const classes = shape[self.ndim === 1 ? 0 : 1] ?? 0
  if (weight != null && (weight.ndim !== 1 || weight.numel() !== classes)) {
    throw errors.classWeights(classes, weight.shape)
  }
  if (target.dtype.core !== 'i64' && target.dtype.core !== 'u8') throw errors.targetDType(target.dtype.title)
  for (const each of knownElements(target) ?? []) {
    const found = Number(each)
    if (found !== ignoreIndex && (found < 0 || found >= classes)) throw errors.targetBounds(found)
  }
}

type Nll = Legacy & { target: Tensor; weight?: Maybe; ignoreIndex?: number; reduction?: Reduction }
/** The negative log likelihood of classes by log probabilities `[N, C, …]` or `[C]`. */
export const nllLoss: Fn<Nll, ['target', 'weight', 'sizeAverage', 'ignoreIndex', 'reduce', 'reduction']> =
  lossFn(
    'nll_loss',
    ['target', 'weight', 'sizeAverage', 'ignoreIndex', 'reduce', 'reduction'],
    (self, { target, weight, ignoreIndex = -100, reduction }) => {
      checkClasses(self, target, weight, ignoreIndex)
      return picked({ self, target, weight }, { ignoreIndex, reduction })
    },
  )

interface Smoothed {
  readonly labelSmoothing: number
  readonly ignoreIndex: number
}

const smoothed = loss<Smoothed>({
  name: 'cross_entropy_loss',
  node: 'AddBackward0',
  build: ({ self, target, weight }, options) =>
    core.crossEntropy(self as Value, castTo(target as Value, 'i32'), { weight, ...options }),
})

const ofProbabilities = loss<{ labelSmoothing: number }>({
  name: 'cross_entropy_loss',
  node: (reduction) => (reduction === 'mean' ? 'DivBackward1' : 'NegBackward0'),
  build: ({ self, target, weight }, { labelSmoothing, reduction }) => {
    const logits = self as Value
    return core.crossEntropy(logits, castTo(target as Value, logits.type.dtype), {
      weight,
      labelSmoothing,
      reduction,
    })
  },
})

type CrossEntropy = Nll & { labelSmoothing?: number }
/** `nllLoss` of `logSoftmax`; or, for probabilities of the shape of the logits, the cross entropy to them. */
export const crossEntropy: Fn<
  CrossEntropy,
  ['target', 'weight', 'sizeAverage', 'ignoreIndex', 'reduce', 'reduction', 'labelSmoothing']
> = lossFn(
  'cross_entropy',
  ['target', 'weight', 'sizeAverage', 'ignoreIndex', 'reduce', 'reduction', 'labelSmoothing'],
  (self, { target, weight, ignoreIndex = -100, reduction, labelSmoothing = 0 }) => {
    if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) throw errors.labelSmoothing(labelSmoothing)
    if (core.shapesEqual(self.shape, target.shape)) {
      if (!target.dtype.isFloatingPoint) throw errors.probabilityDType(target.dtype.title)
      if (ignoreIndex >= 0) throw errors.ignoredProbabilities()
      return ofProbabilities({ self, target, weight }, { labelSmoothing, reduction })
    }
    checkClasses(self, target, weight, ignoreIndex)
    if (labelSmoothing > 0)
      return smoothed({ self, target, weight }, { labelSmoothing, ignoreIndex, reduction })
    const dim = self.ndim === 1 ? 0 : 1
    return nllLoss(activations.logSoftmax(self, dim), {
      target,
      weight: weight ?? null,
      ignoreIndex,
      ...(reduction && { reduction }),
    })
  },
)
