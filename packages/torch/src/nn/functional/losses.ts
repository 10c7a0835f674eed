// Losses of numbers: differences, likelihoods, divergences.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { requireBroadcast } from '../../ops/promotion.ts'
import { type Fn, functional as fn } from '../../ops/signature.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { knownElements } from './known.ts'
import { checkTarget, composed, type Legacy, loss, lossFn, type Reduction, sameShape } from './loss.ts'
import * as errors from './loss-errors.ts'
import type { Maybe } from './operands.ts'

export type { Reduction }

type Reduced = Legacy & { reduction?: Reduction }
type Target = Reduced & { target: Tensor }
type OfTarget = Fn<Target, ['target', 'sizeAverage', 'reduce', 'reduction']>

const pair = (values: Readonly<Record<string, Value | undefined>>): [Value, Value] => [
  values['self'] as Value,
  values['target'] as Value,
]

/** A loss of numbers and what they should be, which broadcast. */
function ofTarget(name: string, node: string | ((reduction: string) => string), build: core.Loss): OfTarget {
  const op = loss<object>({
    name,
    node,
    operands: ['self', 'target'],
    build: (values, { reduction }) => build(...pair(values), { reduction }),
  })
  return lossFn<Target, ['target', 'sizeAverage', 'reduce', 'reduction']>(
    name,
    ['target', 'sizeAverage', 'reduce', 'reduction'],
    (self, { target, reduction }) => {
      checkTarget(self, target)
      return op({ self, target }, { reduction })
    },
  )
}

/** Squared differences. */
export const mseLoss: OfTarget = ofTarget('mse_loss', 'MseLossBackward0', core.mse)
/** Absolute differences. */
export const l1Loss: OfTarget = ofTarget('l1_loss', composed('AbsBackward0'), core.l1)

const smooth = loss<{ beta: number }>({
  name: 'smooth_l1_loss',
  node: 'SmoothL1LossBackward0',
  operands: ['self', 'target'],
  build: (values, options) => core.smoothL1(...pair(values), options),
})
/** Squared differences up to `beta` (1), absolute ones beyond. */
export const smoothL1Loss: Fn<
  Target & { beta?: number },
  ['target', 'sizeAverage', 'reduce', 'reduction', 'beta']
> = lossFn(
  'smooth_l1_loss',
  ['target', 'sizeAverage', 'reduce', 'reduction', 'beta'],
  (self, { target, reduction, beta = 1 }) => {
    if (!(beta >= 0)) throw errors.negativeBeta()
    checkTarget(self, target)
    return smooth({ self, target }, { reduction, beta })
  },
)

const huber = loss<{ delta: number }>({
  name: 'huber_loss',
  node: 'HuberLossBackward0',
  operands: ['self', 'target'],
  build: (values, options) => core.huber(...pair(values), options),
})
/** Half of squared differences up to `delta` (1), beyond it linear. */
export const huberLoss: Fn<
  { target: Tensor; reduction?: Reduction; delta?: number },
  ['target', 'reduction', 'delta']
> = fn('huber_loss', ['target', 'reduction', 'delta'], [], (self, { target, reduction, delta = 1 }) => {
  if (!(delta > 0)) throw errors.nonPositiveDelta()
  checkTarget(self, target)
  return huber({ self, target }, { reduction, delta })
})

const softMargin = loss<object>({
  name: 'soft_margin_loss',
  node: 'SoftMarginLossBackward0',
  operands: ['self', 'target'],
  build: (values, options) => core.softMargin(...pair(values), options),
})
/** `log(1 + exp(-target x))` for targets of 1 and -1. */
export const softMarginLoss: Fn<Target, ['target', 'sizeAverage', 'reduce', 'reduction']> = lossFn(
  'soft_margin_loss',
  ['target', 'sizeAverage', 'reduce', 'reduction'],
  (self, params) => {
    requireBroadcast(self.shape, params.target.shape)
    return softMargin({ self, target: params.target }, { reduction: params.reduction })
  },
)

const binary = loss<object>({
  name: 'binary_cross_entropy',
  node: 'BinaryCrossEntropyBackward0',
  operands: ['self', 'target', 'weight'],
  build: ({ self, target, weight }, { reduction }) =>
    core.bce(self as Value, target as Value, { weight, reduction }),
})
type Weighted = Target & { weight?: Maybe }
/** Of probabilities. */
export const binaryCrossEntropy: Fn<Weighted, ['target', 'weight', 'sizeAverage', 'reduce', 'reduction']> =
  lossFn(
    'binary_cross_entropy',
    ['target', 'weight', 'sizeAverage', 'reduce', 'reduction'],
    (self, { target, weight, reduction }) => {
      if (!sameShape(self, target)) throw errors.bceShapes(target.shape, self.shape)
      const data = self.isLeaf && self.dtype.core !== 'i64' ? knownElements(self) : undefined
      if (Array.from(data ?? [], Number).some((x) => x < 0 || x > 1)) throw errors.bceRange()
      return binary({ self, target, weight }, { reduction })
    },
  )

const binaryOfLogits = loss<object>({
  name: 'binary_cross_entropy_with_logits',
  node: 'BinaryCrossEntropyWithLogitsBackward0',
  operands: ['self', 'target', 'weight', 'posWeight'],
  build: ({ self, target, weight, posWeight }, { reduction }) =>
    core.bceWithLogits(self as Value, target as Value, { weight, posWeight, reduction }),
})
/** Of the logits of probabilities; `posWeight` is a factor where the target is 1. */
export const binaryCrossEntropyWithLogits: Fn<
  Weighted & { posWeight?: Maybe },
  ['target', 'weight', 'sizeAverage', 'reduce', 'reduction', 'posWeight']
> = lossFn(
  'binary_cross_entropy_with_logits',
  ['target', 'weight', 'sizeAverage', 'reduce', 'reduction', 'posWeight'],
  (self, { target, weight, posWeight, reduction }) => {
    if (!sameShape(self, target)) throw errors.bceLogitShapes(target.shape, self.shape)
    return binaryOfLogits({ self, target, weight, posWeight }, { reduction })
  },
)

interface Divergence {
  readonly logTarget: boolean
  readonly batches: number | undefined
}
const divergence = loss<Divergence>({
  name: 'kl_div',
  node: (reduction, _, { batches, logTarget }) =>
    batches === undefined ? composed(logTarget ? 'MulBackward0' : 'SubBackward0')(reduction) : 'DivBackward0',
  build: (values, { logTarget, batches, reduction }) =>
    core.klDiv(...pair(values), { logTarget, reduction: batches === undefined ? reduction : 'batchmean' }),
})
type KlDiv = Legacy & { target: Tensor; reduction?: Reduction | 'batchmean'; logTarget?: boolean }
/** Kullback and Leibler's divergence of the target from `exp(input)`. */
export const klDiv: Fn<KlDiv, ['target', 'sizeAverage', 'reduce', 'reduction', 'logTarget']> = lossFn(
  'kl_div',
  ['target', 'sizeAverage', 'reduce', 'reduction', 'logTarget'],
  (self, { target, reduction = 'mean', logTarget = false }) => {
    requireBroadcast(self.shape, target.shape)
    if (reduction === 'batchmean') {
      return divergence({ self, target }, { logTarget, batches: self.shape[0] ?? 1, reduction: 'sum' })
    }
    return divergence({ self, target }, { logTarget, batches: undefined, reduction })
  },
)

interface Poisson {
  readonly logInput: boolean
  readonly full: boolean
  readonly epsilon: number
}
const poisson = loss<Poisson>({
  name: 'poisson_nll_loss',
  node: composed('SubBackward0'),
  build: (values, options) => core.poissonNll(...pair(values), options),
})
type PoissonParams = Target & { logInput?: boolean; full?: boolean; eps?: number }
/** The negative log likelihood of counts, of rates or their logarithms. */
export const poissonNllLoss: Fn<
  PoissonParams,
  ['target', 'logInput', 'full', 'sizeAverage', 'eps', 'reduce', 'reduction']
> = lossFn(
  'poisson_nll_loss',
  ['target', 'logInput', 'full', 'sizeAverage', 'eps', 'reduce', 'reduction'],
  (self, { target, logInput = true, full = false, eps = 1e-8, reduction = 'mean' }) => {
    if (!['none', 'mean', 'sum'].includes(reduction)) throw errors.notValid(reduction)
    requireBroadcast(self.shape, target.shape)
    return poisson({ self, target }, { logInput, full, epsilon: eps, reduction })
  },
)

interface Gaussian {
  readonly full: boolean
  readonly epsilon: number
}
const gaussian = loss<Gaussian>({
  name: 'gaussian_nll_loss',
  node: (reduction, _, { full }) => composed(full ? 'AddBackward0' : 'MulBackward0')(reduction),
  build: (values, options) => {
    const [x, target] = pair(values)
    const { variance } = values as { readonly variance: Value }
    const wanted = x.type.shape
    const isColumn = variance.type.shape.length < wanted.length
    const spread = isColumn ? core.unsqueeze(variance, { axis: -1 }) : variance
    return core.gaussianNll(x, target, core.expand(spread, spreadShape(wanted, spread.type.shape)), options)
  },
})
/** A variance may be one number for the last axis. */
const spreadShape = (wanted: readonly number[], given: readonly number[]): readonly number[] =>
  given.map((extent, axis) => (extent === 1 ? (wanted[axis] ?? 1) : extent))

type GaussianParams = { reduction?: Reduction; target: Tensor } & {
  var: Tensor
  full?: boolean
  eps?: number
}
/** The negative log likelihood of normal numbers with means `input` and variances `var`. */
export const gaussianNllLoss: Fn<GaussianParams, ['target', 'var', 'full', 'eps', 'reduction']> = fn(
  'gaussian_nll_loss',
  ['target', 'var', 'full', 'eps', 'reduction'],
  [],
  (self, { target, var: variance, full = false, eps = 1e-6, reduction = 'mean' }) => {
    const [wanted, given] = [[...self.shape], [...variance.shape]]
    const isEqual = (x: readonly number[], y: readonly number[]): boolean => core.shapesEqual(x, y)
    const isColumn = isEqual(wanted.slice(0, -1), given)
    if (!isEqual(wanted, given) && !isColumn && !isEqual([...wanted.slice(0, -1), 1], given)) {
      throw errors.varianceSize()
    }
    if (!['none', 'mean', 'sum'].includes(reduction)) throw errors.notValid(reduction)
    const data = knownElements(variance)
    if (Array.from(data ?? [], Number).some((x) => x < 0)) throw errors.negativeVariance()
    return gaussian({ self, target, variance }, { full, epsilon: eps, reduction })
  },
)
