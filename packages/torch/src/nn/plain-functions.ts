// Functions of layers that are functions of `torch`, too. They are what `nn.functional` calls: arguments in an order of their own,
// reductions and modes as numbers.
import { argumentError, type TorchError } from '../errors.ts'
import { relu } from '../ops/activations.ts'
import { add, mul, sub } from '../ops/arithmetic.ts'
import { resolveDim } from '../ops/dims.ts'
import { chunk } from '../ops/parts.ts'
import { type Fn, fn } from '../ops/signature.ts'
import { norm } from '../ops/statistics.ts'
import { sigmoid, tanh } from '../ops/unary.ts'
import { reshape } from '../ops/views.ts'
import type { Tensor } from '../tensor/tensor.ts'
import * as F from './functional.ts'

/** 0 none, 1 mean, 2 sum. */
type ReductionNumber = 0 | 1 | 2

type Maybe = Tensor | null

/** What a number stands for. */
function choose<T>(what: string, choices: readonly T[], at: number): T {
  const found = choices[at]
  if (found === undefined) throw unknownChoice(what, at)
  return found
}

const named = (reduction: number) => choose('reduction', ['none', 'mean', 'sum'] as const, reduction)

type DropParams = { p: number; train: boolean }
type Drop = Fn<DropParams, ['p', 'train']>

const always = (name: string, drop: typeof F.dropout, inplace: boolean): Drop =>
  fn(name, ['p', 'train'], [], (input, { p, train }) => drop(input, { p, training: train, inplace }))

export const dropout: Drop = always('dropout', F.dropout, false)
export const dropout_: Drop = always('dropout_', F.dropout, true)
export const alphaDropout: Drop = always('alpha_dropout', F.alphaDropout, false)
export const alphaDropout_: Drop = always('alpha_dropout_', F.alphaDropout, true)
export const featureAlphaDropout: Drop = always('feature_alpha_dropout', F.featureAlphaDropout, false)
export const featureAlphaDropout_: Drop = always('feature_alpha_dropout_', F.featureAlphaDropout, true)

type Affine = { weight?: Maybe; bias?: Maybe; eps?: number }

export const layerNorm: Fn<
  Affine & { normalizedShape: readonly number[]; cudnnEnable?: boolean },
  ['normalizedShape', 'weight', 'bias', 'eps', 'cudnnEnable']
> = fn('layer_norm', ['normalizedShape', 'weight', 'bias', 'eps', 'cudnnEnable'], [], (input, params) => {
  const { normalizedShape, weight = null, bias = null, eps = 1e-5 } = params
  return F.layerNorm(input, { normalizedShape, weight, bias, eps })
})

export const groupNorm: Fn<
  Affine & { numGroups: number; cudnnEnabled?: boolean },
  ['numGroups', 'weight', 'bias', 'eps', 'cudnnEnabled']
> = fn('group_norm', ['numGroups', 'weight', 'bias', 'eps', 'cudnnEnabled'], [], (input, params) => {
  const { numGroups, weight = null, bias = null, eps = 1e-5 } = params
  return F.groupNorm(input, { numGroups, weight, bias, eps })
})

type Running = {
  weight: Maybe
  bias: Maybe
  runningMean: Maybe
  runningVar: Maybe
  momentum: number
  eps: number
  cudnnEnabled: boolean
}

/** The running statistics stand behind the weights here. */
export const batchNorm: Fn<
  Running & { training: boolean },
  ['weight', 'bias', 'runningMean', 'runningVar', 'training', 'momentum', 'eps', 'cudnnEnabled']
> = fn(
  'batch_norm',
  ['weight', 'bias', 'runningMean', 'runningVar', 'training', 'momentum', 'eps', 'cudnnEnabled'],
  [],
  (input, { cudnnEnabled: _, ...params }) => F.batchNorm(input, params),
)

export const instanceNorm: Fn<
  Running & { useInputStats: boolean },
  ['weight', 'bias', 'runningMean', 'runningVar', 'useInputStats', 'momentum', 'eps', 'cudnnEnabled']
> = fn(
  'instance_norm',
  ['weight', 'bias', 'runningMean', 'runningVar', 'useInputStats', 'momentum', 'eps', 'cudnnEnabled'],
  [],
  (input, { cudnnEnabled: _, ...params }) => F.instanceNorm(input, params),
)

/** The table comes first here; -1 is no padding. */
export const embedding: Fn<
  { indices: Tensor; paddingIdx?: number; scaleGradByFreq?: boolean; sparse?: boolean },
  ['indices', 'paddingIdx', 'scaleGradByFreq', 'sparse']
> = fn('embedding', ['indices', 'paddingIdx', 'scaleGradByFreq', 'sparse'], [], (weight, params) => {
  const { indices, paddingIdx = -1, scaleGradByFreq = false, sparse = false } = params
  return F.embedding(indices, {
    weight,
    paddingIdx: paddingIdx < 0 ? null : paddingIdx,
    scaleGradByFreq,
    sparse,
  })
})

type Reduced = { reduction?: ReductionNumber }
type OfTarget = Reduced & { target: Tensor }
type OfPair = Reduced & { input2: Tensor; target: Tensor; margin?: number }

export const klDiv: Fn<OfTarget & { logTarget?: boolean }, ['target', 'reduction']> = fn(
  'kl_div',
  ['target', 'reduction'],
  ['logTarget'],
  (self, { target, reduction = 1, logTarget = false }) =>
    F.klDiv(self, { target, reduction: named(reduction), logTarget }),
)

type Lengths = Tensor | readonly number[]
type Ctc = Reduced & {
  targets: Tensor
  inputLengths: Lengths
  targetLengths: Lengths
  blank?: number
  zeroInfinity?: boolean
}

export const ctcLoss: Fn<
  Ctc,
  ['targets', 'inputLengths', 'targetLengths', 'blank', 'reduction', 'zeroInfinity']
> = fn(
  'ctc_loss',
  ['targets', 'inputLengths', 'targetLengths', 'blank', 'reduction', 'zeroInfinity'],
  [],
  (logProbs, { blank = 0, reduction = 1, zeroInfinity = false, ...params }) =>
    F.ctcLoss(logProbs, { ...params, blank, reduction: named(reduction), zeroInfinity }),
)

export const cosineEmbeddingLoss: Fn<OfPair, ['input2', 'target', 'margin', 'reduction']> = fn(
  'cosine_embedding_loss',
  ['input2', 'target', 'margin', 'reduction'],
  [],
  (input1, { input2, target, margin = 0, reduction = 1 }) =>
    F.cosineEmbeddingLoss(input1, { input2, target, margin, reduction: named(reduction) }),
)

export const marginRankingLoss: Fn<OfPair, ['input2', 'target', 'margin', 'reduction']> = fn(
  'margin_ranking_loss',
  ['input2', 'target', 'margin', 'reduction'],
  [],
  (input1, { input2, target, margin = 0, reduction = 1 }) =>
    F.marginRankingLoss(input1, { input2, target, margin, reduction: named(reduction) }),
)

export const hingeEmbeddingLoss: Fn<OfTarget & { margin?: number }, ['target', 'margin', 'reduction']> = fn(
  'hinge_embedding_loss',
  ['target', 'margin', 'reduction'],
  [],
  (self, { target, margin = 1, reduction = 1 }) =>
    F.hingeEmbeddingLoss(self, { target, margin, reduction: named(reduction) }),
)

type Poisson = { target: Tensor; logInput: boolean; full: boolean; eps: number; reduction: ReductionNumber }

export const poissonNllLoss: Fn<Poisson, ['target', 'logInput', 'full', 'eps', 'reduction']> = fn(
  'poisson_nll_loss',
  ['target', 'logInput', 'full', 'eps', 'reduction'],
  [],
  (input, { reduction, ...params }) => F.poissonNllLoss(input, { ...params, reduction: named(reduction) }),
)

type Triplet = Reduced & {
  positive: Tensor
  negative: Tensor
  margin?: number
  p?: number
  eps?: number
  swap?: boolean
}

export const tripletMarginLoss: Fn<
  Triplet,
  ['positive', 'negative', 'margin', 'p', 'eps', 'swap', 'reduction']
> = fn(
  'triplet_margin_loss',
  ['positive', 'negative', 'margin', 'p', 'eps', 'swap', 'reduction'],
  [],
  (anchor, { reduction = 1, ...params }) =>
    F.tripletMarginLoss(anchor, { ...params, reduction: named(reduction) }),
)

type Logits = OfTarget & { weight?: Maybe; posWeight?: Maybe }

export const binaryCrossEntropyWithLogits: Fn<Logits, ['target', 'weight', 'posWeight', 'reduction']> = fn(
  'binary_cross_entropy_with_logits',
  ['target', 'weight', 'posWeight', 'reduction'],
  [],
  (self, { target, weight = null, posWeight = null, reduction = 1 }) =>
    F.binaryCrossEntropyWithLogits(self, { target, weight, posWeight, reduction: named(reduction) }),
)

export const constantPadNd: Fn<{ pad: readonly number[]; value?: number }, ['pad', 'value']> = fn(
  'constant_pad_nd',
  ['pad', 'value'],
  [],
  (self, { pad, value = 0 }) => F.pad(self, { pad, value }),
)

type Sampling = { grid: Tensor; interpolationMode: number; paddingMode: number; alignCorners: boolean }
type Sampler = Fn<Sampling, ['grid', 'interpolationMode', 'paddingMode', 'alignCorners']>

/** Modes 0 bilinear, 1 nearest, 2 bicubic; padding 0 zeros, 1 border, 2 reflection. */
export const gridSampler: Sampler = fn(
  'grid_sampler',
  ['grid', 'interpolationMode', 'paddingMode', 'alignCorners'],
  [],
  (input, { grid, interpolationMode, paddingMode, alignCorners }) =>
    F.gridSample(input, {
      grid,
      mode: choose('interpolation_mode', ['bilinear', 'nearest', 'bicubic'] as const, interpolationMode),
      paddingMode: choose('padding_mode', ['zeros', 'border', 'reflection'] as const, paddingMode),
      alignCorners,
    }),
)
export { gridSampler as gridSampler2d, gridSampler as gridSampler3d }

export const affineGridGenerator: Fn<
  { size: readonly number[]; alignCorners: boolean },
  ['size', 'alignCorners']
> = fn('affine_grid_generator', ['size', 'alignCorners'], [], (theta, params) => F.affineGrid(theta, params))

/** Whole channels 0 with probability p. */
const featureDrop = (name: string, inplace: boolean): Drop =>
  fn(name, ['p', 'train'], [], (input, { p, train }) => {
    const { ndim, shape } = input
    if (!train || p === 0) return input
    if (ndim < 2) throw featureRank()
    const options = { p, training: train, inplace }
    if (ndim === 4) return F.dropout2d(input, options)
    if (ndim === 5) return F.dropout3d(input, options)
    const flat = reshape(input, shape[0] as number, shape[1] as number, -1)
    return reshape(F.dropout1d(flat, options), [...shape])
  })
export const featureDropout: Drop = featureDrop('feature_dropout', false)
export const featureDropout_: Drop = featureDrop('feature_dropout_', true)

export { convTbc, maxPool1dWithIndices, nativeChannelShuffle } from './functional/aliases.ts'

/** The Frobenius norm over one or two dimensions, all unless some are named. */
export const frobeniusNorm: Fn<{ dim?: readonly number[]; keepdim?: boolean }, ['dim', 'keepdim']> = fn(
  'frobenius_norm',
  ['dim', 'keepdim'],
  [],
  (self, { dim = [], keepdim = false }) => norm(self, 'fro', dim.length === 0 ? null : dim, keepdim),
)

/** The norm over all dimensions but one; -1: over all. */
export const normExceptDim: Fn<{ pow?: number; dim?: number }, ['pow', 'dim']> = fn(
  'norm_except_dim',
  ['pow', 'dim'],
  [],
  (v, { pow = 2, dim = 0 }) => {
    if (dim === -1) return norm(v, pow)
    const kept = resolveDim(dim, v.ndim)
    const others = [...v.shape.keys()].filter((axis) => axis !== kept)
    return norm(v, pow, others, true)
  },
)

type Weights = readonly [wIh: Tensor, wHh: Tensor, bIh?: Maybe, bHh?: Maybe]

/** What the input and the state add to each gate. */
function gates(input: Tensor, hidden: Tensor, [wIh, wHh, bIh = null, bHh = null]: Weights): [Tensor, Tensor] {
  return [F.linear(input, { weight: wIh, bias: bIh }), F.linear(hidden, { weight: wHh, bias: bHh })]
}

type RnnCell = (input: Tensor, hx: Tensor, ...weights: Weights) => Tensor

/** One step of a recurrent cell with tanh. */
export const rnnTanhCell: RnnCell = (input, hx, ...weights) => tanh(add(...gates(input, hx, weights)))
/** One step of a recurrent cell with relu. */
export const rnnReluCell: RnnCell = (input, hx, ...weights) => relu(add(...gates(input, hx, weights)))

/** One step of a gated recurrent unit. */
export const gruCell: RnnCell = (input, hx, ...weights) => {
  const [fromInput, fromState] = gates(input, hx, weights).map((each) => chunk(each, 3, 1)) as [Gates, Gates]
  const reset = sigmoid(add(fromState[0], fromInput[0]))
  const update = sigmoid(add(fromState[1], fromInput[1]))
  const next = tanh(add(fromInput[2], mul(fromState[2], reset)))
  return add(mul(sub(hx, next), update), next)
}
type Gates = readonly [Tensor, Tensor, Tensor]

/** One step of a long short-term memory: the state and the cell. */
export function lstmCell(
  input: Tensor,
  [hidden, cell]: readonly [Tensor, Tensor],
  ...weights: Weights
): readonly [Tensor, Tensor] {
  const [fromInput, fromState] = gates(input, hidden, weights)
  const [i, f, g, o] = chunk(add(fromInput, fromState), 4, 1) as readonly [Tensor, Tensor, Tensor, Tensor]
  const next = add(mul(sigmoid(f), cell), mul(sigmoid(i), tanh(g)))
  return [mul(sigmoid(o), tanh(next)), next]
}

const featureRank = (): TorchError =>
  argumentError('Feature dropout requires at least 2 dimensions in the input')
const unknownChoice = (what: string, given: number): TorchError =>
  argumentError(`${given} is not a valid value for ${what}`, { [what]: given }, 'ValueError')
