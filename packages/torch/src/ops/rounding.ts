// Rounding to whole numbers, or to decimals. Integers are whole already; nothing flows back but through `frac`.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { refuseBool, requireFloat } from './dtype-errors.ts'
import { type Pointwise, pointwise, type Unary, unary } from './pointwise.ts'

const rounding = (name: string, node: string, build: (x: Value) => Value): Unary =>
  unary({
    name,
    node,
    build: ([x]) => {
      refuseBool(`${name}_vml_cpu`, x as Value)
      return build(x as Value)
    },
  })

export const floor: Unary = rounding('floor', 'FloorBackward0', core.floor)
export const ceil: Unary = rounding('ceil', 'CeilBackward0', core.ceil)
/** Towards zero. */
export const trunc: Unary = rounding('trunc', 'TruncBackward0', core.trunc)
export const fix: Unary = trunc

/** What `trunc` takes away. */
export const frac: Unary = unary({
  name: 'frac',
  node: 'FracBackward0',
  build: ([x]) => {
    requireFloat('frac_cpu', x as Value)
    return core.frac(x as Value)
  },
})

type Decimals = { decimals?: number }

/** To the nearest whole number, half to even; or to `decimals` places, negative ones before the point. */
export const round: Pointwise<Decimals, []> = pointwise(
  {
    name: 'round',
    node: (_, { decimals }: Decimals) => (decimals === undefined ? 'RoundBackward0' : 'RoundBackward1'),
    build: ([x], { decimals }: Decimals) => rounded(x as Value, decimals),
  },
  [],
  ['decimals'],
  (options) => ({ operands: [], options }),
)

function rounded(x: Value, decimals: number | undefined): Value {
  if (decimals === undefined || decimals === 0) {
    if (decimals === 0) requireFloat('round_vml_cpu', x)
    refuseBool('round_vml_cpu', x)
    return core.round(x)
  }
  requireFloat('round_cpu', x)
  const power = 10 ** Math.abs(decimals)
  return decimals > 0
    ? core.div(core.round(core.mul(x, power)), power)
    : core.mul(core.round(core.div(x, power)), power)
}
