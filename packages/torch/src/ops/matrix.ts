// Products of vectors, matrices and stacks of them.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { dtypeOf } from '../dtypes.ts'
import type { ArrayType } from '../engine/types.ts'
import * as errors from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { operation } from './operation.ts'
import { dotTypes, scalarTypes } from './product-errors.ts'
import { requireBroadcast } from './promotion.ts'
import { run } from './run.ts'
import { type Fn, fn } from './signature.ts'

/** What the node is called depends on which kernel PyTorch hands the product to. */
function matmulNode([left, right]: readonly (ArrayType | number)[]): string {
  const [x, y] = [(left as ArrayType).shape.length, (right as ArrayType).shape.length]
  if (x === 1 && y === 1) return 'DotBackward0'
  if (x === 2 && y === 2) return 'MmBackward0'
  if (x === 2 && y === 1) return 'MvBackward0'
  if (x === 1 && y === 2) return 'SqueezeBackward4'
  return 'UnsafeViewBackward0'
}

const product = operation({
  name: 'matmul',
  node: matmulNode,
  build: (operands) => {
    const [x, y] = operands as [Value, Value]
    const [left, right] = [x.type.shape, y.type.shape]
    if (left.length === 0 || right.length === 0 || left.at(-1) !== (right.at(-2) ?? right.at(-1))) {
      throw errors.matmulShapes(left, right)
    }
    requireBroadcast(left.slice(0, -2), right.slice(0, -2))
    if (x.type.dtype !== y.type.dtype) throw typesOf(x, y)
    return core.matmul(x, y)
  },
})

/** Each of the functions PyTorch hands a product to has words of its own. */
function typesOf({ type: x }: Value, { type: y }: Value): errors.TorchError {
  const names = [dtypeOf(x.dtype).title, dtypeOf(y.dtype).title] as const
  if (x.shape.length === 1 && y.shape.length === 1) return dotTypes(...names)
  const isMatrices = y.shape.length === 2 || x.shape.length === 2
  return isMatrices && y.shape.length > 1 ? errors.matmulDTypes(x.dtype, y.dtype) : scalarTypes(...names)
}

/** The product of matrices, of stacks of them, and of vectors. */
export const matmul: Fn<{ other: Tensor }, ['other']> = fn('matmul', ['other'], [], (self, { other }) =>
  run(product, [self, other]),
)
