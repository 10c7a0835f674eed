// `torch.nn.functional`: what layers compute, without their parameters.
import * as core from '@heddle/core'
import { type Leaf, type RecordOptions, record } from '../autograd/record.ts'
import { invalidOption, matmulShapes } from '../errors.ts'
import { Tensor } from '../tensor.ts'

export type Reduction = 'mean' | 'sum' | 'none'

function recorded(
  name: string,
  operands: readonly Leaf[],
  build: (...values: readonly core.Value[]) => core.Value,
  options?: RecordOptions,
): Tensor {
  const { box, gradFn } = record(name, operands, (values) => build(...values), options)
  return new Tensor(box, gradFn)
}

/** `input weightᵀ + bias`: input `[…, in]`, weight `[out, in]`, bias `[out]`. */
export function linear(input: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  const [outputs = 1, inputs = 1] = weight.shape
  if (input.shape.at(-1) !== inputs) {
    const rows = input.shape.slice(0, -1).reduce((product, dim) => product * dim, 1)
    throw matmulShapes([rows, input.shape.at(-1) ?? 1], [inputs, outputs])
  }
  const saves = [...(weight.requiresGrad ? [0] : []), ...(input.requiresGrad ? [1] : [])]
  const product = (x: core.Value, w: core.Value): core.Value =>
    core.dot(x, w, { leftContract: [-1], rightContract: [-1] })
  if (bias === null) {
    const name = input.ndim === 2 ? 'MmBackward0' : 'UnsafeViewBackward0'
    return recorded(name, [input, weight], (x, w) => product(x as core.Value, w as core.Value), { saves })
  }
  const name = input.ndim === 2 ? 'AddmmBackward0' : 'ViewBackward0'
  return recorded(
    name,
    [input, weight, bias],
    (x, w, b) => core.add(product(x as core.Value, w as core.Value), b as core.Value),
    { saves },
  )
}

/** Mean of squared differences. */
export function mseLoss(
  input: Tensor,
  target: Tensor,
  { reduction = 'mean' }: { readonly reduction?: Reduction } = {},
): Tensor {
  return recorded(
    'MseLossBackward0',
    [input, target],
    (x, y) => {
      const squares = core.square(core.sub(x as core.Value, y as core.Value))
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
    { saves: [0, 1] },
  )
}

export const relu = (input: Tensor): Tensor => input.relu()
export const tanh = (input: Tensor): Tensor => input.tanh()
export const sigmoid = (input: Tensor): Tensor => input.sigmoid()
