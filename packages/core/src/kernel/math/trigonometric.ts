// sin, cos and tan in f32: one reduction modulo pi/2, two polynomials. To 1e7 the result is the exact one of a number within
// half an ulp of x; larger x count as 1e7, so that sin and cos stay in [-1, 1]. Coefficients: our own fit, Lawson-weighted
// minimax of the relative error, rounded to f32 from the lowest power up with a refit of the rest.
import type { ScalarFunction } from '../scalar.ts'
import type { Bool, F32, I32, ScalarBuilder } from './builder.ts'
import { defineScalarFunction, SIGN_BIT } from './builder.ts'

const TWO_OVER_PI = 0.6366197723675814

/**
 * pi/2 = P1 + ... + P5. The first four have 8 bits, so that their products with n < 2^16 are exact; so are x - n P1 and the
 * difference from n P2. P5 is one ulp up from the nearest: with that, cos(52516.43) = -1.6e-8 comes out right; all other
 * arguments below 1e5 near a zero are right either way.
 */
const [P1, P2, P3, P4, P5] = [
  1.5703125, 0.0004825592041015625, 1.2665987014770508e-6, 9.89530235528946e-10, 2.563344285097524e-12,
] as const

/** 2^23: adding it to a number in [0, 2^23) rounds it to an integer, which then stands in the low bits. */
const ROUNDER = 2 ** 23
const ROUNDER_BITS = 0x4b000000

/** Larger numbers count as this one, so that n stays below 2^23 and the remainder small enough for the polynomials. */
const LARGEST = 1e7

interface Reduced {
  /** |x| = high + low + n pi/2; `low` is far below `high` unless both are tiny. */
  readonly high: F32
  readonly low: F32
  /** high + low, rounded, in about [-pi/4, pi/4]. */
  readonly r: F32
  /** r^2 */
  readonly z: F32
  /** An integer, n modulo 4 in its two lowest bits. */
  readonly quadrant: I32
}

/**
 * What a subtraction from `high` loses is exactly `(old - new) - subtrahend`, and is gathered in `low`. (A GPU compiler that
 * cancels that to 0 loses an ulp or two.) Above 1e5 the products round: the result is then that of a neighbour of x.
 */
function reduce(b: ScalarBuilder, x: F32): Reduced {
  const magnitude = b.atMost(b.abs(x), LARGEST)
  const quadrant = b.bitsOf(b.add(b.mul(magnitude, b.f32(TWO_OVER_PI)), b.f32(ROUNDER)))
  const n = b.toFloat(b.sub(quadrant, b.i32(ROUNDER_BITS)))
  const times = (part: number): F32 => b.mul(n, b.f32(part))

  const exact = b.sub(b.sub(magnitude, times(P1)), times(P2))
  const middle = b.sub(exact, times(P3))
  const high = b.sub(middle, times(P4))
  const lostFirst = b.sub(b.sub(exact, middle), times(P3))
  const lostSecond = b.sub(b.sub(middle, high), times(P4))
  const low = b.sub(b.add(lostFirst, lostSecond), times(P5))
  const r = b.add(high, low)
  return { high, low, r, z: b.mul(r, r), quadrant }
}

/** S(z) = (sin(r)/r - 1) / z, error 0.07 * 2^-24 of sin(r). */
const SIN = [-0.00019518278713803738, 0.008332189172506332, -0.16666655242443085] as const

/** sin(r) = high + (low + (z r) S(z)) */
function sine(b: ScalarBuilder, { high, low, r, z }: Reduced): F32 {
  return b.add(high, b.add(low, b.mul(b.mul(z, r), b.polynomial(z, SIN))))
}

/** C(z) = (cos(r) - 1 + z/2) / z^2, error 0.002 * 2^-24 of cos(r). */
const COS = [2.4432327336398885e-5, -0.0013887309469282627, 0.04166664555668831] as const

/** cos(r) = 1 - (z/2 - z^2 C(z)) */
function cosine(b: ScalarBuilder, { z }: Reduced): F32 {
  return b.sub(b.f32(1), b.sub(b.mul(z, b.f32(0.5)), b.mul(b.mul(z, z), b.polynomial(z, COS))))
}

const isOdd = (b: ScalarBuilder, n: I32): Bool => b.ne(b.and(n, b.i32(1)), b.i32(0))

/** `y` with its sign flipped where the highest bit of `flip` is set; NaN where x is infinite (`y` is NaN where x is). */
function finish(b: ScalarBuilder, x: F32, y: F32, flip: I32): F32 {
  const signed = b.fromBits(b.xor(b.bitsOf(y), b.and(flip, b.i32(SIGN_BIT))))
  return b.select(b.eq(b.abs(x), b.f32(Infinity)), b.f32(NaN), signed)
}

/** Computed of |x|, then given the sign of x; so -0 keeps its sign. */
export const sin: ScalarFunction = defineScalarFunction('sin', 1, (b, x) => {
  const reduced = reduce(b, x)
  const value = b.select(isOdd(b, reduced.quadrant), cosine(b, reduced), sine(b, reduced))
  return finish(b, x, value, b.xor(b.shl(reduced.quadrant, 30), b.bitsOf(x)))
})

/** cos(r + n pi/2): cos, -sin, -cos, sin for n = 0 ... 3; the sign is the second bit of n + 1. */
export const cos: ScalarFunction = defineScalarFunction('cos', 1, (b, x) => {
  const reduced = reduce(b, x)
  const value = b.select(isOdd(b, reduced.quadrant), sine(b, reduced), cosine(b, reduced))
  return finish(b, x, value, b.shl(b.add(reduced.quadrant, b.i32(1)), 30))
})

/** sin/cos, or -cos/sin where n is odd. */
export const tan: ScalarFunction = defineScalarFunction('tan', 1, (b, x) => {
  const reduced = reduce(b, x)
  const s = sine(b, reduced)
  const c = cosine(b, reduced)
  const odd = isOdd(b, reduced.quadrant)
  const value = b.div(b.select(odd, c, s), b.select(odd, s, c))
  return finish(b, x, value, b.xor(b.shl(reduced.quadrant, 31), b.bitsOf(x)))
})
