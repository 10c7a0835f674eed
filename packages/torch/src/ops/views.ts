// Views in another shape: of the same elements, of the same bits as another dtype, and of elements repeated without a copy. Each says
// what it shows, how the whole looks after a write, and where its elements lie.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { checked } from '../arguments/checked.ts'
import { DType } from '../dtypes.ts'
import { isContiguous, preservedStrides, viewStrides } from '../tensor/layout.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { reinterpret } from './bits.ts'
import { inferShape, resolveDim } from './dims.ts'
import { operation } from './operation.ts'
import { rearrangement, valueAt } from './rearrangement.ts'
import { run } from './run.ts'
import { runView } from './run-view.ts'
import { type Fn, fn, type SizesAnd, sizesAnd } from './signature.ts'
import * as errors from './view-errors.ts'
import { type ViewOperation, viewOperation } from './view-steps.ts'

interface ShapeOption {
  readonly shape: readonly number[]
}

const viewed: ViewOperation<ShapeOption> = rearrangement<ShapeOption>({
  name: 'view',
  node: 'ViewBackward0',
  look: (x, { shape }) => core.reshape(x, shape),
  back: (part, whole) => core.reshape(part, whole),
  layout: (of, { shape }) => ({
    shape,
    strides: viewStrides(of, shape) as readonly number[],
    offset: of.offset,
  }),
})
const unsafeViewed = operation<ShapeOption>({
  name: '_unsafe_view',
  node: 'UnsafeViewBackward0',
  build: (operands, { shape }) => core.reshape(valueAt(operands, 0), shape),
})

interface BitsOption {
  readonly from: core.DType
  readonly to: core.DType
}

const reread: ViewOperation<BitsOption> = rearrangement<BitsOption>({
  name: 'view',
  node: null,
  look: (x, { to }) => reinterpret(x, to),
  back: (part, _, { from }) => reinterpret(part, from),
  layout: ({ shape, strides, offset }, { from, to }) => {
    const ratio = core.dtypes[from].bytes / core.dtypes[to].bytes
    const last = shape.length - 1
    return {
      shape: ratio === 1 ? shape : shape.with(last, (shape[last] as number) * ratio),
      strides: strides.map((stride, axis) => (axis === last ? stride : stride * ratio)),
      offset: offset * ratio,
    }
  },
})

function viewBits(self: Tensor, dtype: DType): Tensor {
  const { shape, strides, offset } = self.layout_
  const ratio = dtype.itemsize / self.dtype.itemsize
  const names = [self.dtype.title, dtype.title] as const
  if (ratio !== 1 && self.ndim === 0) throw errors.bitsOfScalar(names)
  if (ratio !== 1 && strides.at(-1) !== 1) throw errors.bitsStride(names, strides.at(-1) ?? 0)
  if (ratio > 1) {
    const extent = shape.at(-1) ?? 0
    if (extent % ratio !== 0) throw errors.bitsUneven(names, 'size(-1)', ratio, extent)
    if (offset % ratio !== 0) throw errors.bitsUneven(names, 'storage_offset()', ratio, offset)
    const odd = strides.findIndex((stride, axis) => axis < shape.length - 1 && stride % ratio !== 0)
    if (odd >= 0) throw errors.bitsUneven(names, `stride(${odd})`, ratio, strides[odd] as number)
  }
  return runView(reread, self, { from: self.dtype.core, to: dtype.core })
}

/** The same elements in another shape, or the same bits as another dtype. Throws where that would take a copy. */
export const view = (self: Tensor, ...sizes: SizesAnd<object> | [DType]): Tensor => {
  const [dtype] = sizes
  if (dtype instanceof DType) return viewBits(self, dtype)
  const shape = inferShape(sizesAnd(sizes).sizes, self.numel())
  if (viewStrides(self.layout_, shape) === undefined) throw errors.viewStrides()
  return runView(viewed, self, { shape })
}
export const viewAs = (self: Tensor, other: Tensor): Tensor => view(self, other.shape)

/** The same elements in another shape: a view where one can be, else a copy. */
export const reshape: (self: Tensor, ...sizes: SizesAnd<object>) => Tensor = checked(
  'reshape',
  (self: Tensor, ...sizes: SizesAnd<object>): Tensor => {
    const shape = inferShape(sizesAnd(sizes).sizes, self.numel())
    if (viewStrides(self.layout_, shape) !== undefined) return runView(viewed, self, { shape })
    return run(unsafeViewed, [copied(self)], { shape })
  },
)
export const reshapeAs = (self: Tensor, other: Tensor): Tensor => reshape(self, other.shape)

const copy = operation<object>({ name: 'clone', node: 'CloneBackward0', build: ([x]) => x as Value })
const copied = (self: Tensor): Tensor => run(copy, [self])

/** The same contents in memory of its own, in the order of memory of `self` where that is dense. */
export const clone: (self: Tensor) => Tensor = checked(
  'clone',
  (self: Tensor): Tensor =>
    copied(self).withLayout({ shape: self.shape, strides: preservedStrides(self.layout_), offset: 0 }),
)

/** Itself where its elements lie in row-major order, else a copy where they do. */
export const contiguous = (self: Tensor): Tensor => (isContiguous(self.layout_) ? self : copied(self))

/** The elements in a row: a view where one can be, else a copy. */
export const ravel: (self: Tensor) => Tensor = checked(
  'ravel',
  (self: Tensor): Tensor => view(contiguous(self), -1),
)

const expanded = viewOperation<ShapeOption>({
  look: operation<ShapeOption>({
    name: 'expand',
    node: 'ExpandBackward0',
    build: (operands, { shape }) => core.expand(valueAt(operands, 0), shape),
  }),
  layout: ({ shape, strides, offset }, { shape: wanted }) => ({
    shape: wanted,
    strides: wanted.map((extent, axis) => {
      const at = axis - wanted.length + shape.length
      if (at < 0) return 0
      return shape[at] === extent ? (strides[at] as number) : 0
    }),
    offset,
  }),
})

/** Dimensions of extent 1 repeated without a copy; -1 leaves an extent as it is. */
export const expand = (self: Tensor, ...sizes: SizesAnd<object>): Tensor => {
  const given = sizesAnd(sizes).sizes
  const missing = given.length - self.ndim
  if (missing < 0) throw errors.expandRank(self.dtype.title, self.shape, given)
  const shape = [...given]
  for (let axis = given.length - 1; axis >= 0; axis--) {
    const [extent, own] = [given[axis] as number, axis < missing ? undefined : self.shape[axis - missing]]
    if (extent === -1) {
      if (own === undefined) throw errors.expandLeading(extent, axis)
      shape[axis] = own
    } else if (own !== undefined && own !== extent && own !== 1)
      throw errors.expandSize(extent, own, axis, given, self.shape)
  }
  return runView(expanded, self, { shape })
}
export const expandAs = (self: Tensor, other: Tensor): Tensor => expand(self, other.shape)
export const broadcastTo: (self: Tensor, ...sizes: SizesAnd<object>) => Tensor = checked(
  'broadcast_to',
  (self: Tensor, ...sizes: SizesAnd<object>): Tensor => expand(self, ...sizes),
)

/** Dimensions from `startDim` to `endDim` as one. */
export const flatten: Fn<{ startDim?: number; endDim?: number }, ['startDim', 'endDim']> = fn(
  'flatten',
  ['startDim', 'endDim'],
  [],
  (self, { startDim = 0, endDim = -1 }) => {
    const [first, last] = [resolveDim(startDim, self.ndim), resolveDim(endDim, self.ndim)]
    if (first > last) throw errors.flattenOrder()
    if (self.ndim === 0) return reshape(self, 1)
    if (first === last) return self
    const size = self.shape.slice(first, last + 1).reduce((product, dim) => product * dim, 1)
    return reshape(self, [...self.shape.slice(0, first), size, ...self.shape.slice(last + 1)])
  },
)

/** A dimension as several. */
export const unflatten: Fn<{ dim: number; sizes: readonly number[] }, ['dim', 'sizes']> = fn(
  'unflatten',
  ['dim', 'sizes'],
  [],
  (self, { dim, sizes }) => {
    const axis = resolveDim(dim, self.ndim)
    const extent = self.shape[axis] as number
    if (sizes.length === 0) throw errors.unflattenEmpty()
    if (!splitsInto(sizes, extent)) throw errors.unflattenSizes(sizes, axis, extent)
    return view(self, [
      ...self.shape.slice(0, axis),
      ...inferShape(sizes, extent),
      ...self.shape.slice(axis + 1),
    ])
  },
)

/** Whether extents, one of which may be left open (-1), multiply up to one. */
function splitsInto(sizes: readonly number[], extent: number): boolean {
  const known = core.sizeOf(sizes.filter((size) => size !== -1))
  return sizes.includes(-1) ? extent % known === 0 : known === extent
}
