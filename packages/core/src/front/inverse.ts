// Inverses of functions with poles or cuts, as formulas that neither overflow nor cancel where the function is accurate.
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { zerosLike } from './constants.ts'
import {
  add,
  asFloat,
  atan2,
  le,
  log,
  log1p,
  mul,
  neg,
  select,
  sqrt,
  sub,
  type Unary,
} from './elementwise.ts'
import { clamp } from './limits.ts'

/**
 * The angle whose tangent is x, -pi/2 to pi/2.
 *
 * Dtypes: floats; integers become f32. Gradient: `1 / (1 + x^2)`.
 *
 * @example
 * atan(x) // x = [-1, 0, 1] gives [-0.785398, 0, 0.785398]
 */
export const atan: Unary = traced((x: Value): Value => atan2(asFloat('atan', x), 1))

/**
 * The angle whose sine is x, for x from -1 to 1: -pi/2 to pi/2. NaN beyond.
 *
 * Dtypes: floats; integers become f32. Gradient: `1 / sqrt(1 - x^2)`, infinite at -1 and 1.
 *
 * @example
 * asin(x) // x = [-1, 0, 1] gives [-1.570796, 0, 1.570796]
 */
export const asin: Unary = traced((x: Value): Value => {
  const value = asFloat('asin', x)
  return atan2(value, otherSide(value))
})

/**
 * The angle whose cosine is x, for x from -1 to 1: pi to 0. NaN beyond.
 *
 * Dtypes: floats; integers become f32. Gradient: `-1 / sqrt(1 - x^2)`, infinite at -1 and 1.
 *
 * @example
 * acos(x) // x = [-1, 0, 1] gives [3.141593, 1.570796, 0]
 */
export const acos: Unary = traced((x: Value): Value => {
  const value = asFloat('acos', x)
  return atan2(otherSide(value), value)
})

/** sqrt(1 - x^2), without cancellation near 1; as two roots, so that the derivative at 1 is infinite and not 0 * Infinity. */
const otherSide = (x: Value): Value => mul(sqrt(sub(1, x)), sqrt(add(1, x)))

/**
 * Inverse hyperbolic tangent, for x from -1 to 1 (infinite there), NaN beyond.
 *
 * Dtypes: floats; integers become f32. Gradient: `1 / (1 - x^2)`.
 *
 * @example
 * atanh(x) // x = [-0.5, 0, 0.5] gives [-0.549306, 0, 0.549306]
 */
export const atanh: Unary = traced((x: Value): Value => {
  const value = asFloat('atanh', x)
  return mul(0.5, sub(log1p(value), log1p(neg(value))))
})

export interface LogitOptions {
  /** Holds x between `epsilon` and `1 - epsilon`. Default: x is taken as it is. */
  readonly epsilon?: number | undefined
}

/**
 * `log(x / (1 - x))`, the inverse of `sigmoid`, for x from 0 to 1 (infinite there), NaN beyond.
 *
 * Dtypes: floats; integers become f32.
 *
 * Gradient: `1 / (x (1 - x))`, NaN outside 0 to 1; with `epsilon` 0 where x is beyond its bounds (as PyTorch's).
 * Numerics: a difference of logarithms, which near x = 1/2, where it is nearly 0, has an absolute error of 2^-23.
 *
 * @example
 * logit(x) // x = [0.25, 0.5, 0.75] gives [-1.098612, 0, 1.098612]
 */
export const logit: (x: Value, options?: LogitOptions) => Value = traced(
  (x: Value, { epsilon }: LogitOptions = {}): Value => {
    const value = asFloat('logit', x)
    if (epsilon !== undefined) return logOdds(clamp(value, { low: epsilon, high: 1 - epsilon }))
    // A term NaN reaches the derivative too, which log alone has for negative numbers.
    const isInside = le(mul(value, sub(value, 1)), 0)
    return logOdds(add(value, select(isInside, zerosLike(value), Number.NaN)))
  },
)

const logOdds = (x: Value): Value => sub(log(x), log1p(neg(x)))
