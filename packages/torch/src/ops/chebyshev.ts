// Functions of mathematics as sums of Chebyshev polynomials.
import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { castTo } from './cast.ts'
import { floating } from './promotion.ts'

/** The sum of c_k T_k(y / 2) with c_0 halved, by Clenshaw's recurrence; y is in [-2, 2]. */
export function chebyshev(y: Value, coefficients: readonly number[]): Value {
  let [b0, b1, b2] = [core.zerosLike(y), core.zerosLike(y), core.zerosLike(y)]
  for (const coefficient of coefficients.toReversed()) {
    ;[b2, b1] = [b1, b0]
    b0 = core.add(core.sub(core.mul(y, b1), b2), coefficient)
  }
  return core.mul(core.sub(b0, b2), 0.5)
}

/** A function computed in float32 for the short floats, which no recurrence fits in. */
export const inFloat = (x: Value, apply: (x: Value) => Value): Value => {
  const dtype = floating(x.type.dtype)
  return castTo(apply(castTo(x, dtype === 'f64' ? 'f64' : 'f32')), dtype)
}
