// `torch.special`: functions of mathematics under the names this namespace has for them.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { type FromNumber, pointwise, type Unary, unary } from './ops/pointwise.ts'
import { asFloat, floating, inCommon } from './ops/promotion.ts'
import { round as roundTo } from './ops/rounding.ts'
import type { Argument } from './ops/run.ts'
import type { Tensor } from './tensor/tensor.ts'

export { logSoftmax, softmax } from './ops/activations.ts'
export { airyAi } from './ops/airy.ts'
export { i0, i0e, i1, i1e, modifiedBesselI0, modifiedBesselI1 } from './ops/bessel.ts'
export {
  besselJ0,
  besselJ1,
  besselY0,
  besselY1,
  modifiedBesselK0,
  modifiedBesselK1,
  scaledModifiedBesselK0,
  scaledModifiedBesselK1,
  sphericalBesselJ0,
} from './ops/bessel-kinds.ts'
export { erfcx, logNdtr } from './ops/error-functions.ts'
export { xlogy } from './ops/float-pairs.ts'
export { polygamma } from './ops/gamma-functions.ts'
export { igamma as gammainc, igammac as gammaincc } from './ops/gammas.ts'
export {
  chebyshevPolynomialT,
  chebyshevPolynomialU,
  chebyshevPolynomialV,
  chebyshevPolynomialW,
  hermitePolynomialH,
  hermitePolynomialHe,
  laguerrePolynomialL,
  legendrePolynomialP,
  shiftedChebyshevPolynomialT,
  shiftedChebyshevPolynomialU,
  shiftedChebyshevPolynomialV,
  shiftedChebyshevPolynomialW,
} from './ops/orthogonal-polynomials.ts'
export { logsumexp } from './ops/reductions.ts'
export {
  digamma,
  digamma as psi,
  erf,
  erfc,
  erfinv,
  exp2,
  expm1,
  lgamma as gammaln,
  log1p,
  logit,
  mvlgamma as multigammaln,
  sigmoid as expit,
  sinc,
} from './ops/unary.ts'
export { zeta } from './ops/zeta.ts'

/** To `decimals` places, 0 unless given. */
export const round = (self: Tensor, { decimals = 0 }: { decimals?: number } = {}): Tensor =>
  roundTo(self, { decimals })

type Other = { other: Argument }

/** `self * log(1 + other)`, 0 where self is 0. */
export const xlog1py: FromNumber<Other, ['other']> = pointwise(
  {
    name: 'special_xlog1py',
    node: ([self, other]) =>
      `SpecialXlog1PyBackward${typeof self === 'number' ? 1 : typeof other === 'number' ? 2 : 0}`,
    build: (operands) => inCommon(operands, core.xlog1py, floating),
  },
  ['other'],
  [],
  ({ other }) => ({ operands: [other] }),
)

/** `-x log(x)`: 0 at 0, -Infinity below. */
export const entr: Unary = unary({
  name: 'special_entr',
  node: 'SpecialEntrBackward0',
  build: ([x]) => {
    const value = asFloat(x as Value)
    const entropy = core.neg(core.mul(value, core.log(value)))
    const beyond = core.select(core.lt(value, 0), Number.NEGATIVE_INFINITY, entropy)
    return core.select(core.eq(value, 0), 0, beyond)
  },
})

/** The probability of a standard normal variable to be below x. */
export const ndtr: Unary = unary({
  name: 'special_ndtr',
  node: 'MulBackward1',
  build: ([x]) => core.normalCdf(asFloat(x as Value)),
})

/** Where `ndtr` is x. */
export const ndtri: Unary = unary({
  name: 'special_ndtri',
  node: 'SpecialNdtriBackward0',
  build: ([x]) => {
    const centred = core.sub(core.mul(asFloat(x as Value), 2), 1)
    return core.mul(core.erfinv(centred), Math.SQRT2)
  },
})
