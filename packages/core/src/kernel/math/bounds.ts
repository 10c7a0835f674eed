// How far the f32 expansions may be from the mathematical value, as data: for tests of runtimes, tolerance tables and docs.
// True of exact IEEE f32 arithmetic with denormals, as in JavaScript and WebAssembly; measured in `accuracy.test.ts`.
import type { MathFunction } from '../scalar.ts'

export interface MathBound {
  /** Largest error in units in the last place of the exact result (of 2^-149 where that is denormal). */
  readonly ulp: number
  /** First and last x of which `ulp` is promised; for pow of every x, and then of every y. */
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
  expm1: { ulp: 2, domain: everywhere, elsewhere: '' },
  log: { ulp: 1, domain: everywhere, elsewhere: '' },
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
  tanh: { ulp: 4, domain: everywhere, elsewhere: '' },
  erf: { ulp: 4, domain: everywhere, elsewhere: '' },
  pow: { ulp: 3, domain: everywhere, elsewhere: '' },
}
