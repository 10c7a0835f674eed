// Activations of `torch.nn.functional`. Those that PyTorch can compute in place take `inplace`.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import type { DType } from '../../dtypes.ts'
import { warn } from '../../errors.ts'
import * as functions from '../../ops/activation-functions.ts'
import * as methods from '../../ops/activations.ts'
import { add, div, sub } from '../../ops/arithmetic.ts'
import { tensorOfDraw } from '../../ops/creation.ts'
import { requireFloat } from '../../ops/dtype-errors.ts'
import { type OperationSpec, operation } from '../../ops/operation.ts'
import { run, runElementwise, runInPlace } from '../../ops/run.ts'
import { type Fn, functional as fn } from '../../ops/signature.ts'
import { abs, neg, sigmoid as sigmoidOf, tanh as tanhOf } from '../../ops/unary.ts'
import { fillExponential } from '../../random/continuous.ts'
import { defaultGenerator } from '../../random/default-generator.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import * as errors from './errors.ts'

export { hardshrink, prelu } from '../../ops/activations.ts'
export const sigmoid: (input: Tensor) => Tensor = sigmoidOf
export const tanh: (input: Tensor) => Tensor = tanhOf

type InPlace = { inplace?: boolean }

/** A function of each element, in place if asked for. */
function activation<P extends InPlace, const N extends readonly (keyof P & string)[]>(
  spec: OperationSpec<Omit<P, 'inplace'>>,
  positional: N,
): Fn<P, N> {
  const op = operation(spec)
  return fn<P, N>(spec.name, positional, [], (self, { inplace = false, ...options }) =>
    inplace ? runInPlace(op, self, [], options) : runElementwise(op, [self], options),
  )
}

/** The operand, which must be of floats. */
function float(kernel: string, x: unknown): Value {
  requireFloat(kernel, x as Value)
  return x as Value
}

export const relu: Fn<InPlace, ['inplace']> = fn('relu', ['inplace'], [], (self, { inplace = false }) =>
  inplace ? methods.relu.inPlace(self) : methods.relu(self),
)
export const selu: Fn<InPlace, ['inplace']> = fn('selu', ['inplace'], [], (self, { inplace = false }) =>
  inplace ? functions.selu.inPlace(self) : functions.selu(self),
)

type Alpha = InPlace & { alpha?: number }
/** x above 0, below it `alpha (exp(x / alpha) - 1)`. */
export const celu: Fn<Alpha, ['alpha', 'inplace']> = fn(
  'celu',
  ['alpha', 'inplace'],
  [],
  (self, { alpha = 1, inplace = false }) =>
    inplace ? functions.celu.inPlace(self, { alpha }) : functions.celu(self, { alpha }),
)

type Threshold = InPlace & { threshold: number; value: number }
/** x where it is above `threshold`, else `value`. */
export const threshold: Fn<Threshold, ['threshold', 'value', 'inplace']> = fn(
  'threshold',
  ['threshold', 'value', 'inplace'],
  [],
  (self, { inplace = false, ...options }) =>
    inplace ? functions.threshold.inPlace(self, options) : functions.threshold(self, options),
)

const hardtanhNode = 'HardtanhBackward0'

/** Between 0 and 6. */
export const relu6: Fn<InPlace, ['inplace']> = activation(
  { name: 'relu6', node: hardtanhNode, build: ([x]) => core.relu6(x as Value) },
  ['inplace'],
)

type Bounds = InPlace & { minVal?: number; maxVal?: number }
/** Between `minVal` (-1) and `maxVal` (1). */
export const hardtanh: Fn<Bounds, ['minVal', 'maxVal', 'inplace']> = activation(
  {
    name: 'hardtanh',
    node: hardtanhNode,
    build: ([x], { minVal = -1, maxVal = 1 }: Bounds) => {
      if ((x as Value).type.dtype === 'bool') throw errors.boolHardtanh()
      return core.hardtanh(x as Value, { low: minVal, high: maxVal })
    },
  },
  ['minVal', 'maxVal', 'inplace'],
)

type Slope = InPlace & { negativeSlope?: number }
/** x above 0, else x times `negativeSlope` (0.01). */
export const leakyRelu: Fn<Slope, ['negativeSlope', 'inplace']> = activation(
  {
    name: 'leaky_relu',
    node: 'LeakyReluBackward0',
    whenInPlace: { node: 'LeakyReluBackward1' },
    build: ([x], { negativeSlope = 0.01 }: Slope) =>
      core.leakyRelu(float('leaky_relu_cpu', x), { negativeSlope }),
  },
  ['negativeSlope', 'inplace'],
)

/** x above 0, below it `alpha (exp(x) - 1)`. */
export const elu: Fn<Alpha, ['alpha', 'inplace']> = activation(
  {
    name: 'elu',
    node: 'EluBackward0',
    whenInPlace: { node: 'EluBackward1' },
    build: ([x], { alpha = 1 }: Alpha) => core.elu(float('elu_cpu', x), { alpha }),
  },
  ['alpha', 'inplace'],
)

/** A function without options of its own, of floats. */
const simple = (
  name: string,
  node: string,
  kernel: string,
  build: (x: Value) => Value,
): Fn<InPlace, ['inplace']> =>
  activation({ name, node, build: ([x]) => build(float(kernel, x)) }, ['inplace'])

/** x times its sigmoid. */
export const silu: Fn<InPlace, ['inplace']> = simple('silu', 'SiluBackward0', 'silu_cpu', core.silu)
/** x times the hyperbolic tangent of its softplus. */
export const mish: Fn<InPlace, ['inplace']> = simple('mish', 'MishBackward0', 'mish_cpu', core.mish)
/** `relu6(x + 3) / 6` */
export const hardsigmoid: Fn<InPlace, ['inplace']> = simple(
  'hardsigmoid',
  'HardsigmoidBackward0',
  'hardsigmoid_cpu',
  core.hardsigmoid,
)
/** x times its hardsigmoid. */
export const hardswish: Fn<InPlace, ['inplace']> = simple(
  'hardswish',
  'HardswishBackward0',
  'hardswish_cpu',
  core.hardswish,
)

type Approximate = { approximate?: 'none' | 'tanh' }
const gaussian = operation<Approximate>({
  name: 'gelu',
  node: 'GeluBackward0',
  build: ([x], { approximate = 'none' }) => {
    if (approximate !== 'none' && approximate !== 'tanh') throw errors.geluApproximation()
    return core.gelu(float('GeluKernelImpl', x), { approximate })
  },
})
/** x times the probability that a standard normal is below x; `approximate: 'tanh'` as GPT-2 has it. */
export const gelu: Fn<Approximate, []> = fn('gelu', [], ['approximate'], (self, options) =>
  runElementwise(gaussian, [self], options),
)

type Softplus = { beta?: number; threshold?: number }
const smoothed = operation<Softplus>({
  name: 'softplus',
  node: 'SoftplusBackward0',
  build: ([x], options) => core.softplus(float('softplus_cpu', x), options),
})
/** `log(1 + exp(beta x)) / beta`, and x itself where beta x is above `threshold`. */
export const softplus: Fn<Softplus, ['beta', 'threshold']> = fn(
  'softplus',
  ['beta', 'threshold'],
  [],
  (self, options) => runElementwise(smoothed, [self], options),
)

const logSigmoidOp = operation({
  name: 'logsigmoid',
  node: 'LogSigmoidBackward0',
  build: ([x]) => core.logSigmoid(float('log_sigmoid_cpu', x)),
})
/** The logarithm of the sigmoid. */
export const logsigmoid = (input: Tensor): Tensor => run(logSigmoidOp, [input])

type Lambda = { lambd?: number }
const shrunk = operation<Lambda>({
  name: 'softshrink',
  node: 'SoftshrinkBackward0',
  build: ([x], { lambd = 0.5 }) => {
    if (!(lambd >= 0)) throw errors.negativeLambda(lambd)
    return core.softshrink(float('softshrink_cpu', x), { lambda: lambd })
  },
})
/** x moved `lambd` (0.5) towards 0, not beyond it. */
export const softshrink: Fn<Lambda, ['lambd']> = fn('softshrink', ['lambd'], [], (self, options) =>
  runElementwise(shrunk, [self], options),
)

/** `x / (1 + |x|)` */
export const softsign = (input: Tensor): Tensor => div(input, add(abs(input), 1))
/** `x - tanh(x)` */
export const tanhshrink = (input: Tensor): Tensor => sub(input, tanhOf(input))

const gated = operation<{ dim: number }>({
  name: 'glu',
  node: 'GluBackward0',
  build: ([x], { dim }) => {
    const value = x as Value
    const { shape } = value.type
    if (shape.length === 0) throw errors.gluScalar()
    const axis = errors.dimOf(dim, shape.length)
    if ((shape[axis] ?? 0) % 2 !== 0) throw errors.gluOdd(axis, shape[axis] ?? 0)
    return core.glu(float('glu_cpu', value), { axis })
  },
})
/** The first half along `dim` times the sigmoid of the second. */
export const glu: Fn<{ dim?: number }, ['dim']> = fn('glu', ['dim'], [], (self, { dim = -1 }) =>
  run(gated, [self], { dim }),
)

/** `_stacklevel` says which line of Python warnings are of. */
type Softmax = { dim?: number | null; _stacklevel?: number; dtype?: DType | null }
type SoftmaxFn = Fn<Softmax, ['dim', '_stacklevel', 'dtype']>

/** The dimension PyTorch takes where none is named, which it warns of. */
function dimFor(name: string, self: Tensor, dim: number | null | undefined): number {
  if (dim != null) return dim
  warn(
    `Implicit dimension choice for ${name} has been deprecated. Change the call to include dim=X as an argument.`,
  )
  return self.ndim === 0 || self.ndim === 1 || self.ndim === 3 ? 0 : 1
}

/** `exp(x)` over its sum along a dimension. */
export const softmax: SoftmaxFn = fn(
  'softmax',
  ['dim', '_stacklevel', 'dtype'],
  [],
  (self, { dim, dtype = null }) => methods.softmax(self, dimFor('softmax', self, dim), dtype),
)
/** `softmax` of `-x`. */
export const softmin: SoftmaxFn = fn(
  'softmin',
  ['dim', '_stacklevel', 'dtype'],
  [],
  (self, { dim, dtype = null }) => methods.softmax(neg(self), dimFor('softmin', self, dim), dtype),
)
/** The logarithm of `softmax`. */
export const logSoftmax: SoftmaxFn = fn(
  'log_softmax',
  ['dim', '_stacklevel', 'dtype'],
  [],
  (self, { dim, dtype = null }) => methods.logSoftmax(self, dimFor('log_softmax', self, dim), dtype),
)

const hardened = operation<{ dim: number }>({
  name: 'one-hot of the largest',
  node: null,
  build: ([x], { dim }) => {
    const value = x as Value
    const axis = errors.dimOf(dim, value.type.shape.length)
    const place = core.argMax(value, { axis, keepDims: true })
    const places = core.iota(value.builder, { dtype: 'i32', shape: value.type.shape, axis })
    return core.cast(core.eq(places, place), value.type.dtype)
  },
})

type Gumbel = { tau?: number; hard?: boolean; eps?: number; dim?: number }
/** A sample of a softmax of temperature `tau`; `hard`: one-hot, with the derivative of the soft one. */
export const gumbelSoftmax: Fn<Gumbel, ['tau', 'hard', 'eps', 'dim']> = fn(
  'gumbel_softmax',
  ['tau', 'hard', 'eps', 'dim'],
  [],
  (self, { tau = 1, hard = false, eps = 1e-10, dim = -1 }) => {
    if (eps !== 1e-10) warn('`eps` parameter is deprecated and has no effect.')
    const { dtype } = self
    const drawn = tensorOfDraw(
      dtype,
      self.shape,
      (data) => fillExponential(defaultGenerator, dtype.core, data),
      ['gumbel', defaultGenerator],
      { device: self.device },
    )
    const gumbels = neg(drawn.log())
    const soft = methods.softmax(div(add(self, gumbels), tau), dim)
    if (!hard) return soft
    return add(sub(run(hardened, [soft], { dim }), soft.detach()), soft)
  },
)

type Rrelu = InPlace & { lower?: number; upper?: number; training?: boolean }
/** x above 0, else x times a slope: in training a random one from `lower` to `upper`, else the one between them. */
export const rrelu: Fn<Rrelu, ['lower', 'upper', 'training', 'inplace']> = fn(
  'rrelu',
  ['lower', 'upper', 'training', 'inplace'],
  [],
  (self, { inplace = false, ...options }) =>
    inplace ? functions.rrelu_(self, options) : functions.rrelu(self, options),
)
