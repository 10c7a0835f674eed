// The mathematical functions in float64, for f64 kernels in JavaScript and as the reference of the f32 expansions.
// All but erf are the host's own; pow follows C99 where JavaScript does not.
import type { MathFunction } from '../scalar.ts'

/** float64 meaning of every `MathFunction`; unary functions ignore the second argument. */
export const hostMath: Readonly<Record<MathFunction, (x: number, y: number) => number>> = {
  exp: (x) => Math.exp(x),
  expm1: (x) => Math.expm1(x),
  log: (x) => Math.log(x),
  log1p: (x) => Math.log1p(x),
  sin: (x) => Math.sin(x),
  cos: (x) => Math.cos(x),
  tan: (x) => Math.tan(x),
  tanh: (x) => Math.tanh(x),
  erf: (x) => erf64(x),
  pow: (x, y) => pow64(x, y),
}

/** `x` to the power `y`; 1 to any power and -1 to an infinite power are 1 (C99; JavaScript says NaN). */
export function pow64(x: number, y: number): number {
  return x === 1 || (x === -1 && (y === Infinity || y === -Infinity)) ? 1 : x ** y
}

/** The error function `2/sqrt(pi) * integral of exp(-t^2) from 0 to x`, to a few units in the last place. */
export function erf64(x: number): number {
  const a = Math.abs(x)
  if (!(a < 6)) return Number.isNaN(x) ? x : Math.sign(x)
  if (a < 1e-10) return x * TWO_OVER_ROOT_PI
  return Math.sign(x) * (a < 2 ? erfSeries(a) : 1 - erfcFraction(a))
}

const TWO_OVER_ROOT_PI = 1.1283791670955126

/** `exp(-a^2)`; squares the upper half of `a` exactly, so that the error of the square is not magnified. */
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

/** Laplace's continued fraction of `1 - erf(a)`, from the far end; 60 levels are enough from `a = 2` up. */
function erfcFraction(a: number): number {
  let tail = a
  for (let k = 60; k > 0; k--) tail = a + k / 2 / tail
  return (gaussian(a) * TWO_OVER_ROOT_PI) / 2 / tail
}
