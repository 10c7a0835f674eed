// Activations that are methods of tensors too. Those of `torch` alone are in `activation-functions.ts`.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import type { DType } from '../dtypes.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { castTo } from './cast.ts'
import { resolveDim } from './dims.ts'
import { notImplementedFor, requireFloat, titleOf } from './dtype-errors.ts'
import { operation } from './operation.ts'
import { type Pointwise, pointwise, type Unary, unary } from './pointwise.ts'
import { isBoolean } from './promotion.ts'
import { run } from './run.ts'
import { type Fn, fn } from './signature.ts'
import { boolRelu, preluDType, preluScalar, preluWeights } from './unary-errors.ts'

export const relu: Unary = unary({
  name: 'relu',
  node: 'ReluBackward0',
  build: ([x]) => {
    if (isBoolean(x)) throw boolRelu()
    return core.relu(x as Value)
  },
})

type Lambda = { lambd?: number }

/** x where it is further than `lambd` (0.5) from 0, else 0. */
export const hardshrink: Pointwise<Lambda, ['lambd']> = pointwise(
  {
    name: 'hardshrink',
    node: 'HardshrinkBackward0',
    build: ([x], { lambd = 0.5 }: Lambda) => {
      requireFloat('hardshrink_cpu', x as Value)
      return core.hardshrink(x as Value, { lambda: lambd })
    },
  },
  ['lambd'],
  [],
  (options) => ({ operands: [], options }),
)

const leaning = operation({
  name: 'prelu',
  node: 'PreluBackward0',
  operands: ['self', 'weight'],
  build: ([x, weight]) => lean(x as Value, weight as Value),
})

function lean(x: Value, weight: Value): Value {
  if (x.type.dtype !== weight.type.dtype) throw preluDType(titleOf(x), titleOf(weight))
  const count = core.sizeOf(weight.type.shape)
  const { shape } = x.type
  if (count !== 1) {
    if (shape.length === 0) throw preluScalar()
    const channels = shape[1] ?? 1
    if (channels !== count) throw preluWeights(count, channels)
  }
  return core.prelu(x, core.reshape(weight, [count]))
}

/** x where it is above 0, else x times `weight`: one, or one a channel. */
export const prelu: Fn<{ weight: Tensor }, ['weight']> = fn('prelu', ['weight'], [], (self, { weight }) =>
  run(leaning, [self, weight]),
)

interface AlongDim {
  readonly dim: number
  readonly dtype: core.DType | undefined
}

type SoftmaxParams = { dim: number; dtype?: DType | null }
type Softmax = Fn<SoftmaxParams, ['dim', 'dtype']>

function softmaxOf(
  name: string,
  node: string,
  kernel: string,
  build: (x: Value, options: { axis: number }) => Value,
): Softmax {
  const op = operation<AlongDim>({
    name,
    node,
    build: ([x], { dim, dtype }) => {
      const value = castTo(x as Value, dtype ?? (x as Value).type.dtype)
      const { shape } = value.type
      if (!core.isFloat(value.type.dtype)) {
        const isLast = dim >= shape.length - 1
        throw notImplementedFor(isLast ? `${kernel}_lastdim_kernel_impl` : 'softmax_kernel_impl', value)
      }
      if (core.sizeOf(shape) === 0) return value
      if (shape.length === 0) return core.reshape(build(core.reshape(value, [1]), { axis: 0 }), [])
      return build(value, { axis: dim })
    },
  })
  return fn(name, ['dim', 'dtype'], [], (self, { dim, dtype }) =>
    run(op, [self], { dim: resolveDim(dim, self.ndim), dtype: dtype?.core }),
  )
}

/** `exp(x)` over its sum along a dimension. */
export const softmax: Softmax = softmaxOf('softmax', 'SoftmaxBackward0', 'softmax', core.softmax)
/** The logarithm of `softmax`. */
export const logSoftmax: Softmax = softmaxOf(
  'log_softmax',
  'LogSoftmaxBackward0',
  'log_softmax',
  core.logSoftmax,
)
