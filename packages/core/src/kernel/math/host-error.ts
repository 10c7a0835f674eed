// The error function, its complement, the normal distribution and the inverse in float64, for f64 kernels in JavaScript and as
// the reference of the f32 expansions.

const TWO_OVER_ROOT_PI = 1.1283791670955126

/** `e^(-a^2)`; squares the upper half of `a` exactly, so that the error of the square is not magnified. */
function gaussian(a: number): number {
  const upper = Math.fround(a)
  return Math.exp(-upper * upper) * Math.exp((upper - a) * (upper + a))
}

/** `2/sqrt(pi) * exp(-a^2) * sum of a * (2 a^2)^k / (1*3*...*(2k+1))`: all terms positive, nothing cancels. */
function erfSeries(a: number): number {
  let term = a
  let sum = a
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= (2 * a * a) / (2 * k + 1)
    sum += term
  }
  return TWO_OVER_ROOT_PI * gaussian(a) * sum
}

/** Step of the sums below; they are off by e^(-pi^2 / STEP^2), 7e-18. */
const STEP = 0.5

/**
 * `erfc(a) e^(a^2)` for `a >= 1/2`: the trapezoidal rule for `1/pi * integral of a e^(-t^2) / (t^2 + a^2)`, and the residue that
 * the poles at +-ia add to it (Chiarella and Reichel, On the evaluation of integrals related to the error function, 1968).
 */
function scaledErfc(a: number): number {
  let sum = 1 / (a * a)
  for (let k = 1; k <= 13; k++) {
    const square = (k * STEP) ** 2
    sum += (2 * Math.exp(-square)) / (square + a * a)
  }
  const residue = a < Math.PI / STEP ? (2 * Math.exp(a * a)) / (1 - Math.exp((2 * Math.PI * a) / STEP)) : 0
  return (STEP * a * sum) / Math.PI + residue
}

/** The error function `2/sqrt(pi) * integral of exp(-t^2) from 0 to x`, to a few units in the last place. */
export function erf64(x: number): number {
  const a = Math.abs(x)
  if (!(a < 6)) return Number.isNaN(x) ? x : Math.sign(x)
  if (a < 1e-10) return x * TWO_OVER_ROOT_PI
  return Math.sign(x) * (a < 1 ? erfSeries(a) : 1 - scaledErfc(a) * gaussian(a))
}

/** `1 - erf(x)`, with full relative precision where it is small. */
export function erfc64(x: number): number {
  if (Number.isNaN(x)) return x
  if (x > 28) return 0
  if (x < -6) return 2
  if (x < -0.5) return 2 - scaledErfc(-x) * gaussian(-x)
  return x < 0.5 ? 1 - erf64(x) : scaledErfc(x) * gaussian(x)
}

/** The probability that a standard normal number is below x. */
export function normalCdf64(x: number): number {
  if (Number.isNaN(x)) return x
  if (x < -40) return 0
  if (x > 9) return 1
  if (x > 0) return 1 - normalCdf64(-x)
  const a = -x / Math.SQRT2
  // e^(-x^2 / 2) of x itself: x / sqrt 2 is rounded.
  const upper = Math.fround(x)
  const power = Math.exp((-upper * upper) / 2) * Math.exp(((upper - x) * (upper + x)) / 2)
  return a < 0.5 ? (1 - erf64(a)) / 2 : (scaledErfc(a) * power) / 2
}

/** The y with `erf(y) = x`: from Winitzki's approximation by Newton's method, in the tails on the logarithm of erfc. */
export function erfinv64(x: number): number {
  const size = Math.abs(x)
  if (!(size < 1)) return size === 1 ? x * Infinity : Number.NaN
  if (size < 1e-8) return x / TWO_OVER_ROOT_PI
  const log = Math.log1p(-x * x)
  const half = 2 / (Math.PI * 0.147) + log / 2
  let y = Math.sqrt(Math.sqrt(half * half - log / 0.147) - half)
  for (let step = 0; step < 4; step++) {
    const slope = TWO_OVER_ROOT_PI * gaussian(y)
    const rest = erfc64(y)
    y -= size < 0.5 ? (erf64(y) - size) / slope : (Math.log((1 - size) / rest) * rest) / slope
  }
  return Math.sign(x) * y
}
