// `torch.nn.functional`: what layers compute, without their parameters.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { invalidOption, matmulShapes } from '../errors.ts'
import { operation } from '../ops/operation.ts'
import { run } from '../ops/run.ts'
import { type Fn, fn } from '../ops/signature.ts'
import type { Tensor } from '../tensor/tensor.ts'

export { relu } from '../ops/activations.ts'
export { sigmoid, tanh } from '../ops/unary.ts'

export type Reduction = 'mean' | 'sum' | 'none'

const affine = operation({
  name: 'linear',
  node: ([input], { length }: { length?: number }) =>
    (input as { shape: readonly number[] }).shape.length !== 2
      ? length === 3
        ? 'ViewBackward0'
        : 'UnsafeViewBackward0'
      : length === 3
        ? 'AddmmBackward0'
        : 'MmBackward0',
  operands: ['input', 'weight', 'bias'],
  build: (operands) => {
    const [input, weight, bias] = operands as readonly Value[]
    if (input === undefined || weight === undefined) throw invalidOption('linear takes an input and a weight')
    const [outputs = 1, inputs = 1] = weight.type.shape
    const { shape } = input.type
    if (shape.at(-1) !== inputs) {
      const rows = shape.slice(0, -1).reduce((product, dim) => product * dim, 1)
      throw matmulShapes([rows, shape.at(-1) ?? 1], [inputs, outputs])
    }
    const product = core.dot(input, weight, { leftContract: [-1], rightContract: [-1] })
    return bias === undefined ? product : core.add(product, bias)
  },
})

/** `input weightᵀ + bias`: input `[…, in]`, weight `[out, in]`, bias `[out]`. */
export const linear = (input: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor =>
  bias === null
    ? run(affine, [input, weight], { length: 2 })
    : run(affine, [input, weight, bias], { length: 3 })

interface ReductionOption {
  readonly reduction: Reduction
}

const squaredError = operation<ReductionOption>({
  name: 'mse_loss',
  node: 'MseLossBackward0',
  operands: ['self', 'target'],
  build: ([x, y], { reduction }) => {
    const squares = core.square(core.sub(x as Value, y as Value))
    switch (reduction) {
      case 'mean':
        return core.mean(squares)
      case 'sum':
        return core.sum(squares)
      case 'none':
        return squares
      default:
        throw invalidOption(`${String(reduction satisfies never)} is not a valid value for reduction`)
    }
  },
})

/** Mean of squared differences. */
export const mseLoss: Fn<{ target: Tensor; reduction?: Reduction }, ['target']> = fn(
  'mse_loss',
  ['target'],
  ['reduction'],
  (self, { target, reduction = 'mean' }) => run(squaredError, [self, target], { reduction }),
)
