// Activation functions, as formulas over the ops of the table. Each is written so that neither its value nor its derivative
// overflows into NaN where the true one is finite.

import {
  add,
  asFloat,
  div,
  erf,
  exp,
  le,
  lt,
  minimum,
  mul,
  neg,
  select,
  sub,
  type Unary,
} from '../front/elementwise.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'

/**
 * `x` where it is above 0, else 0. NaN stays NaN.
 *
 * Gradient: 0 at 0, as PyTorch's.
 *
 * @example
 * relu(x) // x = [-1, 0, 2] gives [0, 0, 2]
 */
export const relu: Unary = traced((x: Value): Value => select(le(x, 0), 0, x))

/**
 * `1 / (1 + e^-x)`.
 *
 * Numerics: only e^-|x| is computed, so that nothing overflows: value and derivative are accurate to a few ulp for every x.
 * The sign is chosen with `x < 0` rather than |x|, whose derivative at 0 would be 0.
 *
 * @example
 * sigmoid(x) // x = [-200, 0, 200] gives [0, 0.5, 1]
 */
export const sigmoid: Unary = traced((x: Value): Value => {
  const value = asFloat('sigmoid', x)
  const isNegative = lt(value, 0)
  const e = exp(select(isNegative, value, neg(value)))
  return div(select(isNegative, e, 1), add(1, e))
})

/**
 * `log(1 / (1 + e^-x))` = min(x, 0) - log1p(e^-|x|), for losses on logits.
 *
 * Numerics: accurate for every x, where the logarithm of `sigmoid` is -Infinity below -104 in f32.
 */
export const logSigmoid: Unary = traced((x: Value): Value => {
  const value = asFloat('logSigmoid', x)
  const isNegative = lt(value, 0)
  const e = exp(select(isNegative, value, neg(value)))
  return sub(select(isNegative, value, 0), value.builder.log1p(e))
})

/** `x sigmoid(x)`, also called swish. */
export const silu: Unary = traced((x: Value): Value => mul(x, sigmoid(x)))

export interface GeluOptions {
  /** `none`: with the error function (default). `tanh`: the approximation of GPT-2. */
  readonly approximate?: 'none' | 'tanh' | undefined
}

/**
 * `x Φ(x)`, Φ the normal distribution function.
 * - none: x (1 + erf(x / sqrt 2)) / 2
 * - tanh: x (1 + tanh u) / 2, u = sqrt(2 / π) (x + 0.044715 x^3)
 *
 * Numerics: the second is computed as x / (1 + e^(-2u)), which keeps full relative precision for negative x, where
 * 1 + tanh u cancels. The exponent is held at or below 88, just under where e^x overflows, so that the derivative is 0 there
 * and not Infinity * 0; the value is then below 1e-36.
 *
 * Source: Hendrycks and Gimpel, Gaussian error linear units (2016), section 2.
 *
 * @example
 * gelu(x, { approximate: 'tanh' }) // x = [-1, 0, 1] gives [-0.158808, 0, 0.841192]
 */
export const gelu: (x: Value, options?: GeluOptions) => Value = traced(
  (x: Value, { approximate = 'none' }: GeluOptions = {}): Value => {
    const value = asFloat('gelu', x)
    if (approximate === 'none') {
      return mul(mul(value, 0.5), add(1, erf(mul(value, Math.SQRT1_2))))
    }
    // -2u = x (a + b x^2)
    const a = -2 * Math.sqrt(2 / Math.PI)
    const exponent = mul(value, add(mul(mul(value, value), a * 0.044715), a))
    return div(value, add(1, exp(minimum(exponent, 88))))
  },
)
