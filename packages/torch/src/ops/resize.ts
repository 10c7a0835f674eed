// A tensor of another size at the same place in memory. What lay there stays in its order; a memory that is too small is left for a
// larger one, which no other tensor looks at.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { noGrad } from '../autograd/grad-mode.ts'
import { cellOfData } from '../engine/cell.ts'
import { contiguousStrides, isContiguous, type Layout } from '../tensor/layout.ts'
import { Memory } from '../tensor/memory.ts'
import { Tensor } from '../tensor/tensor.ts'
import { operation } from './operation.ts'
import { run } from './run.ts'
import { runStrided } from './run-view.ts'

/** Elements from the beginning of memory to the last that a layout shows. */
export const spanOf = ({ shape, strides, offset }: Layout): number =>
  shape.includes(0)
    ? 0
    : shape.reduce((last, extent, axis) => last + (extent - 1) * (strides[axis] as number), offset) + 1

/** How many elements of the tensor's dtype its memory has room for. */
function roomOf({ memory, dtype }: Tensor): number {
  const { bytes } = core.dtypes[memory.cell.type.dtype]
  return Math.floor((spanOf(memory.layout) * bytes) / dtype.itemsize)
}

const grown = operation<{ shape: readonly number[] }>({
  name: 'resize_',
  node: null,
  build: ([operand], { shape }) => {
    const flat = operand as Value
    const missing = core.sizeOf(shape) - (flat.type.shape[0] as number)
    const rest = core.zeros(flat.builder, flat.type.dtype, [missing])
    return core.reshape(core.concat([flat, rest], { axis: 0 }), shape)
  },
})

/** Gives a tensor another shape, row-major unless strides say otherwise. Outside of autograd's graph. */
export function resizeTo(
  self: Tensor,
  shape: readonly number[],
  strides: readonly number[] = contiguousStrides(shape),
): void {
  const layout = { shape, strides, offset: self.storageOffset() }
  const room = roomOf(self)
  noGrad(() => {
    self.become(spanOf(layout) <= room ? runStrided(self, layout) : enlarged(self, room, layout))
  })
}

function enlarged(self: Tensor, room: number, layout: Layout): Tensor {
  const { shape, offset } = layout
  const isWhole = offset === 0 && isContiguous(layout)
  const size = isWhole ? shape : [spanOf(layout)]
  const owner =
    room === 0
      ? zerosLike(self, size)
      : run(grown, [runStrided(self, { shape: [room], strides: [1], offset: 0 })], { shape: size })
  return isWhole ? owner : runStrided(owner, layout)
}

function zerosLike({ dtype, device }: Tensor, shape: readonly number[]): Tensor {
  const data = core.dtypes[dtype.core].allocate(core.sizeOf(shape))
  return new Tensor({ memory: new Memory(cellOfData(device, dtype.core, shape, data)) })
}
