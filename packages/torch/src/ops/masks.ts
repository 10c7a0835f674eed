// Elements chosen by masks, and by positions in the flat order of all elements.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { bool, int64, numberIn } from '../dtypes.ts'
import { Tensor } from '../tensor/tensor.ts'
import { broadcastShapes } from './aligned.ts'
import { castTo } from './cast.ts'
import { tensorOfData } from './creation.ts'
import { resolveDim } from './dims.ts'
import { type Operand, operation } from './operation.ts'
import type { Pointwise } from './pointwise.ts'
import { placesOf, requireWithin } from './positions.ts'
import { requireBroadcast } from './promotion.ts'
import { valueAt } from './rearrangement.ts'
import { type Argument, run } from './run.ts'
import { gather } from './selection.ts'
import * as errors from './selection-errors.ts'
import { type Fn, fn } from './signature.ts'
import { expand, view } from './views.ts'
import { written } from './written.ts'

const filled = operation({
  name: 'masked_fill',
  overwrites: true,
  node: ([, value]) => (typeof value === 'number' ? 'MaskedFillBackward0' : 'MaskedFillBackward1'),
  operands: ['self', 'value', 'mask'],
  build: ([self, value, mask]) => {
    const [x, where] = [self as Value, mask as Value]
    const { dtype } = x.type
    const given = value as Operand
    return core.maskedFill(
      x,
      where,
      typeof given === 'number' ? Number(numberIn(dtype, given)) : castTo(given, dtype),
    )
  },
})

type MaskedFill = { mask: Tensor; value: Argument }

/** One value where the mask holds. */
export const maskedFill: Pointwise<MaskedFill, ['mask', 'value']> = written(
  'masked_fill',
  ['mask', 'value'],
  [],
  (_: MaskedFill) => ({
    op: filled,
    apply: (self, { mask, value }) => {
      if (value instanceof Tensor && value.ndim > 0) throw errors.maskedFillRank(value.ndim)
      if (mask.dtype !== bool) throw errors.maskedFillMask(mask.dtype.title)
      requireBroadcast(mask.shape, self.shape)
      return { operands: [value, mask] }
    },
  }),
)

interface ShapeOption {
  readonly shape: readonly number[]
}

const chosen = operation<ShapeOption>({
  name: 'masked_select',
  node: 'MaskedSelectBackward0',
  operands: ['self', 'mask'],
  build: (operands, { shape }) => {
    const whole = core.expand(valueAt(operands, 0), shape)
    return core.gather(core.reshape(whole, [core.sizeOf(shape)]), valueAt(operands, 1))
  },
})

/** The elements where the mask holds, one after the other. */
export const maskedSelect: Fn<{ mask: Tensor }, ['mask']> = fn(
  'masked_select',
  ['mask'],
  [],
  (self, { mask }) => {
    if (mask.dtype !== bool) throw errors.maskedSelectMask()
    requireBroadcast(mask.shape, self.shape)
    const shape = broadcastShapes(self.shape, mask.shape)
    const places = placesOf(expand(mask, shape))
    const positions = tensorOfData(int64, [places.length], BigInt64Array.from(places, BigInt), {
      device: self.device,
    })
    return run(chosen, [self, positions], { shape })
  },
)

const scattered = operation({
  name: 'masked_scatter',
  node: 'MaskedScatterBackward0',
  operands: ['self', 'source'],
  build: ([self, source, mask]) => core.maskedScatter(self as Value, mask as Value, source as Value),
})

type MaskedScatter = { mask: Tensor; source: Tensor }

/** The elements of `source`, one after the other, where the mask holds. */
export const maskedScatter: Pointwise<MaskedScatter, ['mask', 'source']> = written(
  'masked_scatter',
  ['mask', 'source'],
  [],
  (_: MaskedScatter) => ({
    op: scattered,
    apply: (self, { mask, source }) => {
      if (self.dtype !== source.dtype) throw errors.maskedScatterDtype(self.dtype.title, source.dtype.title)
      if (mask.dtype !== bool) throw errors.maskedScatterMask(mask.dtype.title)
      requireBroadcast(mask.shape, self.shape)
      const shape = broadcastShapes(self.shape, mask.shape)
      // What has enough for every place is enough for those where the mask holds.
      if (source.numel() < core.sizeOf(shape) && source.numel() < placesOf(expand(mask, shape)).length)
        throw errors.maskedScatterCount()
      return { operands: [source, mask] }
    },
  }),
)

const taken = operation({
  name: 'take',
  node: 'TakeBackward0',
  operands: ['self', 'index'],
  build: (operands) => {
    const [x, index] = [valueAt(operands, 0), valueAt(operands, 1)]
    return core.takeFlat(x, index)
  },
})

function requireFlat(name: string, self: Tensor, index: Tensor): void {
  if (index.dtype !== int64) throw errors.takeDtype(name, index.dtype.title)
  const size = self.numel()
  requireWithin(index, size, (position) => errors.takeOutside(position, size))
}

/** Elements at positions in the flat order. */
export const take: Fn<{ index: Tensor }, ['index']> = fn('take', ['index'], [], (self, { index }) => {
  requireFlat('take', self, index)
  return run(taken, [self, index])
})

type AlongDim = { indices: Tensor; dim?: number | null }

/** `gather` of tensors that broadcast with each other; without `dim` in the flat order. */
export const takeAlongDim: Fn<AlongDim, ['indices', 'dim']> = fn(
  'take_along_dim',
  ['indices', 'dim'],
  [],
  (self, { indices, dim }) => {
    if (indices.dtype !== int64) throw errors.alongDtype(indices.dtype.title)
    if (dim === undefined || dim === null) return gather(view(self, -1), 0, view(indices, -1))
    if (self.ndim !== indices.ndim) throw errors.alongRank(self.ndim, indices.ndim)
    const axis = resolveDim(dim, self.ndim)
    const others = broadcastShapes(self.shape.with(axis, 1), indices.shape.with(axis, 1))
    const whole = (tensor: Tensor): Tensor => expand(tensor, others.with(axis, tensor.shape[axis] as number))
    return gather(whole(self), axis, whole(indices))
  },
)

interface AccumulateOption {
  readonly accumulate: boolean
}

const flatWritten = operation<AccumulateOption>({
  name: 'put',
  node: 'PutBackward0',
  operands: ['self', 'source', 'index'],
  build: ([self, source, index], { accumulate }) => {
    const at = index as Value
    const flat = core.reshape(source as Value, at.type.shape)
    return core.putFlat(self as Value, at, flat, { combine: accumulate ? 'add' : 'assign' })
  },
})

type Put = { index: Tensor; source: Tensor; accumulate?: boolean }

/** Elements of `source` written, or added, at positions in the flat order. */
export const put: Pointwise<Put, ['index', 'source', 'accumulate']> = written(
  'put',
  ['index', 'source', 'accumulate'],
  [],
  (_: Put) => ({
    op: flatWritten,
    apply: (self, { index, source, accumulate = false }) => {
      if (self.dtype !== source.dtype) throw errors.putDtype(self.dtype.title, source.dtype.title)
      if (index.numel() !== source.numel()) throw errors.putCount(source.numel(), index.numel())
      requireFlat('put_', self, index)
      return { operands: [source, index], options: { accumulate } }
    },
  }),
)
