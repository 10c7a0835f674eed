// Orthogonal polynomials by their recurrences; the degree may be a number or differ from element to element. PyTorch has no
// derivatives of them.
import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { readCell } from '../engine/evaluate.ts'
import { Tensor } from '../tensor/tensor.ts'
import { castTo } from './cast.ts'
import { scalarTensor } from './creation.ts'
import { operation } from './operation.ts'
import { type Out, takingOut } from './out.ts'
import { floating, inCommon } from './promotion.ts'
import { type Argument, runElementwise } from './run.ts'

interface Recurrence {
  /** The polynomial of degree 1; that of degree 0 is 1. */
  first(x: Value): Value
  /** That of degree k + 1, of those of degrees k and k - 1. */
  next(x: Value, k: number, current: Value, before: Value): Value
}

type Polynomial = (x: Argument, n: Argument, options?: Out) => Tensor

/** 0 where the degree is negative. */
function polynomialOf(name: string, { first, next }: Recurrence): Polynomial {
  const op = operation<{ highest: number }>({
    name: `special_${name}`,
    node: null,
    build: (operands, { highest }) =>
      inCommon(
        operands,
        (left, right) => {
          const { shape } = core.add(left as Value, right).type
          const [x, n] = [left, right].map((each) => core.expand(each as Value, shape)) as [Value, Value]
          const degree = castTo(castTo(n, 'i32'), x.type.dtype)
          let [before, current] = [core.onesLike(x), first(x)]
          let found: Value = core.select(core.eq(degree, 0), before, core.zerosLike(x))
          for (let k = 1; k <= highest; k++) {
            found = core.select(core.eq(degree, k), current, found)
            ;[before, current] = [current, next(x, k, current, before)]
          }
          return found
        },
        floating,
      ),
  })
  return takingOut(op.name, (x, n) => {
    const [argument, degree] = [x, n].map((each) => (each instanceof Tensor ? each : scalarTensor(each)))
    const degrees = typeof n === 'number' ? [n] : Array.from(readCell(n.cell), Number)
    const highest = Math.trunc(degrees.reduce((most, each) => Math.max(most, each), 0))
    return runElementwise(op, [argument as Tensor, degree as Tensor], { highest })
  })
}

const doubled = (x: Value): Value => core.mul(x, 2)
/** 2 x p_k - p_(k - 1) */
const byTwice = (x: Value, _: number, current: Value, before: Value): Value =>
  core.sub(core.mul(doubled(x), current), before)
/** The same polynomial of 2 x - 1. */
const shifted = ({ first, next }: Recurrence): Recurrence => {
  const move = (x: Value): Value => core.sub(doubled(x), 1)
  return { first: (x) => first(move(x)), next: (x, ...rest) => next(move(x), ...rest) }
}

const t: Recurrence = { first: (x) => x, next: byTwice }
const u: Recurrence = { first: doubled, next: byTwice }
const v: Recurrence = { first: (x) => core.sub(doubled(x), 1), next: byTwice }
const w: Recurrence = { first: (x) => core.add(doubled(x), 1), next: byTwice }

/** Chebyshev's of the first kind: cos(n a) at x = cos a. */
export const chebyshevPolynomialT: Polynomial = polynomialOf('chebyshev_polynomial_t', t)
/** Chebyshev's of the second kind: sin((n + 1) a) / sin a at x = cos a. */
export const chebyshevPolynomialU: Polynomial = polynomialOf('chebyshev_polynomial_u', u)
/** Chebyshev's of the third kind: as T, but 2 x - 1 of degree 1. */
export const chebyshevPolynomialV: Polynomial = polynomialOf('chebyshev_polynomial_v', v)
/** Chebyshev's of the fourth kind: as T, but 2 x + 1 of degree 1. */
export const chebyshevPolynomialW: Polynomial = polynomialOf('chebyshev_polynomial_w', w)
/** That of the first kind at 2 x - 1: for x from 0 to 1. */
export const shiftedChebyshevPolynomialT: Polynomial = polynomialOf(
  'shifted_chebyshev_polynomial_t',
  shifted(t),
)
/** That of the second kind at 2 x - 1. */
export const shiftedChebyshevPolynomialU: Polynomial = polynomialOf(
  'shifted_chebyshev_polynomial_u',
  shifted(u),
)
/** That of the third kind at 2 x - 1. */
export const shiftedChebyshevPolynomialV: Polynomial = polynomialOf(
  'shifted_chebyshev_polynomial_v',
  shifted(v),
)
/** That of the fourth kind at 2 x - 1. */
export const shiftedChebyshevPolynomialW: Polynomial = polynomialOf(
  'shifted_chebyshev_polynomial_w',
  shifted(w),
)

/** Hermite's, of the physicists: 2 x p_k - 2 k p_(k - 1). */
export const hermitePolynomialH: Polynomial = polynomialOf('hermite_polynomial_h', {
  first: doubled,
  next: (x, k, current, before) => core.sub(core.mul(doubled(x), current), core.mul(before, 2 * k)),
})
/** Hermite's, of the probabilists: x p_k - k p_(k - 1). */
export const hermitePolynomialHe: Polynomial = polynomialOf('hermite_polynomial_he', {
  first: (x) => x,
  next: (x, k, current, before) => core.sub(core.mul(x, current), core.mul(before, k)),
})
/** Laguerre's: (k + 1) p_(k + 1) = (2 k + 1 - x) p_k - k p_(k - 1). */
export const laguerrePolynomialL: Polynomial = polynomialOf('laguerre_polynomial_l', {
  first: (x) => core.sub(1, x),
  next: (x, k, current, before) =>
    core.div(core.sub(core.mul(core.sub(2 * k + 1, x), current), core.mul(before, k)), k + 1),
})
/** Legendre's: (k + 1) p_(k + 1) = (2 k + 1) x p_k - k p_(k - 1). */
export const legendrePolynomialP: Polynomial = polynomialOf('legendre_polynomial_p', {
  first: (x) => x,
  next: (x, k, current, before) =>
    core.div(core.sub(core.mul(core.mul(x, 2 * k + 1), current), core.mul(before, k)), k + 1),
})
