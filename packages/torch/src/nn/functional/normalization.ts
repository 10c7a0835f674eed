// Normalisation: over batches with running statistics, over layers, groups and instances.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { noGrad } from '../../autograd/grad-mode.ts'
import { add, div, mul, pow } from '../../ops/arithmetic.ts'
import { castTo } from '../../ops/cast.ts'
import { operation } from '../../ops/operation.ts'
import { run, runAll, runInPlace } from '../../ops/run.ts'
import { type Fn, functional as fn } from '../../ops/signature.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import * as errors from './errors.ts'
import { byName, type Maybe, type Names, present } from './operands.ts'

interface Epsilon extends Names {
  readonly eps: number
}

function checkChannels(input: Value, parameters: Readonly<Record<string, Value | undefined>>): void {
  const channels = input.type.shape[1] ?? 0
  for (const [name, value] of Object.entries(parameters)) {
    const found = value === undefined ? channels : core.sizeOf(value.type.shape)
    if (found !== channels) throw errors.channelCount(name, channels, found)
  }
}

/** The result, and the mean and the unbiased variance of each channel. */
const overBatch = operation<Epsilon>({
  name: 'batch_norm',
  node: 'NativeBatchNormBackward0',
  operands: ['input', 'weight', 'bias'],
  build: (operands, options) => {
    const { input, weight, bias, runningMean, runningVar } = byName(operands, options)
    const x = input as Value
    checkChannels(x, { running_mean: runningMean, running_var: runningVar, weight, bias })
    const { output, mean, variance } = core.batchNorm(x, { weight, bias, epsilon: options.eps })
    return [castTo(output, x.type.dtype), mean, variance]
  },
})

const byRunning = operation<Epsilon>({
  name: 'batch_norm',
  node: 'NativeBatchNormBackward0',
  operands: ['input', 'runningMean', 'runningVar', 'weight', 'bias'],
  build: (operands, options) => {
    const { input, weight, bias, runningMean, runningVar } = byName(operands, options)
    const x = input as Value
    if (runningMean === undefined) throw errors.runningMissing('running_mean')
    if (runningVar === undefined) throw errors.runningMissing('running_var')
    checkChannels(x, { running_mean: runningMean, running_var: runningVar, weight, bias })
    const known = { mean: runningMean, variance: runningVar }
    return castTo(core.batchNormInference(x, { ...known, weight, bias, epsilon: options.eps }), x.type.dtype)
  },
})

const moved = operation({
  name: 'running statistics',
  node: null,
  build: ([running, found, momentum = 0]) => {
    const { dtype } = (running as Value).type
    const share = typeof momentum === 'number' ? momentum : castTo(momentum, dtype)
    const rest = typeof share === 'number' ? 1 - share : core.sub(1, share)
    return core.add(core.mul(castTo(found as Value, dtype), share), core.mul(running as Value, rest))
  },
})

/** Moves running statistics towards what was found, in place and outside of autograd; `momentum` may be a tensor. */
function moveStatistics(running: Maybe, found: Tensor, momentum: number | Tensor): void {
  if (running != null) noGrad(() => runInPlace(moved, running, [found, momentum]))
}

/** A batch must have more than one value of each channel. */
function requireSeveral(self: Tensor): void {
  const { shape } = self
  if (core.sizeOf(shape) / (shape[1] ?? 1) === 1) throw errors.singleValue(shape)
}

type BatchNorm = {
  runningMean: Maybe
  runningVar: Maybe
  weight?: Maybe
  bias?: Maybe
  training?: boolean
  momentum?: number | Tensor
  eps?: number
}
/**
 * Over the batch in training, which moves the running statistics; else by the running statistics. `momentum` as a tensor is
 * part of the step's plan.
 */
export const batchNorm: Fn<
  BatchNorm,
  ['runningMean', 'runningVar', 'weight', 'bias', 'training', 'momentum', 'eps']
> = fn(
  'batch_norm',
  ['runningMean', 'runningVar', 'weight', 'bias', 'training', 'momentum', 'eps'],
  [],
  (self, params) => {
    const { runningMean, runningVar, weight, bias, training = false, momentum = 0.1, eps = 1e-5 } = params
    if (training) requireSeveral(self)
    const { operands, names } = present({ input: self, runningMean, runningVar, weight, bias })
    if (!training) return run(byRunning, operands, { names, eps })
    const [output, mean, variance] = runAll(overBatch, operands, { names, eps }) as [Tensor, Tensor, Tensor]
    moveStatistics(runningMean, mean, momentum)
    moveStatistics(runningVar, variance, momentum)
    return output
  },
)

const overInstance = operation<Epsilon>({
  name: 'instance_norm',
  node: 'ViewBackward0',
  build: (operands, options) => {
    const { input, weight, bias } = byName(operands, options)
    const x = input as Value
    const { output, mean, variance } = core.instanceNormWithStatistics(x, {
      weight,
      bias,
      epsilon: options.eps,
    })
    return [castTo(output, x.type.dtype), mean, variance]
  },
})

const byRunningOfInstance = operation<Epsilon>({ ...byRunning, name: 'instance_norm', node: 'ViewBackward0' })

type InstanceNorm = Partial<Omit<BatchNorm, 'training'>> & { useInputStats?: boolean }
/** Over each channel of each example, or by running statistics. */
export const instanceNorm: Fn<
  InstanceNorm,
  ['runningMean', 'runningVar', 'weight', 'bias', 'useInputStats', 'momentum', 'eps']
> = fn(
  'instance_norm',
  ['runningMean', 'runningVar', 'weight', 'bias', 'useInputStats', 'momentum', 'eps'],
  [],
  (self, params) => {
    const { runningMean, runningVar, weight, bias, useInputStats = true, momentum = 0.1, eps = 1e-5 } = params
    if (!useInputStats) {
      if (runningMean == null || runningVar == null) throw errors.runningPair()
      const { operands, names } = present({ input: self, runningMean, runningVar, weight, bias })
      return run(byRunningOfInstance, operands, { names, eps })
    }
    if (core.sizeOf(self.shape.slice(2)) === 1) throw errors.singleSpatialElement(self.shape)
    const { operands, names } = present({ input: self, weight, bias })
    const [output, mean, variance] = runAll(overInstance, operands, { names, eps }) as [
      Tensor,
      Tensor,
      Tensor,
    ]
    moveStatistics(runningMean, mean, momentum)
    moveStatistics(runningVar, variance, momentum)
    return output
  },
)

interface LayerOptions extends Epsilon {
  readonly shape: readonly number[]
}

function checkNormalized(
  input: Value,
  shape: readonly number[],
  parameters: Readonly<Record<string, Value | undefined>>,
): void {
  if (shape.length === 0) throw errors.normalizedShapeEmpty()
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && !core.shapesEqual(value.type.shape, shape)) {
      throw errors.normalizedParameter(name, value.type.shape, shape)
    }
  }
  if (!core.shapesEqual(input.type.shape.slice(-shape.length), shape)) {
    throw errors.normalizedShape(shape, input.type.shape)
  }
}

const overLayer = operation<LayerOptions>({
  name: 'layer_norm',
  node: 'NativeLayerNormBackward0',
  operands: ['input', 'weight', 'bias'],
  build: (operands, options) => {
    const { input, weight, bias } = byName(operands, options)
    const x = input as Value
    checkNormalized(x, options.shape, { weight, bias })
    const axes = options.shape.map((_, k) => -1 - k)
    return core.layerNorm(x, { axes, weight, bias, epsilon: options.eps })
  },
})

type LayerNorm = { normalizedShape: readonly number[]; weight?: Maybe; bias?: Maybe; eps?: number }
/** Over the last dimensions, those of `normalizedShape`. */
export const layerNorm: Fn<LayerNorm, ['normalizedShape', 'weight', 'bias', 'eps']> = fn(
  'layer_norm',
  ['normalizedShape', 'weight', 'bias', 'eps'],
  [],
  (self, { normalizedShape, weight, bias, eps = 1e-5 }) => {
    const { operands, names } = present({ input: self, weight, bias })
    return run(overLayer, operands, { names, eps, shape: normalizedShape })
  },
)

interface RmsOptions extends Names {
  readonly shape: readonly number[]
  readonly eps: number | undefined
}

const overSquares = operation<RmsOptions>({
  name: 'rms_norm',
  node: 'MulBackward0',
  operands: ['input', 'weight'],
  build: (operands, options) => {
    const { input, weight } = byName(operands, options)
    const x = input as Value
    checkNormalized(x, options.shape, { weight })
    return core.rmsNorm(x, { axes: options.shape.map((_, k) => -1 - k), weight, epsilon: options.eps })
  },
})

type RmsNorm = { normalizedShape: readonly number[]; weight?: Maybe; eps?: number | null }
/** Divided by the root of the mean of squares over the last dimensions. */
export const rmsNorm: Fn<RmsNorm, ['normalizedShape', 'weight', 'eps']> = fn(
  'rms_norm',
  ['normalizedShape', 'weight', 'eps'],
  [],
  (self, { normalizedShape, weight, eps }) => {
    const { operands, names } = present({ input: self, weight })
    return run(overSquares, operands, { names, eps: eps ?? undefined, shape: normalizedShape })
  },
)

interface GroupOptions extends Epsilon {
  readonly groups: number
}

const overGroups = operation<GroupOptions>({
  name: 'group_norm',
  node: 'NativeGroupNormBackward0',
  operands: ['input', 'weight', 'bias'],
  build: (operands, options) => {
    const { input, weight, bias } = byName(operands, options)
    const x = input as Value
    const { groups, eps } = options
    const { shape } = x.type
    const channels = shape[errors.dimOf(1, shape.length)] ?? 0
    if (!(groups >= 1) || channels % groups !== 0) throw errors.groupCount(shape, groups)
    for (const [name, value] of Object.entries({ weight, bias })) {
      if (value !== undefined && !core.shapesEqual(value.type.shape, [channels])) {
        throw errors.groupParameter(name, value.type.shape, shape)
      }
    }
    return core.groupNorm(x, { groups, weight, bias, epsilon: eps })
  },
})

type GroupNorm = { numGroups: number; weight?: Maybe; bias?: Maybe; eps?: number }
/** Over each of so many groups of channels. */
export const groupNorm: Fn<GroupNorm, ['numGroups', 'weight', 'bias', 'eps']> = fn(
  'group_norm',
  ['numGroups', 'weight', 'bias', 'eps'],
  [],
  (self, { numGroups, weight, bias, eps = 1e-5 }) => {
    const [examples = 1, channels = 1] = self.shape
    const several = [(examples * channels) / numGroups, numGroups, ...self.shape.slice(2)]
    if (self.ndim >= 2 && (several[0] ?? 0) * core.sizeOf(several.slice(2)) === 1) {
      throw errors.singleGroupValue(several)
    }
    const { operands, names } = present({ input: self, weight, bias })
    return run(overGroups, operands, { names, eps, groups: numGroups })
  },
)

const nearSquares = operation<{ size: number }>({
  name: 'local_response_norm',
  node: 'SqueezeBackward1',
  build: ([x], { size }) => {
    const value = x as Value
    const before = Math.floor(size / 2)
    const along = (amount: number): readonly number[] =>
      value.type.shape.map((_, axis) => (axis === 1 ? amount : 0))
    const padded = core.pad(value, { low: along(before), high: along(Math.floor((size - 1) / 2)) })
    return core.mean(core.windows(padded, { axes: [1], sizes: [size] }), { axis: -1 })
  },
})

type ResponseNorm = { size: number; alpha?: number; beta?: number; k?: number }
/** Divided by a power of the mean of the squares of `size` channels around. */
export const localResponseNorm: Fn<ResponseNorm, ['size', 'alpha', 'beta', 'k']> = fn(
  'local_response_norm',
  ['size', 'alpha', 'beta', 'k'],
  [],
  (self, { size, alpha = 1e-4, beta = 0.75, k = 1 }) => {
    if (self.ndim < 3) throw errors.responseRank(self.ndim)
    const near = run(nearSquares, [mul(self, self)], { size })
    return div(self, pow(add(mul(near, alpha), k), beta))
  },
)

interface NormOptions {
  readonly p: number
  readonly dim: number
  readonly eps: number
}

const length = operation<NormOptions>({
  name: 'normalize',
  node: 'ExpandBackward0',
  build: ([x], { p, dim, eps }) => {
    const value = x as Value
    const axis = errors.dimOf(dim, value.type.shape.length)
    const norm = core.clamp(core.norm(value, { p, axis, keepDims: true }), { low: eps })
    return core.expand(norm, value.type.shape)
  },
})

type Normalize = { p?: number; dim?: number; eps?: number }
/** Divided by the p-norm along `dim`, which counts as `eps` at least. */
export const normalize: Fn<Normalize, ['p', 'dim', 'eps']> = fn(
  'normalize',
  ['p', 'dim', 'eps'],
  [],
  (self, { p = 2, dim = 1, eps = 1e-12 }) => div(self, run(length, [self], { p, dim, eps })),
)
