// The cross product along a dimension.

import * as core from '@heddle/core'
import type { Tensor } from '../tensor/tensor.ts'
import { resolveDim } from './dims.ts'
import { requireSameType } from './factors.ts'
import { operation } from './operation.ts'
import * as errors from './product-errors.ts'
import { requireBroadcast } from './promotion.ts'
import { valueAt } from './rearrangement.ts'
import { run } from './run.ts'

interface DimOption {
  readonly dim: number
}

const crossed = operation<DimOption>({
  name: 'linalg_cross',
  node: 'LinalgCrossBackward0',
  build: (operands, { dim }) => core.cross(valueAt(operands, 0), valueAt(operands, 1), { axis: dim }),
})

/** Of vectors of three elements along `dim`, which is -1. */
export function crossAlong(self: Tensor, other: Tensor, dim: number): Tensor {
  if (self.ndim !== other.ndim) throw errors.crossRanks()
  const axis = resolveDim(dim, self.ndim)
  const [left, right] = [self.shape[axis] as number, other.shape[axis] as number]
  if (left !== 3 || right !== 3) throw errors.crossExtent(dim, left, right)
  requireBroadcast(self.shape, other.shape)
  requireSameType(self, other)
  return run(crossed, [self, other], { dim: axis })
}
