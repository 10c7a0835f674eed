// The larger and the smaller of two elements.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import type { Tensor } from '../tensor/tensor.ts'
import { type Pointwise, pointwise } from './pointwise.ts'
import { inCommon, isBoolean } from './promotion.ts'

type Pair = Pointwise<{ other: Tensor }, ['other']>

/** The larger of each pair; ties share the gradient. */
export const maximum: Pair = pointwise(
  {
    name: 'maximum',
    node: 'MaximumBackward0',
    build: (operands) =>
      inCommon(operands, (x, y) => (isBoolean(x) ? core.or(x, y as Value) : core.maximum(x, y))),
  },
  ['other'],
  [],
  ({ other }) => ({ operands: [other] }),
)
/** The smaller of each pair; ties share the gradient. */
export const minimum: Pair = pointwise(
  {
    name: 'minimum',
    node: 'MinimumBackward0',
    build: (operands) =>
      inCommon(operands, (x, y) => (isBoolean(x) ? core.and(x, y as Value) : core.minimum(x, y))),
  },
  ['other'],
  [],
  ({ other }) => ({ operands: [other] }),
)
