// Products of vectors, matrices and stacks of them.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import type { ArrayType } from '../engine/types.ts'
import * as errors from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { operation } from './operation.ts'
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
    if (x.type.dtype !== y.type.dtype) throw errors.matmulDTypes(x.type.dtype, y.type.dtype)
    return core.matmul(x, y)
  },
})

/** The product of matrices, of stacks of them, and of vectors. */
export const matmul: Fn<{ other: Tensor }, ['other']> = fn('matmul', ['other'], [], (self, { other }) =>
  run(product, [self, other]),
)
