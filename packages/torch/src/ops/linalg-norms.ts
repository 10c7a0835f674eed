// Norms of `torch.linalg`: of vectors, of matrices, and of what there is. Those that are made of singular values wait for them.
import type { DType } from '../dtypes.ts'
import { argumentError, notSupported, type TorchError } from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { mul } from './arithmetic.ts'
import { diagonal } from './dim-views.ts'
import { type Dims, resolveDim } from './dims.ts'
import { amax, amin, sum } from './reductions.ts'
import { type Fn, fn } from './signature.ts'
import { norm } from './statistics.ts'
import { abs } from './unary.ts'

type Options = { keepdim?: boolean; dtype?: DType | null }
type VectorParams = Options & { ord?: number; dim?: Dims | null }

/** The p-norm over dimensions, all unless some are named: p is `ord`, 2 unless given. */
export const vectorNorm: Fn<VectorParams, ['ord', 'dim', 'keepdim']> = fn(
  'linalg_vector_norm',
  ['ord', 'dim', 'keepdim'],
  ['dtype'],
  (self, { ord = 2, dim = null, keepdim = false, dtype = null }) => {
    requireFloat('vector_norm', self)
    const isWhole = dim === null || (typeof dim !== 'number' && dim.length === 0)
    if (self.numel() === 0 && (ord < 0 || ord === Number.POSITIVE_INFINITY)) throw noIdentity(ord)
    return norm(self, ord, isWhole ? null : dim, keepdim, { dtype })
  },
)

type MatrixOrder = number | 'fro' | 'nuc'
type MatrixParams = Options & { ord?: MatrixOrder; dim?: readonly number[] }

/** The norm of the matrices in two dimensions: Frobenius's, or the largest (smallest: -1, -Infinity) sum of a column or row. */
export const matrixNorm: Fn<MatrixParams, ['ord', 'dim', 'keepdim']> = fn(
  'linalg_matrix_norm',
  ['ord', 'dim', 'keepdim'],
  ['dtype'],
  (self, { ord = 'fro', dim = [-2, -1], keepdim = false, dtype = null }) => {
    if (self.ndim < 2) throw matrixRank()
    requireFloat('matrix_norm', self)
    if (dim.length !== 2) throw twoDims(dim)
    const [rows, columns] = dim.map((each) => resolveDim(each, self.ndim)) as [number, number]
    if (rows === columns) throw sameDims([rows, columns])
    if (ord === 'fro') return norm(self, 2, [rows, columns], keepdim, { dtype })
    if (ord === 'nuc' || ord === 2 || ord === -2)
      throw notSupported(`linalg.matrix_norm of order ${ord}, which needs singular values,`)
    if (typeof ord !== 'number' || (Math.abs(ord) !== 1 && Math.abs(ord) !== Number.POSITIVE_INFINITY))
      throw unknownOrder(String(ord))
    const [summed, compared] = Math.abs(ord) === 1 ? [rows, columns] : [columns, rows]
    const sizes = sum(abs(self), summed, keepdim, { dtype })
    const axis = keepdim || compared < summed ? compared : compared - 1
    return (ord > 0 ? amax : amin)(sizes, axis, keepdim)
  },
)

type NormParams = Options & { ord?: MatrixOrder | null; dim?: Dims | null }

/** The 2-norm of all elements, or with an order that of a vector or a matrix, by how many dimensions there are. */
export const linalgNorm: Fn<NormParams, ['ord', 'dim', 'keepdim']> = fn(
  'linalg_norm',
  ['ord', 'dim', 'keepdim'],
  ['dtype'],
  (self, { ord = null, dim = null, keepdim = false, dtype = null }) => {
    const dims = typeof dim === 'number' ? [dim] : dim
    if (dims === null && ord !== null && self.ndim !== 1 && self.ndim !== 2) throw normRank(self.ndim)
    const count = dims?.length ?? self.ndim
    const options = { keepdim, dtype }
    if (ord === null) return vectorNorm(self, { ord: 2, dim: dims, ...options })
    if (typeof ord === 'number' && count !== 2) return vectorNorm(self, { ord, dim: dims, ...options })
    return matrixNorm(self, { ord, dim: dims ?? [-2, -1], ...options })
  },
)

type Paired = { y: Tensor; dim?: number }

/** The sum of products along a dimension. */
export const vecdot: Fn<Paired, ['y']> = fn('linalg_vecdot', ['y'], ['dim'], (x, { y, dim = -1 }) => {
  requireFloat('vecdot', x)
  return sum(mul(x, y), dim)
})

type Diagonal = { offset?: number; dim1?: number; dim2?: number }

/** The diagonals of the matrices in two dimensions, the last unless others are named: a view. */
export const linalgDiagonal: Fn<Diagonal, []> = fn(
  'linalg_diagonal',
  [],
  ['offset', 'dim1', 'dim2'],
  (self, { offset = 0, dim1 = -2, dim2 = -1 }) => diagonal(self, offset, dim1, dim2),
)

function requireFloat(name: string, { dtype }: Tensor): void {
  if (!dtype.isFloatingPoint) throw floatOnly(name, dtype.title)
}

const floatOnly = (name: string, title: string): TorchError =>
  argumentError(`linalg.${name}: Expected a floating point or complex tensor as input. Got ${title}`, {
    title,
  })
const noIdentity = (ord: number): TorchError =>
  argumentError(
    `linalg.vector_norm cannot compute the ${String(ord).replace('Infinity', 'inf')} norm on an empty tensor because the operation does not have an identity`,
    { ord },
  )
const matrixRank = (): TorchError =>
  argumentError('linalg.matrix_norm: The input tensor A must have at least 2 dimensions.')
const twoDims = (dim: readonly number[]): TorchError =>
  argumentError(`linalg.matrix_norm: dim must be a 2-tuple. Got ${dim.join(' ')}`, { dim })
const sameDims = (dim: readonly number[]): TorchError =>
  argumentError(`linalg.matrix_norm: dims must be different. Got (${dim.join(', ')})`, { dim })
const unknownOrder = (ord: string): TorchError =>
  argumentError(`linalg.matrix_norm: Order ${ord} not supported.`, { ord })
const normRank = (rank: number): TorchError =>
  argumentError(
    `linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got ${rank}D.`,
    { rank },
  )
