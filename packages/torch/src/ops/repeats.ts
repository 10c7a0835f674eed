// Positions that occur as often as counts say. How many there are is data: what was recorded runs.
import { int32, int64 } from '../dtypes.ts'
import type { Device } from '../engine/device.ts'
import { readCell } from '../engine/evaluate.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { tensorOfData } from './creation.ts'
import * as errors from './join-errors.ts'
import { indexSelect } from './selection.ts'

export function repeatAlong(self: Tensor, repeats: number | Tensor, dim: number): Tensor {
  const extent = self.ndim === 0 ? 1 : (self.shape[dim] as number)
  return indexSelect(self, dim, positionsFor(repeats, extent, self.device))
}

/** Positions, each as often as its count says. */
export function positionsFor(repeats: number | Tensor, extent: number, device: Device): Tensor {
  const counts = typeof repeats === 'number' ? [repeats] : countsOf(repeats)
  const isOne = typeof repeats === 'number' || repeats.ndim === 0 || repeats.numel() === 1
  if (!isOne && counts.length !== extent) throw errors.repeatsSize()
  if (counts.some((count) => count < 0)) throw errors.repeatsNegative()
  const positions = Array.from({ length: extent }, (_, k) =>
    new Array<bigint>(counts[isOne ? 0 : k] as number).fill(BigInt(k)),
  ).flat()
  return tensorOfData(int64, [positions.length], BigInt64Array.from(positions), { device })
}

function countsOf(repeats: Tensor): readonly number[] {
  if (repeats.ndim > 1) throw errors.repeatsRank()
  if (repeats.dtype !== int64 && repeats.dtype !== int32) throw errors.repeatsDtype(repeats.dtype.title)
  return Array.from(readCell(repeats.cell), Number)
}
