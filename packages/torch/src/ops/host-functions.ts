// JavaScript functions applied to each element, on the host: for what no operation does.
import { dtypes, readElement, type TypedArray, writeElement } from '@heddle/core'
import { cellOfData } from '../engine/cell.ts'
import { readCell } from '../engine/evaluate.ts'
import { argumentError, type TorchError } from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { convert } from './creation.ts'
import { requireWritable } from './run.ts'
import { expandAs } from './views.ts'

function rewrite(
  name: string,
  self: Tensor,
  others: readonly Tensor[],
  callable: (...elements: number[]) => number,
): Tensor {
  if (self.requiresGrad) throw ofVariable(name)
  const odd = others.find(({ dtype }) => dtype !== self.dtype)
  if (odd !== undefined) throw otherType(name, self, odd)
  requireWritable(self)
  const operands = [self, ...others.map((each) => expandAs(each, self))]
  const read = operands.map(({ cell }) => readCell(cell))
  const data = dtypes[self.dtype.core].allocate(self.numel())
  for (let at = 0; at < data.length; at++) {
    const elements = read.map((each: TypedArray) => Number(readElement(self.dtype.core, each, at)))
    writeElement(self.dtype.core, data, at, convert(self.dtype, callable(...elements)))
  }
  self.write(cellOfData(self.device, self.dtype.core, self.type_.shape, data))
  return self
}

/** Replaces each element by what a function makes of it. */
export const apply_ = (self: Tensor, callable: (element: number) => number): Tensor =>
  rewrite('apply_', self, [], callable as (...elements: number[]) => number)

/** Replaces each element by what a function makes of it and of another tensor's. */
export const map_ = (self: Tensor, other: Tensor, callable: (x: number, y: number) => number): Tensor =>
  rewrite('map_', self, [other], callable as (...elements: number[]) => number)

/** The same with two other tensors. */
export const map2_ = (
  self: Tensor,
  x: Tensor,
  y: Tensor,
  callable: (own: number, x: number, y: number) => number,
): Tensor => rewrite('map2_', self, [x, y], callable as (...elements: number[]) => number)

const ofVariable = (name: string): TorchError =>
  argumentError(`Can't call ${name}() on Variable that requires grad. Use var.detach().${name}() instead.`, {
    name,
  })
const otherType = (name: string, self: Tensor, other: Tensor): TorchError =>
  argumentError(
    `${name}: expected torch.${self.dtype.title}Tensor for 'other' (got torch.${other.dtype.title}Tensor)`,
    { name },
    'TypeError',
  )
