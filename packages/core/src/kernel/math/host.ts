// The mathematical functions in float64, for f64 kernels in JavaScript and as the reference of the f32 expansions. Most are the
// host's own; pow follows C99 where JavaScript does not.
import type { MathFunction } from '../scalar.ts'
import { erf64, erfc64, erfinv64, normalCdf64 } from './host-error.ts'
import { digamma64, lgamma64 } from './host-gamma.ts'

/** float64 meaning of every `MathFunction`; unary functions ignore the second argument. */
export const hostMath: Readonly<Record<MathFunction, (x: number, y: number) => number>> = {
  exp: (x) => Math.exp(x),
  exp2: (x) => 2 ** x,
  expm1: (x) => Math.expm1(x),
  log: (x) => Math.log(x),
  log2: (x) => Math.log2(x),
  log10: (x) => Math.log10(x),
  log1p: (x) => Math.log1p(x),
  sin: (x) => Math.sin(x),
  cos: (x) => Math.cos(x),
  tan: (x) => Math.tan(x),
  sinh: (x) => Math.sinh(x),
  cosh: (x) => Math.cosh(x),
  tanh: (x) => Math.tanh(x),
  asinh: (x) => Math.asinh(x),
  acosh: (x) => Math.acosh(x),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  erf: (x) => erf64(x),
  erfc: (x) => erfc64(x),
  erfinv: (x) => erfinv64(x),
  normalCdf: (x) => normalCdf64(x),
  lgamma: (x) => lgamma64(x),
  digamma: (x) => digamma64(x),
  pow: (x, y) => pow64(x, y),
  atan2: (y, x) => Math.atan2(y, x),
  hypot: (x, y) => Math.hypot(x, y),
}

/** `x` to the power `y`; 1 to any power and -1 to an infinite power are 1 (C99; JavaScript says NaN). */
export function pow64(x: number, y: number): number {
  return x === 1 || (x === -1 && (y === Infinity || y === -Infinity)) ? 1 : x ** y
}
