// Products added to something: `beta * self + alpha * x y`, where `beta` of 0 takes no notice of what `self` holds.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import type { Tensor } from '../tensor/tensor.ts'
import { requireBatches, requireSameType } from './factors.ts'
import { operation } from './operation.ts'
import type { Pointwise } from './pointwise.ts'
import * as errors from './product-errors.ts'
import { expand } from './views.ts'
import { written } from './written.ts'

type Scales = { beta?: number; alpha?: number }
interface ScaleOptions {
  readonly beta: number
  readonly alpha: number
}

interface Spec<A extends string, B extends string> {
  readonly name: string
  readonly node: string
  readonly first: A
  readonly second: B
  readonly build: core.AddProduct
  /** The shape of the product. Throws where the factors do not fit each other, or `self`. */
  readonly check: (x: Tensor, y: Tensor, self: Tensor) => readonly number[]
}

type Factors<A extends string, B extends string> = { readonly [K in A | B]: Tensor } & Scales

function addTo<const A extends string, const B extends string>({
  name,
  node,
  first,
  second,
  build,
  check,
}: Spec<A, B>): Pointwise<Factors<A, B>, readonly [A, B]> {
  const op = operation<ScaleOptions>({
    name,
    node,
    operands: ['self', first, second],
    build: (operands, scales) => {
      const [self, x, y] = operands as readonly [Value, Value, Value]
      return build(self, x, y, scales)
    },
  })
  return written<Factors<A, B>, readonly [A, B], ScaleOptions>(
    name,
    [first, second] as const,
    ['beta', 'alpha'] as never,
    () => ({
      op,
      apply: (self, params) => {
        const { beta = 1, alpha = 1 } = params
        const [x, y] = [params[first], params[second]] as readonly [Tensor, Tensor]
        const shape = check(x, y, self)
        expand(self.detach(), shape)
        return { operands: [x, y], options: { beta, alpha } }
      },
    }),
  )
}

/** `beta * self + alpha * mat1 mat2` of matrices. */
export const addmm: Pointwise<Factors<'mat1', 'mat2'>, readonly ['mat1', 'mat2']> = addTo({
  name: 'addmm',
  node: 'AddmmBackward0',
  first: 'mat1',
  second: 'mat2',
  build: core.addmm,
  check: (x, y, self) => {
    if (x.ndim !== 2) throw errors.matrixRank('mat1', x.ndim)
    if (y.ndim !== 2) throw errors.matrixRank('mat2', y.ndim)
    if (x.shape[1] !== y.shape[0]) throw errors.matrixShapes(x.shape, y.shape)
    if (self.dtype !== y.dtype) throw errors.sameDtype()
    requireSameType(x, y)
    return [x.shape[0] as number, y.shape[1] as number]
  },
})

/** `beta * self + alpha * mat vec` of a matrix and a vector. */
export const addmv: Pointwise<Factors<'mat', 'vec'>, readonly ['mat', 'vec']> = addTo({
  name: 'addmv',
  node: 'AddmvBackward0',
  first: 'mat',
  second: 'vec',
  build: core.addmv,
  check: (x, y, self) => {
    if (x.ndim !== 2 || y.ndim !== 1 || self.ndim > 1) throw errors.vectorRanks(self.ndim, x.ndim, y.ndim)
    const rows = x.shape[0] as number
    const own = self.numel()
    if (x.shape[1] !== y.shape[0] || (own !== rows && own !== 1))
      throw errors.vectorSize(own, x.shape, y.shape[0] as number)
    requireSameType(x, y)
    return [rows]
  },
})

/** `beta * self + alpha * vec1 vec2` with every product of an element of one vector with one of the other. */
export const addr: Pointwise<Factors<'vec1', 'vec2'>, readonly ['vec1', 'vec2']> = addTo({
  name: 'addr',
  node: 'AddrBackward0',
  first: 'vec1',
  second: 'vec2',
  build: core.addr,
  check: (x, y) => {
    if (x.ndim !== 1) throw errors.vectorArgument('addr', 'vec1', x.ndim)
    if (y.ndim !== 1) throw errors.vectorArgument('addr', 'vec2', y.ndim)
    return [x.numel(), y.numel()]
  },
})

/** `beta * self + alpha * batch1 batch2`, the products of the batches added up. */
export const addbmm: Pointwise<Factors<'batch1', 'batch2'>, readonly ['batch1', 'batch2']> = addTo({
  name: 'addbmm',
  node: 'AddbmmBackward0',
  first: 'batch1',
  second: 'batch2',
  build: core.addbmm,
  check: (x, y) => {
    requireBatches(x, y)
    requireSameType(x, y)
    return [x.shape[1] as number, y.shape[2] as number]
  },
})

/** `beta * self + alpha * batch1 batch2` for each pair of matrices. */
export const baddbmm: Pointwise<Factors<'batch1', 'batch2'>, readonly ['batch1', 'batch2']> = addTo({
  name: 'baddbmm',
  node: 'BaddbmmBackward0',
  first: 'batch1',
  second: 'batch2',
  build: core.baddbmm,
  check: (x, y) => {
    requireBatches(x, y)
    requireSameType(x, y)
    return [x.shape[0] as number, x.shape[1] as number, y.shape[2] as number]
  },
})
