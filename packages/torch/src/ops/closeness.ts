// Questions about whole tensors with a boolean for an answer: whether they are equal, exactly or nearly, and whether one is true.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { sameSizes } from '../engine/types.ts'
import { argumentError, type TorchError } from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { castTo } from './cast.ts'
import { titleOf } from './dtype-errors.ts'
import { operation } from './operation.ts'
import { commonShape, floating } from './promotion.ts'
import { run } from './run.ts'
import { type Fn, fn } from './signature.ts'

type Near = { other: Tensor; rtol?: number; atol?: number; equalNan?: boolean }
interface Tolerance {
  readonly rtol: number
  readonly atol: number
  readonly equalNan: boolean
}

const near = operation<Tolerance>({
  name: 'isclose',
  node: null,
  build: ([left, right], tolerance) => {
    const [x, y] = [left as Value, right as Value]
    if (x.type.dtype !== y.type.dtype) throw differentDTypes(titleOf(x), titleOf(y))
    if (tolerance.rtol < 0) throw negativeTolerance('rtol', tolerance.rtol)
    if (tolerance.atol < 0) throw negativeTolerance('atol', tolerance.atol)
    commonShape([x, y])
    return isNear(x, y, tolerance)
  },
})

/** Equal, or both finite and no further from each other than `atol + rtol |y|`. */
function isNear(x: Value, y: Value, { rtol, atol, equalNan }: Tolerance): Value {
  const { dtype } = x.type
  const isNan = core.isFloat(dtype) && equalNan ? core.and(core.isNan(x), core.isNan(y)) : undefined
  const isSame = isNan === undefined ? core.eq(x, y) : core.or(core.eq(x, y), isNan)
  if (rtol === 0 && atol === 0) return isSame
  const [from, to] = [castTo(x, floating(dtype)), castTo(y, floating(dtype))]
  const distance = core.abs(core.sub(from, to))
  const allowed = core.add(core.abs(core.mul(to, rtol)), atol)
  return core.or(isSame, core.and(core.isFinite(distance), core.le(distance, allowed)))
}

const positional = ['other', 'rtol', 'atol', 'equalNan'] as const
const tolerance = ({ rtol = 1e-5, atol = 1e-8, equalNan = false }: Near): Tolerance => ({
  rtol,
  atol,
  equalNan,
})

/** Whether elements are equal or near. */
export const isclose: Fn<Near, ['other', 'rtol', 'atol', 'equalNan']> = fn(
  'isclose',
  positional,
  [],
  (self, params) => run(near, [self, params.other], tolerance(params)),
)

const nearEverywhere = operation<Tolerance>({
  ...near,
  build: (operands, options) => core.all(near.build(operands, options) as Value),
})

/** Whether all elements are equal or near. */
export const allclose: Fn<Near, ['other', 'rtol', 'atol', 'equalNan'], boolean> = fn(
  'allclose',
  positional,
  [],
  (self, params) => run(nearEverywhere, [self, params.other], tolerance(params)).item<boolean>(),
)

const sameEverywhere = operation({
  name: 'equal',
  node: null,
  build: ([x, y]) => core.all(core.eq(x as Value, y as Value)),
})

/** Whether both have the same sizes and elements; NaN is equal to nothing. */
export const equal: Fn<{ other: Tensor }, ['other'], boolean> = fn(
  'equal',
  ['other'],
  [],
  (self, { other }) =>
    sameSizes(self.type_.shape, other.type_.shape) && run(sameEverywhere, [self, other]).item<boolean>(),
)

/** Whether both have the same sizes. */
export const isSameSize: Fn<{ other: Tensor }, ['other'], boolean> = fn(
  'is_same_size',
  ['other'],
  [],
  (self, { other }) => sameSizes(self.type_.shape, other.type_.shape),
)

/** Whether the one element there is differs from 0: the truth of a tensor. */
export function isNonzero(self: Tensor): boolean {
  const { size } = self.type_
  if (size !== 1) throw ambiguousTruth(size)
  return Number(self.item<number | bigint | boolean>()) !== 0
}

const ambiguousTruth = (size: number): TorchError =>
  argumentError(
    `Boolean value of Tensor with ${size === 0 ? 'no values' : 'more than one value'} is ambiguous`,
    { size },
  )

const differentDTypes = (left: string, right: string): TorchError =>
  argumentError(`${left} did not match ${right}`, { left, right })

const negativeTolerance = (name: string, value: number): TorchError =>
  argumentError(`${name} must be greater than or equal to zero, but got ${value}`, { name, value })
