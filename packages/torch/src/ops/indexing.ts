// What PyTorch writes between brackets: `x.at(0, slice(1, null), ids)` is `x[0, 1:, ids]`, `x.setAt([0, mask], v)` is `x[0, mask] = v`.
// Numbers, ranges, new dimensions are views, one after the other; tensors of positions and masks are then taken together.

import type { Tensor } from '../tensor/tensor.ts'
import { alias } from './alias.ts'
import { copy_, fill_ } from './conversion.ts'
import { fillPart } from './filled.ts'
import { type Index, resolveIndices } from './index-items.ts'
import { assignMask, assignPositions, countIsOpen, positionsOf, readPositions } from './index-tensors.ts'
import { expand, view } from './views.ts'

/** The part that the indices name: a view, unless there are tensors or lists among them. */
export function at(self: Tensor, ...indices: Index[]): Tensor {
  const { part, tensors } = resolveIndices(self, indices)
  if (tensors.length > 0) return readPositions(part, positionsOf(part, tensors))
  return part === self ? alias(self) : part
}

/** Writes a number or a tensor, which is broadcast, to the part that the indices name. */
export function setAt(
  self: Tensor,
  indices: readonly Index[],
  value: Tensor | number | bigint | boolean,
): Tensor {
  const [only] = indices
  // One boolean alone is a dimension, and none of positions.
  if (indices.length === 1 && typeof only === 'boolean') {
    if (only) assign(self.unsqueeze(0), value)
    return self
  }
  const { part, tensors } = resolveIndices(self, indices)
  if (tensors.length === 0) {
    assign(part, value)
    return self
  }
  const given = typeof value === 'object' ? withoutLeadingOnes(value) : Number(value)
  if (countIsOpen(part, tensors, given)) assignMask(part, tensors, given)
  else assignPositions(part, positionsOf(part, tensors), given, false)
  return self
}

/** Overwrites a view: with a number, with elements of its shape, or with what broadcasts to it. */
function assign(part: Tensor, value: Tensor | number | bigint | boolean): void {
  if (typeof value !== 'object') fillPart(part, Number(value))
  else if (value.ndim === 0 && part.ndim > 0) fill_(part, value)
  else if (isSame(value.shape, part.shape)) copy_(part, value)
  else copy_(part, expand(withoutLeadingOnes(value), part.shape))
}

const isSame = (x: readonly number[], y: readonly number[]): boolean =>
  x.length === y.length && x.every((extent, axis) => extent === y[axis])

/** PyTorch lets a value have more dimensions than its place if the first ones have extent 1. */
function withoutLeadingOnes(value: Tensor): Tensor {
  const first = value.shape.findIndex((extent) => extent !== 1)
  const shape = first < 0 ? [] : value.shape.slice(first)
  return shape.length === value.ndim ? value : view(value, shape)
}
