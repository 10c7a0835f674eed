// `x[indices] = values` as functions, with positions and masks only.
import type { Tensor } from '../tensor/tensor.ts'
import { assignPositions, positionsOf, putPositions } from './index-tensors.ts'
import { type Fn, fn } from './signature.ts'

type IndexPut = { indices: readonly Tensor[]; values: Tensor; accumulate?: boolean }
type Put = Fn<IndexPut, ['indices', 'values', 'accumulate']>

/** `self` with values at positions; with `accumulate` added to what is there. */
export const indexPut: Put & { readonly inPlace: Put } = Object.assign(
  fn<IndexPut, ['indices', 'values', 'accumulate']>(
    'index_put',
    ['indices', 'values', 'accumulate'],
    [],
    (self, { indices, values, accumulate = false }) =>
      putPositions(self, positionsOf(self, indices), values, accumulate),
  ),
  {
    inPlace: fn<IndexPut, ['indices', 'values', 'accumulate']>(
      'index_put_',
      ['indices', 'values', 'accumulate'],
      [],
      (self, { indices, values, accumulate = false }) => {
        assignPositions(self, positionsOf(self, indices), values, accumulate)
        return self
      },
    ),
  },
)
