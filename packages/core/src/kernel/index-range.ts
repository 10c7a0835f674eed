// Interval analysis of index expressions: bounds from the extents of axes, and what follows for guards. Bounds are exact for
// affine expressions over distinct axes and otherwise possibly too wide, never too narrow. An axis of extent 0 counts as 0.
import type { AxisId, Guard, IndexAtom, IndexExpression } from './index-expression.ts'

/** Extent of an axis: its values are 0 .. extent-1. `Infinity` where nothing is known. */
export type AxisRanges = (axis: AxisId) => number

/** Interval, both ends included. */
export interface IndexRange {
  readonly low: number
  readonly high: number
}

/** Interval of a scalar value used as an index. */
export type ValueRanges = (value: number) => IndexRange

export const i32Range: IndexRange = { low: -(2 ** 31), high: 2 ** 31 - 1 }

/** Knows nothing about axes but that they are not negative. */
export const unboundedAxes: AxisRanges = () => Number.POSITIVE_INFINITY

const anyValue: ValueRanges = () => i32Range

/** Bounds of an expression; exact for affine ones with independent axes, else possibly too wide. */
export function indexRange(
  a: IndexExpression,
  ranges: AxisRanges,
  valueRanges: ValueRanges = anyValue,
): IndexRange {
  let low = a.constant
  let high = a.constant
  for (const { coefficient, atom } of a.terms) {
    const range = atomRange(atom, ranges, valueRanges)
    low += coefficient * (coefficient > 0 ? range.low : range.high)
    high += coefficient * (coefficient > 0 ? range.high : range.low)
  }
  return { low, high }
}

export function holdsAlways(guard: Guard, ranges: AxisRanges, valueRanges?: ValueRanges): boolean {
  const { low, high } = indexRange(guard.index, ranges, valueRanges)
  return low >= guard.low && high < guard.high
}

export function holdsNever(guard: Guard, ranges: AxisRanges, valueRanges?: ValueRanges): boolean {
  const { low, high } = indexRange(guard.index, ranges, valueRanges)
  return guard.low >= guard.high || high < guard.low || low >= guard.high
}

function atomRange(atom: IndexAtom, ranges: AxisRanges, valueRanges: ValueRanges): IndexRange {
  switch (atom.kind) {
    case 'axis':
      return { low: 0, high: Math.max(ranges(atom.axis) - 1, 0) }
    case 'value':
      return valueRanges(atom.value)
    case 'quotient': {
      const { low, high } = indexRange(atom.of, ranges, valueRanges)
      return { low: Math.floor(low / atom.by), high: Math.floor(high / atom.by) }
    }
    case 'remainder': {
      const { low, high } = indexRange(atom.of, ranges, valueRanges)
      const shift = Math.floor(low / atom.by) * atom.by
      const oneBlock = high - shift < atom.by
      return oneBlock ? { low: low - shift, high: high - shift } : { low: 0, high: atom.by - 1 }
    }
    default:
      return atom satisfies never
  }
}
