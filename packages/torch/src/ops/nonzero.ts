// Where elements are not 0. How many these are is data: what was recorded runs.
import { checked } from '../arguments/checked.ts'
import { int64 } from '../dtypes.ts'
import { contiguousStrides } from '../tensor/layout.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { tensorOfData } from './creation.ts'
import { unbind } from './parts.ts'
import { placesOf } from './positions.ts'
import { fn } from './signature.ts'
import { unsqueeze } from './transposes.ts'

function coordinates(self: Tensor): Tensor {
  const { shape } = self
  const places = placesOf(self)
  const strides = contiguousStrides(shape)
  const rank = shape.length
  const data = new BigInt64Array(places.length * rank)
  places.forEach((place, row) => {
    shape.forEach((extent, axis) => {
      data[row * rank + axis] = BigInt(Math.floor(place / (strides[axis] as number)) % extent)
    })
  })
  const found = tensorOfData(int64, [places.length, rank], data, { device: self.device })
  // As PyTorch leaves them: the coordinates of a dimension side by side.
  return found.withLayout({ shape: found.type_.shape, strides: [1, places.length], offset: 0 })
}

/** Coordinates of elements that are not 0, one a row; with `asTuple` a tensor for each dimension. */
export interface Nonzero {
  (self: Tensor, options?: { asTuple?: false }): Tensor
  (self: Tensor, options: { asTuple: true }): readonly Tensor[]
}

export const nonzero: Nonzero = fn<{ asTuple?: boolean }, [], Tensor | readonly Tensor[]>(
  'nonzero',
  [],
  ['asTuple'],
  (self, { asTuple = false }) => {
    if (!asTuple) return coordinates(self)
    return unbind(coordinates(self.ndim === 0 ? unsqueeze(self, 0) : self), 1)
  },
) as Nonzero

/** Coordinates of elements that are not 0, one a row. */
export const argwhere: (self: Tensor) => Tensor = checked(
  'argwhere',
  (self: Tensor): Tensor => coordinates(self),
)
