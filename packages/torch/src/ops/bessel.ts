// Modified Bessel functions of the first kind, of orders 0 and 1, and the same times exp(-|x|). Each is a Chebyshev series: up to 8
// of exp(-x) I0(x), or of exp(-x) I1(x) / x, in x / 2 - 2; beyond it of exp(-x) sqrt(x) I(x) in 32 / x - 2.
import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import type { DerivativeRule } from '../engine/fragment.ts'
import { chebyshev, inFloat } from './chebyshev.ts'
import { i0Large, i0Small, i1Large, i1Small } from './chebyshev-tables.ts'
import { type Unary, unary } from './pointwise.ts'

/** exp(-|x|) I0(x) */
function scaled0(x: Value): Value {
  const size = core.abs(x)
  // Each series sees only where it holds, so that neither has infinite slopes to pass on.
  const [small, large] = [core.minimum(size, 8), core.maximum(size, 8)]
  const near = chebyshev(core.sub(core.div(small, 2), 2), i0Small)
  const far = core.div(chebyshev(core.sub(core.div(32, large), 2), i0Large), core.sqrt(large))
  return core.select(core.le(size, 8), near, far)
}

/** exp(-|x|) I1(x), of the sign of x. */
function scaled1(x: Value): Value {
  const size = core.abs(x)
  const [small, large] = [core.minimum(size, 8), core.maximum(size, 8)]
  const near = core.mul(chebyshev(core.sub(core.div(small, 2), 2), i1Small), small)
  const far = core.div(chebyshev(core.sub(core.div(32, large), 2), i1Large), core.sqrt(large))
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

/** I0 without a derivative, as PyTorch has it under this name. */
export const modifiedBesselI0: Unary = unary({
  name: 'special_modified_bessel_i0',
  node: null,
  build: ([x]) => inFloat(x as Value, (value) => grown(value, scaled0(value))),
})
/** I1 without a derivative. */
export const modifiedBesselI1: Unary = unary({
  name: 'special_modified_bessel_i1',
  node: null,
  build: ([x]) => inFloat(x as Value, (value) => grown(value, scaled1(value))),
})

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
