// Greatest common divisors and least common multiples. How many steps they take depends on the elements, so they are found on the
// host.

import type { DType, TypedArray, Value } from '@heddle/core'
import * as core from '@heddle/core'
import { canCast, dtypeOf } from '../dtypes.ts'
import { readCell } from '../engine/evaluate.ts'
import { sameSizes } from '../engine/types.ts'
import { argumentError, inplaceCast, inplaceShape, type TorchError } from '../errors.ts'
import { Tensor } from '../tensor/tensor.ts'
import { copy_ } from './conversion.ts'
import { tensorOfData } from './creation.ts'
import { notImplementedFor } from './dtype-errors.ts'
import { operation } from './operation.ts'
import type { Pointwise } from './pointwise.ts'
import { inCommon } from './promotion.ts'
import { run } from './run.ts'
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

/** One of both operands, in the dtype and shape they meet in. */
const aligned = (kernel: string, of: 0 | 1) =>
  operation({
    name: kernel,
    node: null,
    build: (operands) =>
      inCommon(
        operands,
        (x, y) => {
          const [kept, shaping] = (of === 0 ? [x, y] : [y, x]) as readonly [Value, Value]
          return core.add(kept, core.mul(shaping, 0))
        },
        (dtype): DType => {
          if (core.isFloat(dtype) || dtype === 'bool') throw notImplementedFor(kernel, { type: { dtype } })
          return dtype
        },
      ),
  })

function onHost(name: string, combine: (x: bigint, y: bigint) => bigint): Pointwise<Other, ['other']> {
  const first = aligned(`${name}_cpu`, 0)
  const second = aligned(`${name}_cpu`, 1)
  const apply = (self: Tensor, other: Tensor): Tensor => {
    const left = run(first, [self, other])
    const [x, y] = [readCell(left.cell), readCell(run(second, [self, other]).cell)]
    const { dtype, shape } = left.type_
    return tensorOfData(dtypeOf(dtype), shape, combined(dtype, x, y, combine), { device: self.device })
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
