// Derivatives of digamma. To the right of 1/2 the n-th is (-1)^(n+1) n! zeta(n + 1, x): a few terms of that sum, and the rest by
// Euler and Maclaurin. To the left it is reflected: (-1)^n psi_n(1 - x) less pi times the n-th derivative of cot(pi x).
import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { castTo } from './cast.ts'

/** Terms that are summed one by one. */
const SHIFT = 10
/** B_2, B_4, ... */
const BERNOULLI: readonly number[] = [
  1 / 6,
  -1 / 30,
  1 / 42,
  -1 / 30,
  5 / 66,
  -691 / 2730,
  7 / 6,
  -3617 / 510,
]

export function polygammaOf(n: number, x: Value): Value {
  if (n === 0) return core.digamma(x)
  const { dtype } = x.type
  const value = castTo(x, dtype === 'f64' ? 'f64' : 'f32')
  const isReflected = core.lt(value, 0.5)
  const direct = alongPositive(n, core.select(isReflected, core.sub(1, value), value))
  const turned = core.mul(reflection(n, core.select(isReflected, value, 0.25)), Math.PI)
  const reflected = core.sub(n % 2 === 0 ? direct : core.neg(direct), turned)
  return castTo(core.select(isReflected, reflected, direct), dtype)
}

/** (-1)^(n+1) n! zeta(n + 1, q) for q of at least 1/2. */
function alongPositive(n: number, q: Value): Value {
  const s = n + 1
  let sum = core.pow(q, -s)
  for (let k = 1; k < SHIFT; k++) sum = core.add(sum, core.pow(core.add(q, k), -s))
  const y = core.add(q, SHIFT)
  const power = core.pow(y, -s)
  // y^(1-s) / (s-1) + y^-s / 2 + sum of B_2k / (2k)! s (s+1) ... (s+2k-2) y^(-s-2k+1)
  sum = core.add(sum, core.add(core.div(core.pow(y, 1 - s), s - 1), core.mul(power, 0.5)))
  const inverse = core.div(1, y)
  const square = core.mul(inverse, inverse)
  let tail: Value = core.zerosLike(y)
  for (let k = BERNOULLI.length; k >= 1; k--) {
    const weight = ((BERNOULLI[k - 1] as number) * rising(s, 2 * k - 1)) / factorial(2 * k)
    tail = core.mul(core.add(tail, weight), k === 1 ? inverse : square)
  }
  sum = core.add(sum, core.mul(power, tail))
  return core.mul(sum, n % 2 === 0 ? -factorial(n) : factorial(n))
}

/** The n-th derivative of cot(pi x), over pi^0: a polynomial in the cotangent. */
function reflection(n: number, x: Value): Value {
  // x less the nearest integer: pi x itself would be rounded.
  const angle = core.mul(core.sub(x, core.round(x)), Math.PI)
  const cotangent = core.div(core.cos(angle), core.sin(angle))
  const [highest = 0, ...lower] = cotangentPolynomial(n).toReversed()
  let result: Value = core.fullLike(x, highest)
  for (const coefficient of lower) result = core.add(core.mul(result, cotangent), coefficient)
  return result
}

/** Coefficients, from that of c^0 up: d/dx of c^k is -pi k (c^(k-1) + c^(k+1)) where c is cot(pi x). */
function cotangentPolynomial(n: number): readonly number[] {
  let coefficients = [0, 1]
  for (let order = 0; order < n; order++) {
    const next = new Array<number>(coefficients.length + 1).fill(0)
    coefficients.forEach((coefficient, k) => {
      if (k === 0) return
      const slope = -Math.PI * k * coefficient
      next[k - 1] = (next[k - 1] as number) + slope
      next[k + 1] = (next[k + 1] as number) + slope
    })
    coefficients = next
  }
  return coefficients
}

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1))
const rising = (from: number, count: number): number => {
  let product = 1
  for (let k = 0; k < count; k++) product *= from + k
  return product
}
