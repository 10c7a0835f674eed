// The scaled complementary error function, and the logarithm of the normal distribution made of it.
import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import type { DerivativeRule } from '../engine/fragment.ts'
import { chebyshev, inFloat } from './chebyshev.ts'
import { erfcx as table } from './chebyshev-tables.ts'
import { type Unary, unary } from './pointwise.ts'

function scaledTail(x: Value): Value {
  const size = core.abs(x)
  // 2 (x - 3.75) / (x + 3.75), which is 2 at infinity.
  const y = core.sub(2, core.div(15, core.add(size, 3.75)))
  const found = core.div(chebyshev(y, table), core.add(core.mul(size, 2), 1))
  const low = core.minimum(x, 0)
  const reflected = core.sub(core.mul(core.exp(core.mul(low, low)), 2), found)
  return core.select(core.lt(x, 0), reflected, found)
}

const rule =
  (slope: (x: Value) => Value): (() => DerivativeRule) =>
  () =>
  ({ operands: [x], cotangents: [dy] }) => [core.mul(dy as Value, inFloat(x as Value, slope))]

/** exp(x^2) erfc(x), which does not vanish as erfc does. */
export const erfcx: Unary = unary({
  name: 'special_erfcx',
  node: 'SpecialErfcxBackward0',
  build: ([x]) => inFloat(x as Value, scaledTail),
  derivative: rule((x) => core.sub(core.mul(core.mul(x, 2), scaledTail(x)), 2 / Math.sqrt(Math.PI))),
})

/** The logarithm of the probability of a standard normal variable to be below x. */
export const logNdtr: Unary = unary({
  name: 'special_log_ndtr',
  node: 'SpecialLogNdtrBackward0',
  build: ([operand]) =>
    inFloat(operand as Value, (x) => {
      const isLow = core.lt(x, -1)
      const low = core.select(isLow, x, -1)
      const tail = core.log(core.div(scaledTail(core.mul(low, -Math.SQRT1_2)), 2))
      const found = core.sub(tail, core.div(core.mul(low, low), 2))
      const high = core.select(isLow, -1, x)
      const direct = core.log1p(core.div(core.erfc(core.mul(high, Math.SQRT1_2)), -2))
      return core.select(isLow, found, direct)
    }),
  derivative: rule((x) => core.div(Math.sqrt(2 / Math.PI), scaledTail(core.mul(x, -Math.SQRT1_2)))),
})
