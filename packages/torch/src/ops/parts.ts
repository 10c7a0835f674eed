// Views of parts: a position, a range, and all pieces of a dimension.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { noDerivative } from '../autograd/errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { resolveDim } from './dims.ts'
import { type Operation, operation } from './operation.ts'
import { valueAt } from './rearrangement.ts'
import { run } from './run.ts'
import { runView, runViews } from './run-view.ts'
import { type Fn, fn } from './signature.ts'
import * as errors from './view-errors.ts'
import { viewOperation } from './view-steps.ts'

interface DimOption {
  readonly dim: number
}

interface SelectOption {
  readonly dim: number
  readonly index: number
}

interface SliceOption {
  readonly dim: number
  readonly start: number
  readonly end: number
  readonly step: number
}

const ranges = (x: Value, { dim, start, end, step }: SliceOption): readonly core.IndexItem[] =>
  x.type.shape.slice(0, dim + 1).map((_, axis) => (axis === dim ? { start, limit: end, step } : {}))

type Part = (whole: Value, position: Value, fixed: never) => readonly core.IndexItem[]

/** A part at a position that is an operand. */
const moving = (name: string, nodes: { look: string; place: string }, items: Part) => ({
  look: operation<never>({
    name,
    node: nodes.look,
    build: (operands, fixed) => {
      const x = valueAt(operands, 0)
      return core.index(x, ...items(x, valueAt(operands, 1), fixed))
    },
  }) as Operation<object>,
  place: operation<never>({
    name: `${name} back`,
    node: nodes.place,
    build: (operands, fixed) => {
      const x = valueAt(operands, 0)
      return core.indexAssign(x, items(x, valueAt(operands, 1), fixed), valueAt(operands, 2))
    },
  }) as Operation<object>,
})

/** All of the dimensions before, and an item for one. */
const behind = (dim: number, item: core.IndexItem): readonly core.IndexItem[] => [
  ...Array.from({ length: dim }, () => ({})),
  item,
]

interface FixedSlice {
  readonly dim: number
  readonly size: number
  readonly step: number
}

const sizeOfSlice = ({ start, end, step }: SliceOption): number =>
  Math.max(0, Math.ceil((end - start) / step))

const sliced = viewOperation<SliceOption>({
  moving: {
    position: ({ start }) => start,
    fixed: (options): FixedSlice => ({ dim: options.dim, size: sizeOfSlice(options), step: options.step }),
    ...moving(
      'slice',
      { look: 'SliceBackward0', place: 'SliceScatterBackward0' },
      (x, position, { dim, size, step }: FixedSlice) => {
        const places = core.mul(x.builder.iota({ dtype: 'i32', shape: [size], axis: 0 }), step)
        return behind(dim, core.add(places, position))
      },
    ),
  },
  look: operation<SliceOption>({
    name: 'slice',
    node: 'SliceBackward0',
    build: (operands, options) => {
      const x = valueAt(operands, 0)
      return core.index(x, ...ranges(x, options))
    },
  }),
  place: operation<SliceOption>({
    name: 'slice back',
    node: 'SliceScatterBackward0',
    build: (operands, options) => {
      const whole = valueAt(operands, 0)
      return core.indexAssign(whole, ranges(whole, options), valueAt(operands, 1))
    },
  }),
  layout: ({ shape, strides, offset }, { dim, start, end, step }) => ({
    shape: shape.with(dim, Math.max(0, Math.ceil((end - start) / step))),
    strides: strides.with(dim, (strides[dim] as number) * step),
    offset: offset + start * (strides[dim] as number),
  }),
})

const selected = viewOperation<SelectOption>({
  moving: {
    position: ({ index }) => index,
    fixed: ({ dim }) => ({ dim }),
    ...moving(
      'select',
      { look: 'SelectBackward0', place: 'SelectScatterBackward0' },
      (_, position, { dim }: DimOption) => behind(dim, position),
    ),
  },
  look: operation<SelectOption>({
    name: 'select',
    node: 'SelectBackward0',
    build: (operands, { dim, index }) => {
      const x = valueAt(operands, 0)
      return core.index(x, ...x.type.shape.slice(0, dim + 1).map((_, axis) => (axis === dim ? index : {})))
    },
  }),
  place: operation<SelectOption>({
    name: 'select back',
    node: 'SelectScatterBackward0',
    build: (operands, { dim, index }) => {
      const whole = valueAt(operands, 0)
      const items = whole.type.shape.slice(0, dim + 1).map((_, axis) => (axis === dim ? index : {}))
      return core.indexAssign(whole, items, valueAt(operands, 1))
    },
  }),
  layout: ({ shape, strides, offset }, { dim, index }) => ({
    shape: shape.toSpliced(dim, 1),
    strides: strides.toSpliced(dim, 1),
    offset: offset + index * (strides[dim] as number),
  }),
})

/** One position of a dimension, which goes. */
export const select: Fn<{ dim: number; index: number }, ['dim', 'index']> = fn(
  'select',
  ['dim', 'index'],
  [],
  (self, { dim, index }) => {
    if (self.ndim === 0) throw errors.selectOfScalar()
    const axis = resolveDim(dim, self.ndim)
    const extent = self.shape[axis] as number
    if (index < -extent || index >= extent) throw errors.selectRange(index, self.shape, axis)
    return runView(selected, self, { dim: axis, index: index < 0 ? index + extent : index })
  },
)

/** A range of a dimension; ends may be open (null), negative, or beyond the extent. */
export function sliceAlong(
  self: Tensor,
  dim: number,
  start: number | null,
  end: number | null,
  step: number,
): Tensor {
  if (self.ndim === 0) throw errors.sliceOfScalar()
  if (step <= 0) throw errors.sliceStep()
  const axis = resolveDim(dim, self.ndim)
  const extent = self.shape[axis] as number
  const clip = (at: number): number => Math.min(Math.max(at < 0 ? at + extent : at, 0), extent)
  const from = clip(start ?? 0)
  const to = Math.max(clip(end ?? extent), from)
  return runView(sliced, self, { dim: axis, start: from, end: to, step })
}

/** `length` positions of a dimension from `start` on. */
export const narrow: Fn<{ dim: number; start: number; length: number }, ['dim', 'start', 'length']> = fn(
  'narrow',
  ['dim', 'start', 'length'],
  [],
  (self, { dim, start, length }) => {
    if (self.ndim === 0) throw errors.narrowOfScalar()
    const axis = resolveDim(dim, self.ndim)
    const extent = self.shape[axis] as number
    if (length < 0) throw errors.narrowLength()
    if (start < -extent || start > extent) throw errors.narrowStart(extent, start)
    const from = start < 0 ? start + extent : start
    if (from + length > extent) throw errors.narrowRange(from, length, extent)
    return runView(sliced, self, { dim: axis, start: from, end: from + length, step: 1 })
  },
)

const copied = operation({
  name: 'narrow_copy',
  node: 'NotImplemented',
  build: (operands) => valueAt(operands, 0),
  derivative: () => () => {
    throw noDerivative('narrow_copy')
  },
})

/** `narrow` as a copy, of which PyTorch has no derivative. */
type Narrowed = { dim: number; start: number; length: number }
export const narrowCopy: Fn<Narrowed, ['dim', 'start', 'length']> = fn(
  'narrow_copy',
  ['dim', 'start', 'length'],
  [],
  (self, params) => run(copied, [narrow(self, params)]),
)

interface PartsOption {
  readonly dim: number
  readonly sizes: readonly number[]
}

const partsOf = (name: string, node: string): Operation<PartsOption> =>
  operation<PartsOption>({
    name,
    node,
    build: (operands, { dim, sizes }) => core.split(valueAt(operands, 0), { sizes, axis: dim }),
  })
const splitEvenly = partsOf('split', 'SplitBackward0')
const splitBySizes = partsOf('split_with_sizes', 'SplitWithSizesBackward0')

function parts(
  op: Operation<PartsOption>,
  self: Tensor,
  dim: number,
  sizes: readonly number[],
): readonly Tensor[] {
  let start = 0
  const ranges = sizes.map((size) => {
    const range = { dim, start, end: start + size, step: 1 }
    start += size
    return range
  })
  return runViews(op, self, { dim, sizes }, sliced, ranges)
}

/** Pieces of `size` along a dimension, the last one shorter, or of sizes that are listed. */
export const split: Fn<
  { splitSize: number | readonly number[]; dim?: number },
  ['splitSize', 'dim'],
  readonly Tensor[]
> = fn('split', ['splitSize', 'dim'], [], (self, { splitSize, dim = 0 }) => {
  if (self.ndim === 0) throw errors.splitOfScalar()
  const axis = resolveDim(dim, self.ndim)
  const extent = self.shape[axis] as number
  if (typeof splitSize !== 'number') {
    return bySizes(self, axis, splitSize)
  }
  if (splitSize < 0) throw errors.splitNegative(splitSize)
  if (splitSize === 0 && extent !== 0) throw errors.splitZero(extent)
  const count = splitSize === 0 ? 1 : Math.max(1, Math.ceil(extent / splitSize))
  const sizes = Array.from({ length: count }, (_, k) => Math.min(splitSize, extent - k * splitSize))
  return parts(splitEvenly, self, axis, sizes)
})

function bySizes(self: Tensor, axis: number, sizes: readonly number[]): readonly Tensor[] {
  const extent = self.shape[axis] as number
  const total = sizes.reduce((sum, size) => sum + size, 0)
  if (sizes.some((size) => size < 0)) throw errors.splitSizesNegative(sizes)
  if (total !== extent) throw errors.splitSizes(extent, axis, sizes)
  return parts(splitBySizes, self, axis, sizes)
}

/** Pieces of the sizes that are listed, along a dimension. */
export const splitWithSizes: Fn<
  { splitSizes: readonly number[]; dim?: number },
  ['splitSizes', 'dim'],
  readonly Tensor[]
> = fn('split_with_sizes', ['splitSizes', 'dim'], [], (self, { splitSizes, dim = 0 }) => {
  if (self.ndim === 0) throw errors.splitOfScalar()
  return bySizes(self, resolveDim(dim, self.ndim), splitSizes)
})

/** At most `chunks` pieces of equal size, the last one shorter. */
export const chunk: Fn<{ chunks: number; dim?: number }, ['chunks', 'dim'], readonly Tensor[]> = fn(
  'chunk',
  ['chunks', 'dim'],
  [],
  (self, { chunks, dim = 0 }) => {
    if (self.ndim === 0) throw errors.chunkOfScalar()
    if (chunks <= 0) throw errors.chunkCount(chunks)
    const extent = self.shape[resolveDim(dim, self.ndim)] as number
    if (extent === 0) return split(self, new Array<number>(chunks).fill(0), dim)
    return split(self, Math.ceil(extent / chunks), dim)
  },
)

const unbound = operation<DimOption>({
  name: 'unbind',
  node: 'UnbindBackward0',
  build: (operands, { dim }) => core.unbind(valueAt(operands, 0), { axis: dim }),
})

/** One view for each position of a dimension. */
export const unbind: Fn<{ dim?: number }, ['dim'], readonly Tensor[]> = fn(
  'unbind',
  ['dim'],
  [],
  (self, { dim = 0 }) => {
    if (self.ndim === 0) throw errors.unbindOfScalar()
    const axis = resolveDim(dim, self.ndim)
    const positions = Array.from({ length: self.shape[axis] as number }, (_, index) => ({ dim: axis, index }))
    return runViews(unbound, self, { dim: axis }, selected, positions)
  },
)
