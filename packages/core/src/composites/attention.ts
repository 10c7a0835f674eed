// Attention: every query takes a mean of values, weighted by how well their keys fit.

import { formatShape } from '../dim.ts'
import type { HeddleError } from '../errors.ts'
import { zeros } from '../front/constants.ts'
import { matmul } from '../front/contract.ts'
import { add, ge, mul, select } from '../front/elementwise.ts'
import { asValue, broadcastShapes, errorHere, graphOf } from '../front/operand.ts'
import { transpose } from '../front/shape.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { dropout } from './dropout.ts'
import { softmax } from './softmax.ts'

export interface AttentionOptions {
  /** bool: whether a query may see a key; a float is added to the scores. Broadcasts to `[…, L, S]`. */
  readonly mask?: Value | undefined
  /** Whether query i sees keys 0 … i only. Default false. */
  readonly isCausal?: boolean | undefined
  /** Of the scores. Default 1 / sqrt(E). */
  readonly scale?: number | undefined
  /** Drops weights. Default: none. */
  readonly dropout?: { readonly key: Value; readonly rate: number } | undefined
}

/**
 * `softmax(query keyᵀ scale + mask) value`.
 *
 * *Shapes*: `query […, L, E]`, `key […, S, E]`, `value […, S, V]` → `[…, L, V]`; leading axes broadcast. *Dtypes*: floats, promoted.
 * - C1 keys are as long as queries and as many as values, and have two axes or more. Throws `SHAPE_ATTENTION`.
 * A query that sees no key is NaN, and so are derivatives by it, as of any softmax over -Infinity alone (and PyTorch's, up to
 * 2.4).
 *
 * *Numerics*: as `softmax`. Scale and mask are the epilogue of the first product, and the weights one kernel by row.
 * *Source*: Vaswani et al., Attention is all you need (NeurIPS 2017), section 3.2.1.
 *
 * @example
 * scaledDotProductAttention(q, k, v, { isCausal: true }) // q, k and v: f32[8, 4, 16, 32] gives f32[8, 4, 16, 32]
 */
export const scaledDotProductAttention: (
  query: Value,
  key: Value,
  value: Value,
  options?: AttentionOptions,
) => Value = traced(
  (query: Value, key: Value, value: Value, options: AttentionOptions = {}): Value =>
    matmul(attentionWeights('scaledDotProductAttention', query, key, value, options), value),
)

/** `[…, L, S]`: how much of each value each query takes. */
export function attentionWeights(
  op: string,
  query: Value,
  key: Value,
  value: Value,
  { mask, isCausal = false, scale, dropout: dropped }: AttentionOptions,
): Value {
  graphOf(op, [query, key, value])
  const [queries, keys, values] = [query.type.shape, key.type.shape, value.type.shape]
  const ranks = [queries, keys, values].map(({ length }) => length)
  const width = queries.at(-1)
  if (Math.min(...ranks) < 2 || width !== keys.at(-1) || keys.at(-2) !== values.at(-2))
    throw attentionShapes(op, query, key, value) // C1
  const scores = mul(matmul(query, transpose(key)), scale ?? 1 / Math.sqrt(width ?? 1))
  const seen = isCausal ? causal(scores) : scores
  const weights = softmax(mask === undefined ? seen : masked(op, seen, mask))
  return dropped === undefined ? weights : dropout(weights, dropped.key, { rate: dropped.rate })
}

/** Keys behind the query are not seen. */
function causal(scores: Value): Value {
  const b = scores.builder
  const shape = scores.type.shape.slice(-2)
  const position = (axis: number): Value => b.iota({ dtype: 'i32', shape, axis })
  return select(ge(position(0), position(1)), scores, Number.NEGATIVE_INFINITY)
}

/** Added, a mask is not needed for the derivative: the weight of what is not seen is 0, and so is its share. */
function masked(op: string, scores: Value, mask: Value): Value {
  const { dtype } = asValue(op, mask, 3).type
  broadcastShapes(op, [scores.type.shape, mask.type.shape])
  if (dtype !== 'bool') return add(scores, mask)
  return add(scores, select(mask, zeros(scores.builder, scores.type.dtype, []), Number.NEGATIVE_INFINITY))
}

const attentionShapes = (op: string, query: Value, key: Value, value: Value): HeddleError =>
  errorHere(
    'SHAPE_ATTENTION',
    `${op}: query is ${formatShape(query.type.shape)}, key ${formatShape(key.type.shape)}, value ${formatShape(value.type.shape)}; they must be […, L, E], […, S, E] and […, S, V]`,
    { op, query: query.type.shape, key: key.type.shape, value: value.type.shape, constraint: 'C1' },
  )
