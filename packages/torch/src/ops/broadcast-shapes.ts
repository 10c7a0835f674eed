// The shape that shapes are broadcast to, without tensors.
import { argumentError, type TorchError } from '../errors.ts'
import { type Size, sizeOfShape } from '../tensor/size.ts'

/** The shape tensors of these shapes would be broadcast to; a number is the shape of a vector. */
export function broadcastShapes(...shapes: readonly (number | readonly number[])[]): Size {
  const lists = shapes.map((shape) => (typeof shape === 'number' ? [shape] : shape))
  const rank = Math.max(0, ...lists.map(({ length }) => length))
  const common = new Array<number>(rank).fill(1)
  for (const list of lists) {
    list.forEach((extent, at) => {
      const axis = at - list.length + rank
      if (extent < 0) throw negativeExtent(extent)
      if (extent === 1 || extent === common[axis]) return
      if (common[axis] !== 1) throw mismatch()
      common[axis] = extent
    })
  }
  return sizeOfShape(common)
}

const negativeExtent = (extent: number): TorchError =>
  argumentError(`Trying to create tensor with negative dimension (${extent}): (${extent})`, { extent })
const mismatch = (): TorchError =>
  argumentError('Shape mismatch: objects cannot be broadcast to a single shape')
