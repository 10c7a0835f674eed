// The logarithm of the gamma function and its derivative. Further derivatives are formulas over other ops, so that they have
// derivatives of every order.

import type { Builder } from '../ir/builder.ts'
import type { NoAttrs, OpDef } from '../ir/define.ts'
import type { Value } from '../ir/value.ts'
import { digamma64, lgamma64 } from '../kernel/math/host-gamma.ts'
import { unary } from './pointwise.ts'
import { constantLike } from './support.ts'

/** Infinity at 0, at negative integers and at both infinities. */
export const lgamma: OpDef<1, NoAttrs> = unary('lgamma', {
  summary: 'log |gamma(x)|',
  why: 'nothing to make it of',
  takes: 'float',
  f: lgamma64,
  scalar: 'lgamma',
  cost: 140,
  domain: { low: 0.5, high: 4 },
  vjp: ({ b, inputs: [x], cotangent }) => [b.mul(cotangent, b.digamma(x))],
})

/** NaN at negative integers and at -Infinity; at 0 infinite, of the sign opposite to the zero's. */
export const digamma: OpDef<1, NoAttrs> = unary('digamma', {
  summary: 'derivative of log |gamma(x)|',
  why: 'nothing to make it of but a long series',
  takes: 'float',
  f: digamma64,
  scalar: 'digamma',
  cost: 100,
  domain: { low: 0.5, high: 4 },
  vjp: ({ b, inputs: [x], cotangent }) => [b.mul(cotangent, trigamma(b, x))],
})

/** 1/6, -1/30, ...: Bernoulli numbers, from the last one used down. */
const BERNOULLI = [7 / 6, -691 / 2730, 5 / 66, -1 / 30, 1 / 42, -1 / 30, 1 / 6] as const
const SHIFT = 10

/**
 * The derivative of digamma: pi^2 / sin^2(pi x) - trigamma(1 - x) below 1/2; else the sum of 1/(x + k)^2 up to SHIFT and the
 * series 1/y + 1/(2 y^2) + sum of B_2k / y^(2k + 1) at y = x + SHIFT. Infinity at 0 and at negative integers.
 */
function trigamma(b: Builder, x: Value): Value {
  const constant = (value: number): Value => constantLike(b, x, value)
  const isReflected = b.lt(x, constant(0.5))
  const p = b.select(isReflected, b.sub(constant(1), x), x)
  const square = (value: Value): Value => b.mul(value, value)
  let sum = square(b.reciprocal(p))
  for (let k = 1; k < SHIFT; k++) sum = b.add(sum, square(b.reciprocal(b.add(p, constant(k)))))
  const inverse = b.reciprocal(b.add(p, constant(SHIFT)))
  const z = square(inverse)
  let series = constant(0)
  for (const coefficient of BERNOULLI) series = b.mul(z, b.add(series, constant(coefficient)))
  const tail = b.mul(inverse, b.add(constant(1), b.add(b.mul(inverse, constant(0.5)), series)))
  const value = b.add(sum, tail)
  // x less the nearest integer: pi x itself would be rounded.
  const turn = b.select(isReflected, b.sub(x, b.round(x)), constant(0.5))
  const sine = b.sin(b.mul(turn, constant(Math.PI)))
  return b.select(isReflected, b.sub(square(b.div(constant(Math.PI), sine)), value), value)
}
