// Logarithm, sine and cosine in single precision as PyTorch's block algorithm for normals computes them: the polynomials of the
// Cephes library (Moshier 1992: logf, sinf, cosf), each step rounded to f32, products fused with sums where the compiler did so.
// They work on lanes, like PyTorch's: step by step over arrays, because a call per step and element would cost ten times as much.
import { fusedF32 } from './fused.ts'

const f32 = Math.fround

/** The most elements of one call. */
export const laneCount = 512

const lanes = (): Float32Array => new Float32Array(laneCount)
const [exponents, squares, others] = [lanes(), lanes(), lanes()]

const sqrtHalf = f32(0.7071067811865475)
const logCoefficients = [
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
  2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
].map(f32)
/** ln 2 in two parts, of which the first has few bits. */
const ln2Low = f32(-2.1219444e-4)
const ln2High = 0.693359375

/**
 * ln x of `count` multiples of 2^-24 in (0, 1]. Changes `x`.
 * x = m · 2^e with m from [√½, √2), and ln m = t - t²/2 + t³ P(t) with t = m - 1.
 */
export function logLanes(x: Float32Array, count: number, into: Float32Array): void {
  for (let at = 0; at < count; at++) {
    const whole = (x[at] as number) * 2 ** 24
    const shift = Math.clz32(whole) - 8 // -1 for x = 1
    const mantissa = shift < 0 ? 0.5 : (whole << shift) * 2 ** -24
    const isSmall = mantissa < sqrtHalf
    exponents[at] = isSmall ? -shift - 1 : -shift
    const t = f32(isSmall ? 2 * mantissa - 1 : mantissa - 1)
    x[at] = t
    squares[at] = t * t
  }
  polynomial(logCoefficients, x, count, into)
  for (let at = 0; at < count; at++) {
    into[at] = (into[at] as number) * (x[at] as number)
    others[at] = (exponents[at] as number) * ln2Low
  }
  addProduct(into, squares, others, count, into)
  for (let at = 0; at < count; at++) others[at] = -0.5
  addProduct(squares, others, into, count, into)
  for (let at = 0; at < count; at++) {
    into[at] = (x[at] as number) + (into[at] as number)
    others[at] = ln2High
  }
  addProduct(exponents, others, into, count, into)
}

const fourOverPi = f32(1.27323954473516)
/** -π/4 in three parts. */
const minusQuarter = [-0.78515625, f32(-2.4187564849853516e-4), f32(-3.774894977445941e-8)]
const sinCoefficients = [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1].map(f32)
const cosCoefficients = [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2].map(f32)

/** Sine and cosine of `count` angles in [0, 2π). Changes `x`. */
export function sinCosLanes(
  x: Float32Array,
  count: number,
  sines: Float32Array,
  cosines: Float32Array,
): void {
  const octants = exponents
  for (let at = 0; at < count; at++) octants[at] = (f32((x[at] as number) * fourOverPi) + 1) & ~1
  for (const part of minusQuarter) {
    others.fill(part, 0, count)
    addProduct(octants, others, x, count, x)
  }
  for (let at = 0; at < count; at++) squares[at] = (x[at] as number) ** 2
  polynomial(sinCoefficients, squares, count, sines)
  for (let at = 0; at < count; at++) sines[at] = (sines[at] as number) * (squares[at] as number)
  addProduct(sines, x, x, count, sines)
  polynomial(cosCoefficients, squares, count, cosines)
  for (let at = 0; at < count; at++) {
    cosines[at] = (cosines[at] as number) * (squares[at] as number)
    others[at] = -0.5 * (squares[at] as number)
  }
  addProduct(cosines, squares, others, count, cosines)
  for (let at = 0; at < count; at++) {
    const cosine = f32((cosines[at] as number) + 1)
    const sine = sines[at] as number
    const octant = octants[at] as number
    // In every second quarter of the circle the two change places.
    const isTurned = (octant & 2) !== 0
    const y = isTurned ? cosine : sine
    const x = isTurned ? sine : cosine
    sines[at] = (octant & 4) === 0 ? y : -y
    cosines[at] = ((octant + 2) & 4) === 0 ? x : -x
  }
}

/** Horner's rule, every step fused. */
function polynomial(
  coefficients: readonly number[],
  x: Float32Array,
  count: number,
  into: Float32Array,
): void {
  into.fill(coefficients[0] ?? 0, 0, count)
  for (let k = 1; k < coefficients.length; k++) {
    others.fill(coefficients[k] as number, 0, count)
    addProduct(into, x, others, count, into)
  }
}

const sums = new Float64Array(laneCount)
/** The halves of their bits, the low one first. */
const halves = new Int32Array(sums.buffer)

/** `a · b + c`, rounded once to f32. No result may be subnormal. */
export function addProduct(
  a: Float32Array,
  b: Float32Array,
  c: Float32Array,
  count: number,
  into: Float32Array,
): void {
  for (let at = 0; at < count; at++) sums[at] = (a[at] as number) * (b[at] as number) + (c[at] as number)
  for (let at = 0; at < count; at++) {
    // A double that lies exactly between two f32 may have been rounded to there.
    const isTie = ((halves[2 * at] as number) & 0x1fffffff) === 0x10000000
    into[at] = isTie ? fusedF32(a[at] as number, b[at] as number, c[at] as number) : (sums[at] as number)
  }
}
