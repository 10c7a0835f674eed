// Functions that choose between operands or keep a part of one: bounds, extremes that pass over NaN, signs, fractions.
import { type DType, dtypes, isFloat } from '../dtype.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import {
  abs,
  add,
  alignFloat,
  and,
  type Binary,
  bitcast,
  eq,
  isNan,
  le,
  lt,
  maximum,
  minimum,
  neg,
  or,
  reciprocal,
  select,
  stopGradient,
  sub,
  trunc,
  type Unary,
} from './elementwise.ts'
import { align, asValue, type Operand } from './operand.ts'

export interface ClampOptions {
  /** Default: no bound. */
  readonly low?: Operand | undefined
  /** Default: no bound. */
  readonly high?: Operand | undefined
}

/**
 * `x` between `low` and `high`; `high` where `low` is above it. NaN anywhere gives NaN.
 *
 * Shapes: x and the bounds broadcast. Dtypes: numbers, promoted.
 *
 * Gradient: to x inside and at the bounds, to the bound where x is beyond it; to nothing where x is NaN, or beyond two bounds
 * that are equal; to `high` alone where `low` is above it (as PyTorch's).
 *
 * @example
 * clamp(x, { low: 0, high: 1 }) // x = [-1, 0.5, 2] gives [0, 0.5, 1]
 */
export const clamp: (x: Value, bounds: ClampOptions) => Value = traced(
  (x: Value, { low, high }: ClampOptions): Value => {
    const bounds = [low, high].filter((bound) => bound !== undefined)
    const [value, ...limits] = align('clamp', [asValue('clamp', x), ...bounds]) as readonly [
      Value,
      ...Value[],
    ]
    const most = high === undefined ? undefined : limits.pop()
    const [least] = limits
    const raised = least === undefined ? value : maximum(value, least)
    const limited = most === undefined ? raised : minimum(raised, most)
    if (!isFloat(value.type.dtype) || bounds.length === 0) return limited
    const isFrom = least === undefined ? undefined : le(least, value)
    const isTo = most === undefined ? undefined : le(value, most)
    const isInside = isFrom !== undefined && isTo !== undefined ? and(isFrom, isTo) : (isFrom ?? isTo)
    const result = select(isInside as Value, value, stopGradient(limited))
    const isConstant = bounds.every((bound) => typeof bound === 'number')
    return isConstant ? result : throughBounds(value, result, { low: least, high: most })
  },
)

/** `result`, with derivatives by the bounds that x is beyond. */
function throughBounds(
  x: Value,
  result: Value,
  { low, high }: { low: Value | undefined; high: Value | undefined },
): Value {
  let through = result
  if (low !== undefined) {
    const isBelow = lt(x, low)
    through = select(high === undefined ? isBelow : and(isBelow, lt(low, high)), low, through)
  }
  if (high !== undefined) {
    const isAbove = lt(high, x)
    through = select(low === undefined ? isAbove : or(isAbove, lt(high, low)), high, through)
  }
  // A bound passes its derivative on also where the result is NaN, by x or by the other bound.
  return add(through, select(isNan(result), Number.NaN, -0))
}

/** `x` where `keeps` holds or y is NaN, else y. */
const extreme = (name: string, keeps: (x: Value, y: Value) => Value): Binary =>
  traced((x: Operand, y: Operand): Value => {
    const [left, right] = align(name, [x, y]) as readonly [Value, Value]
    const kept = keeps(left, right)
    return select(isFloat(right.type.dtype) ? or(kept, isNan(right)) : kept, left, right)
  })

/**
 * The larger, or the other if one is NaN; `maximum` is NaN then.
 *
 * Shapes: broadcast. Dtypes: promoted.
 *
 * Gradient: to the operand chosen, at a tie x (as PyTorch's).
 *
 * @example
 * fmax(x, 0) // x = [-1, NaN, 2] gives [0, 0, 2]
 */
export const fmax: Binary = extreme('fmax', (x, y) => le(y, x))
/**
 * The smaller, or the other if one is NaN; `minimum` is NaN then. Gradient: as `fmax`.
 *
 * @example
 * fmin(x, 0) // x = [-1, NaN, 2] gives [-1, 0, 0]
 */
export const fmin: Binary = extreme('fmin', (x, y) => le(x, y))

/**
 * The size of x with the sign of y, of a zero too.
 *
 * Shapes: broadcast. Dtypes: floats; integers become f32. Gradient: to x alone, the sign; 0 where x is
 * 0 (as PyTorch's) or NaN. PyTorch's is NaN for infinities and NaN, as it divides the result by x.
 *
 * @example
 * copysign(x, -1) // x = [1, -2] gives [-1, -2]
 */
export const copysign: Binary = traced((x: Operand, y: Operand): Value => {
  const [left, right] = alignFloat('copysign', [x, y]) as readonly [Value, Value]
  const size = abs(left)
  return select(isNegative(right), neg(size), size)
})

/** Whether the sign is set, of -0 too. By the bits where there is an integer of as many; the sign of a NaN is not told apart. */
const isNegative = (x: Value): Value =>
  x.type.dtype === 'f32' ? lt(bitcast(x, 'i32'), 0) : or(lt(x, 0), lt(reciprocal(x), 0))

/**
 * The part after the point, with the sign of x: `x - trunc(x)`. NaN for infinities. Dtypes: floats. Gradient: 1.
 *
 * @example
 * frac(x) // x = [1.5, -1.5] gives [0.5, -0.5]
 */
export const frac: Unary = traced((x: Value): Value => sub(x, trunc(x)))

export interface NanToNumOptions {
  /** In the place of NaN. Default 0. */
  readonly nan?: number | undefined
  /** In the place of Infinity. Default the largest finite number of the dtype. */
  readonly posInf?: number | undefined
  /** In the place of -Infinity. Default the lowest finite number of the dtype. */
  readonly negInf?: number | undefined
}

/**
 * `x` with numbers in the place of NaN and infinities. Integers and bools have none and are returned as they are.
 *
 * Gradient: 1, and 0 where x is replaced.
 *
 * @example
 * nanToNum(x, { posInf: 9 }) // x = [NaN, Infinity, 1] gives [0, 9, 1]
 */
export const nanToNum: (x: Value, options?: NanToNumOptions) => Value = traced(
  (x: Value, { nan = 0, posInf, negInf }: NanToNumOptions = {}): Value => {
    const { dtype } = asValue('nanToNum', x).type
    if (!isFloat(dtype)) return x
    const largest = largestOf(dtype)
    const above = select(eq(x, Number.POSITIVE_INFINITY), posInf ?? largest, x)
    const finite = select(eq(x, Number.NEGATIVE_INFINITY), negInf ?? -largest, above)
    return select(isNan(x), nan, finite)
  },
)

/** The largest finite number of a float dtype, found by what it rounds to: all ones below the largest power of 2. */
function largestOf(dtype: DType): number {
  const { round } = dtypes[dtype]
  let power = 2 ** 1023
  while (!Number.isFinite(round(power))) power /= 2
  let step = 1
  while (round(1 + step / 2) !== 1) step /= 2
  return power * (2 - step)
}
