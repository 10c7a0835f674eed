// log |gamma| and its derivative, digamma, in f32, for numbers of either sign. Each is a polynomial that has the roots as
// exact factors for small arguments, Stirling's series for others, and the reflection at 1/2 for negative ones. Coefficients:
// our own fit, Lawson-weighted minimax of the relative error, rounded to f32 from the lowest power up with a refit of the rest.
import type { ScalarFunction } from '../scalar.ts'
import type { F32, ScalarBuilder } from './builder.ts'
import { defineScalarFunction } from './builder.ts'
import { logOfPositive } from './logarithm.ts'

/** R(t) = lgamma(1 + t) / (t (t - 1)) on [0, 1], error 0.2 * 2^-24. */
const LGAMMA = [
  -0.00215299054980278, 0.012208523228764534, -0.03222878277301788, 0.05523776635527611, -0.074516162276268,
  0.09202829748392105, -0.11520307511091232, 0.15544719994068146, -0.2452521175146103, 0.5772156715393066,
] as const

/** W(z) = (lgamma(x) - (x - 1/2) (ln x - 1) - (ln 2 pi - 1) / 2) x for x >= 3, z = 1 / x^2, error 0.02 * 2^-24 of lgamma(x). */
const STIRLING = [0.000679244170896709, -0.002769936341792345, 0.08333316445350647] as const

/** S(z) = sin(pi f) / (pi f) on [0, 1/2], z = f^2, error 0.11 * 2^-24. */
const SINE = [0.024715935811400414, -0.1904432326555252, 0.811715841293335, -1.6449333429336548, 1] as const

/** lgamma(x) for x > 0: with t = x, x - 1 or x - 2, whichever is in [0, 1), up to 3; then Stirling's series. */
function positiveLgamma(b: ScalarBuilder, x: F32): F32 {
  const [zero, one, two] = [b.f32(0), b.f32(1), b.f32(2)]
  const isBelow1 = b.lt(x, one)
  const isBelow2 = b.lt(x, two)
  const isNear = b.lt(x, b.f32(3))
  const t = b.sub(x, b.select(isBelow1, zero, b.select(isBelow2, one, two)))
  // lgamma(x + 1) = lgamma(x) + log x, one step down or up.
  const upper = b.select(isNear, b.add(t, one), x)
  const log = logOfPositive(b, b.select(isBelow1, x, upper))
  const step = b.select(isBelow1, b.sub(zero, log), b.select(isBelow2, zero, log))
  const near = b.add(b.mul(b.mul(t, b.sub(t, one)), b.polynomial(t, LGAMMA)), step)

  const inverse = b.div(one, x)
  const series = b.mul(b.polynomial(b.mul(inverse, inverse), STIRLING), inverse)
  const large = b.mul(b.sub(x, b.f32(0.5)), b.sub(log, one))
  const far = b.add(large, b.add(b.f32(0.4189385332046727), series))
  return b.select(isNear, near, b.select(b.lt(x, b.f32(Infinity)), far, x))
}

/** Below 0: lgamma(x) = ln(pi / |sin(pi x)|) - lgamma(1 - x), where pi / |sin(pi x)| = 1 / |f S(f^2)| for f = x - round(x). */
export const lgamma: ScalarFunction = defineScalarFunction('lgamma', 1, (b, x) => {
  const isNegative = b.lt(x, b.f32(0))
  const one = b.f32(1)
  const positive = positiveLgamma(b, b.select(isNegative, b.sub(one, x), x))
  const f = b.sub(x, b.round(x))
  const product = b.abs(b.mul(f, b.polynomial(b.mul(f, f), SINE)))
  const pole = b.eq(product, b.f32(0))
  const reflected = b.sub(b.f32(0), b.add(logOfPositive(b, b.select(pole, one, product)), positive))
  const infinity = b.f32(Infinity)
  const value = b.select(isNegative, b.select(pole, infinity, reflected), positive)
  const isUnbounded = b.or(b.eq(x, b.f32(0)), b.eq(b.abs(x), infinity))
  return b.select(isUnbounded, infinity, value)
})

/** The positive root of digamma in two parts. */
const [ROOT_HIGH, ROOT_LOW] = [1.461632132530212, 1.2438149e-8]

/** R(t) = digamma(1 + t) / (1 + t - root) on [0, 1], error 0.3 * 2^-24. */
const DIGAMMA = [
  0.018897080793976784, -0.11172610521316528, 0.30237919092178345, -0.5127455592155457, 0.644956111907959,
  -0.6907237768173218, 0.7013858556747437, -0.7153536677360535, 0.7525549530982971, -0.8546966910362244,
  1.2503801584243774,
] as const

/** P(z) = (ln x - 1/(2 x) - digamma(x)) x^2 for x >= 2, z = 1 / x^2, error 0.01 * 2^-24 of digamma(x). */
const SERIES = [
  0.0019302802393212914, -0.003084981581196189, 0.003848854685202241, -0.008326869457960129,
  0.08333320915699005,
] as const

/** C(z) = pi f cot(pi f) on [0, 1/2], z = f^2, error 2^-24 of 1. */
const COTANGENT = [
  -5.446229457855225, -0.5374517440795898, -2.2911293506622314, -2.0074315071105957, -2.1658854484558105,
  -3.289846897125244, 0.9999999403953552,
] as const

/** digamma(x) for x > 0: digamma(x + 1) - 1/x below 1, the polynomial from 1 to 2, then the series. */
function positiveDigamma(b: ScalarBuilder, x: F32): F32 {
  const one = b.f32(1)
  const isBelow1 = b.lt(x, one)
  const inverse = b.div(one, x)
  const t = b.select(isBelow1, x, b.sub(x, one))
  const slope = b.polynomial(t, DIGAMMA)
  // Not slope times a difference of both parts: GPU compilers add the two constants up.
  const core = b.sub(b.mul(b.sub(t, b.f32(ROOT_HIGH - 1)), slope), b.mul(slope, b.f32(ROOT_LOW)))
  const near = b.select(isBelow1, b.sub(core, inverse), core)

  const z = b.mul(inverse, inverse)
  const series = b.add(b.mul(inverse, b.f32(0.5)), b.mul(z, b.polynomial(z, SERIES)))
  const far = b.sub(logOfPositive(b, x), series)
  return b.select(b.lt(x, b.f32(2)), near, far)
}

/** Below 0: digamma(1 - x) - pi / tan(pi x), where the second is C(f^2) / f for f = x - round(x). */
export const digamma: ScalarFunction = defineScalarFunction('digamma', 1, (b, x) => {
  const zero = b.f32(0)
  const isNegative = b.lt(x, zero)
  const positive = positiveDigamma(b, b.select(isNegative, b.sub(b.f32(1), x), x))
  const f = b.sub(x, b.round(x))
  const isPole = b.eq(f, zero)
  const cotangent = b.div(b.polynomial(b.mul(f, f), COTANGENT), f)
  const reflected = b.select(isPole, b.f32(NaN), b.sub(positive, cotangent))
  const value = b.select(isNegative, reflected, positive)
  // -Infinity at 0 and Infinity at -0.
  return b.select(b.eq(x, zero), b.div(b.f32(-1), x), value)
})
