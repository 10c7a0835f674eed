// Positions along one dimension: one for each element (`gather`, `scatter`), or one for each slice (`indexSelect` and its relatives).

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { noDerivative } from '../autograd/errors.ts'
import { int32, int64, numberIn } from '../dtypes.ts'
import { Tensor } from '../tensor/tensor.ts'
import { castTo } from './cast.ts'
import { resolveDim } from './dims.ts'
import { type Operand, type Operation, operation } from './operation.ts'
import type { Pointwise } from './pointwise.ts'
import { requireSlices, requireWithin } from './positions.ts'
import { valueAt } from './rearrangement.ts'
import { type Argument, run } from './run.ts'
import * as errors from './selection-errors.ts'
import { type Fn, fn } from './signature.ts'
import { written } from './written.ts'

interface DimOption {
  readonly dim: number
}

/** Numbers count as vectors of one element. */
const asVector = (x: Value): Value => (x.type.shape.length === 0 ? core.reshape(x, [1]) : x)
const shapeOf = ({ shape }: Tensor): readonly number[] => (shape.length === 0 ? [1] : shape)
const extentAt = (self: Tensor, dim: number): number => shapeOf(self)[dim] as number

const gathered = operation<DimOption>({
  name: 'gather',
  node: 'GatherBackward0',
  operands: ['self', 'index'],
  build: (operands, { dim }) => {
    const index = valueAt(operands, 1)
    const [x, at] = [asVector(valueAt(operands, 0)), asVector(index)]
    const ranges = at.type.shape.map((limit, axis) => (axis === dim ? {} : { limit }))
    return core.reshape(core.takeAlongAxis(core.index(x, ...ranges), at, { axis: dim }), index.type.shape)
  },
})

function requirePositions(name: string, index: Tensor): void {
  if (index.dtype !== int64) throw errors.indexDtype(name)
}

/** For each element of `index` the element of `self` at that position of `dim`, other coordinates being the same. */
export const gather: Fn<{ dim: number; index: Tensor; sparseGrad?: boolean }, ['dim', 'index']> = fn(
  'gather',
  ['dim', 'index'],
  ['sparseGrad'],
  (self, { dim, index }) => {
    const axis = resolveDim(dim, self.ndim)
    requirePositions('gather', index)
    const [own, at] = [shapeOf(self), shapeOf(index)]
    if (at.length !== own.length) throw errors.indexRank('input')
    const odd = at.findIndex((extent, each) => each !== axis && extent > (own[each] as number))
    if (odd >= 0) throw errors.gatherSize(odd, index.shape, self.shape, axis)
    const extent = own[axis] as number
    requireWithin(index, extent, (position) => errors.outside(position, axis, extent), true)
    return run(gathered, [self, index], { dim: axis })
  },
)

type Combine = 'assign' | 'add' | 'multiply'
interface ScatterOption extends DimOption {
  readonly combine: Combine
}

/** What an update is, in the dtype of what it is written to. */
const updateFor = ({ type: { dtype } }: Value, update: Operand): Operand =>
  typeof update === 'number' ? Number(numberIn(dtype, update)) : castTo(update, dtype)

const scatterWith = (node: string): Operation<ScatterOption> =>
  operation<ScatterOption>({
    name: 'scatter',
    node,
    operands: ['self', 'src', 'index'],
    build: ([self, update, index], { dim, combine }) => {
      const [x, base] = [self as Value, asVector(self as Value)]
      const given = updateFor(x, update as Operand)
      const at = asVector(index as Value)
      const updates =
        typeof given === 'number' || given.type.shape.length > 0 ? given : core.expand(given, at.type.shape)
      return core.reshape(core.scatterAlongAxis(base, at, updates, { axis: dim, combine }), x.type.shape)
    },
    ...(node === 'NotImplemented'
      ? {
          derivative: () => () => {
            throw noDerivative('scatter')
          },
        }
      : {}),
  })
const scattered = scatterWith('ScatterBackward0')
const scatteredNumber = scatterWith('ScatterBackward1')
const scatteredSum = scatterWith('ScatterAddBackward0')
const scatteredReduced = scatterWith('NotImplemented')

function requireScatter(self: Tensor, dim: number, index: Tensor, src: Argument): void {
  requirePositions('scatter', index)
  if (src instanceof Tensor && src.dtype !== self.dtype) throw errors.scatterDtype()
  const [own, at] = [shapeOf(self), shapeOf(index)]
  if (index.numel() === 0) return
  if (at.length !== own.length) throw errors.indexRank('self')
  const given = src instanceof Tensor ? shapeOf(src) : undefined
  if (given !== undefined && given.length !== at.length) throw errors.indexRank('src')
  const odd = at.some(
    (extent, axis) =>
      (axis !== dim && extent > (own[axis] as number)) ||
      extent > (given?.[axis] ?? Number.POSITIVE_INFINITY),
  )
  if (odd)
    throw errors.scatterSize(index.shape, self.shape, dim, src instanceof Tensor ? src.shape : undefined)
  const extent = own[dim] as number
  requireWithin(index, extent, (position) => errors.outside(position, dim, extent), true)
}

type Scatter = {
  dim: number
  index: Tensor
  src?: Argument
  value?: number
  reduce?: 'add' | 'multiply'
}

const combines: Readonly<Record<string, Combine>> = { add: 'add', multiply: 'multiply' }

/** `self` with numbers or elements of `src` at positions of `dim`; with `reduce` combined with what is there. */
export const scatter: Pointwise<Scatter, ['dim', 'index', 'src']> = written(
  'scatter',
  ['dim', 'index', 'src'],
  ['value', 'reduce'],
  ({ src, value, reduce }: Scatter) => {
    const update = src ?? value ?? 0
    const combine = reduce === undefined ? 'assign' : combines[reduce]
    if (combine === undefined) throw errors.scatterReduction()
    const plain = typeof update === 'number' ? scatteredNumber : scattered
    return {
      op: reduce === undefined ? plain : scatteredReduced,
      apply: (self, { dim, index }) => {
        const axis = resolveDim(dim, self.ndim)
        requireScatter(self, axis, index, update)
        return { operands: [update, index], options: { dim: axis, combine } }
      },
    }
  },
)

type ScatterAdd = { dim: number; index: Tensor; src: Tensor }

/** `self` with elements of `src` added at positions of `dim`. */
export const scatterAdd: Pointwise<ScatterAdd, ['dim', 'index', 'src']> = written(
  'scatter_add',
  ['dim', 'index', 'src'],
  [],
  (_: ScatterAdd) => ({
    op: scatteredSum,
    apply: (self, { dim, index, src }) => {
      const axis = resolveDim(dim, self.ndim)
      requireScatter(self, axis, index, src)
      return { operands: [src, index], options: { dim: axis, combine: 'add' as const } }
    },
  }),
)

const reductions = { sum: 'sum', prod: 'prod', mean: 'mean', amax: 'max', amin: 'min' } as const
type Reduction = keyof typeof reductions
interface ReduceOption extends DimOption {
  readonly reduce: Reduction
  readonly includeBase: boolean
}

const scatterReduced = operation<ReduceOption>({
  name: 'scatter_reduce',
  node: 'ScatterReduceBackward0',
  operands: ['self', 'src', 'index'],
  build: ([self, src, index], { dim, reduce, includeBase }) => {
    const x = self as Value
    const reduced = core.scatterReduce(asVector(x), asVector(index as Value), asVector(src as Value), {
      axis: dim,
      reduction: reductions[reduce],
      includeBase,
    })
    return core.reshape(reduced, x.type.shape)
  },
})

type ScatterReduce = ScatterAdd & { reduce: Reduction; includeSelf?: boolean }

/** `self` with elements of `src` reduced at positions of `dim`, with what is there or without. */
export const scatterReduce: Pointwise<ScatterReduce, ['dim', 'index', 'src', 'reduce']> = written(
  'scatter_reduce',
  ['dim', 'index', 'src', 'reduce'],
  ['includeSelf'],
  (_: ScatterReduce) => ({
    op: scatterReduced,
    apply: (self, { dim, index, src, reduce, includeSelf = true }) => {
      const axis = resolveDim(dim, self.ndim)
      if (!(reduce in reductions)) throw errors.reductionName()
      requireScatter(self, axis, index, src)
      return { operands: [src, index], options: { dim: axis, reduce, includeBase: includeSelf } }
    },
  }),
)

const selected = operation<DimOption>({
  name: 'index_select',
  node: 'IndexSelectBackward0',
  operands: ['self', 'index'],
  build: (operands, { dim }) => {
    const [x, at] = [valueAt(operands, 0), asVector(valueAt(operands, 1))]
    const found = core.gather(asVector(x), at, { axis: dim })
    return x.type.shape.length === 0 ? core.reshape(found, []) : found
  },
})

/** The slices of `dim` at positions. */
export const indexSelect: Fn<{ dim: number; index: Tensor }, ['dim', 'index']> = fn(
  'index_select',
  ['dim', 'index'],
  [],
  (self, { dim, index }) => {
    const axis = resolveDim(dim, self.ndim)
    if (index.ndim > 1) throw errors.selectRank()
    if (index.dtype !== int64 && index.dtype !== int32) throw errors.selectDtype()
    requireWithin(index, extentAt(self, axis), errors.outOfSelf, true)
    return run(selected, [self, index], { dim: axis })
  },
)

interface AddOption extends DimOption {
  readonly alpha: number
}

const added = operation<AddOption>({
  name: 'index_add',
  node: 'IndexAddBackward0',
  operands: ['self', 'source', 'index'],
  build: ([self, source, index], { dim, alpha }) => {
    const [x, updates] = [self as Value, asVector(source as Value)]
    const scaled = alpha === 1 ? updates : core.mul(updates, alpha)
    const sum = core.scatterAdd(asVector(x), asVector(index as Value), scaled, { axis: dim })
    return core.reshape(sum, x.type.shape)
  },
})

type IndexAdd = { dim: number; index: Tensor; source: Tensor; alpha?: number }

/** `self` with slices of `source`, `alpha` times, added at positions of `dim`. */
export const indexAdd: Pointwise<IndexAdd, ['dim', 'index', 'source']> = written(
  'index_add',
  ['dim', 'index', 'source'],
  ['alpha'],
  (_: IndexAdd) => ({
    op: added,
    apply: (self, { dim, index, source, alpha = 1 }) => {
      const axis = resolveDim(dim, self.ndim)
      requireSlices('index_add_', self, axis, index, source)
      return { operands: [source, index], options: { dim: axis, alpha } }
    },
  }),
)

const replaced = operation<DimOption>({
  name: 'index_copy',
  node: 'IndexCopyBackward0',
  operands: ['self', 'source', 'index'],
  build: ([self, source, index], { dim }) => {
    const x = self as Value
    const at = asVector(index as Value)
    const updates = asVector(source as Value)
    return core.reshape(core.scatter(asVector(x), at, updates, { axis: dim }), x.type.shape)
  },
})

type IndexCopy = { dim: number; index: Tensor; source: Tensor }

/** `self` with slices of `source` at positions of `dim`. */
export const indexCopy: Pointwise<IndexCopy, ['dim', 'index', 'source']> = written(
  'index_copy',
  ['dim', 'index', 'source'],
  [],
  (_: IndexCopy) => ({
    op: replaced,
    apply: (self, { dim, index, source }) => {
      const axis = resolveDim(dim, self.ndim)
      requireCopy(self, axis, index, source)
      return { operands: [source, index], options: { dim: axis } }
    },
  }),
)

function requireCopy(self: Tensor, dim: number, index: Tensor, source: Tensor): void {
  if (index.ndim > 1) throw errors.copyIndexRank(index.ndim)
  if (source.ndim !== self.ndim && source.ndim !== 0 && self.ndim !== 0)
    throw errors.copyRank(source.ndim, self.ndim)
  if (index.dtype !== int64) throw errors.copyIndexDtype()
  if (self.dtype !== source.dtype) throw errors.copyDtype(self.dtype.title, source.dtype.title)
  const [own, given] = [shapeOf(self), shapeOf(source)]
  if (own.some((extent, axis) => axis !== dim && extent !== given[axis]))
    throw errors.copySlices(self.shape, dim, source.shape)
  if (index.numel() !== given[dim]) throw errors.copyCount(index.numel(), given[dim] as number)
  const extent = own[dim] as number
  requireWithin(index, extent, (position) => errors.copyOutside(position, dim, extent))
}

const filled = operation<DimOption>({
  name: 'index_fill',
  overwrites: true,
  node: ([, value]) => (typeof value === 'number' ? 'IndexFillBackward0' : 'IndexFillBackward1'),
  operands: ['self', 'value', 'index'],
  build: ([self, value, index], { dim }) => {
    const x = self as Value
    const base = asVector(x)
    const items = base.type.shape
      .slice(0, dim + 1)
      .map((_, axis) => (axis === dim ? asVector(index as Value) : {}))
    return core.reshape(core.indexAssign(base, items, updateFor(x, value as Operand)), x.type.shape)
  },
})

type IndexFill = { dim: number; index: Tensor; value: Argument }

/** `self` with one value at positions of `dim`. */
export const indexFill: Pointwise<IndexFill, ['dim', 'index', 'value']> = written(
  'index_fill',
  ['dim', 'index', 'value'],
  [],
  (_: IndexFill) => ({
    op: filled,
    apply: (self, { dim, index, value }) => {
      const axis = resolveDim(dim, self.ndim)
      if (index.dtype !== int64) throw errors.fillDtype()
      if (value instanceof Tensor && value.ndim > 0) throw errors.fillRank(value.ndim)
      const extent = extentAt(self, axis)
      requireWithin(index, extent, (position) => errors.fillOutside(position, axis, extent))
      return { operands: [value, index], options: { dim: axis } }
    },
  }),
)
