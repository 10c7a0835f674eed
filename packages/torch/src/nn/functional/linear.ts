// Affine functions of vectors.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import type { ArrayType } from '../../engine/types.ts'
import { matmulDTypes, matmulShapes } from '../../errors.ts'
import { add } from '../../ops/arithmetic.ts'
import { operation } from '../../ops/operation.ts'
import { requireBroadcast } from '../../ops/promotion.ts'
import { run } from '../../ops/run.ts'
import { type Fn, functional as fn } from '../../ops/signature.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import * as errors from './errors.ts'
import type { Maybe } from './operands.ts'

interface Affine {
  /** Operands there are. */
  readonly length: 2 | 3
  /** The bias comes before input and weight, as among the edges of PyTorch's `addmm`. */
  readonly biasFirst: boolean
}

/** Which of PyTorch's kernels does it decides what the node is called. */
function affineNode(operands: readonly (ArrayType | number)[], { length, biasFirst }: Affine): string {
  const [rank, matrix] = (biasFirst ? operands.slice(1) : operands).map(
    (operand) => (operand as ArrayType).shape.length,
  )
  if (rank === 1) return length === 3 ? 'AddBackward0' : 'SqueezeBackward4'
  if (matrix === 1) return 'MvBackward0'
  if (rank === 2) return length === 3 ? 'AddmmBackward0' : 'MmBackward0'
  return length === 3 ? 'ViewBackward0' : 'UnsafeViewBackward0'
}

const affine = operation<Affine>({
  name: 'linear',
  node: affineNode,
  operands: ['input', 'weight', 'bias'],
  build: (operands, { biasFirst }) => {
    const values = operands as readonly Value[]
    const [input, weight, bias] = (biasFirst ? [...values.slice(1), ...values.slice(0, 1)] : values) as [
      Value,
      Value,
      Value?,
    ]
    const matrix = weight.type.shape.length === 1 ? core.reshape(weight, [1, -1]) : weight
    const [outputs = 1, inputs = 1] = matrix.type.shape
    const { shape } = input.type
    if (shape.at(-1) !== inputs) {
      const rows = shape.slice(0, -1).reduce((product, dim) => product * dim, 1)
      throw matmulShapes([rows, shape.at(-1) ?? 1], [inputs, outputs])
    }
    const odd = [weight, bias].find((value) => value !== undefined && value.type.dtype !== input.type.dtype)
    if (odd !== undefined) throw matmulDTypes(input.type.dtype, odd.type.dtype)
    const product = core.dot(input, matrix, { leftContract: [-1], rightContract: [-1] })
    const y = matrix === weight ? product : core.reshape(product, product.type.shape.slice(0, -1))
    if (bias === undefined) return y
    requireBroadcast(bias.type.shape, y.type.shape)
    return core.add(y, bias)
  },
})

type Linear = { weight: Tensor; bias?: Maybe }
/** `input weightᵀ + bias`: input `[…, in]`, weight `[out, in]`, bias `[out]`. */
export const linear: Fn<Linear, ['weight', 'bias']> = fn(
  'linear',
  ['weight', 'bias'],
  [],
  (self, { weight, bias }) =>
    bias == null
      ? run(affine, [self, weight], { length: 2, biasFirst: false })
      : self.ndim === 2
        ? run(affine, [bias, self, weight], { length: 3, biasFirst: true })
        : run(affine, [self, weight, bias], { length: 3, biasFirst: false }),
)

const product = operation({
  name: 'bilinear',
  node: 'ViewBackward0',
  operands: ['input1', 'input2', 'weight'],
  build: (operands) => {
    const [x, y, weight] = operands as readonly [Value, Value, Value]
    const [left, right] = [x.type.shape, y.type.shape]
    const [, first = 0, second = 0] = weight.type.shape
    left.slice(0, -1).forEach((extent, dim) => {
      if (extent !== right[dim]) throw errors.bilinearBatch(dim, extent, right[dim] ?? 0)
    })
    if (left.at(-1) !== first) throw errors.bilinearSize('input1', left.at(-1) ?? 0, first)
    if (right.at(-1) !== second) throw errors.bilinearSize('input2', right.at(-1) ?? 0, second)
    return core.bilinear(x, y, weight)
  },
})

type Bilinear = { input2: Tensor; weight: Tensor; bias?: Maybe }
/** `input1ᵀ weight[o] input2 + bias[o]` for each output o. */
export const bilinear: Fn<Bilinear, ['input2', 'weight', 'bias']> = fn(
  'bilinear',
  ['input2', 'weight', 'bias'],
  [],
  (self, { input2, weight, bias }) => {
    const outputs = weight.shape[0] ?? 0
    if (bias != null && bias.shape[0] !== outputs)
      throw errors.bilinearSize('bias', bias.shape[0] ?? 0, outputs)
    const y = run(product, [self, input2, weight])
    return bias == null ? y : add(y, bias)
  },
)
