// erfc, the normal distribution function and the inverse of erf in f32. Tails keep their relative precision: the square in
// e^(-x^2) is taken exactly, in two parts. Coefficients: our own fit, Lawson-weighted minimax of the relative error, rounded
// to f32 from the lowest power up with a refit of the rest.
import type { ScalarFunction } from '../scalar.ts'
import type { F32, ScalarBuilder } from './builder.ts'
import { cut, defineScalarFunction } from './builder.ts'
import { expInParts } from './exponential.ts'
import { logOfPositive } from './logarithm.ts'

const CENTER = 1.5

interface Tail {
  /** The exponent is -x^2 times this, 1 or 1/2. */
  readonly factor: number
  /** Larger x count as this one, whose result is 0. */
  readonly last: number
  /** Of the variable q = (x - 3/2) / (x + 3/2). */
  readonly polynomial: readonly [number, ...number[]]
}

/** e^(-factor x^2) P(q) / (x + 3/2) for x >= 0; 0 where that is below the smallest normal number. */
function tailOf(b: ScalarBuilder, size: F32, { factor, last, polynomial }: Tail): F32 {
  const x = b.atMost(size, last)
  // x^2 = high^2 + (x - high) (x + high), the first exactly.
  const high = cut(b, x)
  const exponent = b.mul(b.mul(high, high), b.f32(-factor))
  const rest = b.mul(b.mul(b.sub(x, high), b.add(x, high)), b.f32(-factor))
  const { scale, part } = expInParts(b, exponent, rest)

  const inverse = b.div(b.f32(1), b.add(x, b.f32(CENTER)))
  const q = b.mul(b.sub(x, b.f32(CENTER)), inverse)
  const value = b.mul(b.polynomial(q, polynomial), inverse)
  return b.mul(b.add(value, b.mul(value, part)), scale)
}

/** P(q) = erfc(x) e^(x^2) (x + 3/2) from 0.44 on, error 0.11 * 2^-24. */
const ERFC: Tail = {
  factor: 1,
  last: 9.38,
  polynomial: [
    -0.0004110746958758682, 0.0007475381717085838, 0.0019898584578186274, -0.0007907084655016661,
    -0.009509896859526634, -0.008119984529912472, 0.04777253419160843, 0.07562173902988434,
    -0.5078501105308533, 0.9647562503814697,
  ],
}

/** P(z) = erf(x) / x on [-1/2, 1/2], z = x^2, error 0.9 * 2^-24. */
const ERF = [
  0.0028306632302701473, -0.025809843093156815, 0.11267948150634766, -0.37611860036849976, 1.1283791065216064,
] as const

/** 1 - erf(x) near 0; beyond, the tail, and 2 less that of -x below 0. */
export const erfc: ScalarFunction = defineScalarFunction('erfc', 1, (b, x) => {
  const size = b.abs(x)
  const tail = tailOf(b, size, ERFC)
  const outer = b.select(b.lt(x, b.f32(0)), b.sub(b.f32(2), tail), tail)
  const near = b.sub(b.f32(1), b.mul(x, b.polynomial(b.mul(x, x), ERF)))
  return b.select(b.lt(size, b.f32(0.45)), near, outer)
})

/** P(q) = erfc(x / sqrt 2) / 2 * e^(x^2 / 2) (x + 3/2) from 0.65 on, error 0.23 * 2^-24. */
const NORMAL: Tail = {
  factor: 0.5,
  last: 13.26,
  polynomial: [
    0.0017050321912392974, -0.0019087926484644413, -0.002974201226606965, -0.002114139264449477,
    0.003977931570261717, 0.017605414614081383, 0.01789966970682144, -0.05749427527189255,
    -0.19509956240653992, 0.6173419952392578,
  ],
}

/** P(z) = erf(x / sqrt 2) / (2 x) for z = x^2 in [0, 1/2], error 0.5 * 2^-24. */
const HALF_ERF = [
  0.00012612537830136716, -0.001204687636345625, 0.009979763068258762, -0.06649105250835419,
  0.3989422917366028,
] as const

/** (1 + erf(x / sqrt 2)) / 2 near 0; beyond, the tail, and 1 less that of -x above 0. */
export const normalCdf: ScalarFunction = defineScalarFunction('normalCdf', 1, (b, x) => {
  const size = b.abs(x)
  const tail = tailOf(b, size, NORMAL)
  const outer = b.select(b.lt(b.f32(0), x), b.sub(b.f32(1), tail), tail)
  const near = b.add(b.f32(0.5), b.mul(x, b.polynomial(b.mul(x, x), HALF_ERF)))
  return b.select(b.lt(size, b.f32(0.66)), near, outer)
})

/** P(v) = erfinv(x) / x for w = -ln(1 - x^2) in [0, 5], v = w - 5/2, error 1.6 * 2^-24. */
const CENTRAL = [
  2.849634306301141e-8, 3.440380567099055e-7, -3.528052275214577e-6, -4.4005169002048206e-6,
  0.0002185966877732426, -0.0012536939466372132, -0.004177693743258715, 0.24664071202278137,
  1.5014094114303589,
] as const

/** P(v) = erfinv(x) / x for sqrt(w) in [sqrt 5, 4.1], v = sqrt(w) - 3, error 1.5 * 2^-24. */
const OUTER = [
  -0.0001569512824062258, 7.40293471608311e-5, 0.0012929437216371298, -0.0036452184431254864,
  0.005762933287769556, -0.007631381507962942, 0.009435636922717094, 1.001675009727478, 2.832977056503296,
] as const

/** The y with erf(y) = x, from w = -ln((1 - x)(1 + x)); infinite at -1 and 1, NaN beyond. */
export const erfinv: ScalarFunction = defineScalarFunction('erfinv', 1, (b, x) => {
  const one = b.f32(1)
  const size = b.abs(x)
  const w = b.mul(logOfPositive(b, b.mul(b.sub(one, x), b.add(one, x))), b.f32(-1))
  const central = b.polynomial(b.sub(w, b.f32(2.5)), CENTRAL)
  const outer = b.polynomial(b.sub(b.sqrt(w), b.f32(3)), OUTER)
  const inside = b.mul(b.select(b.lt(w, b.f32(5)), central, outer), x)
  const outside = b.select(b.eq(size, one), b.mul(x, b.f32(Infinity)), b.f32(NaN))
  return b.select(b.lt(size, one), inside, outside)
})
