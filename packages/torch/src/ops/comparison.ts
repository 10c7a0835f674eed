// Comparisons of two operands: bools, through which nothing flows back.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import type { Operand } from './operation.ts'
import { type Pointwise, pointwise } from './pointwise.ts'
import { inCommon, ordered } from './promotion.ts'
import type { Argument } from './run.ts'

export type Comparison = Pointwise<{ other: Argument }, ['other']>

const comparison = (name: string, build: (x: Operand, y: Operand) => Value): Comparison =>
  pointwise(
    { name, node: null, build: (operands) => inCommon(operands, (x, y) => build(ordered(x), ordered(y))) },
    ['other'],
    [],
    ({ other }) => ({
      operands: [other],
    }),
  )

export const eq: Comparison = comparison('eq', core.eq)
export const ne: Comparison = comparison('ne', core.ne)
export const lt: Comparison = comparison('lt', core.lt)
export const le: Comparison = comparison('le', core.le)
export const gt: Comparison = comparison('gt', core.gt)
export const ge: Comparison = comparison('ge', core.ge)
