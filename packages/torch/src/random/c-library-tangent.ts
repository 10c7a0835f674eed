// The tangent in double to the bit as the C library of Linux computes it: see c-library.ts.
import { tangentPoints } from './c-library-tables.ts'
import { fusedF64 as fused } from './fused.ts'

/** Below the first a polynomial is the tangent; below the second a point of the table is near; beyond a quarter turn is taken off. */
const small = 0.060799986124038696
const reducible = 0.7869997024536133
const toWhole = 1.5 * 2 ** 52

/** tan x, |x| <= 25. */
export function tan(x: number): number {
  const size = Math.abs(x)
  if (!(size > 1.2589993048095494e-8 && size <= 25)) return size <= 1.2589993048095494e-8 ? x : Math.tan(x)
  if (size <= small) return fused(x * (x * x), series(x * x), x)
  if (size <= reducible) {
    const value = tangentNear(size, 0)
    return x < 0 ? -value : value
  }
  const turns = fused(x, 0.6366197723675814, toWhole) - toWhole
  const y = fused(-turns, -1.3909067564377153e-8, fused(-turns, 1.5707963407039642, x))
  const rest = fused(-turns, -4.9789962505147994e-17, y)
  const low = fused(-turns, -4.9789962505147994e-17, y - rest)
  const isOdd = (turns & 1) !== 0
  if (Math.abs(rest) <= small) {
    const correction = fused(rest * (rest * rest), series(rest * rest), low)
    return isOdd ? -reciprocal(rest, correction) : rest + correction
  }
  const [angle, angleLow] = rest < 0 ? [-rest, -low] : [rest, low]
  if (isOdd) return rest < 0 ? cotangentNear(angle, angleLow) : -cotangentNear(angle, angleLow)
  return rest < 0 ? -tangentNear(angle, angleLow) : tangentNear(angle, angleLow)
}

/** (tan x - x) / x³ in x². */
function series(x2: number): number {
  let p = fused(0.008896546349534924, x2, 0.021869380598167253)
  p = fused(p, x2, 0.05396825411095433)
  p = fused(p, x2, 0.1333333333332673)
  return fused(p, x2, 0.3333333333333333)
}

interface Nearby {
  readonly tangent: number
  readonly cotangent: number
  /** Of the rest of the angle. */
  readonly small: number
}

function nearby(angle: number, low: number): Nearby {
  const { angles, tangents, cotangents } = tangentPoints()
  const at = Math.trunc(fused(angle, 256, -15.5))
  const z = angle - (angles[at] as number) + low
  const z2 = z * z
  const p = fused(z * z2, fused(z2, 0.13333354920669913, 0.3333333333332254), z)
  return { tangent: tangents[at] as number, cotangent: cotangents[at] as number, small: p }
}

function tangentNear(angle: number, low: number): number {
  const { tangent, cotangent, small: p } = nearby(angle, low)
  return ((tangent + cotangent) * p) / (cotangent - p) + tangent
}

function cotangentNear(angle: number, low: number): number {
  const { tangent, cotangent, small: p } = nearby(angle, low)
  return cotangent - ((tangent + cotangent) * p) / (tangent + p)
}

/** 1 / (a + b) with the sum and the quotient as pairs of doubles. */
function reciprocal(a: number, b: number): number {
  const sum = a + b
  const rest = Math.abs(a) > Math.abs(b) ? a - sum + b : b - sum + a
  const quotient = 1 / sum
  const product = quotient * sum
  const left = 1 - product - fused(quotient, sum, -product)
  const correction = fused(-rest, quotient, left) / sum
  const value = quotient + correction
  return quotient - value + correction + value
}
