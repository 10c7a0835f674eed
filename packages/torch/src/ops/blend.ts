// Sums of weighted operands.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { numberIn, resultDType } from '../dtypes.ts'
import { argumentError, cppName, type TorchError } from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { castTo } from './cast.ts'
import { notImplementedFor } from './dtype-errors.ts'
import type { Operand } from './operation.ts'
import { type Pointwise, pointwise } from './pointwise.ts'
import { commonShape } from './promotion.ts'
import type { Argument } from './run.ts'

type Lerp = { end: Tensor; weight: Argument }

/** `self + weight * (end - self)`. */
export const lerp: Pointwise<Lerp, ['end', 'weight']> = pointwise(
  {
    name: 'lerp',
    node: ([, , weight]) => (typeof weight === 'number' ? 'LerpBackward0' : 'LerpBackward1'),
    operands: ['self', 'end', 'weight'],
    build: ([from, to, weight]) => {
      const [x, y] = [from as Value, to as Value]
      const { dtype } = x.type
      if (y.type.dtype !== dtype) throw lerpDType('end', dtype, y.type.dtype)
      if (!core.isFloat(dtype)) {
        throw notImplementedFor(typeof weight === 'number' ? 'lerp_kernel_scalar' : 'lerp_kernel_tensor', x)
      }
      const isOperand = typeof weight === 'object' && weight.type.shape.length > 0
      if (isOperand && weight.type.dtype !== dtype) throw lerpDType('weight', dtype, weight.type.dtype)
      commonShape([x, y, weight as Operand])
      return core.lerp(x, y, typeof weight === 'object' ? castTo(weight, dtype) : (weight as number))
    },
  },
  ['end', 'weight'],
  [],
  ({ end, weight }) => ({ operands: [end, weight] }),
)

type Term = { tensor1: Tensor; tensor2: Tensor; value?: number }
type WithTerm = Pointwise<Term, ['tensor1', 'tensor2']>

const withTerm = (name: string, node: string, combine: (x: Value, y: Value) => Value): WithTerm =>
  pointwise(
    {
      name,
      node,
      operands: ['self', 'tensor1', 'tensor2'],
      build: ([x, y, z, value]) => {
        const terms = [x, y, z] as readonly Value[]
        const dtype = resultDType(terms)
        if (name === 'addcdiv' && !core.isFloat(resultDType(terms.slice(1)))) throw integerAddcdiv()
        commonShape(terms)
        const [sum, left, right] = terms.map((term) => castTo(term, dtype)) as [Value, Value, Value]
        const factor = typeof value === 'object' ? castTo(value, dtype) : numberIn(dtype, value ?? 1)
        return core.add(sum, combine(factor === 1 ? left : core.mul(factor, left), right))
      },
    },
    ['tensor1', 'tensor2'],
    ['value'],
    ({ tensor1, tensor2, value = 1 }: Term) => ({ operands: [tensor1, tensor2, value] }),
  )

/** `self + value * tensor1 * tensor2` */
export const addcmul: WithTerm = withTerm('addcmul', 'AddcmulBackward0', core.mul)
/** `self + value * tensor1 / tensor2` */
export const addcdiv: WithTerm = withTerm('addcdiv', 'AddcdivBackward0', core.div)

const lerpDType = (name: string, expected: core.DType, found: core.DType): TorchError =>
  argumentError(`expected dtype ${cppName(expected)} for \`${name}\` but got dtype ${cppName(found)}`, {
    name,
    expected,
    found,
  })

const integerAddcdiv = (): TorchError =>
  argumentError(
    'Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform a true division of tensor1 and tensor2. The historic addcdiv behavior can be implemented as (input + value * torch.trunc(tensor1 / tensor2)).to(input.dtype) for integer inputs and as (input + value * tensor1 / tensor2) for float inputs. The future addcdiv behavior is just the latter implementation: (input + value * tensor1 / tensor2), for all dtypes.',
  )
