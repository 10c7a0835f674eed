// Modified Bessel functions of the first kind, of orders 0 and 1, and the same times exp(-|x|). Each is a Chebyshev series: up to 8
// of exp(-x) I0(x), or of exp(-x) I1(x) / x, in x / 2 - 2; beyond it of exp(-x) sqrt(x) I(x) in 32 / x - 2.
import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import type { DerivativeRule } from '../engine/fragment.ts'
import { castTo } from './cast.ts'
import { type Unary, unary } from './pointwise.ts'
import { floating } from './promotion.ts'

// Coefficients of the series, computed with 60 digits and rounded once; the first is halved where it is used.
const order0Small: readonly number[] = [
  0.6767952744094761, -0.3046826723431984, 0.17162090152220877, -0.09490109704804764, 0.04930528423967071,
  -0.02373741480589947, 0.010546460394594998, -0.004324309995050576, 0.0016394756169413357,
  -0.0005763755745385824, 0.00018850288509584165, -5.754195010082104e-5, 1.6448448070728896e-5,
  -4.4167383584587505e-6, 1.1173875391201037e-6, -2.670793853940612e-7, 6.046995022541919e-8,
  -1.300025009986248e-8, 2.6598237246823866e-9, -5.189795601635263e-10, 9.675809035373237e-11,
  -1.726826291441556e-11, 2.95505266312964e-12, -4.856446783111929e-13, 7.676185498604936e-14,
  -1.1685332877993451e-14, 1.715391285555133e-15, -2.431279846547955e-16, 3.3307945188222384e-17,
  -4.4153416464793395e-18,
]
const order0Large: readonly number[] = [
  0.8044904110141088, 0.0033691164782556943, 6.889758346916825e-5, 2.8913705208347567e-6,
  2.0489185894690638e-7, 2.266668990498178e-8, 3.3962320257083865e-9, 4.94060238822497e-10,
  1.1889147107846439e-11, -3.1499165279632416e-11, -1.3215811840447713e-11, -1.7941785315068062e-12,
  7.180124451383666e-13, 3.8527783827421426e-13, 1.54008621752141e-14, -4.150569347287222e-14,
  -9.554846698828307e-15, 3.8116806693526224e-15, 1.7725601330565263e-15, -3.425485619677219e-16,
  -2.8276239805165836e-16, 3.461222867697461e-17, 4.46562142029676e-17, -4.830504485944182e-18,
  -7.233180487874754e-18,
]
const order1Small: readonly number[] = [
  0.25258718644363365, -0.17641651835783406, 0.1026436586898471, -0.05294598120809499, 0.024726449030626516,
  -0.010564084894626197, 0.004156422944312888, -0.0015135724506312532, 0.0005122859561685758,
  -0.00016176081582589674, 4.781565107550054e-5, -1.3273163656039436e-5, 3.4702513081376785e-6,
  -8.568720264695455e-7, 2.0032947535521353e-7, -4.445059128796328e-8, 9.381537386495773e-9,
  -1.8872497517228294e-9, 3.625590281552117e-10, -6.663489723502027e-11, 1.1736186298890901e-11,
  -1.9839743977649436e-12, 3.223793365945575e-13, -5.042185504727912e-14, 7.600684294735408e-15,
  -1.1055969477353862e-15, 1.5536319577362005e-16, -2.111421214358166e-17, 2.7779141127610464e-18,
]
const order1Large: readonly number[] = [
  0.7785762350182801, -0.009761097491361469, -0.00011058893876262371, -3.882564808877691e-6,
  -2.512236237870209e-7, -2.6314688468895196e-8, -3.835380385964237e-9, -5.589743462196584e-10,
  -1.8974958123505413e-11, 3.2526035830154884e-11, 1.4125807436613782e-11, 2.0356285441470896e-12,
  -7.198551776245908e-13, -4.0835511110921974e-13, -2.1015418427726643e-14, 4.272440016711951e-14,
  1.0420276984128802e-14, -3.8144030724370075e-15, -1.8803547755107825e-15, 3.3082023109209285e-16,
  2.96262899764595e-16, -3.209525921993424e-17, -4.6503053684893586e-17, 4.414348323071708e-18,
  7.517296310842105e-18,
]

/** Half of the sum of c_k T_k(y / 2) with c_0 halved, by Clenshaw's recurrence. */
function chebyshev(y: Value, coefficients: readonly number[]): Value {
  let [b0, b1, b2] = [core.zerosLike(y), core.zerosLike(y), core.zerosLike(y)]
  for (const coefficient of coefficients.toReversed()) {
    ;[b2, b1] = [b1, b0]
    b0 = core.add(core.sub(core.mul(y, b1), b2), coefficient)
  }
  return core.mul(core.sub(b0, b2), 0.5)
}

/** exp(-|x|) I0(x) */
function scaled0(x: Value): Value {
  const size = core.abs(x)
  // Each series sees only where it holds, so that neither has infinite slopes to pass on.
  const [small, large] = [core.minimum(size, 8), core.maximum(size, 8)]
  const near = chebyshev(core.sub(core.div(small, 2), 2), order0Small)
  const far = core.div(chebyshev(core.sub(core.div(32, large), 2), order0Large), core.sqrt(large))
  return core.select(core.le(size, 8), near, far)
}

/** exp(-|x|) I1(x), of the sign of x. */
function scaled1(x: Value): Value {
  const size = core.abs(x)
  const [small, large] = [core.minimum(size, 8), core.maximum(size, 8)]
  const near = core.mul(chebyshev(core.sub(core.div(small, 2), 2), order1Small), small)
  const far = core.div(chebyshev(core.sub(core.div(32, large), 2), order1Large), core.sqrt(large))
  const found = core.select(core.le(size, 8), near, far)
  return core.select(core.lt(x, 0), core.neg(found), found)
}

const grown = (x: Value, scaled: Value): Value => core.mul(core.exp(core.abs(x)), scaled)

/** What a function gives at 0, where its formula divides by it. */
const except0 = (x: Value, at0: number, formula: (x: Value) => Value): Value => {
  const isZero = core.eq(x, 0)
  return core.select(isZero, at0, formula(core.select(isZero, 1, x)))
}

function bessel(name: string, node: string, f: (x: Value) => Value, slope: (x: Value) => Value): Unary {
  const inFloat = (x: Value, apply: (x: Value) => Value): Value => {
    const dtype = floating(x.type.dtype)
    // Half floats are too short for the recurrence.
    return castTo(apply(castTo(x, dtype === 'f64' ? 'f64' : 'f32')), dtype)
  }
  const derivative: DerivativeRule = ({ operands: [x], cotangents: [dy] }) => [
    core.mul(dy as Value, inFloat(x as Value, slope)),
  ]
  return unary({ name, node, build: ([x]) => inFloat(x as Value, f), derivative: () => derivative })
}

/** I0(x): 1 at 0, growing as exp(|x|). */
export const i0: Unary = bessel(
  'i0',
  'I0Backward0',
  (x) => grown(x, scaled0(x)),
  (x) => grown(x, scaled1(x)),
)

/** exp(-|x|) I0(x) */
export const i0e: Unary = bessel('special_i0e', 'SpecialI0EBackward0', scaled0, (x) =>
  core.sub(scaled1(x), core.mul(core.sign(x), scaled0(x))),
)

/** I1(x): 0 at 0, of the sign of x. */
export const i1: Unary = bessel(
  'special_i1',
  'SpecialI1Backward0',
  (x) => grown(x, scaled1(x)),
  (x) =>
    except0(x, 0.5, (safe) =>
      core.sub(grown(safe, scaled0(safe)), core.div(grown(safe, scaled1(safe)), safe)),
    ),
)

/** exp(-|x|) I1(x) */
export const i1e: Unary = bessel('special_i1e', 'SpecialI1EBackward0', scaled1, (x) =>
  except0(x, 0.5, (safe) =>
    core.sub(scaled0(safe), core.mul(scaled1(safe), core.add(core.sign(safe), core.div(1, safe)))),
  ),
)
