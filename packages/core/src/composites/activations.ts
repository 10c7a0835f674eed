// Smooth activation functions, as formulas over the ops of the table. Each is written so that neither its value nor its
// derivative overflows into NaN where the true one is finite.

import {
  abs,
  add,
  asFloat,
  div,
  eq,
  exp,
  expm1,
  lt,
  mul,
  neg,
  normalCdf,
  select,
  sub,
  tanh,
  type Unary,
} from '../front/elementwise.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'

/**
 * `1 / (1 + e^-x)`.
 *
 * Gradient: `y (1 - y)` of the result y, which alone is kept for it (as PyTorch's).
 *
 * @example
 * sigmoid(x) // x = [-200, 0, 200] gives [0, 0.5, 1]
 */
export const sigmoid: Unary = traced((x: Value): Value => {
  const value = asFloat('sigmoid', x)
  return value.builder.sigmoid(value)
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
 * Gradient: `Φ(x) + x e^(-x^2 / 2) / sqrt(2 π)`, and for tanh that of its formula.
 *
 * Numerics: Φ is `normalCdf`, and (1 + tanh u) / 2 is sigmoid(2 u): both keep their relative precision for negative x, where
 * the sums in the formulas cancel.
 *
 * Source: Hendrycks and Gimpel, Gaussian error linear units (2016), section 2.
 *
 * @example
 * gelu(x, { approximate: 'tanh' }) // x = [-1, 0, 1] gives [-0.158808, 0, 0.841192]
 */
export const gelu: (x: Value, options?: GeluOptions) => Value = traced(
  (x: Value, { approximate = 'none' }: GeluOptions = {}): Value => {
    const value = asFloat('gelu', x)
    if (approximate === 'none') return mul(value, normalCdf(value))
    // 2 u = x (a + c x^2)
    const a = 2 * Math.sqrt(2 / Math.PI)
    return mul(value, sigmoid(mul(value, add(mul(mul(value, value), a * 0.044715), a))))
  },
)

export interface SoftplusOptions {
  /** Default 1. */
  readonly beta?: number | undefined
  /** Where `beta x` is above it, the result is x. Default 20. */
  readonly threshold?: number | undefined
}

/**
 * `log(1 + e^(beta x)) / beta`, a smooth `relu`.
 *
 * Gradient: `sigmoid(beta x)`, 1 above the threshold. Numerics: computed with e^-|beta x|, which cannot overflow.
 *
 * @example
 * softplus(x) // x = [-200, 0, 30] gives [0, 0.693147, 30]
 */
export const softplus: (x: Value, options?: SoftplusOptions) => Value = traced(
  (x: Value, { beta = 1, threshold = 20 }: SoftplusOptions = {}): Value => {
    const value = asFloat('softplus', x)
    const scaled = beta === 1 ? value : mul(value, beta)
    const smooth = neg(logSigmoid(neg(scaled)))
    return select(lt(threshold, scaled), value, beta === 1 ? smooth : div(smooth, beta))
  },
)

/**
 * `x tanh(softplus(x))`.
 *
 * Numerics: tanh(log(1 + e)) is n / (n + 2) with n = e (e + 2), e = e^x; from x = 20 on that is 1, and so is the derivative
 * (PyTorch's is NaN at Infinity, where it multiplies x by 0).
 *
 * Source: Misra, Mish: a self regularized non-monotonic activation function (2019).
 *
 * @example
 * mish(x) // x = [-1, 0, 1] gives [-0.303401, 0, 0.865098]
 */
export const mish: Unary = traced((x: Value): Value => {
  const value = asFloat('mish', x)
  const e = exp(select(lt(20, value), 20, value))
  const n = mul(e, add(e, 2))
  return mul(value, div(n, add(n, 2)))
})

export interface EluOptions {
  /** Default 1. */
  readonly alpha?: number | undefined
}

/**
 * `x` above 0, else `alpha (e^x - 1)`.
 *
 * Gradient: 1 above 0 and at NaN, else `alpha e^x`; alpha at 0, where the second derivative is 0 (as PyTorch's).
 *
 * @example
 * elu(x) // x = [-1, 0, 2] gives [-0.632121, 0, 2]
 */
export const elu: (x: Value, options?: EluOptions) => Value = traced(
  (x: Value, { alpha = 1 }: EluOptions = {}): Value => exponentialUnit(asFloat('elu', x), alpha, 1, 1),
)

/**
 * `x` above 0, else `alpha (e^(x / alpha) - 1)`, whose derivative has no jump.
 *
 * Gradient: 1 above 0 and at NaN, else `e^(x / alpha)`; the second derivative is 0 at 0 (as PyTorch's).
 *
 * @example
 * celu(x, { alpha: 2 }) // x = [-2, 0, 2] gives [-1.264241, 0, 2]
 */
export const celu: (x: Value, options?: EluOptions) => Value = traced(
  (x: Value, { alpha = 1 }: EluOptions = {}): Value => exponentialUnit(asFloat('celu', x), alpha, 1, alpha),
)

/**
 * `1.0507 x` above 0, else `1.0507 * 1.67326 (e^x - 1)`: keeps mean 0 and variance 1 from layer to layer.
 *
 * Gradient: 1.0507 above 0 and at NaN, else `1.75810 e^x`; the second derivative is 0 at 0 (as PyTorch's).
 *
 * Source: Klambauer et al., Self-normalizing neural networks (2017), equation 14.
 *
 * @example
 * selu(x) // x = [-1, 0, 2] gives [-1.111331, 0, 2.101402]
 */
export const selu: Unary = traced(
  (x: Value): Value => exponentialUnit(asFloat('selu', x), SELU_ALPHA, SELU_SCALE, 1),
)

const SELU_ALPHA = 1.6732632423543772
const SELU_SCALE = 1.0507009873554805

/**
 * `scale x` above 0, else `scale alpha (e^(x / width) - 1)`; at 0 the tangent of the curve. The exponential is of nothing else
 * than numbers below 0: of large ones it would overflow.
 */
function exponentialUnit(x: Value, alpha: number, scale: number, width: number): Value {
  const isBelow = lt(x, 0)
  const below = select(isBelow, x, 0)
  const factor = alpha * scale
  const curve = expm1(width === 1 ? below : div(below, width))
  const tangent = factor / width
  const line = scaled(x, scale)
  const above = tangent === scale ? line : select(eq(x, 0), scaled(x, tangent), line)
  return select(isBelow, scaled(curve, factor), above)
}

const scaled = (x: Value, factor: number): Value => (factor === 1 ? x : mul(x, factor))

/**
 * `x / (1 + |x|)`.
 *
 * Gradient: `1 / (1 + |x|)^2`.
 *
 * @example
 * softsign(x) // x = [-1, 0, 3] gives [-0.5, 0, 0.75]
 */
export const softsign: Unary = traced((x: Value): Value => {
  const value = asFloat('softsign', x)
  return div(value, add(1, abs(value)))
})

/**
 * `x - tanh(x)`. Gradient: `tanh(x)^2`. Numerics: near 0 a difference of nearly equal numbers (as PyTorch's).
 *
 * @example
 * tanhshrink(x) // x = [-1, 0, 1] gives [-0.238406, 0, 0.238406]
 */
export const tanhshrink: Unary = traced((x: Value): Value => {
  const value = asFloat('tanhshrink', x)
  return sub(value, tanh(value))
})
