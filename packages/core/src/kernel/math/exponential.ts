// exp, expm1 and sigmoid in f32, and the reduction they share. Results below the smallest normal number are 0 (GPUs flush them anyway and
// CPUs are slow at them). Coefficients: our own fit, Lawson-weighted minimax of the relative error, rounded to f32 from the
// lowest power up with a refit of the rest after each.
import type { ScalarFunction } from '../scalar.ts'
import type { F32, ScalarBuilder } from './builder.ts'
import { defineScalarFunction, SIGN_BIT } from './builder.ts'

/** ln 2 = LN2_HIGH + LN2_LOW; the high part has 16 bits, so that its product with an exponent is exact. */
export const LN2_HIGH = 0.693145751953125
export const LN2_LOW = 1.428606765330187e-6

const LOG2_E = Math.LOG2E

/** `1.5 * 2^23`: adding it rounds a small number to an integer, which then stands in the low bits. */
export const ROUNDER = 12582912

/** The bits of ROUNDER as f32; those of ROUNDER + i are i more. */
export const ROUNDER_BITS = 0x4b400000

/** `x - n ln 2` for an integer `n` of at most 8 bits. */
export function subtractLn2(b: ScalarBuilder, x: F32, n: F32): F32 {
  return b.sub(b.sub(x, b.mul(n, b.f32(LN2_HIGH))), b.mul(n, b.f32(LN2_LOW)))
}

/** P(r) = (exp(r) - 1 - r) / r^2 on [0, ln 2], error 0.05 * 2^-24 of exp(r). */
const EXP = [
  0.001912050531245768, 0.007869288325309753, 0.0418543666601181, 0.16663210093975067, 0.5000022649765015,
] as const

/**
 * 2^(bias - 127) e^x for x from -87.5 to 88.75, and a little beyond for a smaller bias.
 * n = floor(x / ln 2), r = x - n ln 2 in [0, ln 2), exp(x) = 2^n (1 + (r + r^2 P(r))).
 * Rounding down, not to nearest, puts the second factor in [1, 2), so 2^n alone covers every normal result: n = 128 has the
 * bits of Infinity and n = -127 those of 0, and overflow, underflow and NaN come out of the last product by themselves.
 * 2^n: n + bias is added to ROUNDER and its low bits are shifted to the exponent's place.
 */
export function expWithBias(b: ScalarBuilder, x: F32, bias: number): F32 {
  const n = b.floor(b.mul(x, b.f32(LOG2_E)))
  const scale = b.fromBits(b.shl(b.bitsOf(b.add(n, b.f32(ROUNDER + bias))), 23))

  const r = subtractLn2(b, x, n)
  const p = b.polynomial(r, EXP)
  return b.mul(b.add(b.f32(1), b.add(r, b.mul(b.mul(r, r), p))), scale)
}

export const exp: ScalarFunction = defineScalarFunction('exp', 1, (b, x) =>
  expWithBias(b, b.atMost(b.atLeast(x, -87.5), 88.75), 127),
)

/** P(r) = (expm1(r) - r) / r^2 on [-ln 2 / 2, ln 2 / 2], error 0.23 * 2^-24 of expm1(r). */
const EXPM1 = [
  0.0013869963586330414, 0.008366252295672894, 0.04166744276881218, 0.1666654646396637, 0.4999999701976776,
] as const

/**
 * n = round(x / ln 2), r = x - n ln 2, s = 2^(n-1): expm1(x) = 2 (s expm1(r) + (s - 1/2)), where s - 1/2 is 0 for n = 0.
 * Half of it is computed so that n = 128 has a finite s. Rounding goes through the bits of the sum with ROUNDER: as a
 * floating-point subtraction a GPU compiler might cancel it.
 */
export const expm1: ScalarFunction = defineScalarFunction('expm1', 1, (b, input) => {
  const x = b.atMost(b.atLeast(input, -20), 88.75)
  const bits = b.bitsOf(b.add(b.mul(x, b.f32(LOG2_E)), b.f32(ROUNDER + 126)))
  const n = b.toFloat(b.sub(bits, b.i32(ROUNDER_BITS + 126)))
  const s = b.fromBits(b.shl(bits, 23))

  const r = subtractLn2(b, x, n)
  const p = b.polynomial(r, EXPM1)
  const half = b.add(b.mul(s, b.add(r, b.mul(b.mul(r, r), p))), b.sub(s, b.f32(0.5)))
  // Keeps the sign of zero.
  return b.select(b.eq(input, b.f32(0)), input, b.add(half, half))
})

/** P(r) = (e^r - 1 - r) / r^2 on [-0.45, 0.45], error 0.01 * 2^-24 of e^r. */
const NEAREST = [
  0.00020241214951965958, 0.0014001063536852598, 0.008332421071827412, 0.04166513308882713,
  0.16666671633720398, 0.5000000596046448,
] as const

/**
 * e^(x + rest) = scale (1 + part) for x from -88 to 0 and a small `rest`, with n = round(x / ln 2) and 2^n as scale: more exact
 * than `exp`, as |part| is at most 0.56; scale is 0 for n = -127.
 */
export function expInParts(
  b: ScalarBuilder,
  x: F32,
  rest?: F32,
): { readonly scale: F32; readonly part: F32 } {
  const bits = b.bitsOf(b.add(b.mul(x, b.f32(LOG2_E)), b.f32(ROUNDER + 127)))
  const n = b.toFloat(b.sub(bits, b.i32(ROUNDER_BITS + 127)))
  const reduced = subtractLn2(b, x, n)
  const r = rest === undefined ? reduced : b.add(reduced, rest)
  const part = b.add(r, b.mul(b.mul(r, r), b.polynomial(r, NEAREST)))
  return { scale: b.fromBits(b.shl(bits, 23)), part }
}

/**
 * With e = e^-|x| and q = e / (1 + e): 1 - q for x >= 0, else q; below -1 as e - e q, where the second term is small and the
 * error of 1 + e with it. 2^n comes in last, so that nothing but the result can be denormal.
 */
export const sigmoid: ScalarFunction = defineScalarFunction('sigmoid', 1, (b, x) => {
  const one = b.f32(1)
  const { scale, part } = expInParts(b, b.atLeast(b.fromBits(b.or(b.bitsOf(x), b.i32(SIGN_BIT))), -88))
  const unscaled = b.add(one, part)
  const e = b.mul(unscaled, scale)
  const q = b.div(e, b.add(one, e))
  const below = b.mul(b.add(one, b.sub(part, b.mul(unscaled, q))), scale)
  const negative = b.select(b.lt(x, b.f32(-1)), below, q)
  return b.select(b.lt(x, b.f32(0)), negative, b.sub(one, q))
})
