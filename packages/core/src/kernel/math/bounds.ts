// How far the f32 expansions may be from the mathematical value, as data: for tests of runtimes, tolerance tables and docs.
// True of exact IEEE f32 arithmetic with denormals, as in JavaScript and WebAssembly; measured in `accuracy.test.ts`.
import type { MathFunction } from '../scalar.ts'

export interface MathBound {
  /** Largest error in units in the last place of the exact result (of 2^-149 where that is denormal). */
  readonly ulp: number
  /** First and last x of which `ulp` is promised; for functions of two numbers of both. */
  readonly domain: readonly [number, number]
  /** What happens elsewhere, for people. */
  readonly elsewhere: string
}

const everywhere: readonly [number, number] = [-Infinity, Infinity]
const trigonometric: readonly [number, number] = [-1e5, 1e5]

export const mathBounds: Readonly<Record<MathFunction, MathBound>> = {
  exp: {
    ulp: 2,
    domain: [-87.3365478515625, Infinity],
    elsewhere: '0 where the result would be below the smallest normal number, 1.18e-38',
  },
  exp2: { ulp: 2, domain: everywhere, elsewhere: '' },
  expm1: { ulp: 2, domain: everywhere, elsewhere: '' },
  log: { ulp: 1, domain: everywhere, elsewhere: '' },
  log2: { ulp: 3, domain: everywhere, elsewhere: '' },
  log10: { ulp: 3, domain: everywhere, elsewhere: '' },
  log1p: { ulp: 3, domain: everywhere, elsewhere: '' },
  sin: {
    ulp: 2,
    domain: trigonometric,
    elsewhere:
      'absolute error half an ulp of x up to 1e7 (0.004 at 1.1e5, 0.5 at 1e7); larger x count as 1e7',
  },
  cos: { ulp: 2, domain: trigonometric, elsewhere: 'as sin' },
  tan: {
    ulp: 3,
    domain: trigonometric,
    elsewhere: 'the tangent of a number within half an ulp of x up to 1e7; larger x count as 1e7',
  },
  sinh: { ulp: 2, domain: everywhere, elsewhere: '' },
  cosh: { ulp: 2, domain: everywhere, elsewhere: '' },
  tanh: { ulp: 4, domain: everywhere, elsewhere: '' },
  asinh: { ulp: 3, domain: everywhere, elsewhere: '' },
  acosh: { ulp: 3, domain: everywhere, elsewhere: '' },
  sigmoid: {
    ulp: 2,
    domain: [-87.3365478515625, Infinity],
    elsewhere: '0 or a denormal number where the result would be one, below 1.18e-38',
  },
  erf: { ulp: 4, domain: everywhere, elsewhere: '' },
  erfc: {
    ulp: 4,
    domain: [-Infinity, 9.1],
    elsewhere: '0 or a denormal number where the result would be one, below 1.18e-38',
  },
  erfinv: { ulp: 4, domain: everywhere, elsewhere: '' },
  normalCdf: {
    ulp: 4,
    domain: [-12.9, Infinity],
    elsewhere: '0 or a denormal number where the result would be one, below 1.18e-38',
  },
  lgamma: {
    ulp: 5,
    domain: [0, Infinity],
    elsewhere: 'below 0 an absolute error of 5 ulp of the larger of the result, lgamma(1 - x) and 1',
  },
  digamma: {
    ulp: 3,
    domain: [0, Infinity],
    elsewhere: 'below 0 an absolute error of 3 ulp of the larger of the result, digamma(1 - x) and 1',
  },
  pow: { ulp: 3, domain: everywhere, elsewhere: '' },
  atan2: { ulp: 3, domain: everywhere, elsewhere: '' },
  hypot: { ulp: 2, domain: everywhere, elsewhere: '' },
}
