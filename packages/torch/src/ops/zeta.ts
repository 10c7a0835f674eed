// Hurwitz's zeta function: the sum of (q + k)^-s over k from 0 on, a few terms of it and the rest by Euler and Maclaurin.
import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { derivativeMissing } from '../autograd/errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { castTo } from './cast.ts'
import { scalarTensor } from './creation.ts'
import { operation } from './operation.ts'
import { type Out, takingOut } from './out.ts'
import { floating, inCommon } from './promotion.ts'
import { type Argument, run } from './run.ts'
import { summedTo } from './summed-to.ts'

/** Terms that are summed one by one, at least; more where q + k is below this. */
const LEAST = 10
/** Steps for q below 0. */
const LIMIT = 100_000
/** B_2k / (2k)! */
const WEIGHTS = [
  1 / 12,
  -1 / 720,
  1 / 30240,
  -1 / 1209600,
  1 / 47900160,
  -691 / 1307674368000,
  1 / 74724249600,
] as const

function zetaOf(s: Value, q: Value): Value {
  const { dtype } = s.type
  const [order, start] = [s, q].map((each) => castTo(each, dtype === 'f64' ? 'f64' : 'f32')) as [Value, Value]
  const isInteger = core.eq(core.floor(start), start)
  const isPole = core.and(core.le(start, 0), isInteger)
  const isOutside = core.and(core.le(start, 0), core.ne(core.floor(order), order))
  const isValid = core.and(core.gt(order, 1), core.logicalNot(core.or(isPole, isOutside)))
  const [x, from] = [core.select(isValid, order, 2), core.select(isValid, start, 1)]
  const found = summed(x, core.maximum(from, -LIMIT))
  const nowhere = core.fullLike(found, Number.NaN)
  const infinite = core.fullLike(found, Number.POSITIVE_INFINITY)
  const atEdge = core.select(
    core.or(core.eq(order, 1), core.and(isPole, core.gt(order, 1))),
    infinite,
    nowhere,
  )
  return castTo(core.select(isValid, found, atEdge), dtype)
}

function summed(s: Value, q: Value): Value {
  const power = (base: Value): Value => core.pow(base, core.neg(s))
  const { at, sum } = core.whileLoop(
    ({ at: place, step }) => core.any(core.or(core.lt(place, LEAST), core.lt(step, LEAST))),
    ({ at: place, sum: total, step }) => ({
      at: core.add(place, 1),
      sum: core.add(total, power(place)),
      step: core.add(step, 1),
    }),
    { at: q, sum: core.zerosLike(q), step: core.zerosLike(q) },
    { limit: LIMIT + LEAST },
  )
  const last = power(at)
  let rest = core.add(core.div(core.mul(last, at), core.sub(s, 1)), core.div(last, 2))
  // s (s + 1) ... (s + 2k - 2) q^(-s - 2k + 1)
  let term = core.div(core.mul(last, s), at)
  WEIGHTS.forEach((weight, k) => {
    rest = core.add(rest, core.mul(term, weight))
    const [first, second] = [core.add(s, 2 * k + 1), core.add(s, 2 * k + 2)]
    term = core.div(core.div(core.mul(core.mul(term, first), second), at), at)
  })
  return core.add(sum, rest)
}

interface Form {
  /** Which operands were numbers: part of the node's name. */
  readonly form: 0 | 1 | 2
}

const sumOfPowers = operation<Form>({
  name: 'special_zeta',
  node: (_, { form }) => `SpecialZetaBackward${form}`,
  build: (operands) =>
    inCommon(
      operands,
      (s, q) => {
        const { shape } = core.add(s as Value, q).type
        return zetaOf(core.expand(s as Value, shape), core.expand(q as Value, shape))
      },
      floating,
    ),
  derivative:
    () =>
    ({ operands, cotangents: [dy], wanted }) => {
      if (wanted.includes(0)) throw derivativeMissing('zeta')
      const [s, q] = operands as [Value, Value]
      const { dtype, shape } = (dy as Value).type
      const [order, from] = [s, q].map((each) => core.expand(castTo(each, dtype), shape)) as [Value, Value]
      const slope = core.mul(core.neg(order), zetaOf(core.add(order, 1), from))
      return [undefined, castTo(summedTo(core.mul(dy as Value, slope), q.type.shape), q.type.dtype)]
    },
})

/** The sum of `(other + k)^-self` over k from 0 on, for `self` above 1. */
export const zeta: (self: Argument, other: Argument, options?: Out) => Tensor = takingOut(
  'special_zeta',
  (self, other) => {
    const form = typeof self === 'number' ? 1 : typeof other === 'number' ? 2 : 0
    const operands = [self, other].map((each) => (typeof each === 'number' ? scalarTensor(each) : each))
    return run(sumOfPowers, operands, { form })
  },
)
