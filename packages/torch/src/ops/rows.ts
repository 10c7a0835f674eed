// Tensors of one shape put on top of each other, as a tensor with a dimension more.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import type { Tensor } from '../tensor/tensor.ts'
import { operation } from './operation.ts'
import { run } from './run.ts'

const stacked = operation({
  name: 'stack',
  node: 'StackBackward0',
  build: (rows) => core.stack(rows as readonly Value[]),
})

/** `[rows, …]` of rows. */
export const stackRows = (rows: readonly Tensor[]): Tensor => run(stacked, rows)
