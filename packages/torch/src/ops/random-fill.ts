// Tensors filled with random numbers in place, drawn at once from PyTorch's generator.
import type { DType as CoreDType, TypedArray, Value } from '@heddle/core'
import { readCell } from '../engine/evaluate.ts'
import { fillBernoulli, fillBernoulliOf } from '../random/bernoulli.ts'
import { fillCauchy, fillExponential, fillGeometric, fillLogNormal } from '../random/continuous.ts'
import { defaultGenerator } from '../random/default-generator.ts'
import type { Generator } from '../random/generator.ts'
import { fillRandom, fillRandomBetween } from '../random/integers.ts'
import { fillNormal } from '../random/normal.ts'
import { fillUniform } from '../random/uniform.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { tensorOfDraw } from './creation.ts'
import { operation } from './operation.ts'
import { runInPlace } from './run.ts'
import { type Fn, fn } from './signature.ts'

const overwritten = (name: string, node: string) =>
  operation({
    name,
    node,
    build: ([, drawn]) => drawn as Value,
    derivative: () => () => [undefined, undefined],
  })

type Draw = (dtype: CoreDType, data: TypedArray) => void

/** Fills `self`; nothing flows back through what is drawn. */
function fill(
  op: ReturnType<typeof overwritten>,
  self: Tensor,
  draw: Draw,
  facts: readonly unknown[],
): Tensor {
  const { dtype, shape, device } = self
  const drawn = tensorOfDraw(dtype, shape, (data) => draw(dtype.core, data), [op, ...facts], { device })
  return runInPlace(op, self, [drawn])
}

type Drawn<P, N extends readonly (keyof P)[]> = Fn<P & { generator?: Generator }, N>

const uniform = overwritten('uniform_', 'UniformBackward0')
/** Uniform in [from, to). */
export const uniform_: Drawn<{ from?: number; to?: number }, ['from', 'to']> = fn(
  'uniform_',
  ['from', 'to'],
  ['generator'],
  (self, { from = 0, to = 1, generator = defaultGenerator }) =>
    fill(uniform, self, (dtype, data) => fillUniform(generator, dtype, data, from, to), [
      generator,
      from,
      to,
    ]),
)

const normal = overwritten('normal_', 'NormalBackward0')
/** Normal with a mean and a deviation. */
export const normal_: Drawn<{ mean?: number; std?: number }, ['mean', 'std']> = fn(
  'normal_',
  ['mean', 'std'],
  ['generator'],
  (self, { mean = 0, std = 1, generator = defaultGenerator }) =>
    fill(
      normal,
      self,
      (dtype, data) => fillNormal(generator, dtype, data, mean, std, { contiguous: self.isContiguous() }),
      [generator, mean, std, self.isContiguous()],
    ),
)

const random = overwritten('random_', 'RandomBackward0')
/** Whole numbers: of the dtype's own range, below `to`, or from [from, to). */
export const random_: Drawn<{ from?: number | bigint; to?: number | bigint | null }, ['from', 'to']> = fn(
  'random_',
  ['from', 'to'],
  ['generator'],
  (self, { from, to, generator = defaultGenerator }) =>
    fill(
      random,
      self,
      (dtype, data) => {
        if (from === undefined) fillRandom(generator, dtype, data)
        else if (to === undefined) fillRandomBetween(generator, dtype, data, 0, from)
        else fillRandomBetween(generator, dtype, data, from, to ?? undefined)
      },
      [generator, from, to],
    ),
)

const bernoulli = overwritten('bernoulli_', 'BernoulliBackward0')
/** 1 with probability `p`, else 0; `p` may be a tensor. */
export const bernoulli_: Drawn<{ p?: number | Tensor }, ['p']> = fn(
  'bernoulli_',
  ['p'],
  ['generator'],
  (self, { p = 0.5, generator = defaultGenerator }) =>
    fill(
      bernoulli,
      self,
      (dtype, data) => {
        if (typeof p === 'number') fillBernoulli(generator, dtype, data, p)
        else fillBernoulliOf(generator, dtype, data, p.dtype.core, readCell(p.expandAs(self).cell))
      },
      [generator, p],
    ),
)

const exponential = overwritten('exponential_', 'ExponentialBackward0')
/** Exponential with a rate. */
export const exponential_: Drawn<{ lambd?: number }, ['lambd']> = fn(
  'exponential_',
  ['lambd'],
  ['generator'],
  (self, { lambd = 1, generator = defaultGenerator }) =>
    fill(exponential, self, (dtype, data) => fillExponential(generator, dtype, data, lambd), [
      generator,
      lambd,
    ]),
)

const geometric = overwritten('geometric_', 'GeometricBackward0')
/** Trials up to the first success of probability `p`. */
export const geometric_: Drawn<{ p: number }, ['p']> = fn(
  'geometric_',
  ['p'],
  ['generator'],
  (self, { p, generator = defaultGenerator }) =>
    fill(geometric, self, (dtype, data) => fillGeometric(generator, dtype, data, p), [generator, p]),
)

const cauchy = overwritten('cauchy_', 'CauchyBackward0')
/** Cauchy with a median and a width. */
export const cauchy_: Drawn<{ median?: number; sigma?: number }, ['median', 'sigma']> = fn(
  'cauchy_',
  ['median', 'sigma'],
  ['generator'],
  (self, { median = 0, sigma = 1, generator = defaultGenerator }) =>
    fill(cauchy, self, (dtype, data) => fillCauchy(generator, dtype, data, median, sigma), [
      generator,
      median,
      sigma,
    ]),
)

const logNormal = overwritten('log_normal_', 'LogNormalBackward0')
/** Numbers whose logarithm is normal. */
export const logNormal_: Drawn<{ mean?: number; std?: number }, ['mean', 'std']> = fn(
  'log_normal_',
  ['mean', 'std'],
  ['generator'],
  (self, { mean = 1, std = 2, generator = defaultGenerator }) =>
    fill(logNormal, self, (dtype, data) => fillLogNormal(generator, dtype, data, mean, std), [
      generator,
      mean,
      std,
    ]),
)
