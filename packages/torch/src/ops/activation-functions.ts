// Activations that are functions of `torch` and no methods, in place too: `selu(x)`, `selu_(x)`.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { requireFloat } from './dtype-errors.ts'
import { type Pointwise, pointwise, type Unary, unary } from './pointwise.ts'
import type { Fn } from './signature.ts'
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
export const celu_: Fn<Alpha, ['alpha']> = celu.inPlace

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
export const threshold_: Fn<Step, ['threshold', 'value']> = threshold.inPlace
