// Counting: how many elements fall into each of a fixed number of bins.
import { sizeOf } from '../dim.ts'
import { dtypes, isInteger } from '../dtype.ts'
import type { HeddleError } from '../errors.ts'
import { traced } from '../ir/provenance.ts'
import { formatType } from '../ir/tensor-type.ts'
import type { Value } from '../ir/value.ts'
import {
  add,
  and,
  asFloat,
  cast,
  div,
  eq,
  ge,
  le,
  minimum,
  mul,
  select,
  stopGradient,
  sub,
} from './elementwise.ts'
import { asValue, errorHere, graphOf, promote } from './operand.ts'
import { max, min, sum } from './reduce.ts'
import { scatterAdd } from './scatter.ts'
import { searchSorted } from './search.ts'

/** What each element of x counts: 1, or its weight. Throws `SHAPE_WEIGHTS`. */
function weightsOf(op: string, x: Value, weights: Value | undefined): Value | 1 {
  if (weights === undefined) return 1
  graphOf(op, [x, weights])
  if (weights.type.shape.join() !== x.type.shape.join()) throw weightsShape(op, x, weights)
  return weights
}

const flattened = (x: Value): Value => x.builder.reshape(x, { shape: [sizeOf(x.type.shape)] })

export interface CountsOptions {
  /** Number of counts: elements are 0 to `length - 1`, others are not counted. */
  readonly length: number
  /** What each element counts, of the shape of x. Default 1. */
  readonly weights?: Value | undefined
}

/** How often each of 0 to `length - 1` occurs among integers; see `bincount`, which is the public name. */
export function countsOf(x: Value, { length, weights }: CountsOptions): Value {
  const value = asValue('bincount', x)
  if (!isInteger(value.type.dtype)) throw notIntegers(value)
  const each = weightsOf('bincount', value, weights)
  const dtype = each === 1 ? 'i32' : each.type.dtype
  const zero = value.builder.full({ dtype, shape: [length], value: 0 })
  return scatterAdd(zero, flattened(value), each === 1 ? 1 : flattened(each))
}

export interface HistcOptions {
  /** Number of bins, all of one width. Default 100. */
  readonly bins?: number | undefined
  /** Ends of the range; where both are equal (as by default, 0) it is that of the elements. */
  readonly min?: number | undefined
  readonly max?: number | undefined
}

/**
 * How many elements fall into each of `bins` equal intervals between `min` and `max`. The last one holds its upper end; elements
 * outside and NaN are not counted. (PyTorch counts NaN where its search on the CPU happens to end: here in the first bin, in the
 * last of given edges; its CUDA kernels do not.) A range of one point is widened by 1 to both sides.
 *
 * *Shapes*: any → `[bins]`. *Dtypes*: floats, kept; integers and bools give f32. *Gradient*: none.
 * - C1 bins is a whole number of at least 1. Throws `ATTR_HISTOGRAM`. C2 min is not above max. Throws `ATTR_HISTOGRAM`.
 *
 * @example
 * histc(x, { bins: 3, min: 0, max: 3 }) // x = [0, 1, 1, 3, 5] gives [1, 2, 1]
 */
export const histc: (x: Value, options?: HistcOptions) => Value = traced(
  (x: Value, options: HistcOptions = {}): Value => {
    const { bins = 100, min: low = 0, max: high = 0 } = options
    checkBins('histc', bins)
    if (!(low <= high)) throw badRange('histc', low, high) // C2
    const value = stopGradient(asFloat('histc', flattened(asValue('histc', x))))
    const [least, most] = endsOf(value, low, high)
    const place = div(mul(sub(value, least), bins), sub(most, least))
    const bin = minimum(cast(place, 'i32'), bins - 1)
    const isInside = and(ge(value, least), le(value, most))
    const zero = value.builder.full({ dtype: value.type.dtype, shape: [bins], value: 0 })
    return scatterAdd(zero, select(isInside, bin, -1), 1)
  },
)

/** The ends of a range: the numbers given, or where these are equal the extremes of the elements; never one point. */
function endsOf(x: Value, low: number, high: number): readonly [Value, Value] {
  const b = x.builder
  const scalar = (value: number): Value =>
    b.full({ dtype: x.type.dtype, shape: [], value: dtypes[x.type.dtype].round(value) })
  const isGiven = low !== high || sizeOf(x.type.shape) === 0
  const [least, most] = isGiven ? [scalar(low), scalar(high)] : [min(x), max(x)]
  const isPoint = eq(least, most)
  return [select(isPoint, sub(least, 1), least), select(isPoint, add(most, 1), most)]
}

export interface HistogramOptions {
  /** Number of bins of equal width, or the edges between them: `[n + 1]`, ascending. */
  readonly bins: number | Value
  /** Ends of the bins where a number of them is given. Default: those of the elements. */
  readonly range?: readonly [low: number, high: number] | undefined
  /** What each element counts, of the shape of x. Default 1. */
  readonly weights?: Value | undefined
  /** Divides counts by their sum and the widths of the bins, so that the area is 1. Default false. */
  readonly density?: boolean | undefined
}

export interface Histogram {
  readonly counts: Value
  /** `[n + 1]` */
  readonly edges: Value
}

/**
 * How many elements (or how much weight) fall between each two edges. The last bin holds its upper end; elements outside and NaN
 * are not counted (see `histc`). A range of one point is widened by 1/2 to both sides.
 *
 * *Shapes*: any → counts `[n]`, edges `[n + 1]`. *Dtypes*: floats, kept; integers and bools give f32. *Gradient*: none.
 * - C1 a number of bins is a whole one, at least 1. Throws `ATTR_HISTOGRAM`. C2 the range has its lower end first. Throws `ATTR_HISTOGRAM`.
 * - C3 weights have the shape of x. Throws `SHAPE_WEIGHTS`.
 *
 * @example
 * histogram(x, { bins: 2 }).edges // x = [0, 1, 4] gives [0, 2, 4]
 */
export const histogram: (x: Value, options: HistogramOptions) => Histogram = traced(
  (x: Value, { bins, range, weights, density = false }: HistogramOptions): Histogram => {
    const value = stopGradient(asFloat('histogram', flattened(asValue('histogram', x))))
    const each = weightsOf('histogram', x, weights)
    const edges = typeof bins === 'number' ? edgesOf(value, bins, range) : promote(bins, value.type.dtype)
    const count = (edges.type.shape[0] ?? 1) - 1
    const [low, high] = [edgeAt(edges, 0), edgeAt(edges, count)]
    const bin = minimum(sub(searchSorted(edges, value, { right: true }), 1), count - 1)
    const isInside = and(ge(value, low), le(value, high))
    const zero = value.builder.full({ dtype: value.type.dtype, shape: [count], value: 0 })
    const amount = each === 1 ? 1 : promote(stopGradient(flattened(each)), value.type.dtype)
    const counts = scatterAdd(zero, select(isInside, bin, -1), amount)
    if (!density) return { counts, edges }
    const b = value.builder
    const ends = (start: number): Value =>
      b.slice(edges, { starts: [start], limits: [start + count], steps: [1] })
    return { counts: div(counts, mul(sum(counts), sub(ends(1), ends(0)))), edges }
  },
)

/** Ends of equal bins; the last is the upper end itself. */
function edgesOf(x: Value, bins: number, range: HistogramOptions['range']): Value {
  checkBins('histogram', bins)
  const [low, high] = range ?? [0, 0]
  if (!(low <= high)) throw badRange('histogram', low, high) // C2
  const { dtype, shape } = x.type
  const b = x.builder
  const scalar = (value: number): Value => b.full({ dtype, shape: [], value: dtypes[dtype].round(value) })
  const isData = range === undefined && sizeOf(shape) > 0
  const first = isData ? min(x) : scalar(low)
  const last = isData ? max(x) : scalar(range === undefined ? 1 : high)
  const isPoint = eq(first, last)
  const from = select(isPoint, sub(first, 0.5), first)
  const to = select(isPoint, add(last, 0.5), last)
  const k = promote(b.iota({ dtype: 'i32', shape: [bins + 1], axis: 0 }), dtype)
  const step = div(sub(to, from), bins)
  // Counted from the nearer end, so that both ends are exact.
  const fromEnd = sub(to, mul(step, sub(bins, k)))
  return select(le(mul(k, 2), bins), add(from, mul(step, k)), fromEnd)
}

const edgeAt = (edges: Value, at: number): Value => {
  const one = edges.builder.slice(edges, { starts: [at], limits: [at + 1], steps: [1] })
  return edges.builder.reshape(one, { shape: [] })
}

function checkBins(op: string, bins: number): void {
  if (!Number.isInteger(bins) || bins < 1) throw badBins(op, bins) // C1
}

const badBins = (op: string, bins: number): HeddleError =>
  errorHere('ATTR_HISTOGRAM', `${op}: bins is ${bins}; it must be a whole number of at least 1`, {
    op,
    bins,
    constraint: 'C1',
  })

const badRange = (op: string, low: number, high: number): HeddleError =>
  errorHere('ATTR_HISTOGRAM', `${op}: the range goes from ${low} to ${high}; its lower end must come first`, {
    op,
    low,
    high,
    constraint: 'C2',
  })

const notIntegers = (x: Value): HeddleError =>
  errorHere('DTYPE_INDICES', `bincount: x is ${formatType(x.type)}; it must be integers`, { x: x.type })

const weightsShape = (op: string, x: Value, weights: Value): HeddleError =>
  errorHere(
    'SHAPE_WEIGHTS',
    `${op}: x is ${formatType(x.type)}, weights are ${formatType(weights.type)}; their shapes must be equal`,
    { op, x: x.type, weights: weights.type },
  )
