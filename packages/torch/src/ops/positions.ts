// Positions that are data: where masks hold, and whether positions are within a dimension. Contents that were not worked out yet are
// not waited for: a position outside is then read as NaN or 0, and written nowhere.

import { int32, int64 } from '../dtypes.ts'
import type { Cell } from '../engine/cell.ts'
import { isAtHand, readCell, readToCheck } from '../engine/evaluate.ts'
import type { TorchError } from '../errors.ts'
import { contiguousStrides } from '../tensor/layout.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { tensorOfData } from './creation.ts'
import * as errors from './selection-errors.ts'

/** Where elements are not 0, in row-major order: the places of a flat array. */
export function placesOf(mask: Tensor): readonly number[] {
  const places: number[] = []
  readCell(mask.cell).forEach((element, place) => {
    if (element !== 0 && element !== 0n) places.push(place)
  })
  return places
}

/** The coordinates of places in a shape, one int64 tensor for each dimension. */
export function coordinatesOf(mask: Tensor): readonly Tensor[] {
  const places = placesOf(mask)
  const { shape } = mask
  const strides = contiguousStrides(shape)
  return shape.map((extent, axis) => {
    const stride = strides[axis] as number
    const data = BigInt64Array.from(places, (place) => BigInt(Math.floor(place / stride) % extent))
    return tensorOfData(int64, [places.length], data, { device: mask.device })
  })
}

interface Range {
  readonly low: number
  readonly high: number
}

/** Contents never change, so what is known of them stays true. */
const ranges = new WeakMap<Cell, Range>()

function rangeOf(cell: Cell): Range {
  let range = ranges.get(cell)
  if (range === undefined) {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (const element of readToCheck(cell)) {
      const position = Number(element)
      if (position < low) low = position
      if (position > high) high = position
    }
    range = { low, high }
    ranges.set(cell, range)
  }
  return range
}

/**
 * Throws the error for the first position outside of -extent … extent - 1; with `isPlain` outside of 0 … extent - 1.
 * All of the memory is looked at first, once: a view of it has no others.
 */
export function requireWithin(
  positions: Tensor,
  extent: number,
  outside: (position: number) => TorchError,
  isPlain = false,
): void {
  const { cell } = positions.memory
  if (!ranges.has(cell) && !isAtHand(cell)) return
  const lowest = isPlain ? 0 : -extent
  const { low, high } = rangeOf(cell)
  if (low >= lowest && high < extent) return
  for (const element of readToCheck(positions.cell)) {
    const position = Number(element)
    if (position < lowest || position >= extent) throw outside(position)
  }
}

/** Throws unless `index` names a slice of `self` for each slice of `source`, which is as large. */
export function requireSlices(name: string, self: Tensor, dim: number, index: Tensor, source: Tensor): void {
  if (index.ndim > 1) throw errors.addRank(name, index.ndim, index.dtype.title, index.shape)
  if (index.dtype !== int64 && index.dtype !== int32) throw errors.addDtype(name, index.dtype.title)
  if (source.dtype !== self.dtype) throw errors.addSource(name, self.dtype.title, source.dtype.title)
  const shapeOf = ({ shape }: Tensor): readonly number[] => (shape.length === 0 ? [1] : shape)
  const [own, given] = [shapeOf(self), shapeOf(source)]
  if (own.length !== given.length || own.some((extent, axis) => axis !== dim && extent !== given[axis]))
    throw errors.addSlices(self.shape, source.shape)
  const count = given[dim] as number
  if (index.numel() !== count) throw errors.addCount(name, index.numel(), count, dim)
  requireWithin(index, own[dim] as number, errors.outOfSelf, true)
}
