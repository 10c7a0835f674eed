// A dimension cut in sections of nearly equal size, or at positions: each section is a view of its own.

import { readCell } from '../engine/evaluate.ts'
import { Tensor } from '../tensor/tensor.ts'
import { resolveDim } from './dims.ts'
import { sliceAlong } from './parts.ts'
import { type Fn, fn } from './signature.ts'
import * as errors from './view-errors.ts'

type Cuts = number | readonly number[] | Tensor
type Sections = { indicesOrSections?: Cuts; sections?: number; indices?: readonly number[]; dim?: number }

function cut(self: Tensor, dim: number, cuts: Cuts): readonly Tensor[] {
  if (cuts instanceof Tensor) {
    const numbers = Array.from(readCell(cuts.cell), Number)
    return cut(self, dim, cuts.ndim === 0 ? (numbers[0] ?? 0) : numbers)
  }
  const extent = self.shape[dim] as number
  const ends = typeof cuts === 'number' ? evenEnds(extent, cuts) : cuts
  const starts = [0, ...ends]
  return starts.map((start, k) => sliceAlong(self, dim, start, ends[k] ?? extent, 1))
}

/** Where all sections but the last end; the first ones are longer by one where that is needed. */
function evenEnds(extent: number, sections: number): readonly number[] {
  if (sections <= 0) throw errors.tensorSplitSections(sections)
  const [size, longer] = [Math.floor(extent / sections), extent % sections]
  return Array.from({ length: sections - 1 }, (_, k) => (k + 1) * size + Math.min(k + 1, longer))
}

/** So many sections along a dimension, or those between positions. */
export const tensorSplit: Fn<Sections, ['indicesOrSections', 'dim'], readonly Tensor[]> = fn(
  'tensor_split',
  ['indicesOrSections', 'dim'],
  ['sections', 'indices'],
  (self, { indicesOrSections, sections, indices, dim = 0 }) => {
    if (self.ndim === 0) throw errors.tensorSplitOfScalar()
    return cut(self, resolveDim(dim, self.ndim), indicesOrSections ?? sections ?? indices ?? [])
  },
)

type Split = Fn<Sections, ['indicesOrSections'], readonly Tensor[]>

const splitAlong = (name: string, least: number, dimOf: (rank: number) => number): Split =>
  fn<Sections, ['indicesOrSections'], readonly Tensor[]>(
    name,
    ['indicesOrSections'],
    ['sections', 'indices'],
    (self, { indicesOrSections, sections, indices }) => {
      if (self.ndim < least) throw errors.splitRank(name, least, self.ndim)
      const dim = dimOf(self.ndim)
      const cuts = indicesOrSections ?? sections ?? indices ?? []
      const extent = self.shape[dim] as number
      if (typeof cuts === 'number' && (cuts <= 0 || extent % cuts !== 0))
        throw errors.splitUneven(name, dim, extent, cuts)
      return cut(self, dim, cuts)
    },
  )

/** Sections side by side: along the second dimension, of vectors the first. */
export const hsplit: Split = splitAlong('hsplit', 1, (rank) => (rank === 1 ? 0 : 1))
/** Sections below each other: along the first dimension. */
export const vsplit: Split = splitAlong('vsplit', 2, () => 0)
/** Sections along the third dimension. */
export const dsplit: Split = splitAlong('dsplit', 3, () => 2)
