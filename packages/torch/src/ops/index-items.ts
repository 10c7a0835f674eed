// Items of an index one after the other: what is basic becomes views at once; tensors wait, by the dimension of the view they are for.
import { bool, int64, uint8 } from '../dtypes.ts'
import { cpu } from '../engine/device.ts'
import { Tensor } from '../tensor/tensor.ts'
import { type NestedData, tensor } from './creation.ts'
import * as errors from './index-errors.ts'
import { select, sliceAlong } from './parts.ts'
import { Slice } from './slice.ts'
import { unsqueeze } from './transposes.ts'

/** A position, a range, a new dimension (null, true), all dimensions between ('...'), positions or masks. */
export type Index = number | boolean | null | '...' | Slice | Tensor | readonly NestedData[]

export interface Resolved {
  /** The basic part of the index. */
  readonly part: Tensor
  /** Positions and masks, by dimension of it; empty if there are none. */
  readonly tensors: readonly (Tensor | undefined)[]
}

export const isMask = ({ dtype }: Tensor): boolean => dtype === bool || dtype === uint8

export function resolveIndices(self: Tensor, indices: readonly Index[]): Resolved {
  const items = indices.map(itemOf)
  const taken = items.reduce<number>((count, item) => count + dimsTaken(item), 0)
  // With one index alone PyTorch looks at the dimension, not at how many there are.
  if (self.ndim === 0 && items.length === 1 && typeof items[0] === 'number') throw errors.indexOfScalar()
  if (taken > self.ndim && !(self.ndim === 0 && items.length === 1 && items[0] instanceof Slice))
    throw errors.tooMany(self.ndim)
  const tensors: (Tensor | undefined)[] = []
  let part = self
  let dim = 0
  items.forEach((item, place) => {
    if (item === '...') dim += self.ndim - taken
    else if (typeof item === 'number') part = selectAt(part, dim, item, place)
    else if (item instanceof Slice) part = rangeOf(part, dim++, item)
    else if (item === null) part = unsqueeze(part, dim++)
    else if (typeof item === 'boolean') {
      part = unsqueeze(part, dim)
      tensors[dim++] = known(item)
    } else if (item.ndim === 0 && !isMask(item)) part = selectAt(part, dim, Number(item.item()), place)
    else if (item.ndim === 0) {
      part = unsqueeze(part, dim)
      tensors[dim++] = known(item.item<boolean>())
    } else tensors[dim++] = item
  })
  return { part, tensors: Array.from(tensors) }
}

type Item = Exclude<Index, readonly NestedData[]>

/** Lists become tensors. */
function itemOf(index: Index): Item {
  if (index === null || index === '...' || typeof index === 'boolean' || index instanceof Slice) return index
  if (typeof index === 'number') {
    if (!Number.isInteger(index)) throw errors.kindOfIndex('float')
    return index
  }
  const found = index instanceof Tensor ? index : listOf(index)
  if (found.dtype.isFloatingPoint || !indexTypes.has(found.dtype.name)) throw errors.dtypeOfIndex()
  return found
}

const indexTypes = new Set(['int64', 'int32', 'uint8', 'bool'])

function listOf(index: unknown): Tensor {
  if (!Array.isArray(index)) throw errors.kindOfIndex(typeof index === 'string' ? 'str' : typeof index)
  const items: readonly unknown[] = index.flat(Number.POSITIVE_INFINITY)
  if (items.some((item) => typeof item === 'number' && !Number.isInteger(item))) throw errors.dtypeOfIndex()
  const isFlags = items.length > 0 && items.every((item) => typeof item === 'boolean')
  return tensor(index as NestedData, { dtype: isFlags ? bool : int64, device: cpu })
}

function dimsTaken(item: Item): number {
  if (item === null || item === '...' || typeof item === 'boolean') return 0
  return item instanceof Tensor && isMask(item) ? item.ndim : 1
}

/** A boolean as positions of a new dimension: the one there is, or none. */
const known = (holds: boolean | number): Tensor => tensor(holds ? [0n] : [], { dtype: int64, device: cpu })

function selectAt(part: Tensor, dim: number, index: number, place: number): Tensor {
  const extent = part.shape[dim] as number
  if (index < -extent || index >= extent) throw errors.outOfBounds(index, place, extent)
  return select(part, dim, index)
}

function rangeOf(part: Tensor, dim: number, { start, stop, step }: Slice): Tensor {
  if (step === 0) throw errors.stepZero()
  return sliceAlong(part, dim, start, stop, step ?? 1)
}
