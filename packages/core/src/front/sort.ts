// Sorting along an axis, and what is read off a sorted row: largest elements, the k-th smallest.
import { formatShape } from '../dim.ts'
import type { HeddleError } from '../errors.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { takeAlongAxis } from './along-axis.ts'
import { errorHere } from './operand.ts'
import {
  both,
  type ReduceRowOptions,
  type Row,
  type RowOptions,
  rowOf,
  type ValuesWithIndices,
} from './row.ts'
import { narrow } from './slice.ts'

export interface SortOptions extends RowOptions {
  /** Largest first. Default false. */
  readonly descending?: boolean | undefined
}

/** The positions that sort a row. */
export function orderOf({ x, axis }: Row, descending = false): Value {
  return x.builder.argSort(x, { axis, descending })
}

/**
 * The positions that sort x along an axis: the sort is stable in both directions, NaN is larger than every number, -0 equals 0.
 *
 * *Shapes*: that of x. *Dtypes*: any; i32. *Throws* `ATTR_AXIS_RANGE`. *Gradient*: none, it is a position.
 *
 * @example
 * argSort(x) // x = [3, 1, 2] gives [1, 2, 0]
 */
export const argSort: (x: Value, options?: SortOptions) => Value = traced(
  (x: Value, { axis, descending }: SortOptions = {}): Value => {
    const row = rowOf('argSort', x, axis)
    return row.restore(orderOf(row, descending))
  },
)

/**
 * The elements in order along an axis, with the positions they come from: in the order of `argSort`, which is stable.
 *
 * *Shapes*: those of x. *Dtypes*: any; kept, positions i32. *Throws* `ATTR_AXIS_RANGE`. *Gradient*: goes back to where each
 * element came from.
 *
 * @example
 * sort(x, { descending: true }).values // x = [3, 1, 2] gives [3, 2, 1]
 */
export const sort: (x: Value, options?: SortOptions) => ValuesWithIndices = traced(
  (x: Value, { axis, descending }: SortOptions = {}): ValuesWithIndices => {
    const row = rowOf('sort', x, axis)
    return both(taken(row, orderOf(row, descending)), row.restore)
  },
)

export interface TopKOptions extends RowOptions {
  /** The largest, in descending order; if false the smallest, ascending. Default true. */
  readonly largest?: boolean | undefined
}

/**
 * The k largest (or smallest) along an axis, sorted, with their positions: of equal elements the first. NaN is larger than every
 * number.
 *
 * *Shapes*: x `[…, n, …]` → `[…, k, …]`. *Dtypes*: any; kept, positions i32.
 * - C1 `0 <= k <= n`. Throws `ATTR_RANK_RANGE`.
 *
 * *Gradient*: goes back to where each element came from.
 *
 * @example
 * topK(x, 2).values // x = [3, 1, 2] gives [3, 2]
 */
export const topK: (x: Value, k: number, options?: TopKOptions) => ValuesWithIndices = traced(
  (x: Value, k: number, { axis, largest = true }: TopKOptions = {}): ValuesWithIndices => {
    const row = rowOf('topK', x, axis)
    if (!Number.isInteger(k) || k < 0 || k > row.length) throw rankRange('topK', k, row, 0) // C1
    const order = narrow(orderOf(row, largest), { axis: row.axis, start: 0, size: k })
    return both(taken(row, order), row.restore)
  },
)

/**
 * The k-th smallest along an axis (1 is the smallest), with its position: of equal elements, in the order of a stable sort. NaN is
 * larger than every number.
 *
 * *Shapes*: x `[…, n, …]` → `[…]`. *Dtypes*: any; kept, positions i32.
 * - C1 `1 <= k <= n`. Throws `ATTR_RANK_RANGE`.
 *
 * *Gradient*: goes to the position returned.
 *
 * @example
 * kthValue(x, 2).values // x = [3, 1, 2] gives 2
 */
export const kthValue: (x: Value, k: number, options?: ReduceRowOptions) => ValuesWithIndices = traced(
  (x: Value, k: number, { axis, keepDims }: ReduceRowOptions = {}): ValuesWithIndices => {
    const row = rowOf('kthValue', x, axis)
    if (!Number.isInteger(k) || k < 1 || k > row.length) throw rankRange('kthValue', k, row, 1) // C1
    const order = narrow(orderOf(row), { axis: row.axis, start: k - 1, size: 1 })
    return both(taken(row, order), (y) => row.reduce(y, keepDims))
  },
)

/** The elements of a row at positions. */
export const taken = ({ x, axis }: Row, indices: Value): ValuesWithIndices => ({
  values: takeAlongAxis(x, indices, { axis }),
  indices,
})

const rankRange = (op: string, k: number, { x, axis, length }: Row, least: 0 | 1): HeddleError =>
  errorHere(
    'ATTR_RANK_RANGE',
    `${op}: k is ${k}; axis ${axis} of ${formatShape(x.type.shape)} has ${length} elements, so k is a whole number from ${least} to ${length}`,
    { op, k, axis, shape: x.type.shape, constraint: 'C1' },
  )
