// Products of vectors, matrices and batches of matrices of fixed ranks, alone and added to something.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { resultDType } from '../dtypes.ts'
import { notSupported } from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { mul } from './arithmetic.ts'
import { castTo } from './cast.ts'
import { copy_, fill_ } from './conversion.ts'
import { zeros } from './creation.ts'
import { crossAlong } from './cross.ts'
import { diagonal } from './dim-views.ts'
import { requireBatches, requireMatrixTypes, requireSameType } from './factors.ts'
import { matmul } from './matrix.ts'
import { operation } from './operation.ts'
import * as errors from './product-errors.ts'
import { valueAt } from './rearrangement.ts'
import { run } from './run.ts'
import { type Fn, fn } from './signature.ts'
import { clone, reshape } from './views.ts'

const product = (name: string, node: string, other = 'mat2') =>
  operation({
    name,
    node,
    operands: ['self', other],
    build: (operands) => core.matmul(valueAt(operands, 0), valueAt(operands, 1)),
  })

const ofMatrices = product('mm', 'MmBackward0')
const ofBatches = product('bmm', 'BmmBackward0')
const ofMatrixAndVector = product('mv', 'MvBackward0', 'vec')
const ofVectors = product('dot', 'DotBackward0', 'tensor')
const ofConjugate = product('vdot', 'VdotBackward0', 'other')

type Mat2 = { mat2: Tensor }

/** The product of two matrices. */
export const mm: Fn<Mat2, ['mat2']> = fn('mm', ['mat2'], [], (self, { mat2 }) => {
  if (self.ndim !== 2) throw errors.matrixOnly('self')
  if (mat2.ndim !== 2) throw errors.matrixOnly('mat2')
  if (self.shape[1] !== mat2.shape[0]) throw errors.matrixShapes(self.shape, mat2.shape)
  requireMatrixTypes(self, mat2)
  return run(ofMatrices, [self, mat2])
})

/** The products of the matrices of two batches. */
export const bmm: Fn<Mat2, ['mat2']> = fn('bmm', ['mat2'], [], (self, { mat2 }) => {
  requireBatches(self, mat2)
  requireSameType(self, mat2)
  return run(ofBatches, [self, mat2])
})

/** A matrix times a vector. */
export const mv: Fn<{ vec: Tensor }, ['vec']> = fn('mv', ['vec'], [], (self, { vec }) => {
  if (self.ndim !== 2 || vec.ndim !== 1) throw errors.vectorRanks(1, self.ndim, vec.ndim)
  if (self.shape[1] !== vec.shape[0])
    throw errors.vectorSize(self.shape[0] as number, self.shape, vec.shape[0] as number)
  requireSameType(self, vec)
  return run(ofMatrixAndVector, [self, vec])
})

function requireVectors(x: Tensor, y: Tensor): void {
  if (x.ndim !== 1 || y.ndim !== 1) throw errors.dotRanks(x.ndim, y.ndim)
  if (x.dtype !== y.dtype) throw errors.dotTypes(x.dtype.title, y.dtype.title)
  if (x.numel() !== y.numel()) throw errors.dotSizes(x.numel(), y.numel())
}

/** The sum of the products of the elements of two vectors. */
export const dot: Fn<{ tensor: Tensor }, ['tensor']> = fn('dot', ['tensor'], [], (self, { tensor }) => {
  requireVectors(self, tensor)
  return run(ofVectors, [self, tensor])
})
export const vdot: Fn<{ other: Tensor }, ['other']> = fn('vdot', ['other'], [], (self, { other }) => {
  requireVectors(self, other)
  return run(ofConjugate, [self, other])
})

const outerProduct =
  (name: string) =>
  (self: Tensor, { vec2 }: { vec2: Tensor }): Tensor => {
    if (self.ndim !== 1) throw errors.vectorArgument(name, 'self', self.ndim)
    if (vec2.ndim !== 1) throw errors.vectorArgument(name, 'vec2', vec2.ndim)
    return mul(reshape(self, [self.numel(), 1]), vec2)
  }

/** Every product of an element of one vector with one of the other. */
export const outer: Fn<{ vec2: Tensor }, ['vec2']> = fn('outer', ['vec2'], [], outerProduct('outer'))
export const ger: Fn<{ vec2: Tensor }, ['vec2']> = fn('ger', ['vec2'], [], outerProduct('outer'))

const inBoth = (operands: readonly (Value | number)[]): readonly [Value, Value] => {
  const [x, y] = [valueAt(operands, 0), valueAt(operands, 1)]
  const dtype = resultDType([x, y])
  return [castTo(x, dtype), castTo(y, dtype)]
}

const kronecker = operation({
  name: 'kron',
  node: 'UnsafeViewBackward0',
  build: (operands) => core.kron(...inBoth(operands)),
})

/** Every element of `self` replaced by itself times `other`. */
export const kron: Fn<{ other: Tensor }, ['other']> = fn('kron', ['other'], [], (self, { other }) =>
  run(kronecker, [self, other]),
)

/** The cross product along `dim`, or along the first dimension of three positions. */
export const cross: Fn<{ other: Tensor; dim?: number | null }, ['other', 'dim']> = fn(
  'cross',
  ['other', 'dim'],
  [],
  (self, { other, dim }) => {
    if (self.ndim !== other.ndim) throw errors.crossRanks()
    const along = dim ?? self.shape.indexOf(3)
    if (along === -1 && dim !== -1) throw errors.crossNone()
    return crossAlong(self, other, along)
  },
)

/** A matrix times itself, `n` times; 0 gives identities. */
export const matrixPower: Fn<{ n: number }, ['n']> = fn('matrix_power', ['n'], [], (self, { n }) => {
  if (self.ndim < 2) throw errors.powerRank()
  const [rows, columns] = [self.shape.at(-2) as number, self.shape.at(-1) as number]
  if (rows !== columns) throw errors.powerSquare(rows, columns)
  if (n < 0) throw notSupported('matrixPower with a negative exponent')
  if (n === 0) return copy_(clone(self), identity(rows, self))
  if (n === 1) return clone(self)
  if (n === 3) return matmul(matmul(self, self), self)
  let result: Tensor | undefined
  let square = self
  for (let rest = n; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = result === undefined ? square : matmul(result, square)
    if (rest > 1) square = matmul(square, square)
  }
  return result as Tensor
})

function identity(extent: number, { dtype, device }: Tensor): Tensor {
  const matrix = zeros([extent, extent], { dtype, device })
  fill_(diagonal(matrix), 1)
  return matrix
}
