// Slices of a tensor reduced into the slices of another at positions of a dimension.
import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { argumentError, type TorchError } from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { resolveDim } from './dims.ts'
import { operation } from './operation.ts'
import type { Pointwise } from './pointwise.ts'
import { requireSlices } from './positions.ts'
import { written } from './written.ts'

type Reduction = 'prod' | 'mean' | 'amax' | 'amin'
const reductions = { prod: 'prod', mean: 'mean', amax: 'max', amin: 'min' } as const

interface ReduceOption {
  readonly dim: number
  readonly reduce: Reduction
  readonly includeBase: boolean
}

const asVector = (x: Value): Value => (x.type.shape.length === 0 ? core.reshape(x, [1]) : x)

const reduced = operation<ReduceOption>({
  name: 'index_reduce',
  node: 'IndexReduceBackward0',
  operands: ['self', 'source'],
  build: ([self, source, index], { dim, reduce, includeBase }) => {
    const [x, updates, at] = [self, source, index].map((each) => asVector(each as Value)) as [
      Value,
      Value,
      Value,
    ]
    const { shape } = updates.type
    const along = core.reshape(
      at,
      shape.map((extent, axis) => (axis === dim ? extent : 1)),
    )
    const found = core.scatterReduce(x, core.expand(along, shape), updates, {
      axis: dim,
      reduction: reductions[reduce],
      includeBase,
    })
    return core.reshape(found, (self as Value).type.shape)
  },
})

type IndexReduce = { dim: number; index: Tensor; source: Tensor; reduce: Reduction; includeSelf?: boolean }

/** `self` with slices of `source` reduced into it at positions of `dim`, with what is there or without. */
export const indexReduce: Pointwise<IndexReduce, ['dim', 'index', 'source', 'reduce']> = written(
  'index_reduce',
  ['dim', 'index', 'source', 'reduce'],
  ['includeSelf'],
  (_: IndexReduce) => ({
    op: reduced,
    apply: (self, { dim, index, source, reduce, includeSelf = true }) => {
      if (!(reduce in reductions)) throw reductionName(reduce)
      const axis = resolveDim(dim, self.ndim)
      requireSlices('index_reduce_', self, axis, index, source)
      return { operands: [source, index], options: { dim: axis, reduce, includeBase: includeSelf } }
    },
  }),
)

const reductionName = (reduce: string): TorchError =>
  argumentError(`index_reduce(): Expected reduce to be one of prod, mean, amax or amin but got ${reduce}.`, {
    reduce,
  })
