// sinh, cosh and their inverses in f32. Coefficients: our own fit, Lawson-weighted minimax of the relative error, rounded to
// f32 from the lowest power up with a refit of the rest.
import type { ScalarFunction } from '../scalar.ts'
import type { F32, ScalarBuilder } from './builder.ts'
import { defineScalarFunction, withSignOf } from './builder.ts'
import { expWithBias } from './exponential.ts'
import { log1pOf } from './logarithm.ts'

/** e^x / 2 for x >= 0: finite as far as cosh is. */
const halfExp = (b: ScalarBuilder, x: F32): F32 => expWithBias(b, b.atMost(x, 90), 126)

/** P(z) = (sinh(x) / x - 1) / z for z = x^2 in [0, 1], error 0.4 * 2^-24 of sinh(x). */
const SINH = [0.00020373340521473438, 0.008330270648002625, 0.1666671633720398] as const

/** x + x^3 P(x^2) up to 1, beyond (e^x - e^-x) / 2, with 1/4 over e^x / 2 for the second. */
export const sinh: ScalarFunction = defineScalarFunction('sinh', 1, (b, x) => {
  const size = b.abs(x)
  const z = b.mul(size, size)
  const near = b.add(size, b.mul(b.mul(size, z), b.polynomial(z, SINH)))
  const half = halfExp(b, size)
  const far = b.sub(half, b.div(b.f32(0.25), half))
  return withSignOf(b, b.select(b.lt(b.f32(1), size), far, near), x)
})

export const cosh: ScalarFunction = defineScalarFunction('cosh', 1, (b, x) => {
  const half = halfExp(b, b.abs(x))
  return b.add(half, b.div(b.f32(0.25), half))
})

/** `value`, or x where x is infinite or NaN. */
const infiniteAt = (b: ScalarBuilder, x: F32, value: F32): F32 => b.select(b.lt(x, b.f32(Infinity)), value, x)

/** From here on 2 x is x + sqrt(x^2 + 1) to the last bit, while x^2 is far from overflow. */
const LARGE = 2 ** 25

/** log(x + sqrt(x^2 + 1)) = log1p(x + x^2 / (1 + sqrt(1 + x^2))) for x >= 0; log(2 x) for large x. */
export const asinh: ScalarFunction = defineScalarFunction('asinh', 1, (b, x) => {
  const size = b.abs(x)
  const isLarge = b.lt(b.f32(LARGE), size)
  const one = b.f32(1)
  const square = b.mul(size, size)
  const beyond = b.div(square, b.add(one, b.sqrt(b.add(one, square))))
  const above = b.select(isLarge, size, b.add(size, beyond))
  return withSignOf(b, infiniteAt(b, size, log1pOf(b, above, b.select(isLarge, b.i32(1), b.i32(0)))), x)
})

/** log(x + sqrt(x^2 - 1)) = log1p(t + sqrt(t (t + 2))), t = x - 1; log(2 x) for large x; NaN below 1. */
export const acosh: ScalarFunction = defineScalarFunction('acosh', 1, (b, x) => {
  const isLarge = b.lt(b.f32(LARGE), x)
  const one = b.f32(1)
  const t = b.sub(x, one)
  const above = b.select(isLarge, x, b.add(t, b.sqrt(b.mul(t, b.add(t, b.f32(2))))))
  const value = log1pOf(b, above, b.select(isLarge, b.i32(1), b.i32(0)))
  return b.select(b.lt(x, one), b.f32(NaN), infiniteAt(b, x, value))
})
