// Matrices of powers of a vector: `torch.vander`, `torch.linalg.vander`.
import { dtypeOf, promoteTypes } from '../dtypes.ts'
import { argumentError, type TorchError } from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { ones } from './creation.ts'
import { cumprod } from './cumulative.ts'
import { cat } from './joins.ts'
import { flip } from './rearranging.ts'
import { type Fn, fn } from './signature.ts'
import { unsqueeze } from './transposes.ts'
import { expand } from './views.ts'

type Vander = { N?: number | null; increasing?: boolean }

/** A row of powers for each element: from the highest, `N - 1`, down to 1, or with `increasing` up from 1. */
export const vander: Fn<Vander, ['N', 'increasing']> = fn(
  'vander',
  ['N', 'increasing'],
  [],
  (self, { N = null, increasing = false }) => {
    if (self.ndim !== 1) throw vanderRank()
    const [length = 0] = self.shape
    const columns = N ?? length
    if (columns < 0) throw vanderColumns()
    const powers = powersOf(self, columns)
    return increasing ? powers : flip(powers, 1)
  },
)

/** A row of powers from 1 up for each element of the last dimension. */
export const linalgVander: Fn<{ N?: number | null }, []> = fn(
  'linalg_vander',
  [],
  ['N'],
  (self, { N = null }) => {
    const columns = N ?? self.shape.at(-1) ?? 0
    if (columns <= 1) throw linalgColumns()
    return powersOf(self, columns)
  },
)

/** The powers from 0 to `columns - 1` as a last dimension; integers and bools as int64. */
function powersOf(self: Tensor, columns: number): Tensor {
  const dtype = dtypeOf(promoteTypes(self.dtype.core, 'i64'))
  const first = ones([...self.shape, Math.min(columns, 1)], { dtype, device: self.device })
  if (columns <= 1) return first
  return cat([first, cumprod(expand(unsqueeze(self, -1), [...self.shape, columns - 1]), -1)], -1)
}

const vanderRank = (): TorchError => argumentError('x must be a one-dimensional tensor.')
const vanderColumns = (): TorchError => argumentError('N must be non-negative.')
const linalgColumns = (): TorchError => argumentError('N must be greater than 1.')
