// Greatest common divisors and least common multiples. How many steps they take depends on the elements, so they are found on the
// host.

import type { DType, TypedArray, Value } from '@heddle/core'
import * as core from '@heddle/core'
import { canCast, dtypeOf, resultDType } from '../dtypes.ts'
import { readCell } from '../engine/evaluate.ts'
import { sameSizes } from '../engine/types.ts'
import { argumentError, inplaceCast, inplaceShape, type TorchError } from '../errors.ts'
import { Tensor } from '../tensor/tensor.ts'
import { castTo } from './cast.ts'
import { copy_ } from './conversion.ts'
import { tensorOfData } from './creation.ts'
import { notImplementedFor } from './dtype-errors.ts'
import { operation } from './operation.ts'
import type { Pointwise } from './pointwise.ts'
import { commonShape } from './promotion.ts'
import { runAll } from './run.ts'
import { fn } from './signature.ts'

type Other = { other: Tensor }

function divisor(x: bigint, y: bigint): bigint {
  let [left, right] = [x < 0n ? -x : x, y < 0n ? -y : y]
  while (right !== 0n) [left, right] = [right, left % right]
  return left
}
const multiple = (x: bigint, y: bigint): bigint => {
  const common = divisor(x, y)
  const found = common === 0n ? 0n : (x / common) * y
  return found < 0n ? -found : found
}

/** Both operands in the dtype and shape they meet in. */
const aligned = (kernel: string) =>
  operation({
    name: kernel,
    node: null,
    build: (operands) => {
      const dtype = resultDType(operands)
      if (core.isFloat(dtype) || dtype === 'bool') throw notImplementedFor(kernel, { type: { dtype } })
      const shape = commonShape(operands)
      return (operands as readonly Value[]).map((operand) => core.expand(castTo(operand, dtype), shape))
    },
  })

function onHost(name: string, combine: (x: bigint, y: bigint) => bigint): Pointwise<Other, ['other']> {
  const op = aligned(`${name}_cpu`)
  const apply = (self: Tensor, other: Tensor): Tensor => {
    const [left, right] = runAll(op, [self, other]) as [Tensor, Tensor]
    const { dtype, shape } = left.type_
    const data = combined(dtype, readCell(left.cell), readCell(right.cell), combine)
    return tensorOfData(dtypeOf(dtype), shape, data, { device: self.device })
  }
  return Object.assign(
    fn<Other, ['other']>(name, ['other'], [], (self, { other }) => apply(self, tensorIn(name, other))),
    {
      inPlace: fn<Other, ['other']>(`${name}_`, ['other'], [], (self, { other }) =>
        replace(self, apply(self, tensorIn(`${name}_`, other))),
      ),
    },
  )
}

function replace(self: Tensor, result: Tensor): Tensor {
  if (!canCast(result.dtype.core, self.dtype.core)) throw inplaceCast(result.dtype.title, self.dtype.title)
  if (!sameSizes(result.type_.shape, self.type_.shape))
    throw inplaceShape(self.type_.shape, result.type_.shape)
  return copy_(self, result)
}

function combined(
  dtype: DType,
  x: TypedArray,
  y: TypedArray,
  combine: (x: bigint, y: bigint) => bigint,
): TypedArray {
  const data = core.dtypes[dtype].allocate(x.length)
  for (let at = 0; at < x.length; at++)
    core.writeElement(dtype, data, at, combine(BigInt(x[at] ?? 0), BigInt(y[at] ?? 0)))
  return data
}

function tensorIn(name: string, other: unknown): Tensor {
  if (other instanceof Tensor) return other
  throw notTensor(name, typeof other === 'boolean' ? 'bool' : Number.isInteger(other) ? 'int' : 'float')
}

/** The greatest common divisor; of 0 and 0, 0. */
export const gcd: Pointwise<Other, ['other']> = onHost('gcd', divisor)
/** The least common multiple; with 0, 0. */
export const lcm: Pointwise<Other, ['other']> = onHost('lcm', multiple)

const notTensor = (name: string, found: string): TorchError =>
  argumentError(
    `${name}(): argument 'other' (position 2) must be Tensor, not ${found}`,
    { found },
    'TypeError',
  )
