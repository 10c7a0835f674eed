// Division that gives whole numbers, and the remainder that belongs to the one that rounds down. Integers are exact; an
// integer divided by 0 gives 0. `div` of integers and `rem` are the pair that rounds towards zero.
import { dtypes, isFloat } from '../dtype.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { customVjp } from './custom-vjp.ts'
import {
  add,
  and,
  type Binary,
  div,
  eq,
  lt,
  mul,
  ne,
  neg,
  rem,
  round,
  select,
  stopGradient,
  sub,
  trunc,
} from './elementwise.ts'
import { copysign } from './limits.ts'
import { align, isValue, type Operand } from './operand.ts'

/**
 * `x / y` rounded towards zero.
 *
 * Shapes: broadcast. Dtypes: numbers, promoted; integers stay integers (as `div`, which see).
 *
 * Gradient: 0.
 *
 * @example
 * truncDivide(x, 2) // x = [7, -7] gives [3, -3]
 */
export const truncDivide: Binary = traced((x: Operand, y: Operand): Value => {
  const quotient = div(x, y)
  return isFloat(quotient.type.dtype) ? trunc(quotient) : quotient
})

/**
 * `x / y` rounded down: the largest whole number not above the exact quotient, even where `x / y` rounds up to the next.
 *
 * Shapes: broadcast. Dtypes: numbers, promoted; integers stay integers, and an integer divided by 0 is 0.
 *
 * Gradient: 0. Numerics: exact, as Python's `//`; a float divided by 0 is that quotient, infinite or NaN.
 *
 * @example
 * floorDivide(x, 2) // x = [7, -7] gives [3, -4]
 */
export const floorDivide: Binary = traced((x: Operand, y: Operand): Value => {
  const [left, right] = align('floorDivide', [stopped(x), stopped(y)]) as readonly [Value, Value]
  const { kind } = dtypes[left.type.dtype]
  if (kind === 'uint') return div(left, right)
  const rest = rem(left, right)
  if (kind !== 'float') return oneLess(div(left, right), opposes(rest, right))
  // Without the rest the quotient is whole but for its rounding.
  const quotient = oneLess(round(div(sub(left, rest), right)), opposes(rest, right))
  const ratio = div(left, right)
  return select(eq(right, 0), ratio, select(eq(quotient, 0), copysign(quotient, ratio), quotient))
})

/**
 * The remainder with the sign of y: `x - y floorDivide(x, y)`, Python's `%`. `rem` gives the sign of x.
 *
 * Shapes: broadcast. Dtypes: numbers, promoted; an integer remainder by 0 is 0.
 *
 * Gradient: 1 by x, `-floorDivide(x, y)` by y (as PyTorch's). Numerics: one rounding at most; `remainder(-1, Infinity)` is Infinity.
 *
 * @example
 * remainder(x, 3) // x = [7, -7] gives [1, 2]
 */
export const remainder: Binary = traced((x: Operand, y: Operand): Value => {
  const [left, right] = align('remainder', [x, y]) as readonly [Value, Value]
  const { kind } = dtypes[left.type.dtype]
  if (kind === 'uint') return rem(left, right)
  if (kind !== 'float') return ofDivisorSign(left, right)
  return customVjp({
    forward: (x, y) => ({ output: ofDivisorSign(x, y), residuals: [x, y] as const }),
    backward: ([x, y]: readonly [Value, Value], cotangent: Value) => [
      cotangent,
      neg(mul(cotangent, floorDivide(x, y))),
    ],
  })(left, right)
})

function ofDivisorSign(x: Value, y: Value): Value {
  const rest = rem(x, y)
  return add(rest, select(opposes(rest, y), y, -0))
}

const oneLess = (x: Value, condition: Value): Value => select(condition, sub(x, 1), x)

const stopped = (x: Operand): Operand => (isValue(x) ? stopGradient(x) : x)

/** Whether a remainder is not 0 and of the other sign than the divisor. */
const opposes = (rest: Value, divisor: Value): Value => and(ne(rest, 0), ne(lt(rest, 0), lt(divisor, 0)))
