// Error bounds of elementwise ops. A rule gives the spread of the exact result over all operands within their bounds; the
// op's own rounding comes on top. Where the reference is not finite, the spread is 0 only if every corner of the operands'
// box gives the same.
import type { NdArray, TensorType } from '@heddle/core'
import { castScalar, dtypes, isFloat, numbersOf, opRecord, toNdArray } from '@heddle/core'
import type { BoundArgs, BoundRule } from './bounds.ts'
import { type RoundingClass, roundingError, tolerancesOf } from './tolerances.ts'

/** Spread of one element: operand values `x` and `y` with errors `ex` and `ey`, result `z`. */
export type Spread = (element: Element) => number

export interface Element {
  readonly x: number
  readonly y: number
  readonly ex: number
  readonly ey: number
  readonly z: number
}

const unknown = Number.POSITIVE_INFINITY

/** Whether an operand may be anything, NaN too: then so may the result, however bounded the function is on numbers. */
const isUnknown = ({ ex, ey }: Element): boolean => ex === unknown || ey === unknown

/** A float op with a formula for its spread and one rounding (none: the result is exact). */
export const smooth =
  (spread: Spread, rounding: RoundingClass | undefined): BoundRule =>
  (args) => {
    let corners: readonly NdArray[] | undefined
    return withIntegers(
      args,
      (at) => {
        const element = elementAt(args, at)
        if (isUnknown(element)) return unknown
        if (Number.isFinite(element.z)) return spread(element)
        corners ??= cornersOf(args)
        return spreadOfNonFinite(element, at, corners)
      },
      rounding,
    )
  }

/** A float op that is monotone in each operand: the corners of the operands' box hold its extremes. */
export const monotone =
  (rounding: RoundingClass | undefined, isSafe: (element: Element) => boolean = () => true): BoundRule =>
  (args) => {
    const corners = cornersOf(args)
    return withIntegers(
      args,
      (at) => {
        const element = elementAt(args, at)
        if (isUnknown(element)) return unknown
        if (!Number.isFinite(element.z)) return spreadOfNonFinite(element, at, corners)
        if (!isSafe(element)) return unknown
        return corners.reduce(
          (most, corner) => worse(most, Math.abs(Number(corner.data[at] ?? 0) - element.z)),
          0,
        )
      },
      rounding,
    )
  }

/** The result is 0 or 1 and certain unless the operands' errors reach `isNear`. */
export const decided =
  (isNear: (element: Element) => boolean): BoundRule =>
  (args) =>
    perElement(args, (at) => {
      const element = elementAt(args, at)
      if (element.ex === 0 && element.ey === 0) return 0
      return element.ex === unknown || element.ey === unknown || isNear(element) ? 1 : 0
    })

/** Integer and bool ops that a wrong operand makes anything of. */
export const exactOnly: BoundRule = (args) =>
  perElement(args, (at) => {
    const { ex, ey } = elementAt(args, at)
    return ex === 0 && ey === 0 ? 0 : unknown
  })

export const castBound: BoundRule = (args) => {
  const [x] = args.inputs
  const from = x?.value.dtype ?? 'f32'
  const to = args.node.type.dtype
  const tolerances = tolerancesOf(args.precision, to)
  return perElement(args, (at) => {
    const { x, ex, z } = elementAt(args, at)
    if (!isFloat(from) && ex === 0) {
      const isExact = tolerances === undefined || Math.abs(x) * tolerances.epsilon <= 1
      return isExact || tolerances === undefined ? 0 : roundingError(tolerances, 'arithmetic', Math.abs(z))
    }
    if (ex === unknown) return unknown
    if (tolerances !== undefined) {
      if (from === to || !Number.isFinite(z)) return ex
      // Two values on either side of a tie are rounded away from each other.
      return ex + 2 * roundingError(tolerances, 'arithmetic', Math.abs(z) + ex)
    }
    if (!isFloat(from) && to !== 'bool') return unknown
    const [low, high] = [Number(castScalar(x - ex, from, to)), Number(castScalar(x + ex, from, to))]
    if (to === 'bool') return Math.abs(x) <= ex && ex > 0 ? 1 : 0
    return Math.max(Math.abs(low - z), Math.abs(high - z))
  })
}

export const selectBound: BoundRule = (args) => {
  const [condition, x, y] = args.inputs
  return perElement(args, (at) => {
    const [ex, ey] = [x?.bound[at] ?? unknown, y?.bound[at] ?? unknown]
    const [vx, vy] = [Number(x?.value.data[at] ?? Number.NaN), Number(y?.value.data[at] ?? Number.NaN)]
    if ((condition?.bound[at] ?? 1) === 0) return condition?.value.data[at] === 1 ? ex : ey
    const distance = Object.is(vx, vy) || vx === vy ? 0 : Math.abs(vx - vy)
    return distance + Math.max(ex, ey)
  })
}

/** The bits of an inexact number are unknown. */
export const bitcastBound: BoundRule = (args) =>
  perElement(args, (at) => ((args.inputs[0]?.bound[at] ?? unknown) === 0 ? 0 : unknown))

function perElement({ value }: BoundArgs, boundAt: (at: number) => number): Float64Array {
  return Float64Array.from({ length: value.data.length }, (_, at) => boundAt(at))
}

/** Adds rounding to a float spread; on integers the spread must not reach beyond the dtype, where it would wrap. */
function withIntegers(
  args: BoundArgs,
  spreadAt: (at: number) => number,
  rounding: RoundingClass | undefined,
): Float64Array {
  const { dtype } = args.node.type
  const tolerances = tolerancesOf(args.precision, dtype)
  return perElement(args, (at) => {
    const spread = spreadAt(at)
    const value = Number(args.value.data[at] ?? 0)
    const z = Math.abs(value)
    if (tolerances === undefined) {
      if (spread === 0 || dtype === 'bool') return Math.min(spread, dtype === 'bool' ? 1 : 0)
      const wraps = [value - spread, value + spread].some((end) => dtypes[dtype].round(end) !== end)
      return wraps ? unknown : spread
    }
    if (rounding === undefined || !Number.isFinite(z)) return spread
    if (rounding === 'arithmetic' && spread === 0 && isUnrounded(args, at)) return 0
    return spread + roundingError(tolerances, rounding, z + spread)
  })
}

/** Whether f32 has the exact result: to nearest, then it is the result; to anywhere, that is sure for whole numbers. */
function isUnrounded(args: BoundArgs, at: number): boolean {
  const { x, y, z } = elementAt(args, at)
  if (args.node.type.dtype !== 'f32' || Math.fround(z) !== z) return false
  return (
    args.precision === 'reproducible' ||
    [x, y, z].every((each) => Number.isInteger(each) && Math.abs(each) <= 2 ** 24)
  )
}

function elementAt({ inputs: [x, y], value }: BoundArgs, at: number): Element {
  return {
    x: Number(x?.value.data[at] ?? 0),
    y: Number(y?.value.data[at] ?? 0),
    ex: x?.bound[at] ?? 0,
    ey: y?.bound[at] ?? 0,
    z: Number(value.data[at] ?? Number.NaN),
  }
}

/** Results of the op at all corners of the operands' boxes. */
function cornersOf({ node, inputs, value }: BoundArgs): readonly NdArray[] {
  const type: TensorType = { dtype: value.dtype, shape: value.shape }
  const signs =
    inputs.length === 1
      ? [[-1], [1]]
      : [
          [-1, -1],
          [-1, 1],
          [1, -1],
          [1, 1],
        ]
  return signs.map((corner) =>
    opRecord(node.op).evaluate(
      inputs.map((input, k) => shifted(input.value, input.bound, corner[k] ?? 1)),
      node.attrs,
      type,
    ),
  )
}

function shifted(value: NdArray, bound: Float64Array, sign: number): NdArray {
  const { dtype, shape } = value
  // Exact bigints stay as they are; around others numbers tell enough.
  const ends = [...value.data].map((x, at) => {
    const error = sign * (bound[at] ?? 0)
    return error === 0 || !Number.isFinite(error) ? x : castScalar(Number(x) + error, 'f64', dtype)
  })
  return isFloat(dtype)
    ? { ...value, data: numbersOf(value).map((x, at) => x + sign * (bound[at] ?? 0)) }
    : toNdArray(dtype, shape, ends)
}

function spreadOfNonFinite({ ex, ey, z }: Element, at: number, corners: readonly NdArray[]): number {
  if (ex === 0 && ey === 0) return 0
  return corners.every((corner) => Object.is(corner.data[at], z)) ? 0 : unknown
}

/** The larger, or Infinity if a corner has no value. */
const worse = (x: number, y: number): number => (Number.isNaN(y) ? unknown : Math.max(x, y))
