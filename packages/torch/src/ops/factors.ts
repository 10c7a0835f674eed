// What factors of a product must have in common.
import { matmulDTypes } from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import * as errors from './product-errors.ts'

export const requireSameType = (x: Tensor, y: Tensor): void => {
  if (x.dtype !== y.dtype) throw errors.scalarTypes(x.dtype.title, y.dtype.title)
}

export function requireBatches(batch1: Tensor, batch2: Tensor): void {
  if (batch1.ndim !== 3) throw errors.batchRank('batch1')
  if (batch2.ndim !== 3) throw errors.batchRank('batch2')
  const [count, , inner] = batch1.shape as readonly number[]
  if (batch2.shape[0] !== count || batch2.shape[1] !== inner)
    throw errors.batchSize([count as number, inner as number], batch2.shape.slice(0, 2))
}

/** 2.x names the C++ types of matrices here, and PyTorch's elsewhere. */
export function requireMatrixTypes(x: Tensor, y: Tensor): void {
  if (x.dtype !== y.dtype) throw matmulDTypes(x.dtype.core, y.dtype.core)
}
