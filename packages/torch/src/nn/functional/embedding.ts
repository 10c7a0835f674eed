// Rows of tables by their numbers, and sums of them. Numbers outside of the table are found where the indices are known; where
// they are still to be computed, their rows are NaN.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { noGrad } from '../../autograd/grad-mode.ts'
import { castTo } from '../../ops/cast.ts'
import { operation } from '../../ops/operation.ts'
import { run, runInPlace } from '../../ops/run.ts'
import { type Fn, functional as fn } from '../../ops/signature.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import * as errors from './errors.ts'
import { knownElements } from './known.ts'
import { byName, type Maybe, type Names, present } from './operands.ts'

interface Options {
  readonly paddingIdx: number | undefined
  readonly scaleGradByFreq: boolean
}

const rows = operation<Options>({
  name: 'embedding',
  node: 'EmbeddingBackward0',
  operands: ['indices', 'weight'],
  build: ([indices, weight], { paddingIdx, scaleGradByFreq }) => {
    const [at, table] = [indices as Value, weight as Value]
    if (at.type.dtype !== 'i64' && at.type.dtype !== 'i32') throw errors.indexDType(errors.titleOf(at))
    if (table.type.shape.length !== 2) throw errors.embeddingWeight()
    return core.embedding(castTo(at, 'i32'), table, {
      paddingIndex: paddingIdx,
      scaleGradByFrequency: scaleGradByFreq,
    })
  },
})

/** Throws where an index that is known is outside of `[0, count)`. */
export function requireIndices(indices: Tensor, count: number): void {
  const data = knownElements(indices)
  if (data === undefined || (indices.dtype.core !== 'i64' && indices.dtype.core !== 'i32')) return
  for (const index of data) if (index < 0 || index >= count) throw errors.indexOutOfRange()
}

const renormalized = operation<{ maxNorm: number; normType: number }>({
  name: 'embedding_renorm_',
  node: null,
  build: ([weight, indices], { maxNorm, normType }) =>
    core.embeddingRenorm(weight as Value, castTo(indices as Value, 'i32'), { maxNorm, p: normType }),
})

/** Scales rows that are longer than `maxNorm`, in the table itself. */
function renormalize(
  weight: Tensor,
  indices: Tensor,
  maxNorm: number | null | undefined,
  normType: number,
): void {
  if (maxNorm != null) noGrad(() => runInPlace(renormalized, weight, [indices], { maxNorm, normType }))
}

type Embedding = {
  weight: Tensor
  paddingIdx?: number | null
  maxNorm?: number | null
  normType?: number
  scaleGradByFreq?: boolean
  sparse?: boolean
}
/** `weight[input]`; the row `paddingIdx` gets no gradient. */
export const embedding: Fn<
  Embedding,
  ['weight', 'paddingIdx', 'maxNorm', 'normType', 'scaleGradByFreq', 'sparse']
> = fn(
  'embedding',
  ['weight', 'paddingIdx', 'maxNorm', 'normType', 'scaleGradByFreq', 'sparse'],
  [],
  (self, { weight, paddingIdx, maxNorm, normType = 2, scaleGradByFreq = false }) => {
    const count = weight.shape[0] ?? 0
    if (paddingIdx != null && (paddingIdx < -count || paddingIdx >= count)) throw errors.paddingIndex()
    requireIndices(self, count)
    renormalize(weight, self, maxNorm, normType)
    return run(rows, [self, weight], { paddingIdx: paddingIdx ?? undefined, scaleGradByFreq })
  },
)

interface BagOptions extends Options, Names {
  readonly mode: 'sum' | 'mean' | 'max'
  readonly includeLastOffset: boolean
}

const bags = operation<BagOptions>({
  name: 'embedding_bag',
  node: 'EmbeddingBagBackward0',
  build: (operands, options) => {
    const { indices, weight, offsets, perSampleWeights } = byName(operands, options)
    return core.embeddingBag(castTo(indices as Value, 'i32'), weight as Value, {
      mode: options.mode,
      offsets: offsets && castTo(offsets, 'i32'),
      includeLastOffset: options.includeLastOffset,
      perSampleWeights,
      paddingIndex: options.paddingIdx,
      scaleGradByFrequency: options.scaleGradByFreq,
    })
  },
})

type Bag = Omit<Embedding, 'sparse'> & {
  offsets?: Maybe
  mode?: 'sum' | 'mean' | 'max'
  sparse?: boolean
  perSampleWeights?: Maybe
  includeLastOffset?: boolean
}

function checkBags(self: Tensor, params: Bag): void {
  const { weight, offsets, mode = 'mean', perSampleWeights, paddingIdx, scaleGradByFreq = false } = params
  if (perSampleWeights != null && !sameShape(perSampleWeights, self)) {
    throw errors.bagWeightsShape(perSampleWeights.shape, self.shape)
  }
  if (self.ndim === 2 && offsets != null) throw errors.bagOffsetsGiven()
  if (self.ndim === 1 && offsets == null) throw errors.bagOffsets(true)
  if (self.ndim === 1 && offsets?.ndim !== 1) throw errors.bagOffsets(false)
  if (self.ndim !== 1 && self.ndim !== 2) throw errors.bagRank(self.ndim)
  if (!['sum', 'mean', 'max'].includes(mode)) throw errors.bagMode()
  if (mode === 'max' && scaleGradByFreq) throw errors.bagMax()
  if (perSampleWeights != null && mode !== 'sum') throw errors.bagWeightsMode(mode)
  const count = weight.shape[0] ?? 0
  if (paddingIdx != null && (paddingIdx < -count || paddingIdx >= count))
    throw errors.bagPaddingIndex(count, paddingIdx)
  requireIndices(self, count)
  const ends = offsets == null ? undefined : knownElements(offsets)
  const last = ends === undefined ? undefined : Number(ends.at(-1) ?? 0)
  if (last !== undefined && last > (self.shape[0] ?? 0)) throw errors.bagLastOffset(self.shape[0] ?? 0, last)
}

const sameShape = (x: Tensor, y: Tensor): boolean =>
  x.ndim === y.ndim && x.shape.every((extent, axis) => extent === y.shape[axis])

/** Rows reduced bag by bag: each row of `input [B, n]` is one, or they begin in `input [n]` where `offsets` say. */
export const embeddingBag: Fn<
  Bag,
  [
    'weight',
    'offsets',
    'maxNorm',
    'normType',
    'scaleGradByFreq',
    'mode',
    'sparse',
    'perSampleWeights',
    'includeLastOffset',
    'paddingIdx',
  ]
> = fn(
  'embedding_bag',
  [
    'weight',
    'offsets',
    'maxNorm',
    'normType',
    'scaleGradByFreq',
    'mode',
    'sparse',
    'perSampleWeights',
    'includeLastOffset',
    'paddingIdx',
  ],
  [],
  (self, params) => {
    checkBags(self, params)
    const { weight, offsets, maxNorm, normType = 2, perSampleWeights, paddingIdx } = params
    renormalize(weight, self, maxNorm, normType)
    const { operands, names } = present({ indices: self, weight, offsets, perSampleWeights })
    return run(bags, operands, {
      names,
      mode: params.mode ?? 'mean',
      includeLastOffset: params.includeLastOffset ?? false,
      paddingIdx: paddingIdx ?? undefined,
      scaleGradByFreq: params.scaleGradByFreq ?? false,
    })
  },
)

const numbered = operation<{ classes: number }>({
  name: 'one_hot',
  node: null,
  build: ([indices], { classes }) => core.oneHot(castTo(indices as Value, 'i32'), { classes, dtype: 'i64' }),
})

/** A row of zeros with a one for each number; `numClasses` of -1 is one more than the largest. */
export const oneHot: Fn<{ numClasses?: number }, ['numClasses']> = fn(
  'one_hot',
  ['numClasses'],
  [],
  (self, { numClasses = -1 }) => {
    if (self.dtype.core !== 'i64') throw errors.oneHotDType()
    const numbers = Array.from(self.toArray(), Number)
    if (numbers.length === 0) {
      if (numClasses <= 0) throw errors.oneHotEmpty()
      return run(numbered, [self], { classes: numClasses })
    }
    if (numbers.some((each) => each < 0)) throw errors.oneHotNegative()
    const largest = numbers.reduce((x, y) => Math.max(x, y))
    if (numClasses !== -1 && largest >= numClasses) throw errors.oneHotSmall()
    return run(numbered, [self], { classes: numClasses === -1 ? largest + 1 : numClasses })
  },
)
