// Deviation and mean at once: functions of `torch` that are no methods. They give two tensors.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import type { Tensor } from '../tensor/tensor.ts'
import { operation } from './operation.ts'
import { runAll } from './run.ts'
import { type SpreadArguments, type SpreadOptions, spreadOf } from './statistics-options.ts'

type Moments = (self: Tensor, ...args: SpreadArguments) => [spread: Tensor, mean: Tensor]

function moments(
  name: string,
  node: string,
  build: (x: Value, options: SpreadOptions) => readonly Value[],
): Moments {
  const op = operation<SpreadOptions>({ name, node, build: ([x], options) => build(x as Value, options) })
  return (self, ...args) => [...runAll(op, [self], spreadOf(name, self, args))] as [Tensor, Tensor]
}

/** The variance and the mean. */
export const varMean: Moments = moments('var_mean', 'VarMeanBackward0', (x, options) => {
  const { variance, mean } = core.varMean(x, options)
  return [variance, mean]
})
/** The standard deviation and the mean. */
export const stdMean: Moments = moments('std_mean', 'StdMeanBackward0', (x, options) => {
  const { std, mean } = core.stdMean(x, options)
  return [std, mean]
})
