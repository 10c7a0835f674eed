// Derivatives of digamma, and the incomplete gamma functions.
import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { derivativeMissing } from '../autograd/errors.ts'
import type { DerivativeRule } from '../engine/fragment.ts'
import { argumentError, type TorchError } from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { castTo } from './cast.ts'
import { requireFloat } from './dtype-errors.ts'
import { incompleteGamma } from './incomplete-gamma.ts'
import { type Pointwise, pointwise } from './pointwise.ts'
import { polygammaOf } from './polygamma.ts'
import { asFloat, floating, inCommon } from './promotion.ts'
import { summedTo } from './summed-to.ts'

type Order = { n: number }

/** The n-th derivative of digamma; as a function of `torch` the order comes first. */
export const polygamma: Pointwise<Order, ['n']> = pointwise(
  {
    name: 'polygamma',
    node: 'PolygammaBackward0',
    whenInPlace: { node: 'PolygammaBackward1' },
    build: ([x], { n }: Order) => polygammaOf(n, asFloat(x as Value)),
    derivative:
      ({ n }) =>
      ({ operands: [x], cotangents: [dy] }) => [
        core.mul(dy as Value, polygammaOf(n + 1, castTo(x as Value, floating((x as Value).type.dtype)))),
      ],
  },
  ['n'],
  [],
  ({ n }) => {
    if (n < 0) throw negativeOrder()
    return { operands: [], options: { n } }
  },
)

type Other = { other: Tensor }

function incomplete(name: string, node: string, part: 'lower' | 'upper'): Pointwise<Other, ['other']> {
  const rule: DerivativeRule = ({ operands, cotangents: [dy], wanted }) => {
    if (wanted.includes(0)) throw derivativeMissing(`${name}: input`)
    const [a, x] = operands as [Value, Value]
    const slope = core.exp(core.sub(core.sub(core.mul(core.sub(a, 1), core.log(x)), x), core.lgamma(a)))
    const signed = part === 'lower' ? slope : core.neg(slope)
    return [undefined, summedTo(core.mul(dy as Value, signed), x.type.shape)]
  }
  return pointwise(
    {
      name,
      node,
      build: (operands) =>
        inCommon(operands, (a, x) => {
          requireFloat(`${name}_cpu`, a as Value)
          return incompleteGamma(a as Value, x as Value, part)
        }),
      derivative: () => rule,
    },
    ['other'],
    [],
    ({ other }) => ({ operands: [other] }),
  )
}

/** The share of gamma(self) that the integral up to `other` has. */
export const igamma: Pointwise<Other, ['other']> = incomplete('igamma', 'IgammaBackward0', 'lower')
/** The share of gamma(self) that the integral from `other` on has. */
export const igammac: Pointwise<Other, ['other']> = incomplete('igammac', 'IgammacBackward0', 'upper')

const negativeOrder = (): TorchError => argumentError('polygamma(n, x) does not support negative n.')
