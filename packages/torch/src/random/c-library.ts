// Logarithm, exponential, sine and cosine in double to the bit as the C library of Linux computes them, which PyTorch calls: glibc from
// 2.28 on, on processors with fused multiply-adds. JavaScript's own functions differ from it in the last bit of a few per cent.
// Each line below is a rounding or a few; their order and what is fused is the algorithm. Outside of the ranges that random numbers
// need the host's functions answer. Sources of the methods: ARM's Optimized Routines (log, exp: tables, then short polynomials), IBM's
// Accurate Mathematical Library (sin, cos: the addition theorem around the points of a table).
import { anglePoints, logarithmPoints, powerPoints } from './c-library-tables.ts'
import { fusedF64 as fused } from './fused.ts'

const double = new Float64Array(1)
/** The halves of its bits: low, high. */
const halves = new Int32Array(double.buffer)

/** ln x, x > 0: near 1 a polynomial; else x = z · 2^k and ln x = k ln 2 - ln c + ln(1 + r) with c near 1/z from a table, r = z c - 1. */
export function log(x: number): number {
  if (!(x >= 2 ** -1022 && x < Number.POSITIVE_INFINITY)) return Math.log(x)
  if (x >= 0.9375 && x < 1.064697265625) return logOfOnePlus(x - 1)
  double[0] = x
  const high = halves[1] as number
  const offset = high - 0x3fe60000
  const k = offset >> 20
  halves[1] = high - (offset & -0x100000)
  const { reciprocals, logarithms } = logarithmPoints()
  const at = (offset >>> 13) & 127
  const r = fused(double[0], reciprocals[at] as number, -1)
  const base = fused(0.6931471805598903, k, logarithms[at] as number)
  const sum = base + r
  const rest = fused(k, 5.497923018708371e-14, base - sum + r)
  const r2 = r * r
  const low = fused(r2, -0.5000000000000001, rest)
  const p = fused(r, -0.16667054827627667, 0.20000304511814496)
  const q = fused(-0.2499999999622955, r, 0.33333333331825593)
  return fused(r * r2, fused(p, r2, q), low) + sum
}

function logOfOnePlus(r: number): number {
  const r2 = r * r
  const r3 = r * r2
  const p1 = fused(r2, 0.19999999999320328, fused(-0.24999999999998432, r, 0.3333333333333352))
  const p2 = fused(r2, -0.12499997863982555, fused(0.14285715076560868, r, -0.16666666669929706))
  const p3 = fused(r2, 0.09181994006195467, fused(-0.10000486757818193, r, 0.11110712032936046))
  const p = fused(fused(fused(r3, -0.08328363062289341, p3), r3, p2), r3, p1)
  // r - r²/2 in two parts: of r the upper half is squared exactly.
  const upper = fused(-(2 ** 27), r, fused(r, 2 ** 27, r))
  const square = upper * upper
  const high = fused(square, -0.5, r)
  const low = fused(-0.5 * (r - upper), r + upper, fused(square, -0.5, r - high))
  return high + fused(p, r3, low)
}

/** Adding it leaves the nearest whole number in the low bits. */
const toWhole = 1.5 * 2 ** 52

/** e^x: x = (k / 128) ln 2 + r, and 2^(k/128) is a table's entry times a power of two. */
export function exp(x: number): number {
  const size = Math.abs(x)
  if (!(size >= 2 ** -54 && size < 512)) return Math.exp(x)
  const k = fused(x, 184.6649652337873, toWhole) - toWhole
  const r = fused(k, -1.2864023111638346e-14, fused(k, -0.005415212348111709, x))
  const { powers, tails } = powerPoints()
  const at = k & 127
  const r2 = r * r
  const p = fused(0.16666666666665886, r, 0.49999999999996786)
  const q = fused(r, 0.008333335853059549, 0.0416666808410674)
  const rest = fused(r2 * r2, q, fused(p, r2, r + (tails[at] as number)))
  const scale = (powers[at] as number) * 2 ** ((k - at) / 128)
  return fused(scale, rest, scale)
}

const halfPi = Math.PI / 2
const halfPiLow = 6.123233995736766e-17
/** The upper halves of the bits of 0.8555 and 2.4263: below the first an angle is near 0, below the second near π/2. */
const nearZero = 0x3feb5fff
const nearHalfPi = 0x400368fc

/** sin x, 0 <= x < 10^8. */
export function sin(x: number): number {
  if (!(x >= 2 ** -26 && x < 1e8)) return Math.sin(x)
  if (highHalf(x) <= nearZero) return sineNear(x, 0)
  if (highHalf(x) <= nearHalfPi) return cosineNear(halfPi - x, halfPiLow)
  return quarterTurns(x, 0)
}

/** cos x, 0 <= x < 10^8. */
export function cos(x: number): number {
  if (!(x >= 2 ** -27 && x < 1e8)) return Math.cos(x)
  if (highHalf(x) <= nearZero) return cosineNear(x, 0)
  if (highHalf(x) <= nearHalfPi) {
    const y = halfPi - x
    const rest = y + halfPiLow
    return sineNear(rest, y - rest + halfPiLow)
  }
  return quarterTurns(x, 1)
}

function highHalf(x: number): number {
  double[0] = x
  return halves[1] as number
}

/** Takes off whole quarter turns, π/2 in four parts; `ahead` of the sine by so many. */
function quarterTurns(x: number, ahead: number): number {
  const turns = fused(x, 0.6366197723675814, toWhole) - toWhole
  const y = fused(-turns, -1.3909067564377153e-8, fused(-turns, 1.5707963407039642, x))
  const z = fused(-turns, -4.97899623147991e-17, y)
  const firstLow = fused(-turns, -4.97899623147991e-17, y - z)
  const rest = fused(-turns, -1.9034889620193266e-25, z)
  const low = firstLow + fused(-turns, -1.9034889620193266e-25, z - rest)
  const quarter = (turns + ahead) & 3
  const value = (quarter & 1) === 0 ? sineNear(rest, low) : cosineNear(rest, low)
  return (quarter & 2) === 0 ? value : -value
}

/** sin(x + low), |x| < 0.86: a polynomial, or the addition theorem around a multiple of 1/128. */
function sineNear(x: number, low: number): number {
  const size = Math.abs(x)
  if (size < 0.126) return shortSine(x, low)
  const { sines, sineTails, cosines, cosineTails } = anglePoints()
  const dx = x > 0 ? low : -low
  const at = nearestPoint(size)
  const r = size - at / 128
  const r2 = r * r
  const s = r + fused(r * r2, fused(0.008333332142857223, r2, -0.16666666666666488), dx)
  const c = fused(dx, r, r2 * cosineSeries(r2))
  const sine = sines[at] as number
  const first = fused(cosineTails[at] as number, s, sineTails[at] as number)
  const value = sine + fused(s, cosines[at] as number, fused(-c, sine, first))
  return x < 0 ? -value : value
}

function shortSine(x: number, low: number): number {
  const x2 = x * x
  let p = fused(-2.5022014848318398e-8, x2, 2.755729806860771e-6)
  p = fused(p, x2, -0.00019841269834414642)
  p = fused(p, x2, 0.008333333333332329)
  p = fused(p, x2, -0.16666666666666666)
  return x + fused(x2, fused(p, x, -0.5 * low), low)
}

/** cos(x + low), |x| < 0.86. */
function cosineNear(x: number, low: number): number {
  const { sines, sineTails, cosines, cosineTails } = anglePoints()
  const size = Math.abs(x)
  const at = nearestPoint(size)
  const r = size - at / 128 + (x < 0 ? -low : low)
  const r2 = r * r
  const s = fused(r * r2, fused(0.008333332142857223, r2, -0.16666666666666488), r)
  const c = r2 * cosineSeries(r2)
  const cosine = cosines[at] as number
  const first = fused(-(sineTails[at] as number), s, cosineTails[at] as number)
  return cosine + fused(-s, sines[at] as number, fused(-c, cosine, first))
}

/** (1 - cos r) / r². */
const cosineSeries = (r2: number): number =>
  fused(fused(0.001388888740079376, r2, -0.04166666666666644), r2, 0.5)

/** Of the multiples of 1/128, ties to even. */
const nearestPoint = (x: number): number => (x + 1.5 * 2 ** 45 - 1.5 * 2 ** 45) * 128
