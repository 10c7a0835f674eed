// What is read off a sorted row at a rank that depends on how many elements are NaN: medians, quantiles; and the most frequent
// element. NaN sorts behind everything, so the numbers of a row come first.
import { formatShape, sizeOf } from '../dim.ts'
import { dtypes, isFloat } from '../dtype.ts'
import type { HeddleError } from '../errors.ts'
import { takeAlongAxis } from '../front/along-axis.ts'
import { lerp } from '../front/blend.ts'
import { literal } from '../front/constants.ts'
import {
  add,
  asFloat,
  cast,
  ceil,
  div,
  eq,
  floor,
  isNan,
  maximum,
  mul,
  ne,
  round,
  select,
  shiftRight,
  stopGradient,
  sub,
} from '../front/elementwise.ts'
import { asValue, errorHere, graphOf, isValue, promote } from '../front/operand.ts'
import { argMax, sum } from '../front/reduce.ts'
import { both, type ReduceRowOptions, type Row, rowOf, type ValuesWithIndices } from '../front/row.ts'
import { orderOf, sort, taken } from '../front/sort.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { shift } from '../ops/rows.ts'

/** How many elements of each row are NaN, i32 `[…, 1, …]`. */
function nansOf({ x, axis }: Row): Value {
  const { shape } = x.type
  if (isFloat(x.type.dtype)) return sum(isNan(x), { axis, keepDims: true })
  return x.builder.full({
    dtype: 'i32',
    shape: shape.map((dim, each) => (each === axis ? 1 : dim)),
    value: 0,
  })
}

/** Rank of the lower median in a sorted row. The first NaN is the median of a row that has one, unless NaNs are passed over. */
function medianRank(row: Row, skipsNan: boolean): Value {
  const nans = nansOf(row)
  const numbers = sub(row.length, nans)
  if (skipsNan) return maximum(shiftRight(sub(numbers, 1), 1), 0)
  return select(ne(nans, 0), numbers, (row.length - 1) >> 1)
}

type WithIndex = (x: Value, options?: ReduceRowOptions) => ValuesWithIndices

const medianWithIndexOf = (name: string, skipsNan: boolean): WithIndex =>
  traced((x: Value, { axis, keepDims }: ReduceRowOptions = {}): ValuesWithIndices => {
    const row = rowOf(name, x, axis)
    if (row.length === 0) throw emptyRow(name, row)
    const index = takeAlongAxis(orderOf(row), medianRank(row, skipsNan), { axis: row.axis })
    return both(taken(row, index), (y) => row.reduce(y, keepDims))
  })

/**
 * The median along an axis with its position: of an even number of elements the lower of the middle two. NaN if one is, at the first.
 *
 * *Shapes*: x `[…, n, …]` → `[…]`. *Dtypes*: any; kept, positions i32. *Throws* `ATTR_AXIS_RANGE`, `SHAPE_REDUCE_EMPTY`.
 * *Gradient*: all to the position returned.
 *
 * @example
 * medianWithIndex(x).indices // x = [3, 1, 4, 2] gives 3
 */
export const medianWithIndex: WithIndex = medianWithIndexOf('medianWithIndex', false)

/**
 * The median of the elements that are not NaN along an axis, with its position; NaN, at the first, if all are. In all else as
 * `medianWithIndex`.
 *
 * @example
 * nanMedianWithIndex(x).values // x = [3, NaN, 1] gives 1
 */
export const nanMedianWithIndex: WithIndex = medianWithIndexOf('nanMedianWithIndex', true)

const medianOf = (name: string, withIndex: WithIndex): ((x: Value, options?: ReduceRowOptions) => Value) =>
  traced((x: Value, options: ReduceRowOptions = {}): Value => {
    const value = asValue(name, x)
    if (options.axis !== undefined) return withIndex(value, options).values
    const b = value.builder
    const { dtype, shape } = value.type
    const kept = options.keepDims === true ? shape.map(() => 1) : []
    // The median of nothing is NaN, as PyTorch has it; integers have none.
    if (sizeOf(shape) === 0 && isFloat(dtype)) return b.full({ dtype, shape: kept, value: Number.NaN })
    const flat = b.reshape(value, { shape: [sizeOf(shape)] })
    const middle = stopGradient(withIndex(flat).values)
    return b.reshape(isFloat(dtype) ? sharedAmongEqual(flat, middle) : middle, { shape: kept })
  })

/** `value`, an element of x, with a derivative that all elements equal to it share. */
function sharedAmongEqual(x: Value, value: Value): Value {
  const isEqual = select(isNan(value), isNan(x), eq(x, value))
  const average = div(sum(select(isEqual, x, 0)), promote(sum(isEqual), x.type.dtype))
  // The average rounds; the value does not. What is not finite is the average itself.
  const exact = add(value, sub(average, stopGradient(average)))
  return select(eq(sub(value, value), 0), exact, average)
}

/**
 * The median of all elements, or along an axis: of an even number the lower of the middle two. NaN if one is; of no floats NaN.
 *
 * *Shapes*: the axes go, or stay with extent 1. *Dtypes*: any; kept. *Throws* `ATTR_AXIS_RANGE`, `SHAPE_REDUCE_EMPTY` for an empty axis.
 * *Gradient*: of all elements, shared by those equal to it; along an axis, all to one of them (`medianWithIndex` says which).
 *
 * @example
 * median(x) // x = [3, 1, 4, 2] gives 2
 */
export const median: (x: Value, options?: ReduceRowOptions) => Value = medianOf('median', medianWithIndex)

/**
 * The median of the elements that are not NaN; NaN if all are. In all else as `median`.
 *
 * @example
 * nanMedian(x) // x = [3, NaN, 1] gives 1
 */
export const nanMedian: (x: Value, options?: ReduceRowOptions) => Value = medianOf(
  'nanMedian',
  nanMedianWithIndex,
)

/**
 * The most frequent element along an axis with the position of its last occurrence: of several the smallest. NaNs all differ.
 *
 * *Shapes*: x `[…, n, …]` → `[…]`. *Dtypes*: any; kept, positions i32. *Throws* `ATTR_AXIS_RANGE`, `SHAPE_REDUCE_EMPTY`.
 * *Gradient*: all to the position returned.
 *
 * @example
 * mode(x).values // x = [3, 1, 3, 2, 1] gives 1
 */
export const mode: WithIndex = traced(
  (x: Value, { axis, keepDims }: ReduceRowOptions = {}): ValuesWithIndices => {
    const row = rowOf('mode', x, axis)
    if (row.length === 0) throw emptyRow('mode', row)
    const along = { axis: row.axis }
    const b = row.x.builder
    const { values, indices } = sort(row.x, along)
    // Place k of the sorted row is the (k - start + 1)-th of its value, whose first place is the last start of a run so far.
    const place = b.iota({ dtype: 'i32', shape: values.type.shape, axis: row.axis })
    const before = shift(b, values, { axis: row.axis, by: 1, reverse: false }, 0)
    const startsRun = select(eq(place, 0), eq(place, 0), ne(values, before))
    const start = b.cumulatePosition(select(startsRun, place, -1), { axis: row.axis, combine: 'max' })
    const last = argMax(sub(place, start), { axis: row.axis, keepDims: true })
    return both(taken(row, takeAlongAxis(indices, last, along)), (y) => row.reduce(y, keepDims))
  },
)

/** Between the elements a quantile falls between: in proportion, the one before, the one behind, half way, the nearer. */
export type Interpolation = 'linear' | 'lower' | 'higher' | 'midpoint' | 'nearest'

export interface QuantileOptions extends ReduceRowOptions {
  /** Default: over all elements. */
  readonly axis?: number | undefined
  /** Default `linear`. Half way between two, `nearest` takes the one of even rank. */
  readonly interpolation?: Interpolation | undefined
}

type Quantile = (x: Value, q: number | readonly number[] | Value, options?: QuantileOptions) => Value

const quantileOf = (name: string, skipsNan: boolean): Quantile =>
  traced((x: Value, q: number | readonly number[] | Value, options: QuantileOptions = {}): Value => {
    const { axis, keepDims = false, interpolation = 'linear' } = options
    const value = asFloat(name, x)
    const b = value.builder
    const { dtype, shape } = value.type
    const levels = levelsOf(name, value, q)
    const row =
      axis === undefined
        ? rowOf(name, b.reshape(value, { shape: [sizeOf(shape)] }))
        : rowOf(name, value, axis)
    if (row.length === 0) throw emptyRow(name, row)
    const count = levels.type.shape[0] ?? 1
    // [s…, n] sorted, ranks [s…, count]
    const rank = row.x.type.shape.length
    const last = [...Array.from({ length: rank }, (_, k) => k).filter((k) => k !== row.axis), row.axis]
    const rows = rowOf(name, b.permute(row.x, { perm: last }), -1)
    const ranks = ranksOf(rows, levels, skipsNan)
    const picked = interpolated(sort(rows.x).values, ranks, interpolation)
    const first = b.permute(picked, {
      perm: [rank - 1, ...Array.from({ length: rank - 1 }, (_, k) => k)],
    })
    const kept = shape.map((dim, each) => (axis === undefined || each === row.axis ? 1 : dim))
    const reduced = keepDims ? kept : axis === undefined ? [] : shape.filter((_, each) => each !== row.axis)
    const isSingle = isValue(q) ? q.type.shape.length === 0 : typeof q === 'number'
    return b.reshape(promote(first, dtype), { shape: isSingle ? reduced : [count, ...reduced] })
  })

/** Quantiles asked for as a value `[count]` of the dtype of x. */
function levelsOf(op: string, x: Value, q: number | readonly number[] | Value): Value {
  const b = x.builder
  const { dtype } = x.type
  if (isValue(q)) {
    graphOf(op, [x, q])
    if (q.type.shape.length > 1) throw quantileShape(op, q)
    return b.reshape(promote(q, dtype), { shape: [sizeOf(q.type.shape)] })
  }
  const given = typeof q === 'number' ? [q] : q
  const wrong = given.find((level) => !(level >= 0 && level <= 1))
  if (wrong !== undefined) throw quantileRange(op, wrong)
  return literal(b, given.length === 0 ? dtypes[dtype].allocate(0) : given, { dtype })
}

/** Where the quantiles lie in each sorted row, `[s…, count]`: between ranks 0 and n - 1, and at the last, a NaN, if there is one. */
function ranksOf(rows: Row, levels: Value, skipsNan: boolean): Value {
  const { x, length } = rows
  const { dtype, shape } = x.type
  const b = x.builder
  const full = [...shape.slice(0, -1), levels.type.shape[0] ?? 1]
  const each = b.expand(
    b.reshape(levels, { shape: [...shape.slice(0, -1).map(() => 1), levels.type.shape[0] ?? 1] }),
    { shape: full },
  )
  const nans = nansOf(rows)
  if (!skipsNan) return select(ne(nans, 0), length - 1, mul(each, length - 1))
  const numbers = promote(sub(length - 1, nans), dtype)
  return maximum(mul(each, numbers), 0)
}

function interpolated(sorted: Value, ranks: Value, interpolation: Interpolation): Value {
  const at = (rank: Value): Value => takeAlongAxis(sorted, cast(stopGradient(rank), 'i32'), { axis: -1 })
  switch (interpolation) {
    case 'lower':
      return at(floor(ranks))
    case 'higher':
      return at(ceil(ranks))
    case 'nearest':
      return at(round(ranks))
    case 'linear':
      return lerp(at(floor(ranks)), at(ceil(ranks)), sub(ranks, floor(ranks)))
    case 'midpoint':
      return lerp(at(floor(ranks)), at(ceil(ranks)), 0.5)
    default:
      return interpolation satisfies never
  }
}

/**
 * The element at the share q of the way through the sorted elements, all of them or along an axis. NaN if one is.
 *
 * *Shapes*: the axes go, or stay with extent 1; several quantiles `[m]` make a first axis of extent m. *Dtypes*: floats, kept; integers
 * and bools give f32; q becomes that.
 * - C1 0 <= q <= 1 where numbers are given. Throws `ATTR_QUANTILE`. C2 q has at most one axis. Throws `SHAPE_QUANTILE`.
 * - C3 there are elements. Throws `SHAPE_REDUCE_EMPTY`.
 *
 * *Gradient*: to the elements it lies between, in their shares; by q, their distance.
 *
 * @example
 * quantile(x, [0, 0.25]) // x = [5, 1, 3] gives [1, 2]
 */
export const quantile: Quantile = quantileOf('quantile', false)

/**
 * The quantile of the elements that are not NaN; NaN if all are. In all else as `quantile`.
 *
 * @example
 * nanQuantile(x, 0.5) // x = [5, NaN, 3] gives 4
 */
export const nanQuantile: Quantile = quantileOf('nanQuantile', true)

const emptyRow = (op: string, { x, axis }: Row): HeddleError =>
  errorHere(
    'SHAPE_REDUCE_EMPTY',
    `${op}: axis ${axis} of ${formatShape(x.type.shape)} holds no elements; nothing has no ${op}`,
    { op, shape: x.type.shape, axes: [axis] },
  )

const quantileRange = (op: string, q: number): HeddleError =>
  errorHere('ATTR_QUANTILE', `${op}: q is ${q}; it must be from 0 to 1`, { op, q, constraint: 'C1' })

const quantileShape = (op: string, q: Value): HeddleError =>
  errorHere(
    'SHAPE_QUANTILE',
    `${op}: q is ${formatShape(q.type.shape)}; it must be one quantile or have one axis`,
    { op, q: q.type.shape, constraint: 'C2' },
  )
