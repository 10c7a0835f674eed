// Tensors one after the other along their first dimension.
import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { operation } from '../../ops/operation.ts'
import { run } from '../../ops/run.ts'
import type { Tensor } from '../../tensor/tensor.ts'

const joined = operation({
  name: 'cat',
  node: 'CatBackward0',
  build: (operands) => core.concat(operands as readonly Value[], { axis: 0 }),
})

export const concat = (parts: readonly Tensor[]): Tensor => run(joined, parts)
