// One compiled result beside its reference: the worst difference, where it is, and whether it is allowed.
import { dtypes, type HostArray, isFloat, numbersOf, type Shape } from '@heddle/core'
import type { Reference } from './reference.ts'

export interface Comparison {
  /** Largest difference; Infinity where one side is not finite and the other is. */
  readonly worst: number
  readonly bound: number
  readonly isWithin: boolean
  /** Elements not compared, because rounding decides them. */
  readonly skipped: number
  /** Index of the worst element, and both values there. */
  readonly at: readonly number[]
  readonly got: number
  readonly wanted: number
}

export function compareArrays(result: HostArray, { value, bound, undecided }: Reference): Comparison {
  const { round } = dtypes[result.dtype]
  let worst = 0
  let position = 0
  const got = numbersOf(result)
  const expected = numbersOf(value)
  for (const [offset, wanted] of expected.entries()) {
    if (undecided.has(offset)) continue
    const found = got[offset] ?? Number.NaN
    const distance = isFloat(result.dtype) ? floatDistance(found, wanted, round) : Math.abs(found - wanted)
    if (distance > worst) {
      worst = distance
      position = offset
    }
  }
  return {
    worst,
    bound,
    isWithin: worst <= bound,
    skipped: undecided.size,
    at: indexOf(position, result.shape),
    got: got[position] ?? Number.NaN,
    wanted: expected[position] ?? Number.NaN,
  }
}

function floatDistance(got: number, wanted: number, round: (value: number) => number): number {
  if (Number.isNaN(got) || Number.isNaN(wanted)) return Object.is(got, wanted) ? 0 : Number.POSITIVE_INFINITY
  // Beyond the dtype's largest number the result is infinite, whatever float64 can still hold.
  if (!Number.isFinite(got) && got === round(wanted)) return 0
  return Math.abs(got - wanted)
}

/** The index of a position in row-major order. */
function indexOf(position: number, shape: Shape): readonly number[] {
  const index: number[] = []
  let rest = position
  for (const dim of shape.toReversed()) {
    index.unshift(rest % dim)
    rest = Math.floor(rest / dim)
  }
  return index
}
