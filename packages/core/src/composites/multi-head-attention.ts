// Attention of several heads: queries, keys and values are projected, split into heads, attended, joined and projected again.

import { formatShape, type Shape, shapesEqual } from '../dim.ts'
import type { HeddleError } from '../errors.ts'
import { zeros } from '../front/constants.ts'
import { matmul } from '../front/contract.ts'
import { and, select } from '../front/elementwise.ts'
import { logicalNot } from '../front/logic.ts'
import { broadcastTo, errorHere, graphOf } from '../front/operand.ts'
import { pad } from '../front/pad.ts'
import { mean } from '../front/reduce.ts'
import { permute, reshape, unsqueeze } from '../front/shape.ts'
import { concat, narrow } from '../front/slice.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { type AttentionOptions, attentionWeights } from './attention.ts'
import { linear } from './layers.ts'

/** Projections of queries, keys and values: in one matrix, or apart (keys and values may then have other widths). */
export type InputProjection =
  | { readonly weight: Value }
  | { readonly queryWeight: Value; readonly keyWeight: Value; readonly valueWeight: Value }

export interface MultiHeadAttentionOptions extends Pick<AttentionOptions, 'mask' | 'isCausal' | 'dropout'> {
  readonly heads: number
  /** `weight [3 E, E]`, or three of them: `[E, E]`, `[E, K]`, `[E, V]`. */
  readonly input: InputProjection
  /** `[3 E]` */
  readonly inputBias?: Value | undefined
  /** `[E, E]` */
  readonly outputWeight: Value
  /** `[E]` */
  readonly outputBias?: Value | undefined
  /** `[N, S]`, bool: keys that are padding, which no query sees. */
  readonly keyPaddingMask?: Value | undefined
  /** `[E]` each: a key and a value that all examples have besides their own. */
  readonly keyBias?: Value | undefined
  readonly valueBias?: Value | undefined
  /** Adds a key and a value of zeros. Default false. */
  readonly addZeroAttention?: boolean | undefined
  /** Whether the weights returned are the mean over heads. Default true. */
  readonly averageWeights?: boolean | undefined
}

export interface MultiHeadAttentionResult {
  /** `[N, L, E]` */
  readonly output: Value
  /** `[N, L, S]`, or `[N, heads, L, S]` without averaging; after dropout. */
  readonly weights: Value
}

/**
 * `scaledDotProductAttention` in `heads` subspaces at once. The batch comes first, then the length (PyTorch's `batchFirst`).
 *
 * *Shapes*: `query [N, L, E]`, `key [N, S, K]`, `value [N, S, V]`; one example alone has no axis N. The mask broadcasts to
 * `[N, heads, L, S]` and means what it means to `scaledDotProductAttention`; `keyPaddingMask` is true where nothing is seen.
 * - C1 shapes fit, and the heads divide E. Throws `SHAPE_MULTI_HEAD_ATTENTION`.
 *
 * *Source*: Vaswani et al., Attention is all you need (NeurIPS 2017), section 3.2.2.
 *
 * @example
 * const heads = multiHeadAttention(x, x, x, { heads: 4, input: { weight }, outputWeight }) // x: f32[8, 16, 32], weight: f32[96, 32]
 * heads.output // outputWeight: f32[32, 32] gives f32[8, 16, 32]
 */
export const multiHeadAttention: (
  query: Value,
  key: Value,
  value: Value,
  options: MultiHeadAttentionOptions,
) => MultiHeadAttentionResult = traced(
  (query: Value, key: Value, value: Value, options: MultiHeadAttentionOptions): MultiHeadAttentionResult => {
    graphOf('multiHeadAttention', [query, key, value])
    if (query.type.shape.length === 2) return single(query, key, value, options)
    const { heads, averageWeights = true } = options
    checkShapes(query, key, value, options)
    const [q, k, v] = projected(query, key, value, options)
    const { mask, keys, values } = extended(k, v, options)
    const [many, length, width] = query.type.shape as readonly [number, number, number]
    const split = (x: Value): Value => permute(reshape(x, [many, -1, heads, width / heads]), [0, 2, 1, 3]) // [N, heads, length, E / heads]
    const parts = [split(q), split(keys), split(values)] as const
    const weights = attentionWeights('multiHeadAttention', ...parts, { ...options, mask })
    const joined = reshape(permute(matmul(weights, parts[2]), [0, 2, 1, 3]), [many, length, width])
    return {
      output: linear(joined, options.outputWeight, options.outputBias),
      weights: averageWeights ? mean(weights, { axis: 1 }) : weights,
    }
  },
)

/** One example without a batch. */
function single(
  query: Value,
  key: Value,
  value: Value,
  options: MultiHeadAttentionOptions,
): MultiHeadAttentionResult {
  const batched = (x: Value): Value => unsqueeze(x, { axis: 0 })
  const { keyPaddingMask } = options
  const { output, weights } = multiHeadAttention(batched(query), batched(key), batched(value), {
    ...options,
    keyPaddingMask: keyPaddingMask === undefined ? undefined : batched(keyPaddingMask),
  })
  const alone = (x: Value): Value => reshape(x, x.type.shape.slice(1))
  return { output: alone(output), weights: alone(weights) }
}

/** Queries, keys and values in the width of the heads. */
function projected(
  query: Value,
  key: Value,
  value: Value,
  { input, inputBias }: MultiHeadAttentionOptions,
): readonly [Value, Value, Value] {
  const width = query.type.shape[2] ?? 0
  const part = (x: Value, index: number): Value => narrow(x, { axis: 0, start: index * width, size: width })
  const bias = (index: number): Value | undefined =>
    inputBias === undefined ? undefined : part(inputBias, index)
  if (!('weight' in input)) {
    const { queryWeight, keyWeight, valueWeight } = input
    return [
      linear(query, queryWeight, bias(0)),
      linear(key, keyWeight, bias(1)),
      linear(value, valueWeight, bias(2)),
    ]
  }
  const { weight } = input
  // What is attended to itself is projected by one product.
  if (query === key && key === value) {
    const all = linear(query, weight, inputBias)
    const third = (index: number): Value => narrow(all, { axis: 2, start: index * width, size: width })
    return [third(0), third(1), third(2)]
  }
  return [
    linear(query, part(weight, 0), bias(0)),
    linear(key, part(weight, 1), bias(1)),
    linear(value, part(weight, 2), bias(2)),
  ]
}

interface Extended {
  readonly keys: Value
  readonly values: Value
  readonly mask: Value | undefined
}

/** Keys and values that all examples have are added at the end; every query sees them. */
function extended(k: Value, v: Value, options: MultiHeadAttentionOptions): Extended {
  const { keyBias, valueBias, addZeroAttention = false, mask, keyPaddingMask } = options
  const rowOf = (x: Value, like: Value): Value => {
    const [many = 1, , width = 1] = like.type.shape
    return broadcastTo(x, [many, 1, width])
  }
  const zero = zeros(k.builder, k.type.dtype, [1])
  const more: (readonly [Value, Value])[] = []
  if (keyBias !== undefined && valueBias !== undefined) more.push([keyBias, valueBias])
  if (addZeroAttention) more.push([zero, zero])
  const withMore = (x: Value, side: 0 | 1): Value =>
    more.length === 0 ? x : concat([x, ...more.map((pair) => rowOf(pair[side], x))], { axis: 1 })
  const widened = (given: Value, filler: number): Value =>
    more.length === 0
      ? given
      : pad(given, { high: [...given.type.shape.slice(1).map(() => 0), more.length], value: filler })
  const seen = mask === undefined ? undefined : widened(mask, mask.type.dtype === 'bool' ? 1 : 0)
  const visible =
    keyPaddingMask === undefined
      ? undefined
      : unsqueeze(unsqueeze(widened(logicalNot(keyPaddingMask), 1), { axis: 1 }), { axis: 1 }) // [N, 1, 1, S]
  return { keys: withMore(k, 0), values: withMore(v, 1), mask: together(seen, visible) }
}

function together(mask: Value | undefined, visible: Value | undefined): Value | undefined {
  if (mask === undefined || visible === undefined) return mask ?? visible
  return mask.type.dtype === 'bool' ? and(mask, visible) : select(visible, mask, Number.NEGATIVE_INFINITY)
}

function checkShapes(query: Value, key: Value, value: Value, options: MultiHeadAttentionOptions): void {
  const { heads, input, inputBias, outputWeight, keyBias, valueBias, keyPaddingMask } = options
  const [many = 0, , width = 0] = query.type.shape
  const [keyMany = 0, length = 0, keyWidth = 0] = key.type.shape
  const [, , valueWidth = 0] = value.type.shape
  const is = (x: Value | undefined, shape: Shape): boolean =>
    x === undefined || shapesEqual(x.type.shape, shape)
  const isProjected =
    'weight' in input
      ? keyWidth === width && valueWidth === width && is(input.weight, [3 * width, width])
      : is(input.queryWeight, [width, width]) &&
        is(input.keyWeight, [width, keyWidth]) &&
        is(input.valueWeight, [width, valueWidth])
  const fits =
    [query, key, value].every(({ type }) => type.shape.length === 3) &&
    keyMany === many &&
    shapesEqual(value.type.shape.slice(0, 2), key.type.shape.slice(0, 2)) &&
    isProjected &&
    is(inputBias, [3 * width]) &&
    is(outputWeight, [width, width]) &&
    is(keyBias, [width]) &&
    is(valueBias, [width]) &&
    (keyBias === undefined) === (valueBias === undefined) &&
    is(keyPaddingMask, [many, length])
  if (!fits || !Number.isInteger(heads) || heads < 1 || width % heads !== 0)
    throw headShapes(query, key, value, options) // C1
}

function headShapes(
  query: Value,
  key: Value,
  value: Value,
  { heads, input }: MultiHeadAttentionOptions,
): HeddleError {
  const weights = 'weight' in input ? [input.weight] : [input.queryWeight, input.keyWeight, input.valueWeight]
  const shown = (values: readonly Value[]): string =>
    values.map(({ type }) => formatShape(type.shape)).join(', ')
  return errorHere(
    'SHAPE_MULTI_HEAD_ATTENTION',
    `multiHeadAttention: query, key and value are ${shown([query, key, value])}, input weights ${shown(weights)}, heads ${heads}; they must be [N, L, E], [N, S, K], [N, S, V] with weight [3 E, E] (K and V are E) or [E, E], [E, K], [E, V], biases [3 E] and [E], heads that divide E, a padding mask [N, S], and a bias of keys with one of values`,
    { query: query.type.shape, key: key.type.shape, value: value.type.shape, heads, constraint: 'C1' },
  )
}
