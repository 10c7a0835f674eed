// Losses.
import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { operation } from '../../ops/operation.ts'
import { run } from '../../ops/run.ts'
import { type Fn, fn } from '../../ops/signature.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { reductionError } from './errors.ts'

export type Reduction = 'mean' | 'sum' | 'none'

interface ReductionOption {
  readonly reduction: Reduction
}

const squaredError = operation<ReductionOption>({
  name: 'mse_loss',
  node: 'MseLossBackward0',
  operands: ['self', 'target'],
  build: ([x, y], { reduction }) => {
    if (!['none', 'mean', 'sum'].includes(reduction)) throw reductionError(reduction)
    return core.mse(x as Value, y as Value, { reduction })
  },
})

/** Mean of squared differences. */
export const mseLoss: Fn<{ target: Tensor; reduction?: Reduction }, ['target']> = fn(
  'mse_loss',
  ['target'],
  ['reduction'],
  (self, { target, reduction = 'mean' }) => run(squaredError, [self, target], { reduction }),
)
