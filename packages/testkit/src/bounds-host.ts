// Error bounds of ops that run on the host: running sums, products and log-sums, linear recurrences, and positions that depend on
// the order of values. Valid for any order in which a runtime combines the elements of a row.
import type { NdArray } from '@heddle/core'
import { forEachRow, isFloat, numbersOf } from '@heddle/core'
import type { BoundArgs, Bounded, BoundRule } from './bounds.ts'
import { addedUp, allUnknown, as, isExact, magnitudes, run, unknown } from './bounds-arrays.ts'
import { roundingError, tolerancesOf } from './tolerances.ts'

/** How many elements of its row each result depends on. */
function countsAlong(args: BoundArgs): Float64Array {
  const { axis, reverse } = rowOf(args)
  const counts = new Float64Array(args.value.data.length)
  forEachRow(args.value.shape, axis, (start, length, stride) => {
    for (let k = 0; k < length; k++) counts[start + k * stride] = reverse ? length - k : k + 1
  })
  return counts
}

const rowOf = ({ node }: BoundArgs): { readonly axis: number; readonly reverse: boolean } => ({
  axis: 'axis' in node.attrs ? node.attrs.axis : 0,
  reverse: 'reverse' in node.attrs && node.attrs.reverse,
})

const absolute = ({ value }: Bounded): ArrayLike<number> => numbersOf(value).map(Math.abs)

export const cumulated: BoundRule = (args) => {
  const [x] = args.inputs
  if (x === undefined) return allUnknown(args)
  const combine = 'combine' in args.node.attrs ? args.node.attrs.combine : 'sum'
  if (combine === 'logsumexp') return loggedSums(args, x)
  const counts = countsAlong(args)
  const most = run(args, [as(args, 0, magnitudes(x))])
  const spread =
    combine === 'sum' ? run(args, [as(args, 0, x.bound)]) : excess(args, most, [as(args, 0, absolute(x))])
  return addedUp(args, spread, most, (at) => counts[at] ?? 0)
}

/** How much larger a sum of products gets when all its factors grow to their bounds. */
function excess(args: BoundArgs, most: Float64Array, inputs: readonly NdArray[]): Float64Array {
  if (args.inputs.every(isExact)) return new Float64Array(most.length)
  const exact = run(args, inputs)
  return most.map((magnitude, at) => Math.max(0, magnitude - (exact[at] ?? 0)))
}

/** Every weight of a log-sum is between 0 and 1 and they add up to 1: its error is at most the largest of its operands. */
function loggedSums(args: BoundArgs, { value, bound }: Bounded): Float64Array {
  const tolerances = tolerancesOf(args.precision, args.node.type.dtype)
  const { axis, reverse } = rowOf(args)
  const result = new Float64Array(args.value.data.length)
  if (tolerances === undefined) return allUnknown(args)
  forEachRow(value.shape, axis, (start, length, stride) => {
    const places = Array.from({ length }, (_, k) => start + (reverse ? length - 1 - k : k) * stride)
    let error = 0
    let largest = 0
    places.forEach((place, k) => {
      error = Math.max(error, bound[place] ?? unknown)
      const magnitude = Math.abs(Number(value.data[place])) + error
      if (Number.isFinite(magnitude)) largest = Math.max(largest, magnitude)
      // Levels of combining two partial results, each within the largest operand and the logarithm of their number.
      const level =
        2 * roundingError(tolerances, 'arithmetic', largest + Math.log(length) + 1) +
        roundingError(tolerances, 'exp', 1) +
        roundingError(tolerances, 'log1p', 1)
      result[place] = error + (Math.ceil(Math.log2(k + 1)) + 1) * level
    })
  })
  return result
}

/** A recurrence is a sum of products; along a row of n no term has more than n factors. */
export const recurred: BoundRule = (args) => {
  const [a, b] = args.inputs
  if (a === undefined || b === undefined) return allUnknown(args)
  const counts = countsAlong(args)
  const most = run(args, [as(args, 0, magnitudes(a)), as(args, 1, magnitudes(b))])
  const spread = excess(args, most, [as(args, 0, absolute(a)), as(args, 1, absolute(b))])
  return addedUp(args, spread, most, (at) => 2 * (counts[at] ?? 0))
}

interface Interval {
  readonly low: number
  readonly high: number
}

/** Where an element may lie in the order of a row: NaN above everything. */
function intervalOf({ value, bound }: Bounded, place: number): Interval {
  const x = Number(value.data[place])
  const error = bound[place] ?? unknown
  if (error === unknown) return { low: Number.NEGATIVE_INFINITY, high: unknown }
  if (Number.isNaN(x)) return { low: unknown, high: unknown }
  return error === 0 ? { low: x, high: x } : { low: x - error, high: x + error }
}

/** A place of the sorted row is certain where all before it are surely smaller and all behind it surely larger. */
export const sorted: BoundRule = (args) => {
  const [x] = args.inputs
  if (x === undefined) return allUnknown(args)
  const result = new Float64Array(args.value.data.length)
  if (isExact(x)) return result
  const isDescending = 'descending' in args.node.attrs && args.node.attrs.descending
  forEachRow(args.value.shape, rowOf(args).axis, (start, length, stride) => {
    const ranks = Array.from({ length }, (_, k) => (isDescending ? length - 1 - k : k))
    const intervals = ranks.map((rank) =>
      intervalOf(x, start + Number(args.value.data[start + rank * stride]) * stride),
    )
    const above = new Array<number>(length + 1).fill(unknown)
    for (let k = length - 1; k >= 0; k--) above[k] = Math.min(above[k + 1] ?? unknown, intervals[k]?.low ?? 0)
    let below = Number.NEGATIVE_INFINITY
    intervals.forEach(({ low, high }, k) => {
      const isFirst = k === 0 || below < low
      const isLast = k === length - 1 || high < (above[k + 1] ?? unknown)
      result[start + (ranks[k] ?? 0) * stride] = isFirst && isLast ? 0 : unknown
      below = Math.max(below, high)
    })
  })
  return result
}

/** The position of a running extreme is certain where its element surely beats all others so far. */
export const runningPosition: BoundRule = (args) => {
  const [x] = args.inputs
  if (x === undefined) return allUnknown(args)
  const result = new Float64Array(args.value.data.length)
  if (isExact(x)) return result
  if (!isFloat(x.value.dtype)) return allUnknown(args)
  const isMin = 'combine' in args.node.attrs && args.node.attrs.combine === 'min'
  forEachRow(args.value.shape, rowOf(args).axis, (start, length, stride) => {
    for (let k = 0; k < length; k++) {
      const best = Number(args.value.data[start + k * stride])
      const winner = intervalOf(x, start + best * stride)
      const isCertain = Array.from({ length: k + 1 }, (_, j) => j).every((j) => {
        if (j === best) return true
        const other = intervalOf(x, start + j * stride)
        return isMin && Number.isFinite(winner.high) ? winner.high < other.low : other.high < winner.low
      })
      result[start + k * stride] = isCertain ? 0 : unknown
    }
  })
  return result
}
