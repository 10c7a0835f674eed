// Conversions of f16 and bf16 as fixed sequences of scalar operations, for runtimes that compute in f32 and have no such types.
// Rounding works on the bits of an f32, so that it does not depend on how a runtime rounds sums. The codecs pass the sixteen
// bits of a stored value as the low half of an f32's bits.
import type { ScalarFunction } from '../scalar.ts'
import type { F32, I32, ScalarBuilder } from './builder.ts'
import { defineScalarFunction } from './builder.ts'

export interface StoredFloat {
  /** From f32 to the nearest value of the dtype, ties to even; the result is an f32. NaN stays. */
  readonly round: ScalarFunction
  /** The value of stored bits. */
  readonly fromBits: ScalarFunction
  /** The bits of a value of the dtype. */
  readonly toBits: ScalarFunction
}

const signBit = 0x80000000
const infinityBits = 0x7f800000

/** Drops the `count` lowest bits: half of what they hold less one, and the lowest bit that stays, carry where they round up. */
function dropBits(b: ScalarBuilder, bits: I32, count: number): F32 {
  const lowest = b.and(b.shr(bits, count), b.i32(1))
  const carried = b.add(b.add(bits, b.i32(2 ** (count - 1) - 1)), lowest)
  return b.fromBits(b.and(carried, b.i32(-(2 ** count))))
}

const withSignOf = (b: ScalarBuilder, bits: I32, magnitude: F32): F32 =>
  b.fromBits(b.or(b.bitsOf(magnitude), b.and(bits, b.i32(signBit))))

const nanOr = (b: ScalarBuilder, x: F32, value: F32): F32 => b.select(b.ne(x, x), b.f32(Number.NaN), value)

/** Below 2^-14 values of f16 are multiples of 2^-24: the nearest whole number of them, of halves the even one. */
function nearestSubnormal(b: ScalarBuilder, magnitude: F32): F32 {
  const count = b.mul(magnitude, b.f32(2 ** 24))
  const whole = b.floor(count)
  const rest = b.sub(count, whole)
  const isOdd = b.ne(b.mul(b.floor(b.mul(whole, b.f32(0.5))), b.f32(2)), whole)
  const goesUp = b.or(b.lt(b.f32(0.5), rest), b.and(b.eq(rest, b.f32(0.5)), isOdd))
  return b.mul(b.add(whole, b.select(goesUp, b.f32(1), b.f32(0))), b.f32(2 ** -24))
}

const f16: StoredFloat = {
  round: defineScalarFunction('roundToF16', 1, (b, x) => {
    const bits = b.bitsOf(x)
    const magnitude = b.abs(x)
    const small = withSignOf(b, bits, nearestSubnormal(b, magnitude))
    const finite = b.select(b.lt(magnitude, b.f32(2 ** -14)), small, dropBits(b, bits, 13))
    const infinite = withSignOf(b, bits, b.fromBits(b.i32(infinityBits)))
    return nanOr(b, x, b.select(b.le(b.f32(65520), magnitude), infinite, finite))
  }),
  // As bits of an f32 the exponent is too small by 112.
  fromBits: defineScalarFunction('f16FromBits', 1, (b, x) => {
    const stored = b.bitsOf(x)
    const magnitude = b.and(stored, b.i32(0x7fff))
    const moved = b.shl(magnitude, 13)
    const finite = b.mul(b.fromBits(moved), b.f32(2 ** 112))
    const special = b.fromBits(b.or(moved, b.i32(infinityBits)))
    const value = b.select(b.le(b.i32(0x7c00), magnitude), special, finite)
    return withSignOf(b, b.shl(stored, 16), value)
  }),
  toBits: defineScalarFunction('f16ToBits', 1, (b, x) => {
    const magnitude = b.abs(x)
    const finite = b.shr(b.bitsOf(b.mul(magnitude, b.f32(2 ** -112))), 13)
    const number = b.select(b.le(b.f32(65536), magnitude), b.i32(0x7c00), finite)
    const stored = b.select(b.ne(x, x), b.i32(0x7e00), number)
    return b.fromBits(b.or(stored, b.and(b.shr(b.bitsOf(x), 16), b.i32(0x8000))))
  }),
}

const bf16: StoredFloat = {
  round: defineScalarFunction('roundToBf16', 1, (b, x) => nanOr(b, x, dropBits(b, b.bitsOf(x), 16))),
  fromBits: defineScalarFunction('bf16FromBits', 1, (b, x) => b.fromBits(b.shl(b.bitsOf(x), 16))),
  toBits: defineScalarFunction('bf16ToBits', 1, (b, x) =>
    b.fromBits(b.and(b.shr(b.bitsOf(x), 16), b.i32(0xffff))),
  ),
}

export const storedFloats: Readonly<Record<'f16' | 'bf16', StoredFloat>> = { f16, bf16 }
