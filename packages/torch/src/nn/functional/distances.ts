// Distances and similarities of vectors.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { operation } from '../../ops/operation.ts'
import { requireBroadcast } from '../../ops/promotion.ts'
import { run } from '../../ops/run.ts'
import { type Fn, functional as fn } from '../../ops/signature.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { dimOf } from './errors.ts'
import * as errors from './loss-errors.ts'

const similarity = operation<{ dim: number; eps: number }>({
  name: 'cosine_similarity',
  node: 'SumBackward1',
  operands: ['x1', 'x2'],
  build: ([x, y], { dim, eps }) => {
    const [left, right] = [x as Value, y as Value]
    requireBroadcast(left.type.shape, right.type.shape)
    const rank = Math.max(left.type.shape.length, right.type.shape.length)
    return core.cosineSimilarity(left, right, { axis: dimOf(dim, rank) - rank, epsilon: eps })
  },
})
type Similarity = { x2: Tensor; dim?: number; eps?: number }
/** The cosine of the angle between vectors along `dim` (1). */
export const cosineSimilarity: Fn<Similarity, ['x2', 'dim', 'eps']> = fn(
  'cosine_similarity',
  ['x2', 'dim', 'eps'],
  [],
  (self, { x2, dim = 1, eps = 1e-8 }) => run(similarity, [self, x2], { dim, eps }),
)

const distance = operation<{ p: number; epsilon: number; keepDims: boolean }>({
  name: 'pairwise_distance',
  node: 'NormBackward1',
  operands: ['x1', 'x2'],
  build: ([x, y], options) => {
    requireBroadcast((x as Value).type.shape, (y as Value).type.shape)
    return core.pairwiseDistance(x as Value, y as Value, options)
  },
})
type Distance = { x2: Tensor; p?: number; eps?: number; keepdim?: boolean }
/** The p-norm of `x1 - x2 + eps` along the last dimension. */
export const pairwiseDistance: Fn<Distance, ['x2', 'p', 'eps', 'keepdim']> = fn(
  'pairwise_distance',
  ['x2', 'p', 'eps', 'keepdim'],
  [],
  (self, { x2, p = 2, eps = 1e-6, keepdim = false }) =>
    run(distance, [self, x2], { p, epsilon: eps, keepDims: keepdim }),
)

const allPairs = operation<{ p: number }>({
  name: 'cdist',
  node: 'CdistBackward0',
  operands: ['x1', 'x2'],
  build: ([x, y], { p }) => {
    const [left, right] = [(x as Value).type.shape, (y as Value).type.shape]
    if (left.length < 2) throw errors.cdistRank('X1', left.length)
    if (right.length < 2) throw errors.cdistRank('X2', right.length)
    if (left.at(-1) !== right.at(-1)) throw errors.cdistColumns(left.at(-1) ?? 0, right.at(-1) ?? 0)
    if (!(p >= 0)) throw errors.negativePower('cdist')
    return core.cdist(x as Value, y as Value, { p })
  },
})
type Cdist = { x2: Tensor; p?: number; computeMode?: string }
/** Distances of every row of the first to every row of the second. */
export const cdist: Fn<Cdist, ['x2', 'p', 'computeMode']> = fn(
  'cdist',
  ['x2', 'p', 'computeMode'],
  [],
  (self, { x2, p = 2 }) => run(allPairs, [self, x2], { p }),
)

const ownPairs = operation<{ p: number }>({
  name: 'pdist',
  node: 'PdistBackward0',
  build: ([x], { p }) => {
    const value = x as Value
    const { shape } = value.type
    if (shape.length !== 2) throw errors.pdistRank(shape.length)
    if (!(p >= 0)) throw errors.negativePower('pdist')
    const count = shape[0] ?? 0
    const places = Array.from({ length: count }, (_, i) => i).flatMap((i) =>
      Array.from({ length: count - 1 - i }, (_, k) => i * count + i + 1 + k),
    )
    const all = core.reshape(core.cdist(value, value, { p }), [count * count])
    return core.gather(all, core.literal(value.builder, Int32Array.from(places)))
  },
})
/** Distances of every pair of different rows. */
export const pdist: Fn<{ p?: number }, ['p']> = fn('pdist', ['p'], [], (self, { p = 2 }) =>
  run(ownPairs, [self], { p }),
)
