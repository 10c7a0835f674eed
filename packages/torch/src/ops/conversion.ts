// The same elements in another dtype or on another device, and contents overwritten with others.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { moved } from '../autograd/move.ts'
import * as dtypes from '../dtypes.ts'
import { DType } from '../dtypes.ts'
import { cpu, Device } from '../engine/device.ts'
import * as errors from '../errors.ts'
import { Tensor } from '../tensor/tensor.ts'
import { castTo } from './cast.ts'
import { resolveDevice } from './devices.ts'
import { filled, requireNumber } from './filled.ts'
import { operation } from './operation.ts'
import { type Argument, runElementwise, runInPlace } from './run.ts'
import { type Fn, fn } from './signature.ts'

interface DTypeOption {
  readonly dtype: core.DType
}

const converted = operation<DTypeOption>({
  name: 'to',
  node: 'ToCopyBackward0',
  build: ([x], { dtype }) => castTo(x as Value, dtype),
})

const withDType = (self: Tensor, dtype: DType): Tensor =>
  dtype === self.dtype ? self : runElementwise(converted, [self], { dtype: dtype.core })

type Target = DType | Device | string | Tensor
type ToParams = { dtype?: DType; device?: Device | string; copy?: boolean }

/** The same tensor if it has this dtype and device, else a converted copy. */
export function to(self: Tensor, ...args: (Target | ToParams | boolean)[]): Tensor {
  const wanted: { dtype?: DType; device?: Device; copy?: boolean } = {}
  for (const arg of args) {
    if (arg instanceof DType) wanted.dtype = arg
    else if (arg instanceof Tensor) Object.assign(wanted, { dtype: arg.dtype, device: arg.device })
    else if (arg instanceof Device || typeof arg === 'string') wanted.device = resolveDevice(arg)
    else if (typeof arg === 'object') {
      const { device, ...others } = arg
      Object.assign(wanted, others, device === undefined ? {} : { device: resolveDevice(device) })
    }
  }
  const { dtype = self.dtype, device = self.device, copy = false } = wanted
  // The CPU has every dtype: what it gives away is converted before, what it takes after.
  const result =
    device === cpu ? withDType(moved(self, device), dtype) : moved(withDType(self, dtype), device)
  return copy && result === self ? self.clone() : result
}

type Convert = (self: Tensor) => Tensor
const conversion =
  (dtype: DType): Convert =>
  (self) =>
    withDType(self, dtype)
export const float: Convert = conversion(dtypes.float32)
export const double: Convert = conversion(dtypes.float64)
export const half: Convert = conversion(dtypes.float16)
export const bfloat16: Convert = conversion(dtypes.bfloat16)
export const long: Convert = conversion(dtypes.int64)
export const int: Convert = conversion(dtypes.int32)
export const short: Convert = conversion(dtypes.int16)
export const char: Convert = conversion(dtypes.int8)
export const byte: Convert = conversion(dtypes.uint8)
export const bool: Convert = conversion(dtypes.bool)

/** In the dtype of `other`. */
export const typeAs: Fn<{ other: Tensor }, ['other']> = fn('type_as', ['other'], [], (self, { other }) =>
  withDType(self, other.dtype),
)

/** The name of its type, `torch.FloatTensor`; with a dtype the tensor converted. */
export function type(self: Tensor): string
export function type(self: Tensor, dtype: DType): Tensor
export function type(self: Tensor, dtype?: DType): string | Tensor {
  if (dtype !== undefined) return withDType(self, dtype)
  return `torch.${self.device === cpu ? '' : `${self.device.type}.`}${self.dtype.title}Tensor`
}

const copied = operation({
  name: 'copy_',
  node: 'CopyBackwards',
  operands: ['self', 'src'],
  build: ([self, source]) => {
    const { dtype, shape } = (self as Value).type
    if (typeof source === 'number') return core.fullLike(self as Value, dtypes.numberIn(dtype, source))
    const from = (source as Value).type.shape
    if (!canExpand(from, shape)) throw errors.copyShape(from, shape)
    return core.expand(castTo(source as Value, dtype), shape)
  },
})

const canExpand = (from: readonly number[], to: readonly number[]): boolean =>
  from.length <= to.length &&
  from.every((extent, axis) => extent === 1 || extent === to[axis - from.length + to.length])

/** Takes over another tensor's elements, converted and broadcast. */
export const copy_: Fn<{ src: Argument }, ['src']> = fn(
  'copy_',
  ['src'],
  ['nonBlocking' as never],
  (self, { src }) => runInPlace(copied, self, [src instanceof Tensor ? moved(src, self.device) : src]),
)

const zeroed = operation({
  name: 'zero_',
  node: 'ZeroBackward0',
  overwrites: true,
  build: ([x]) => core.zerosLike(x as Value),
})
/** Every element 0. */
export const zero_ = (self: Tensor): Tensor => runInPlace(zeroed, self)

/** Every element `value`. */
export const fill_: Fn<{ value: Argument }, ['value']> = fn('fill_', ['value'], [], (self, { value }) => {
  requireNumber(value)
  return runInPlace(filled, self, [value])
})
