// Embeddings: rows of a table at given numbers, and their sums, means or extremes in bags.

import { formatShape, shapesEqual } from '../dim.ts'
import type { HeddleError } from '../errors.ts'
import { takeAlongAxis } from '../front/along-axis.ts'
import { full, iota, zeros } from '../front/constants.ts'
import { customVjp } from '../front/custom-vjp.ts'
import {
  add,
  and,
  asFloat,
  cast,
  div,
  eq,
  le,
  lt,
  maximum,
  mul,
  ne,
  select,
  stopGradient,
  sub,
} from '../front/elementwise.ts'
import { gather, positions } from '../front/gather.ts'
import { asValue, errorHere, graphOf, promote } from '../front/operand.ts'
import { argMax, sum } from '../front/reduce.ts'
import { scatter, scatterAdd } from '../front/scatter.ts'
import { flatten, unsqueeze } from '../front/shape.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { norm } from './statistics.ts'

export interface EmbeddingOptions {
  /** A row that gets no derivative; negative numbers count from the end. Default: none. */
  readonly paddingIndex?: number | undefined
  /** Divides what a row gets from each of its uses by their number. Default false. */
  readonly scaleGradByFrequency?: boolean | undefined
}

/** The padding counted from the start. Throws `ATTR_PADDING_INDEX`. */
function paddingOf(op: string, weight: Value, index: number | undefined): number | undefined {
  const rows = asValue(op, weight, 1).type.shape[0] ?? 0
  if (index === undefined) return undefined
  if (!Number.isInteger(index) || index < -rows || index >= rows) throw paddingRange(op, index, rows)
  return index < 0 ? index + rows : index
}

/**
 * Rows of a table: `weight[indices]`. A number outside gives NaN.
 *
 * *Shapes*: `indices [s…]`, `weight [V, D]` → `[s…, D]`. *Dtypes*: indices of any integer dtype.
 * - C1 weight has two axes. Throws `SHAPE_EMBEDDING`. C2 `paddingIndex` is a row. Throws `ATTR_PADDING_INDEX`.
 *
 * *Gradient*: rows add up what comes from each use; none to the padding.
 *
 * @example
 * embedding(ids, weight, { paddingIndex: 0 }) // ids: i32[8, 20], weight: f32[1000, 64] gives f32[8, 20, 64]
 */
export const embedding: (indices: Value, weight: Value, options?: EmbeddingOptions) => Value = traced(
  (indices: Value, weight: Value, options: EmbeddingOptions = {}): Value => {
    graphOf('embedding', [indices, weight])
    if (weight.type.shape.length !== 2) throw embeddingShape('embedding', weight) // C1
    const padding = paddingOf('embedding', weight, options.paddingIndex) // C2
    const rows = gather(weight, indices)
    const values = options.scaleGradByFrequency === true ? sharedAmongUses(rows, weight, indices) : rows
    return padding === undefined
      ? values
      : select(unsqueeze(eq(indices, padding), { axis: -1 }), stopGradient(rows), values)
  },
)

/** `rows` of the table, whose cotangents are divided by how often a row is among them; counted in backward, which has the indices. */
function sharedAmongUses(rows: Value, weight: Value, indices: Value): Value {
  const extent = weight.type.shape.slice(0, 1)
  return customVjp({
    forward: (given, at) => ({ output: given, residuals: at }),
    backward: (at: Value, cotangent: Value) => {
      const counts = scatterAdd(zeros(at.builder, 'i32', extent), flatten(at), 1)
      const uses = cast(gather(counts, at), cotangent.type.dtype)
      return [div(cotangent, unsqueeze(uses, { axis: -1 })), null]
    },
  })(rows, positions('embedding', indices))
}

export interface EmbeddingRenormOptions {
  /** The largest norm a row keeps. */
  readonly maxNorm: number
  /** Of the norm. Default 2. */
  readonly p?: number | undefined
}

/**
 * A table whose rows at `indices` are scaled down to the norm `maxNorm` where theirs is above it; the other rows stay. What
 * PyTorch writes into the table before an `embedding` with a maximum.
 *
 * *Shapes*: `weight [V, D]` → `[V, D]`, `indices [s…]`. *Dtypes*: indices of any integer dtype; a number outside has no effect.
 * - C1 weight has two axes. Throws `SHAPE_EMBEDDING`. C2 p is a number. Throws `ATTR_NORM_P`.
 *
 * *Gradient*: all to the table, unscaled, as if it had held these rows before (PyTorch's, which writes without a derivative).
 * *Numerics*: scaled by `maxNorm / (norm + 1e-7)`, as PyTorch's.
 *
 * @example
 * const table = embeddingRenorm(weight, ids, { maxNorm: 1 }) // weight: f32[1000, 64], ids: i32[8, 20]
 * embedding(ids, table) // gives f32[8, 20, 64]
 */
export const embeddingRenorm: (weight: Value, indices: Value, options: EmbeddingRenormOptions) => Value =
  traced((weight: Value, indices: Value, { maxNorm, p = 2 }: EmbeddingRenormOptions): Value => {
    graphOf('embeddingRenorm', [weight, indices])
    if (weight.type.shape.length !== 2) throw embeddingShape('embeddingRenorm', weight) // C1
    return customVjp({
      forward: (table, at) => {
        const rows = gather(table, at)
        const length = norm(rows, { p, axis: -1, keepDims: true }) // C2
        const scaled = mul(rows, div(maxNorm, add(length, 1e-7)))
        return { output: scatter(table, at, select(lt(maxNorm, length), scaled, rows)) }
      },
      backward: (_, cotangent: Value) => [cotangent, null],
    })(weight, positions('embeddingRenorm', indices))
  })

export interface EmbeddingBagOptions {
  /** Default mean. */
  readonly mode?: 'sum' | 'mean' | 'max' | undefined
  /** Where each bag begins in `indices [n]`, in ascending order from 0; without, each row of `indices [B, n]` is a bag. */
  readonly offsets?: Value | undefined
  /** Whether the last offset is the end of the last bag. Default false. */
  readonly includeLastOffset?: boolean | undefined
  /** Factor of each row, for mode sum; of the shape of indices. */
  readonly perSampleWeights?: Value | undefined
  /** A row that is left out of every bag. Default: none. */
  readonly paddingIndex?: number | undefined
  /** Divides what a row gets from each of its uses by their number; for modes sum and mean. Default false. */
  readonly scaleGradByFrequency?: boolean | undefined
}

/**
 * Rows of a table, reduced bag by bag. A bag of nothing gives 0.
 *
 * *Shapes*: `indices [B, n]`, or `[n]` with `offsets [B]`; `weight [V, D]` → `[B, D]`. *Dtypes*: indices and offsets of any integer
 * dtype; a number outside gives NaN.
 * - C1 the shapes fit. Throws `SHAPE_EMBEDDING`. C2 `perSampleWeights` go with mode sum, `scaleGradByFrequency` with sum and
 *   mean. Throws `ATTR_EMBEDDING_MODE`.
 * - C3 `paddingIndex` is a row. Throws `ATTR_PADDING_INDEX`.
 *
 * *Gradient*: of max to the first of tied rows of the bag. `scaleGradByFrequency` divides by the uses of the row itself, as
 * `embedding` does; PyTorch's bags divide by those of another row, unless all are used alike.
 *
 * @example
 * embeddingBag(ids, weight, { mode: 'sum' }) // ids: i32[8, 20], weight: f32[1000, 64] gives f32[8, 64]
 */
export const embeddingBag: (indices: Value, weight: Value, options?: EmbeddingBagOptions) => Value = traced(
  (indices: Value, weight: Value, options: EmbeddingBagOptions = {}): Value => {
    const { mode = 'mean', offsets, perSampleWeights, scaleGradByFrequency = false } = options
    const extra = [offsets, perSampleWeights].filter((value) => value !== undefined)
    graphOf('embeddingBag', [indices, weight, ...extra])
    const fits =
      weight.type.shape.length === 2 &&
      indices.type.shape.length === (offsets === undefined ? 2 : 1) &&
      (offsets === undefined || offsets.type.shape.length === 1) &&
      (perSampleWeights === undefined || shapesEqual(perSampleWeights.type.shape, indices.type.shape))
    if (!fits) throw embeddingShape('embeddingBag', weight, indices, offsets) // C1
    const isWeighted = perSampleWeights !== undefined && mode !== 'sum'
    if (!['sum', 'mean', 'max'].includes(mode) || isWeighted || (scaleGradByFrequency && mode === 'max'))
      throw embeddingMode(mode) // C2
    const padding = paddingOf('embeddingBag', weight, options.paddingIndex) // C3
    const read = gather(asFloat('embeddingBag', weight), indices)
    const rows = scaleGradByFrequency ? sharedAmongUses(read, weight, indices) : read
    const factors = perSampleWeights === undefined ? undefined : promote(perSampleWeights, rows.type.dtype)
    const entries: Entries = {
      rows: factors === undefined ? rows : mul(rows, unsqueeze(factors, { axis: -1 })),
      counts: padding === undefined ? undefined : ne(indices, padding),
    }
    if (offsets === undefined) return rectangular(entries, mode)
    return ragged(
      entries,
      mode,
      bagOf(indices, offsets),
      bagCount(offsets, options.includeLastOffset === true),
    )
  },
)

interface Entries {
  /** `[…, D]` */
  readonly rows: Value
  /** `[…]`: whether an entry is not the padding; undefined if all are. */
  readonly counts: Value | undefined
}

/** Bags are the rows of [B, n]. */
function rectangular({ rows, counts }: Entries, mode: 'sum' | 'mean' | 'max'): Value {
  const { dtype, shape } = rows.type
  const isCounted = counts === undefined ? undefined : unsqueeze(counts, { axis: -1 })
  if (shape[1] === 0) return sum(rows, { axis: 1 })
  if (mode === 'max') {
    const lowest = isCounted === undefined ? rows : select(isCounted, rows, Number.NEGATIVE_INFINITY)
    const first = argMax(lowest, { axis: 1, keepDims: true })
    const isFirst = eq(iota(rows.builder, { shape, axis: 1 }), first)
    const isPicked = isCounted === undefined ? isFirst : and(isFirst, isCounted)
    return sum(select(isPicked, rows, 0), { axis: 1 })
  }
  const total = sum(isCounted === undefined ? rows : select(isCounted, rows, 0), { axis: 1 })
  if (mode === 'sum') return total
  if (counts === undefined) return div(total, shape[1] ?? 1)
  return div(total, maximum(sum(cast(counts, dtype), { axis: 1, keepDims: true }), 1))
}

/** The bag of each position: how many offsets do not lie behind it, less 1. */
function bagOf(indices: Value, offsets: Value): Value {
  const b = indices.builder
  const place = iota(b, { shape: [...indices.type.shape, 1] })
  const begun = le(positions('embeddingBag', offsets), place) // [n, B]
  return sub(sum(cast(begun, 'i32'), { axis: 1 }), 1)
}

const bagCount = (offsets: Value, includesLast: boolean): number =>
  Math.max(0, (offsets.type.shape[0] ?? 0) - (includesLast ? 1 : 0))

/** Bags are given by number: [n] of `bags`. What belongs to a further bag is left out. */
function ragged({ rows, counts }: Entries, mode: 'sum' | 'mean' | 'max', bag: Value, bags: number): Value {
  const b = rows.builder
  const { dtype, shape } = rows.type
  const [entries = 0, width = 0] = shape
  const target = counts === undefined ? bag : select(counts, bag, -1)
  if (mode !== 'max') {
    const total = scatterAdd(zeros(b, dtype, [bags, width]), target, rows)
    if (mode === 'sum') return total
    const count = scatterAdd(zeros(b, dtype, [bags]), target, 1)
    return div(total, unsqueeze(maximum(count, 1), { axis: 1 }))
  }
  // The largest of each bag, then the first entry that has it, then that entry's row.
  const lowest = full(b, dtype, [bags, width], Number.NEGATIVE_INFINITY)
  const largest = scatter(lowest, target, stopGradient(rows), { combine: 'maximum' })
  const isLargest = eq(rows, gather(largest, target))
  const place = iota(b, { shape })
  const first = scatter(full(b, 'i32', [bags, width], entries), target, select(isLargest, place, entries), {
    combine: 'minimum',
  })
  const isEmpty = eq(first, entries)
  return select(isEmpty, 0, takeAlongAxis(rows, select(isEmpty, 0, first), { axis: 0 }))
}

const embeddingShape = (op: string, weight: Value, indices?: Value, offsets?: Value): HeddleError =>
  errorHere(
    'SHAPE_EMBEDDING',
    indices === undefined
      ? `${op}: weight is ${formatShape(weight.type.shape)}; it must be [V, D]`
      : `${op}: indices are ${formatShape(indices.type.shape)}, weight ${formatShape(weight.type.shape)}${offsets === undefined ? '' : `, offsets ${formatShape(offsets.type.shape)}`}; they must be [B, n] and [V, D], or [n], [V, D] and offsets [B], weights of samples as indices`,
    { op, weight: weight.type.shape, indices: indices?.type.shape, constraint: 'C1' },
  )

const embeddingMode = (mode: string): HeddleError =>
  errorHere(
    'ATTR_EMBEDDING_MODE',
    `embeddingBag: mode is ${mode}; it must be sum, mean or max; sum with perSampleWeights, sum or mean with scaleGradByFrequency`,
    { mode, constraint: 'C2' },
  )

const paddingRange = (op: string, index: number, rows: number): HeddleError =>
  errorHere(
    'ATTR_PADDING_INDEX',
    `${op}: paddingIndex is ${index}; it must be from ${-rows} to ${rows - 1}`,
    {
      op,
      index,
      rows,
    },
  )
