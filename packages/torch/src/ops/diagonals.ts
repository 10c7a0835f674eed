// Matrices of diagonals, and diagonals of matrices, as copies; the trace.

import * as core from '@heddle/core'
import { checked } from '../arguments/checked.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { castTo } from './cast.ts'
import { diagonal } from './dim-views.ts'
import { resolveDim } from './dims.ts'
import * as errors from './join-errors.ts'
import { operation } from './operation.ts'
import { valueAt } from './rearrangement.ts'
import { run } from './run.ts'
import { type Fn, fn } from './signature.ts'
import * as viewErrors from './view-errors.ts'
import { reshape } from './views.ts'

interface EmbedOption {
  readonly offset: number
  readonly dim1: number
  readonly dim2: number
}

const embedded = operation<EmbedOption>({
  name: 'diag_embed',
  node: 'DiagEmbedBackward0',
  build: (operands, { offset, dim1, dim2 }) =>
    core.diagEmbed(valueAt(operands, 0), { offset, axes: [dim1, dim2] }),
})

type Embed = { offset?: number; dim1?: number; dim2?: number }

/** The last dimension as the diagonal of two new ones, zeros elsewhere. */
export const diagEmbed: Fn<Embed, ['offset', 'dim1', 'dim2']> = fn(
  'diag_embed',
  ['offset', 'dim1', 'dim2'],
  [],
  (self, { offset = 0, dim1 = -2, dim2 = -1 }) => {
    const [first, second] = [resolveDim(dim1, self.ndim + 1), resolveDim(dim2, self.ndim + 1)]
    if (first === second) throw viewErrors.diagonalSame(dim1, dim2)
    return run(embedded, [self], { offset, dim1: first, dim2: second })
  },
)

const copied = operation({
  name: 'diagonal_copy',
  node: 'DiagonalBackward0_copy',
  build: (operands) => valueAt(operands, 0),
})

/** A vector as a diagonal, or the diagonal of a matrix. */
export const diag: Fn<{ diagonal?: number }, ['diagonal']> = fn(
  'diag',
  ['diagonal'],
  [],
  (self, { diagonal: offset = 0 }) => {
    if (self.ndim === 1) return diagEmbed(self, offset)
    if (self.ndim !== 2) throw errors.diagRank(self.ndim)
    return run(copied, [diagonal(self, offset)])
  },
)

/** All elements in a row as a diagonal. */
export const diagflat: Fn<{ offset?: number }, ['offset']> = fn(
  'diagflat',
  ['offset'],
  [],
  (self, { offset = 0 }) => diag(reshape(self, -1), offset),
)

const traced = operation({
  name: 'trace',
  node: 'TraceBackward0',
  build: (operands) => {
    const x = valueAt(operands, 0)
    return core.trace(core.isFloat(x.type.dtype) ? x : castTo(x, 'i64'))
  },
})

/** The sum of the diagonal of a matrix; of integers int64. */
export const trace: (self: Tensor) => Tensor = checked('trace', (self: Tensor): Tensor => {
  if (self.ndim !== 2) throw errors.traceRank(self.ndim)
  return run(traced, [self])
})
