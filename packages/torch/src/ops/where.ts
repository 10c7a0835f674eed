// Elements of one operand where a condition holds, of another where it does not. As a method the first operand is the tensor, as a
// function it is the condition.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { resultDType } from '../dtypes.ts'
import { argumentError, type TorchError } from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { castTo } from './cast.ts'
import { titleOf } from './dtype-errors.ts'
import { nonzero } from './nonzero.ts'
import { operation } from './operation.ts'
import { type Out, takingOut } from './out.ts'
import { commonShape, numberFor } from './promotion.ts'
import { type Argument, runElementwise } from './run.ts'

const chosen = operation({
  name: 'where',
  node: 'WhereBackward0',
  operands: ['condition', 'self', 'other'],
  build: ([condition, x, y]) => {
    const mask = condition as Value
    if (mask.type.dtype !== 'bool' && mask.type.dtype !== 'u8') throw conditionDType(titleOf(mask))
    const given = [x, y].filter((operand) => operand !== undefined)
    const dtype = resultDType(given)
    commonShape([mask, ...given])
    const [left, right] = given.map((operand) =>
      typeof operand === 'number'
        ? mask.builder.full({ dtype, shape: [], value: numberFor(dtype, operand) })
        : castTo(operand, dtype),
    ) as [Value, Value]
    return core.select(castTo(mask, 'bool'), left, right)
  },
})

/** Elements of `input` where the condition holds, else of `other`. With a condition alone the positions where it holds. */
export const where: Where = takingOut(
  'where',
  (condition: Tensor, input?: Argument, other?: Argument): Tensor | readonly Tensor[] =>
    input === undefined || other === undefined
      ? nonzero(condition, { asTuple: true })
      : runElementwise(chosen, [condition, input, other]),
) as Where

interface Where {
  (condition: Tensor): readonly Tensor[]
  (condition: Tensor, input: Argument, other: Argument, options?: Out): Tensor
}

const conditionDType = (dtype: string): TorchError =>
  argumentError(`where expected condition to be a boolean tensor, but got a tensor with dtype ${dtype}`, {
    dtype,
  })
