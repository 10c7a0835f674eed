// pow and exp2 in f32. pow is 2^(y log2 x) with the logarithm and the product in two floats. C99's special cases, all of them. High parts
// are cut to 12 bits with a mask on their bits: products of two such are exact, and no GPU compiler can see through a mask
// and cancel the correction terms. Coefficients: our own fit, Lawson-weighted minimax, rounded to f32 with refits.
import type { ScalarFunction } from '../scalar.ts'
import type { F32, I32, ScalarBuilder } from './builder.ts'
import { cut, defineScalarFunction } from './builder.ts'
import { ROUNDER, ROUNDER_BITS } from './exponential.ts'
import { splitAnyExponent } from './logarithm.ts'

/** A number as high + low, high of 12 bits. */
interface Pair {
  readonly high: F32
  readonly low: F32
}

/** 2 / ln 2 and log2(3/2) in two parts, the first of 12 bits. */
const [TWO_LOG2_E_HIGH, TWO_LOG2_E_LOW] = [2.884765625, 0.0006244567921385169]
const [LOG2_1_5_HIGH, LOG2_1_5_LOW] = [0.5849609375, 1.5632211561814537e-6]

/** The bits of sqrt(3)/2: mantissas are taken from [sqrt(3)/2, sqrt(3)), near 1 or near 3/2. */
const HALF_ROOT_3 = 0x3f5db3d7
const ROOT_1_5 = 1.2247449

/** P(z) = (atanh(s) - s) / s^3 for |s| <= 0.102, z = s^2. */
const LOG_S = [0.14484535157680511, 0.19999025762081146, 0.3333333432674408] as const

/**
 * log2 of a positive finite x = 2^e m: with the center c = 1 or 3/2, whichever is near, and s = (m - c) / (m + c),
 * ln m = ln c + 2 (s + s^3 P(s^2)). s is wanted to 36 bits: s = high + low, low = (m - c - high (m + c)) / (m + c).
 */
function log2OfPair(b: ScalarBuilder, x: F32): Pair {
  const { exponent, mantissa } = splitAnyExponent(b, x, HALF_ROOT_3)
  const upper = b.lt(b.f32(ROOT_1_5), mantissa)
  const center = b.select(upper, b.f32(1.5), b.f32(1))
  const whole = b.add(b.toFloat(exponent), b.select(upper, b.f32(LOG2_1_5_HIGH), b.f32(0)))
  const wholeLow = b.select(upper, b.f32(LOG2_1_5_LOW), b.f32(0))

  const difference = b.sub(mantissa, center)
  const divisor = b.add(mantissa, center)
  const inverse = b.div(b.f32(1), divisor)
  const s = b.mul(difference, inverse)
  const high = cut(b, s)
  const divisorHigh = cut(b, divisor)
  const divisorLow = b.sub(mantissa, b.sub(divisorHigh, center))
  const rest = b.sub(b.sub(difference, b.mul(high, divisorHigh)), b.mul(high, divisorLow))

  const z = b.mul(s, s)
  const tail = b.add(b.mul(rest, inverse), b.mul(b.mul(z, s), b.polynomial(z, LOG_S)))
  const scaled = b.mul(high, b.f32(TWO_LOG2_E_HIGH))
  const scaledLow = b.add(
    b.mul(tail, b.f32(TWO_LOG2_E_HIGH + TWO_LOG2_E_LOW)),
    b.add(b.mul(high, b.f32(TWO_LOG2_E_LOW)), wholeLow),
  )
  const sum = cut(b, b.add(whole, b.add(scaled, scaledLow)))
  return { high: sum, low: b.add(b.sub(scaled, b.sub(sum, whole)), scaledLow) }
}

/** P(r) = (2^r - 1) / r on [-1/2, 1/2]. */
const EXP2 = [
  0.00015326468565035611, 0.0013390807434916496, 0.009618505835533142, 0.05550359934568405,
  0.24022647738456726, 0.6931471824645996,
] as const

/** 2^(p.high + p.low): infinite or 0 beyond the range; denormal results are rounded like any other. */
function exp2OfPair(b: ScalarBuilder, p: Pair): F32 {
  const total = b.atMost(b.atLeast(b.add(p.high, p.low), -152), 130)
  const bits = b.bitsOf(b.add(total, b.f32(ROUNDER)))
  const n = b.sub(bits, b.i32(ROUNDER_BITS))
  const difference = b.add(b.sub(p.high, b.toFloat(n)), p.low)
  return powerOf2(b, n, b.atMost(b.atLeast(difference, -0.51), 0.51))
}

/** 2^(n + r) for n from -152 to 130, in two factors, and r in [-1/2, 1/2]; exactly 2^n for r = 0. */
function powerOf2(b: ScalarBuilder, n: I32, r: F32): F32 {
  const value = b.add(b.f32(1), b.mul(r, b.polynomial(r, EXP2)))
  const half = b.shr(n, 1)
  const power = (k: I32): F32 => b.fromBits(b.add(b.shl(k, 23), b.i32(0x3f800000)))
  return b.mul(b.mul(value, power(half)), power(b.sub(n, half)))
}

/** 2^x: exact at every integer, denormal results rounded like any other. */
export const exp2: ScalarFunction = defineScalarFunction('exp2', 1, (b, input) => {
  const x = b.atMost(b.atLeast(input, -152), 130)
  const n = b.round(x)
  return powerOf2(b, b.sub(b.bitsOf(b.add(n, b.f32(ROUNDER))), b.i32(ROUNDER_BITS)), b.sub(x, n))
})

export const pow: ScalarFunction = defineScalarFunction('pow', 2, (b, x, y) => {
  const zero = b.f32(0)
  const one = b.f32(1)
  const magnitude = b.abs(x)
  const log = log2OfPair(b, magnitude)

  // At 2^32 every result but 1 is infinite or 0, and products stay finite.
  const exponent = b.atMost(b.atLeast(y, -(2 ** 32)), 2 ** 32)
  const high = cut(b, exponent)
  const low = b.sub(exponent, high)
  const finite = exp2OfPair(b, {
    high: b.mul(high, log.high),
    low: b.add(b.mul(low, log.high), b.mul(exponent, log.low)),
  })

  // 0 and Infinity have no logarithm.
  const isZero = b.eq(magnitude, zero)
  const isInfinite = b.eq(magnitude, b.f32(Infinity))
  const limit = b.select(b.xor(isZero, b.lt(y, zero)), zero, b.f32(Infinity))
  const unsigned = b.select(b.or(isZero, isInfinite), limit, finite)

  // The sign bit of x counts where y is an odd integer: y/2 is not an integer while y is.
  const half = b.mul(y, b.f32(0.5))
  const isInteger = b.eq(b.floor(y), y)
  const isOdd = b.and(isInteger, b.ne(b.floor(half), half))
  const flip = b.select(isOdd, b.and(b.bitsOf(x), b.i32(-0x80000000)), b.i32(0))
  const signed = b.fromBits(b.xor(b.bitsOf(unsigned), flip))

  // NaN: an operand is NaN, or x is negative, not -Infinity, and y no integer. (-Infinity to 0.5 is Infinity, -0 to it 0.)
  const isFraction = b.ne(b.floor(y), y)
  const isRoot = b.and(b.lt(x, zero), b.and(isFraction, b.lt(magnitude, b.f32(Infinity))))
  const isUndefined = b.or(isRoot, b.or(b.ne(x, x), b.ne(y, y)))
  const isOne = b.or(b.eq(y, zero), b.eq(x, one))
  return b.select(isOne, one, b.select(isUndefined, b.f32(NaN), signed))
})
