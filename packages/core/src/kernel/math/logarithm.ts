// log, log2, log10 and log1p in f32, and the split of a number into exponent and mantissa that pow shares. Coefficients: our own fit,
// Lawson-weighted minimax of the relative error, rounded to f32 from the lowest power up with a refit of the rest.
import type { ScalarFunction } from '../scalar.ts'
import type { Bool, F32, I32, ScalarBuilder } from './builder.ts'
import { defineScalarFunction } from './builder.ts'
import { LN2_HIGH, LN2_LOW } from './exponential.ts'

const SMALLEST_NORMAL = 2 ** -126

/** The bits of 2/3: log and log1p take mantissas from [2/3, 4/3). */
const TWO_THIRDS = 0x3f2aaaab

export interface Split {
  readonly exponent: I32
  readonly mantissa: F32
}

/** x = 2^exponent * mantissa with mantissa from [lowest, 2 lowest), `lowest` given by its bits, for positive finite normal x; else anything. */
export function splitExponent(b: ScalarBuilder, x: F32, lowest: number): Split {
  const bits = b.bitsOf(x)
  const exponent = b.shr(b.sub(bits, b.i32(lowest)), 23)
  return { exponent, mantissa: b.fromBits(b.sub(bits, b.shl(exponent, 23))) }
}

/** The same for denormals too: they are multiplied by 2^23 first. */
export function splitAnyExponent(b: ScalarBuilder, x: F32, lowest: number): Split {
  const small = b.lt(x, b.f32(SMALLEST_NORMAL))
  const { exponent, mantissa } = splitExponent(b, b.select(small, b.mul(x, b.f32(2 ** 23)), x), lowest)
  return { exponent: b.sub(exponent, b.select(small, b.i32(23), b.i32(0))), mantissa }
}

/** P(f) = (ln(1 + f) - f + f^2/2) / f^3 on [-1/3, 1/3], error 0.08 * 2^-24 of ln(1 + f). */
const LOG = [
  -0.12880054116249084, 0.13984593749046326, -0.12187477946281433, 0.14005734026432037, -0.16680195927619934,
  0.2001042664051056, -0.2499980628490448, 0.3333321511745453,
] as const

/** ln(1 + f) + n LN2_LOW = f - (f^2/2 - (f^3 P(f) + n LN2_LOW)) for f in [-1/3, 1/3]; small terms are summed first. */
function logOfMantissa(b: ScalarBuilder, f: F32, n: F32): F32 {
  const square = b.mul(f, f)
  const tail = b.add(b.mul(b.mul(square, f), b.polynomial(f, LOG)), b.mul(n, b.f32(LN2_LOW)))
  return b.sub(f, b.sub(b.mul(square, b.f32(0.5)), tail))
}

/** `value` where x is positive and finite; log's limits elsewhere: -Infinity at 0, NaN below, x if Infinity or NaN. */
function withLimits(b: ScalarBuilder, x: F32, isZero: Bool, isPositive: Bool, value: F32): F32 {
  const outside = b.select(isZero, b.f32(-Infinity), b.f32(NaN))
  const finite = b.select(b.lt(x, b.f32(Infinity)), value, x)
  return b.select(isPositive, finite, outside)
}

/** x = 2^n (1 + f): log(x) = n ln 2 + ln(1 + f). */
export const log: ScalarFunction = defineScalarFunction('log', 1, (b, x) => {
  const { exponent, mantissa } = splitAnyExponent(b, x, TWO_THIRDS)
  const n = b.toFloat(exponent)
  const value = b.add(b.mul(n, b.f32(LN2_HIGH)), logOfMantissa(b, b.sub(mantissa, b.f32(1)), n))
  const zero = b.f32(0)
  return withLimits(b, x, b.eq(x, zero), b.lt(zero, x), value)
})

/** log2 e and the two parts of log10 2, the first of 15 bits, so that its product with an exponent is exact. */
const LOG2_E = Math.LOG2E
const [LOG10_2_HIGH, LOG10_2_LOW] = [0.301025390625, 4.6050389812e-6]

/** x = 2^n (1 + f): log2(x) = n + ln(1 + f) log2 e, exact where f is 0. */
export const log2: ScalarFunction = defineScalarFunction('log2', 1, (b, x) => {
  const { exponent, mantissa } = splitAnyExponent(b, x, TWO_THIRDS)
  const zero = b.f32(0)
  const ofMantissa = b.mul(logOfMantissa(b, b.sub(mantissa, b.f32(1)), zero), b.f32(LOG2_E))
  return withLimits(b, x, b.eq(x, zero), b.lt(zero, x), b.add(b.toFloat(exponent), ofMantissa))
})

/** log10(x) = n log10 2 + ln(1 + f) log10 e, exact at powers of 10: the errors are far below the spacing there. */
export const log10: ScalarFunction = defineScalarFunction('log10', 1, (b, x) => {
  const { exponent, mantissa } = splitAnyExponent(b, x, TWO_THIRDS)
  const n = b.toFloat(exponent)
  const zero = b.f32(0)
  const ofMantissa = b.mul(logOfMantissa(b, b.sub(mantissa, b.f32(1)), zero), b.f32(Math.LOG10E))
  const low = b.add(ofMantissa, b.mul(n, b.f32(LOG10_2_LOW)))
  return withLimits(b, x, b.eq(x, zero), b.lt(zero, x), b.add(b.mul(n, b.f32(LOG10_2_HIGH)), low))
})

/** log of a positive number, infinite ones included; NaN or anything elsewhere. For expansions that need it inside. */
export function logOfPositive(b: ScalarBuilder, x: F32): F32 {
  const { exponent, mantissa } = splitAnyExponent(b, x, TWO_THIRDS)
  const n = b.toFloat(exponent)
  const value = b.add(b.mul(n, b.f32(LN2_HIGH)), logOfMantissa(b, b.sub(mantissa, b.f32(1)), n))
  return b.select(b.lt(x, b.f32(Infinity)), value, x)
}

/**
 * log(1 + x) + extra ln 2 for x > -1, where 1 + x = 2^n (1 + f). Where n = 0, f is x itself; elsewhere |result| > 0.28, and the
 * rounding of 1 + x, 2^-24 relative, costs 2 ulp at most. No correction term `x - ((1 + x) - 1)`: a GPU compiler may cancel
 * it to 0.
 */
export function log1pOf(b: ScalarBuilder, x: F32, extra?: I32): F32 {
  const { exponent, mantissa } = splitExponent(b, b.add(x, b.f32(1)), TWO_THIRDS)
  const f = b.select(b.eq(exponent, b.i32(0)), x, b.sub(mantissa, b.f32(1)))
  const whole = extra === undefined ? exponent : b.add(exponent, extra)
  const n = b.toFloat(whole)
  const w = logOfMantissa(b, f, n)
  // Without the sum where n = 0: it would lose the sign of -0.
  return b.select(b.eq(whole, b.i32(0)), w, b.add(b.mul(n, b.f32(LN2_HIGH)), w))
}

export const log1p: ScalarFunction = defineScalarFunction('log1p', 1, (b, x) => {
  const minusOne = b.f32(-1)
  return withLimits(b, x, b.eq(x, minusOne), b.lt(minusOne, x), log1pOf(b, x))
})
