// Attention. Masks of bools say what may not be seen in `multiHeadAttentionForward`, and what may be in `scaledDotProductAttention`;
// masks of floats are added to the scores.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { castTo } from '../../ops/cast.ts'
import { matmul } from '../../ops/matrix.ts'
import { operation } from '../../ops/operation.ts'
import { run } from '../../ops/run.ts'
import { type Arguments, type Fn, functional as fn, parse } from '../../ops/signature.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import * as errors from './attention-errors.ts'
import { dropout } from './dropout.ts'
import { linear } from './linear.ts'
import { byName, type Maybe, type Names, present } from './operands.ts'

interface Weighing extends Names {
  readonly isCausal: boolean
  readonly scale: number
  /** Whether true in a mask of bools means that a key may be seen. */
  readonly trueIsSeen: boolean
}

/** How much of each value each query takes: softmax of the scores. */
const weighed = operation<Weighing>({
  name: 'attention weights',
  node: 'SoftmaxBackward0',
  build: (operands, options) => {
    const { query, key, mask } = byName(operands, options)
    const [q, k] = [query as Value, key as Value]
    const products = core.mul(core.matmul(q, core.transpose(k)), options.scale)
    const causal = options.isCausal
      ? core.select(lowerTriangle(products), products, Number.NEGATIVE_INFINITY)
      : products
    return core.softmax(mask === undefined ? causal : masked(causal, mask, options.trueIsSeen))
  },
})

function masked(scores: Value, mask: Value, trueIsSeen: boolean): Value {
  if (mask.type.dtype !== 'bool') return core.add(scores, castTo(mask, scores.type.dtype))
  return trueIsSeen
    ? core.select(mask, scores, Number.NEGATIVE_INFINITY)
    : core.select(mask, Number.NEGATIVE_INFINITY, scores)
}

function lowerTriangle(scores: Value): Value {
  const shape = scores.type.shape.slice(-2)
  const [row, column] = [0, 1].map((axis) => core.iota(scores.builder, { dtype: 'i32', shape, axis }))
  return core.ge(row as Value, column as Value)
}

type Attention = {
  key: Tensor
  value: Tensor
  attnMask?: Maybe
  dropoutP?: number
  isCausal?: boolean
  scale?: number | null
}
/** `softmax(query keyᵀ / √E + mask) value`; a mask of bools is true where a key may be seen. */
export const scaledDotProductAttention: Fn<Attention, ['key', 'value', 'attnMask', 'dropoutP', 'isCausal']> =
  fn(
    'scaled_dot_product_attention',
    ['key', 'value', 'attnMask', 'dropoutP', 'isCausal'],
    ['scale'],
    (self, { key, value, attnMask, dropoutP = 0, isCausal = false, scale }) => {
      if (isCausal && attnMask != null) throw errors.causalMask()
      const { operands, names } = present({ query: self, key, mask: attnMask })
      const weights = run(weighed, operands, {
        names,
        isCausal,
        scale: scale ?? 1 / Math.sqrt(self.shape.at(-1) ?? 1),
        trueIsSeen: true,
      })
      return matmul(dropoutP > 0 ? dropout(weights, dropoutP) : weights, value)
    },
  )

export interface MultiHeadParameters {
  readonly embedDimToCheck: number
  readonly numHeads: number
  /** `[3 E, E]`, or three weights of their own. */
  readonly inProjWeight: Maybe
  readonly inProjBias: Maybe
  readonly biasK: Maybe
  readonly biasV: Maybe
  readonly addZeroAttn: boolean
  readonly dropoutP: number
  readonly outProjWeight: Tensor
  readonly outProjBias: Maybe
  readonly training?: boolean
  readonly keyPaddingMask?: Maybe
  readonly needWeights?: boolean
  readonly attnMask?: Maybe
  readonly useSeparateProjWeight?: boolean
  readonly qProjWeight?: Maybe
  readonly kProjWeight?: Maybe
  readonly vProjWeight?: Maybe
  readonly averageAttnWeights?: boolean
  /** That the mask hides what comes later; a hint. */
  readonly isCausal?: boolean
}
const multiHeadNames = [
  'embedDimToCheck',
  'numHeads',
  'inProjWeight',
  'inProjBias',
  'biasK',
  'biasV',
  'addZeroAttn',
  'dropoutP',
  'outProjWeight',
  'outProjBias',
  'training',
  'keyPaddingMask',
  'needWeights',
  'attnMask',
  'useSeparateProjWeight',
  'qProjWeight',
  'kProjWeight',
  'vProjWeight',
] as const

/** Queries, keys and values in the width of the heads. */
function projected(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  p: MultiHeadParameters,
): readonly [Tensor, Tensor, Tensor] {
  const inputs = [query, key, value]
  const { inProjBias, embedDimToCheck: embedDim } = p
  const inProjWeight = p.useSeparateProjWeight === true ? null : p.inProjWeight
  const biases = inProjBias == null ? [] : inProjBias.split(embedDim)
  if (inProjWeight != null && query === key && key === value) {
    const parts = linear(query, inProjWeight, inProjBias).split(embedDim, -1)
    return [parts[0] as Tensor, parts[1] as Tensor, parts[2] as Tensor]
  }
  const weights =
    inProjWeight == null ? [p.qProjWeight, p.kProjWeight, p.vProjWeight] : inProjWeight.split(embedDim)
  const [q, k, v] = inputs.map((each, at) => linear(each, weights[at] as Tensor, biases[at] ?? null))
  return [q as Tensor, k as Tensor, v as Tensor]
}

const joinMasks = operation<Names & { heads: number }>({
  name: 'attention mask',
  node: null,
  build: (operands, options) => {
    const { padding, mask, like } = byName(operands, options)
    const { dtype } = (like as Value).type
    const asFloat = (x: Value): Value =>
      x.type.dtype === 'bool'
        ? core.select(x, core.full(x.builder, dtype, x.type.shape, Number.NEGATIVE_INFINITY), 0)
        : castTo(x, dtype)
    // [N, S] to [N, 1, 1, S]; [L, S] as it is; [N heads, L, S] to [N, heads, L, S].
    const parts: Value[] = []
    if (mask !== undefined) {
      const { shape } = mask.type
      const [many = 1, length = 1, keys = 1] = shape
      const { heads } = options
      parts.push(
        shape.length === 2 ? asFloat(mask) : core.reshape(asFloat(mask), [many / heads, heads, length, keys]),
      )
    }
    if (padding !== undefined) {
      const [many = 1, keys = 1] = padding.type.shape
      parts.push(core.reshape(asFloat(padding), [many, 1, 1, keys]))
    }
    return parts.reduce((x, y) => core.add(x, y))
  },
})

interface Extension extends Names {
  readonly zero: boolean
}

/** Keys or values with one more that all examples share, and one of zeros. */
const extended = operation<Extension>({
  name: 'attention bias',
  node: 'CatBackward0',
  build: (operands, options) => {
    const { rows, bias } = byName(operands, options)
    const x = rows as Value
    const [, many = 1, width = 1] = x.type.shape
    const more = bias === undefined ? [] : [core.expand(bias, [1, many, width])]
    const zeros = options.zero ? [core.full(x.builder, x.type.dtype, [1, many, width], 0)] : []
    return core.concat([x, ...more, ...zeros], { axis: 0 })
  },
})

const padded = operation<{ by: number }>({
  name: 'attention mask of more keys',
  node: null,
  build: ([mask], { by }) => {
    const x = mask as Value
    return core.pad(x, {
      low: 0,
      high: x.type.shape.map((_, axis) => (axis === x.type.shape.length - 1 ? by : 0)),
    })
  },
})

/** Attention of several heads over `[L, N, E]`, or `[L, E]`; the result and the weights, if they are needed. */
export function multiHeadAttentionForward(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  ...args: Arguments<MultiHeadParameters, typeof multiHeadNames>
): readonly [Tensor, Tensor | null] {
  const keywords = ['averageAttnWeights', 'isCausal'] as const
  const params = parse<MultiHeadParameters>('multi_head_attention_forward', multiHeadNames, keywords, args)
  return attend(query, key, value, params)
}

function attend(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  p: MultiHeadParameters,
): readonly [Tensor, Tensor | null] {
  const isBatched = query.ndim === 3
  if (query.ndim !== 2 && query.ndim !== 3) throw errors.queryRank(query.ndim)
  if (key.ndim !== query.ndim || value.ndim !== query.ndim) {
    throw errors.keyRank(query.ndim, key.ndim, value.ndim)
  }
  if (!isBatched) {
    const one = query.unsqueeze(1)
    const keys = key === query ? one : key.unsqueeze(1)
    const values = value === query ? one : value === key ? keys : value.unsqueeze(1)
    const [output, weights] = attend(one, keys, values, {
      ...p,
      keyPaddingMask: p.keyPaddingMask?.unsqueeze(0),
    })
    return [output.squeeze({ dim: 1 }), weights?.squeeze({ dim: 0 }) ?? null]
  }
  const {
    embedDimToCheck: embedDim,
    numHeads,
    training = true,
    needWeights = true,
    averageAttnWeights = true,
  } = p
  const [length, many, width] = query.shape as readonly number[] as readonly [number, number, number]
  if (width !== embedDim) throw errors.embedDim(embedDim, width)
  const size = Math.floor(embedDim / numHeads)
  if (size * numHeads !== embedDim) throw errors.headCount(embedDim, numHeads)
  if (p.useSeparateProjWeight !== true && !core.shapesEqual(key.shape, value.shape))
    throw errors.keyValue(key.shape, value.shape)
  if (p.isCausal === true && p.attnMask == null) throw errors.causalHint()
  checkMasks(p, length, many, key.shape[0] ?? 0)
  const [q, k, v] = projected(query, key, value, p)
  const more = (p.biasK == null ? 0 : 1) + (p.addZeroAttn ? 1 : 0)
  const extend = (rows: Tensor, bias: Maybe): Tensor => {
    if (more === 0) return rows
    const { operands, names } = present({ rows, bias })
    return run(extended, operands, { names, zero: p.addZeroAttn })
  }
  const split = (rows: Tensor): Tensor => rows.reshape(-1, many, numHeads, size).permute(1, 2, 0, 3)
  const [heads, keys, values] = [split(q), split(extend(k, p.biasK)), split(extend(v, p.biasV))]
  const mask = maskOf(p, heads, more)
  const { operands, names } = present({ query: heads, key: keys, mask })
  const options = { names, isCausal: false, scale: 1 / Math.sqrt(size), trueIsSeen: false }
  const sharp = run(weighed, operands, options)
  const weights = training && p.dropoutP > 0 ? dropout(sharp, p.dropoutP) : sharp
  const joined = matmul(weights, values)
    .permute(2, 0, 1, 3)
    .reshape(length * many, embedDim)
  const output = linear(joined, p.outProjWeight, p.outProjBias).view(length, many, embedDim)
  if (!needWeights) return [output, null]
  return [output, averageAttnWeights ? weights.mean(1) : weights]
}

function checkMasks(p: MultiHeadParameters, length: number, many: number, keys: number): void {
  const { attnMask, keyPaddingMask, numHeads } = p
  for (const [name, mask] of [
    ['key_padding_mask', keyPaddingMask],
    ['attn_mask', attnMask],
  ] as const) {
    if (mask != null && mask.dtype.core !== 'bool' && !mask.dtype.isFloatingPoint) {
      throw errors.maskDType(name)
    }
  }
  if (attnMask != null) {
    const wanted = attnMask.ndim === 2 ? [length, keys] : [many * numHeads, length, keys]
    if (attnMask.ndim !== 2 && attnMask.ndim !== 3) throw errors.maskRank(attnMask.ndim)
    if (!core.shapesEqual(attnMask.shape, wanted))
      throw errors.maskShape(attnMask.ndim, attnMask.shape, wanted)
  }
  if (keyPaddingMask != null && !core.shapesEqual(keyPaddingMask.shape, [many, keys])) {
    throw errors.paddingShape([many, keys], keyPaddingMask.shape)
  }
}

/** The masks as one that is added; null where there is none. */
function maskOf(p: MultiHeadParameters, like: Tensor, more: number): Tensor | null {
  if (p.attnMask == null && p.keyPaddingMask == null) return null
  const { operands, names } = present({ like: like.detach(), mask: p.attnMask, padding: p.keyPaddingMask })
  const joined = run(joinMasks, operands, { names, heads: p.numHeads })
  return more === 0 ? joined : run(padded, [joined], { by: more })
}
