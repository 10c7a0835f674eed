// tanh and erf in f32, the odd functions that saturate at 1. Both are computed as y = 2 t / (1 + t^2) from a rational
// t = x P(x^2) / Q(x^2): the errors of t are damped where y nears 1, and all coefficients are positive, so no sum cancels.
// Coefficients: our own fit, Lawson-weighted minimax of the relative error of y, then rounded to f32 with a search among
// neighbours and scales of P and Q for the smallest measured error.
import type { ScalarFunction } from '../scalar.ts'
import type { F32, ScalarBuilder } from './builder.ts'
import { defineScalarFunction } from './builder.ts'

/** Holds x where the function has rounded to 1. */
function clamp(b: ScalarBuilder, x: F32, limit: number): F32 {
  return b.atMost(b.atLeast(x, -limit), limit)
}

/** 2 t / (1 + t^2) for t = p / (2 q), with one division. */
function doubled(b: ScalarBuilder, p: F32, q: F32): F32 {
  const half = b.mul(p, b.f32(0.5))
  return clamp(b, b.div(b.mul(p, q), b.add(b.mul(q, q), b.mul(half, half))), 1)
}

/** P is 2 tanh(x/2) / x times Q; error 0.12 * 2^-24 of tanh(x) before rounding. */
const TANH_P = [0.00010653198842192069, 0.027778755873441696, 0.9331336617469788] as const
const TANH_Q = [1.14530564587767e-6, 0.0011254461714997888, 0.10553985089063644, 0.9331336617469788] as const

/** t = tanh(x/2). */
export const tanh: ScalarFunction = defineScalarFunction('tanh', 1, (b, input) => {
  const x = clamp(b, input, 9.02)
  const z = b.mul(x, x)
  return doubled(b, b.mul(x, b.polynomial(z, TANH_P)), b.polynomial(z, TANH_Q))
})

/** P is 1 + z times this polynomial; error 0.58 * 2^-24 of erf(x) before rounding. */
const ERF_P = [0.002251624595373869, 0.028607837855815887, 0.26355138421058655] as const
const ERF_Q = [
  8.766553946770728e-5, 0.005360405892133713, 0.042941492050886154, 0.24688154458999634, 0.8862268924713135,
] as const

/** t = tanh(atanh(erf x) / 2). P starts with 1, so x P is summed as x + x z (...), which saves a rounding. */
export const erf: ScalarFunction = defineScalarFunction('erf', 1, (b, input) => {
  const x = clamp(b, input, 3.93)
  const z = b.mul(x, x)
  const p = b.add(x, b.mul(b.mul(x, z), b.polynomial(z, ERF_P)))
  return doubled(b, p, b.polynomial(z, ERF_Q))
})
