// Activations that are functions of `torch` and no methods, in place too: `selu(x)`, `selu_(x)`.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { readCell } from '../engine/evaluate.ts'
import { argumentError, type TorchError } from '../errors.ts'
import { defaultGenerator } from '../random/default-generator.ts'
import type { Generator } from '../random/generator.ts'
import { fillRreluNoise } from '../random/rrelu.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { tensorOfData } from './creation.ts'
import { requireFloat } from './dtype-errors.ts'
import { operation } from './operation.ts'
import { type Pointwise, pointwise, type Unary, unary } from './pointwise.ts'
import { runElementwise, runInPlace } from './run.ts'
import { type Fn, fn } from './signature.ts'
import { celuAlpha } from './unary-errors.ts'

const ofFloat = (x: unknown): Value => {
  requireFloat('elu_cpu', x as Value)
  return x as Value
}

export const selu: Unary = unary({
  name: 'selu',
  node: 'EluBackward0',
  whenInPlace: { node: 'EluBackward1' },
  build: ([x]) => core.selu(ofFloat(x)),
})
export const selu_: Unary['inPlace'] = selu.inPlace

type Alpha = { alpha?: number }

/** x above 0, below it `alpha (exp(x / alpha) - 1)`. */
export const celu: Pointwise<Alpha, ['alpha']> = pointwise(
  {
    name: 'celu',
    node: 'CeluBackward0',
    whenInPlace: { node: 'CeluBackward1' },
    build: ([x], { alpha = 1 }: Alpha) => {
      if (alpha === 0) throw celuAlpha()
      return core.celu(ofFloat(x), { alpha })
    },
  },
  ['alpha'],
  [],
  (options) => ({ operands: [], options }),
)
export const celu_: typeof celu.inPlace = celu.inPlace

type Step = { threshold: number; value: number }

/** x where it is above `threshold`, else `value`. */
export const threshold: Pointwise<Step, ['threshold', 'value']> = pointwise(
  {
    name: 'threshold',
    node: 'ThresholdBackward0',
    whenInPlace: { node: 'ThresholdBackward1' },
    build: ([x], options: Step) => core.threshold(x as Value, options),
  },
  ['threshold', 'value'],
  [],
  (options) => ({ operands: [], options }),
)
export const threshold_: typeof threshold.inPlace = threshold.inPlace

type Slopes = { lower?: number; upper?: number; training?: boolean; generator?: Generator }
type Rrelu = Fn<Slopes, ['lower', 'upper', 'training']>

const leaning = operation<{ slope: number }>({
  name: 'rrelu',
  node: 'RreluWithNoiseBackward0',
  whenInPlace: { node: 'RreluWithNoiseBackward1' },
  build: ([x], { slope }) => {
    requireFloat('leaky_relu_cpu', x as Value)
    return core.leakyRelu(x as Value, { negativeSlope: slope })
  },
})
const leaningAtRandom = operation({
  name: 'rrelu',
  node: 'RreluWithNoiseBackward0',
  whenInPlace: { node: 'RreluWithNoiseBackward1' },
  build: ([x, slopes]) => core.mul(x as Value, slopes as Value),
})

/** A slope for each element: drawn where it is not above 0, else 1. */
function slopesOf(self: Tensor, lower: number, upper: number, generator: Generator): Tensor {
  const { dtype, shape, size } = self.type_
  requireFloat('rrelu_with_noise_out_cpu', { type: self.type_ })
  const noise = core.dtypes[dtype].allocate(size)
  fillRreluNoise(generator, dtype, noise, readCell(self.cell), lower, upper)
  return tensorOfData(self.dtype, shape, noise, { device: self.device })
}

const randomlyLeaning = (name: string, isInPlace: boolean): Rrelu =>
  fn<Slopes, ['lower', 'upper', 'training']>(
    name,
    ['lower', 'upper', 'training'],
    ['generator'],
    (self, { lower = 1 / 8, upper = 1 / 3, training = false, generator = defaultGenerator }) => {
      if (lower > upper) throw slopeBounds()
      if (!training) {
        const options = { slope: (lower + upper) / 2 }
        return isInPlace ? runInPlace(leaning, self, [], options) : runElementwise(leaning, [self], options)
      }
      const slopes = slopesOf(self, lower, upper, generator)
      return isInPlace
        ? runInPlace(leaningAtRandom, self, [slopes])
        : runElementwise(leaningAtRandom, [self, slopes])
    },
  )

/** x above 0, below it x times a slope between `lower` and `upper`: drawn in training, else the middle one. */
export const rrelu: Rrelu = randomlyLeaning('rrelu', false)
export const rrelu_: Rrelu = randomlyLeaning('rrelu_', true)

const slopeBounds = (): TorchError =>
  argumentError('Lower bound should be less than or equal to the upper bound')
