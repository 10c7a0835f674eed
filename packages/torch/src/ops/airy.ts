// Airy's function: near 0 its power series, beyond 2 a decay, below -2 a wave. PyTorch has no derivative of it.
import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { chebyshev, inFloat } from './chebyshev.ts'
import { airyDecay, airyP, airyQ } from './chebyshev-tables.ts'
import { type Unary, unary } from './pointwise.ts'

const AI_0 = 0.3550280538878172
const SLOPE_0 = 0.2588194037928068
/** Where the pieces meet. */
const END = 2
const zetaOf = (size: Value): Value => core.mul(core.mul(size, core.sqrt(size)), 2 / 3)
const FIRST_ZETA = (2 / 3) * END ** 1.5

/** Up to 2 on both sides. */
function near(x: Value): Value {
  const cube = core.mul(core.mul(x, x), x)
  let even: Value = core.onesLike(x)
  let odd: Value = core.onesLike(x)
  for (let k = 33; k >= 3; k -= 3) {
    even = core.add(core.mul(core.div(even, (k - 1) * k), cube), 1)
    odd = core.add(core.mul(core.div(odd, k * (k + 1)), cube), 1)
  }
  return core.sub(core.mul(even, AI_0), core.mul(core.mul(odd, x), SLOPE_0))
}

function beyond(size: Value): Value {
  const zeta = zetaOf(size)
  const sum = chebyshev(core.sub(core.div(4 * FIRST_ZETA, zeta), 2), airyDecay)
  const width = core.mul(core.sqrt(core.sqrt(size)), 2 * Math.sqrt(Math.PI))
  return core.div(core.mul(sum, core.exp(core.neg(zeta))), width)
}

function below(size: Value): Value {
  const zeta = zetaOf(size)
  const ratio = core.div(FIRST_ZETA, zeta)
  const y = core.sub(core.mul(core.mul(ratio, ratio), 4), 2)
  const [p, q] = [chebyshev(y, airyP), core.mul(ratio, chebyshev(y, airyQ))]
  const angle = core.sub(zeta, Math.PI / 4)
  const sum = core.add(core.mul(p, core.cos(angle)), core.mul(q, core.sin(angle)))
  return core.div(sum, core.mul(core.sqrt(core.sqrt(size)), Math.sqrt(Math.PI)))
}

/** Ai(x), which solves y'' = x y and vanishes at infinity. */
export const airyAi: Unary = unary({
  name: 'special_airy_ai',
  node: null,
  build: ([operand]) =>
    inFloat(operand as Value, (x) => {
      const size = core.maximum(core.abs(x), END)
      const outside = core.select(core.gt(x, 0), beyond(size), below(size))
      return core.select(core.le(core.abs(x), END), near(core.clamp(x, { low: -END, high: END })), outside)
    }),
})
