// Elements of tensors that are known without evaluating anything: of data from the host, and of views of such data.
import type { TypedArray } from '@heddle/core'
import { readIfKnown } from '../../engine/evaluate.ts'
import { isContiguous, positions } from '../../tensor/layout.ts'
import type { Tensor } from '../../tensor/tensor.ts'

/** How much larger than what a view shows its memory may be, to be read for it. */
const largestShare = 4

/** The elements in row-major order; undefined where they are still to be computed, or are a small part of something large. */
export function knownElements(tensor: Tensor): TypedArray | undefined {
  const { memory, view_: view, layout_: layout } = tensor
  if (view === undefined) return readIfKnown(memory.cell)
  const { size } = memory.cell.type
  if (!isContiguous(memory.layout) || size > 256 + largestShare * tensor.numel()) return undefined
  const whole = readIfKnown(memory.cell)
  if (whole === undefined) return undefined
  const part = whole.slice(0, tensor.numel())
  if (part.length < tensor.numel()) return undefined
  positions(layout.shape, layout.strides, layout.offset).forEach((place, at) => {
    part[at] = whole[place] as never
  })
  return part
}
