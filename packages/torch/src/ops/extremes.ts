// The larger and the smaller of two elements.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import type { Tensor } from '../tensor/tensor.ts'
import type { Operand } from './operation.ts'
import { operation } from './operation.ts'
import { inCommon, isBoolean } from './promotion.ts'
import { runElementwise } from './run.ts'
import { type Fn, fn } from './signature.ts'

type Pair = Fn<{ other: Tensor }, ['other']>
type Build = (x: Operand, y: Operand) => Value

function pair(name: string, node: string, build: Build, ofBools: Build): Pair {
  const op = operation({
    name,
    node,
    build: (operands) => inCommon(operands, (x, y) => (isBoolean(x) ? ofBools(x, y) : build(x, y))),
  })
  return fn(name, ['other'], [], (self, { other }) => runElementwise(op, [self, other]))
}

/** The larger of each pair, NaN if one is; ties share the gradient. */
export const maximum: Pair = pair('maximum', 'MaximumBackward0', core.maximum, core.or)
/** The smaller of each pair, NaN if one is; ties share the gradient. */
export const minimum: Pair = pair('minimum', 'MinimumBackward0', core.minimum, core.and)
/** The larger of each pair, a number if one is; of ties the first gets the gradient. */
export const fmax: Pair = pair('fmax', 'FmaxBackward0', core.fmax, core.or)
/** The smaller of each pair, a number if one is; of ties the first gets the gradient. */
export const fmin: Pair = pair('fmin', 'FminBackward0', core.fmin, core.and)
