// Sorting along a dimension, and the largest elements.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { argumentError, type TorchError } from '../errors.ts'
import { isContiguous, preservedStrides } from '../tensor/layout.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { castTo } from './cast.ts'
import { resolveDim } from './dims.ts'
import { type Named, named } from './named.ts'
import { operation } from './operation.ts'
import { run, runAll } from './run.ts'
import { type Fn, fn } from './signature.ts'

type Pair = Named<'values' | 'indices'>

interface Order {
  readonly dim: number
  readonly descending: boolean
  /** Asked for in words: another overload, whose node has another number. */
  readonly isStable: boolean
}

const sorted = operation<Order>({
  name: 'sort',
  node: (_, { isStable }) => (isStable ? 'SortBackward1' : 'SortBackward0'),
  build: ([x], { dim, descending }) => {
    const { values, indices } = core.sort(x as Value, { axis: dim, descending })
    return [values, castTo(indices, 'i64')]
  },
})

/** A result in the memory order of the operand. */
const laidOutAs = ({ layout_: layout }: Tensor, result: Tensor): Tensor =>
  isContiguous(layout)
    ? result
    : result.withLayout({ shape: layout.shape, strides: preservedStrides(layout), offset: 0 })

type SortParams = { dim?: number; descending?: boolean; stable?: boolean | null }

/** Elements in order along a dimension, NaN as the largest, and where they were. Always stable. */
export const sort: Fn<SortParams, ['dim', 'descending'], Pair> = fn(
  'sort',
  ['dim', 'descending'],
  ['stable'],
  (self, { dim = -1, descending = false, stable }) => {
    const order = { dim: resolveDim(dim, self.ndim), descending, isStable: stable != null }
    const [values, indices] = runAll(sorted, [self], order) as [Tensor, Tensor]
    return named('sort', { values: laidOutAs(self, values), indices: laidOutAs(self, indices) })
  },
)

const ordered = operation<Order>({
  name: 'argsort',
  node: null,
  build: ([x], { dim, descending }) => castTo(core.argSort(x as Value, { axis: dim, descending }), 'i64'),
})

/** The positions that sort a dimension. */
export const argsort: Fn<SortParams, ['dim', 'descending']> = fn(
  'argsort',
  ['dim', 'descending'],
  ['stable'],
  (self, { dim = -1, descending = false }) =>
    laidOutAs(self, run(ordered, [self], { dim: resolveDim(dim, self.ndim), descending, isStable: false })),
)

/** Sorted along the first dimension. */
export const msort: Fn<Record<never, never>, []> = fn('msort', [], [], (self) => sort(self, 0).values)

interface Top {
  readonly k: number
  readonly dim: number
  readonly largest: boolean
}

const top = operation<Top>({
  name: 'topk',
  node: 'TopkBackward0',
  build: ([x], { k, dim, largest }) => {
    const { values, indices } = core.topK(x as Value, k, { axis: dim, largest })
    return [values, castTo(indices, 'i64')]
  },
})

type TopParams = { k: number; dim?: number; largest?: boolean; sorted?: boolean }

/** The k largest elements along a dimension in descending order, or the smallest, ascending; and where they are. */
export const topk: Fn<TopParams, ['k', 'dim', 'largest', 'sorted'], Pair> = fn(
  'topk',
  ['k', 'dim', 'largest', 'sorted'],
  [],
  (self, { k, dim = -1, largest = true }) => {
    const axis = resolveDim(dim, self.ndim)
    const length = self.ndim === 0 ? 1 : (self.shape[axis] as number)
    if (k < 0 || k > length) throw topRange()
    const [values, indices] = runAll(top, [self], { k, dim: axis, largest }) as [Tensor, Tensor]
    return named('topk', { values, indices })
  },
)

const topRange = (): TorchError => argumentError('selected index k out of range')
