// Elementwise ops that saturate, and their inverses: hyperbolic functions, the error function, distribution functions.
// Derivatives read the result where PyTorch's do, so that nothing else is kept for them.

import type { NoAttrs, OpDef } from '../ir/define.ts'
import { erf64, erfc64, erfinv64, normalCdf64 } from '../kernel/math/host-error.ts'
import { times, unary } from './pointwise.ts'
import { constantLike, fullLike } from './support.ts'

export const sinh: OpDef<1, NoAttrs> = unary('sinh', {
  summary: 'hyperbolic sine',
  why: 'all digits near 0; (e^x - e^-x) / 2 has none there, and overflows early',
  takes: 'float',
  f: Math.sinh,
  scalar: 'sinh',
  cost: 34,
  vjp: times(({ b, inputs: [x] }) => b.cosh(x)),
})

export const cosh: OpDef<1, NoAttrs> = unary('cosh', {
  summary: 'hyperbolic cosine',
  why: 'its derivative has all digits near 0; the sum of exponentials overflows early',
  takes: 'float',
  f: Math.cosh,
  scalar: 'cosh',
  cost: 24,
  vjp: times(({ b, inputs: [x] }) => b.sinh(x)),
})

export const tanh: OpDef<1, NoAttrs> = unary('tanh', {
  summary: 'hyperbolic tangent',
  why: 'derivative from the result',
  takes: 'float',
  f: Math.tanh,
  scalar: 'tanh',
  cost: 20,
  vjp: times(({ b, output }) => b.sub(fullLike(b, output, 1), b.mul(output, output))),
})

export const asinh: OpDef<1, NoAttrs> = unary('asinh', {
  summary: 'inverse hyperbolic sine',
  why: 'all digits near 0 and no overflow of x^2',
  takes: 'float',
  f: Math.asinh,
  scalar: 'asinh',
  cost: 46,
  // 1 / sqrt(x^2 + 1)
  vjp: times(({ b, inputs: [x] }) => b.rsqrt(b.add(b.mul(x, x), fullLike(b, x, 1)))),
})

/** NaN below 1. */
export const acosh: OpDef<1, NoAttrs> = unary('acosh', {
  summary: 'inverse hyperbolic cosine',
  why: 'all digits near 1 and no overflow of x^2',
  takes: 'float',
  f: Math.acosh,
  scalar: 'acosh',
  cost: 44,
  domain: { low: 1.2, high: 3 },
  // 1 / sqrt(x^2 - 1)
  vjp: times(({ b, inputs: [x] }) => b.rsqrt(b.sub(b.mul(x, x), fullLike(b, x, 1)))),
})

export const sigmoid: OpDef<1, NoAttrs> = unary('sigmoid', {
  summary: '1 / (1 + e^-x)',
  why: 'derivative from the result; that of the quotient underflows where the result does not',
  takes: 'float',
  f: (x) => 1 / (1 + Math.exp(-x)),
  scalar: 'sigmoid',
  cost: 34,
  vjp: times(({ b, output }) => b.mul(output, b.sub(fullLike(b, output, 1), output))),
})

export const erf: OpDef<1, NoAttrs> = unary('erf', {
  summary: 'error function',
  why: 'nothing to make it of',
  takes: 'float',
  f: erf64,
  scalar: 'erf',
  cost: 24,
  // 2/sqrt(pi) exp(-x^2)
  vjp: times(({ b, inputs: [x] }) =>
    b.mul(constantLike(b, x, 2 / Math.sqrt(Math.PI)), b.exp(b.neg(b.mul(x, x)))),
  ),
})

export const erfc: OpDef<1, NoAttrs> = unary('erfc', {
  summary: '1 - erf(x), accurate where it is small',
  why: 'all digits of the tail, where 1 - erf(x) has none',
  takes: 'float',
  f: erfc64,
  scalar: 'erfc',
  cost: 70,
  // -2/sqrt(pi) exp(-x^2)
  vjp: times(({ b, inputs: [x] }) =>
    b.mul(constantLike(b, x, -2 / Math.sqrt(Math.PI)), b.exp(b.neg(b.mul(x, x)))),
  ),
})

/** Infinite at -1 and 1, NaN beyond. */
export const erfinv: OpDef<1, NoAttrs> = unary('erfinv', {
  summary: 'the y with erf(y) = x',
  why: 'nothing to make it of',
  takes: 'float',
  f: erfinv64,
  scalar: 'erfinv',
  cost: 80,
  domain: { low: -0.9, high: 0.9 },
  // sqrt(pi)/2 exp(y^2)
  vjp: times(({ b, output }) =>
    b.mul(constantLike(b, output, Math.sqrt(Math.PI) / 2), b.exp(b.mul(output, output))),
  ),
})

export const normalCdf: OpDef<1, NoAttrs> = unary('normalCdf', {
  summary: 'probability of a standard normal number below x',
  why: 'all digits of the tail, where erfc(-x / sqrt 2) / 2 is 166 ulp off',
  takes: 'float',
  f: normalCdf64,
  scalar: 'normalCdf',
  cost: 70,
  // exp(-x^2 / 2) / sqrt(2 pi)
  vjp: times(({ b, inputs: [x] }) =>
    b.mul(constantLike(b, x, 1 / Math.sqrt(2 * Math.PI)), b.exp(b.mul(fullLike(b, x, -0.5), b.mul(x, x)))),
  ),
})
