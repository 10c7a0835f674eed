// Tensors with every element the same number: the operation of `fill` and `fill_`.
import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { numberIn } from '../dtypes.ts'
import { fillRank } from '../errors.ts'
import { Tensor } from '../tensor/tensor.ts'
import { castTo } from './cast.ts'
import { type Operation, operation } from './operation.ts'
import { type Argument, runInPlace } from './run.ts'

export const filled: Operation = operation({
  name: 'fill_',
  overwrites: true,
  node: ([, value]) => (typeof value === 'number' ? 'FillBackward0' : 'FillBackward1'),
  whenInPlace: { node: ([, value]) => (typeof value === 'number' ? 'FillBackward2' : 'FillBackward3') },
  operands: ['self', 'value'],
  build: ([self, value]) => {
    const { dtype, shape } = (self as Value).type
    if (typeof value === 'number') return core.fullLike(self as Value, numberIn(dtype, value))
    return core.expand(castTo(value as Value, dtype), shape)
  },
})

const filledPart = operation({ ...filled, numbersHaveEdges: true })
/** As `fill_`, where a number comes as a tensor: `x[0] = 1`. */
export const fillPart = (part: Tensor, value: number): Tensor => runInPlace(filledPart, part, [value])

/** Throws unless a value is a number or a tensor that stands for one. */
export function requireNumber(value: Argument): void {
  if (value instanceof Tensor && value.ndim !== 0) throw fillRank(value.ndim)
}
