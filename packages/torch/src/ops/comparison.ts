// Comparisons of two operands: bools, through which nothing flows back; in place, 0 does.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import type { Operand } from './operation.ts'
import { type Pointwise, pointwise } from './pointwise.ts'
import { inCommon, ordered } from './promotion.ts'
import { operandOf, type ScalarOr } from './scalar-operand.ts'

export type Comparison = Pointwise<{ other: ScalarOr }, ['other']>

const comparison = (name: string, node: string, build: (x: Operand, y: Operand) => Value): Comparison =>
  pointwise(
    {
      name,
      node: ([, other]) => (typeof other === 'number' ? `${node}Backward0` : `${node}Backward1`),
      build: (operands) => inCommon(operands, (x, y) => build(ordered(x), ordered(y))),
    },
    ['other'],
    [],
    ({ other }: { other: ScalarOr }) => ({ operands: [operandOf(other)] }),
  )

export const eq: Comparison = comparison('eq', 'Eq', core.eq)
export const ne: Comparison = comparison('ne', 'Ne', core.ne)
export const notEqual: Comparison = ne
export const lt: Comparison = comparison('lt', 'Lt', core.lt)
export const less: Comparison = lt
export const le: Comparison = comparison('le', 'Le', core.le)
export const lessEqual: Comparison = le
export const gt: Comparison = comparison('gt', 'Gt', core.gt)
export const greater: Comparison = gt
export const ge: Comparison = comparison('ge', 'Ge', core.ge)
export const greaterEqual: Comparison = ge
