// Functions that choose between operands or keep a part of one: bounds, extremes that pass over NaN, signs, fractions.
import { type DType, dtypes, isFloat } from '../dtype.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { fullLike } from './constants.ts'
import {
  abs,
  alignFloat,
  type Binary,
  bitcast,
  eq,
  isNan,
  le,
  lt,
  neg,
  or,
  reciprocal,
  select,
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
 * Shapes: x and the bounds broadcast. Dtypes: promoted.
 *
 * Gradient: to x inside and at the bounds, to the bound where x is beyond it (as PyTorch's).
 *
 * @example
 * clamp(x, { low: 0, high: 1 }) // x = [-1, 0.5, 2] gives [0, 0.5, 1]
 */
export const clamp: (x: Value, bounds: ClampOptions) => Value = traced(
  (x: Value, { low, high }: ClampOptions): Value => {
    let result = asValue('clamp', x)
    if (low !== undefined) result = select(isBeyond(lt(result, low), low), low, result)
    if (high !== undefined) result = select(isBeyond(lt(high, result), high), high, result)
    return result
  },
)

/** `test`, or whether the bound itself is NaN. */
function isBeyond(test: Value, bound: Operand): Value {
  if (typeof bound === 'number') return Number.isNaN(bound) ? fullLike(test, 1) : test
  return isFloat(bound.type.dtype) ? or(test, isNan(bound)) : test
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
 * Shapes: broadcast. Dtypes: floats; integers become f32. Gradient: to x alone; 0 where x is 0 (as PyTorch's).
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
