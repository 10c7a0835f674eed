// atan2 and hypot in f32: the polar coordinates of a point (x, y), whatever its size. Coordinates are scaled by powers of 2
// where squares or quotients of theirs would overflow or become denormal. Coefficients: our own fit, Lawson-weighted minimax
// of the relative error, rounded to f32 from the lowest power up with a refit of the rest.
import type { ScalarFunction } from '../scalar.ts'
import type { Bool, F32, ScalarBuilder } from './builder.ts'
import { defineScalarFunction, SIGN_BIT } from './builder.ts'

interface Sizes {
  readonly larger: F32
  readonly smaller: F32
}

/** |x| and |y| in order, scaled by `high` where the larger is above `most`, by `low` where it is below `least`. */
function scaled(b: ScalarBuilder, sizes: Sizes, most: number, high: number, least: number, low: number) {
  const factor = (above: number, below: number): F32 =>
    b.select(
      b.lt(b.f32(most), sizes.larger),
      b.f32(above),
      b.select(b.lt(sizes.larger, b.f32(least)), b.f32(below), b.f32(1)),
    )
  const by = factor(high, low)
  return {
    larger: b.mul(sizes.larger, by),
    smaller: b.mul(sizes.smaller, by),
    back: factor(1 / high, 1 / low),
  }
}

/** Operands that are NaN give anything. */
function ordered(b: ScalarBuilder, x: F32, y: F32): Sizes & { readonly isSwapped: Bool } {
  const isSwapped = b.lt(x, y)
  return { larger: b.select(isSwapped, y, x), smaller: b.select(isSwapped, x, y), isSwapped }
}

function unordered(b: ScalarBuilder, x: F32, y: F32): Bool {
  return b.or(b.ne(x, x), b.ne(y, y))
}

/** P(z) = (atan(t) / t - 1) / z for |t| <= tan(pi/8), z = t^2, error 0.35 * 2^-24 of atan(t). */
const ATAN = [0.08053628355264664, -0.13877719640731812, 0.19977723062038422, -0.3333294987678528] as const
const TAN_PI_8 = 0.41421356

/** pi/4 in two parts, the first of 21 bits, so that its products with 0 ... 4 are exact. */
const [QUARTER_HIGH, QUARTER_LOW] = [0.785398006439209, 1.569582393e-7]

/**
 * The angle is k pi/4 +- atan(t), with t = s/l for the smaller and larger of |x| and |y| if that is below tan(pi/8), else
 * (s - l) / (s + l), whose angle is pi/4 less; for |y| > |x| it is counted from pi/2, for x < 0 from pi.
 */
export const atan2: ScalarFunction = defineScalarFunction('atan2', 2, (b, y, x) => {
  const zero = b.f32(0)
  const sizes = ordered(b, b.abs(x), b.abs(y))
  const isInfinite = b.eq(sizes.larger, b.f32(Infinity))
  const both = b.eq(sizes.smaller, b.f32(Infinity))
  // Infinite coordinates count as 1, finite ones beside them as 0; the quotient of two zeros as 0.
  const larger = b.select(isInfinite, b.f32(1), b.select(b.eq(sizes.larger, zero), b.f32(1), sizes.larger))
  const smaller = b.select(isInfinite, b.select(both, b.f32(1), zero), sizes.smaller)
  const point = scaled(b, { larger, smaller }, 2 ** 96, 2 ** -32, 2 ** -96, 2 ** 32)

  const isBeyond = b.lt(b.mul(point.larger, b.f32(TAN_PI_8)), point.smaller)
  const above = b.select(isBeyond, b.sub(point.smaller, point.larger), point.smaller)
  const below = b.select(isBeyond, b.add(point.smaller, point.larger), point.larger)
  const t = b.div(above, below)
  const z = b.mul(t, t)
  const angle = b.add(t, b.mul(b.mul(t, z), b.polynomial(z, ATAN)))

  // Of the eighth turn k pi/4 the angle is taken away where the two counts, from pi/2 and from pi, differ.
  const isLeft = b.lt(b.bitsOf(x), b.i32(0))
  const ofHalfTurn = b.select(isBeyond, b.f32(1), b.select(sizes.isSwapped, b.f32(2), zero))
  const k = b.select(isLeft, b.sub(b.f32(4), ofHalfTurn), ofHalfTurn)
  const flip = b.select(b.xor(sizes.isSwapped, isLeft), b.i32(SIGN_BIT), b.i32(0))
  const turned = b.fromBits(b.xor(b.bitsOf(angle), flip))
  const value = b.add(b.mul(k, b.f32(QUARTER_HIGH)), b.add(b.mul(k, b.f32(QUARTER_LOW)), turned))
  const signed = b.fromBits(b.xor(b.bitsOf(value), b.and(b.bitsOf(y), b.i32(SIGN_BIT))))
  return b.select(unordered(b, x, y), b.f32(NaN), signed)
})

/** sqrt(x^2 + y^2); infinite if either is, even beside NaN. The bounds keep every square that matters normal. */
export const hypot: ScalarFunction = defineScalarFunction('hypot', 2, (b, x, y) => {
  const [sizeX, sizeY] = [b.abs(x), b.abs(y)]
  const { larger, smaller, back } = scaled(b, ordered(b, sizeX, sizeY), 2 ** 63, 2 ** -66, 2 ** -50, 2 ** 100)
  const root = b.sqrt(b.add(b.mul(larger, larger), b.mul(smaller, smaller)))
  const infinity = b.f32(Infinity)
  const isInfinite = b.or(b.eq(sizeX, infinity), b.eq(sizeY, infinity))
  const value = b.select(unordered(b, x, y), b.f32(NaN), b.mul(root, back))
  return b.select(isInfinite, infinity, value)
})
