// Views: tensors that share memory with the one they are made of. Each says what it shows, how the whole looks after a write, and
// where its elements lie.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { tRank } from '../errors.ts'
import { isContiguous, type Layout, preservedStrides, viewStrides } from '../tensor/layout.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { type Dims, inferShape, resolveDim } from './dims.ts'
import { operation } from './operation.ts'
import { run, runView, type ViewOperation, viewOperation } from './run.ts'
import { type Fn, fn, type SizesAnd, sizesAnd } from './signature.ts'
import * as errors from './view-errors.ts'

const valueAt = (operands: readonly (Value | number)[], k: number): Value => operands[k] as Value

/** A view that shows every element once, in another shape or order: what is written goes back the other way. */
function rearrangement<O extends object>(
  name: string,
  node: string,
  look: (x: Value, options: O) => Value,
  back: (part: Value, whole: readonly number[], options: O) => Value,
  layout: (of: Layout, options: O) => Layout,
): ViewOperation<O> {
  return viewOperation<O>({
    look: operation<O>({ name, node, build: (operands, options) => look(valueAt(operands, 0), options) }),
    place: operation<O>({
      name: `${name} back`,
      node: 'AsStridedBackward0',
      build: (operands, options) => back(valueAt(operands, 1), valueAt(operands, 0).type.shape, options),
    }),
    layout,
  })
}

interface ShapeOption {
  readonly shape: readonly number[]
}

const reshaped = (name: string, node: string): ViewOperation<ShapeOption> =>
  rearrangement<ShapeOption>(
    name,
    node,
    (x, { shape }) => core.reshape(x, shape),
    (part, whole) => core.reshape(part, whole),
    (of, { shape }) => ({ shape, strides: viewStrides(of, shape) as readonly number[], offset: of.offset }),
  )

const viewed = reshaped('view', 'ViewBackward0')
const unsafeViewed = operation<ShapeOption>({
  name: '_unsafe_view',
  node: 'UnsafeViewBackward0',
  build: (operands, { shape }) => core.reshape(valueAt(operands, 0), shape),
})

/** The same elements in another shape. Throws where that would take a copy. */
export const view = (self: Tensor, ...sizes: SizesAnd<object>): Tensor => {
  const shape = inferShape(sizesAnd(sizes).sizes, self.numel())
  if (viewStrides(self.layout_, shape) === undefined) throw errors.viewStrides()
  return runView(viewed, self, { shape })
}
export const viewAs = (self: Tensor, other: Tensor): Tensor => view(self, other.shape)

/** The same elements in another shape: a view where one can be, else a copy. */
export const reshape = (self: Tensor, ...sizes: SizesAnd<object>): Tensor => {
  const shape = inferShape(sizesAnd(sizes).sizes, self.numel())
  if (viewStrides(self.layout_, shape) !== undefined) return runView(viewed, self, { shape })
  return run(unsafeViewed, [copied(self)], { shape })
}
export const reshapeAs = (self: Tensor, other: Tensor): Tensor => reshape(self, other.shape)

const copy = operation<object>({ name: 'clone', node: 'CloneBackward0', build: ([x]) => x as Value })
const copied = (self: Tensor): Tensor => run(copy, [self])

/** The same contents in memory of its own, in the order of memory of `self` where that is dense. */
export const clone = (self: Tensor): Tensor =>
  copied(self).withLayout({ shape: self.shape, strides: preservedStrides(self.layout_), offset: 0 })

/** Itself where its elements lie in row-major order, else a copy where they do. */
export const contiguous = (self: Tensor): Tensor => (isContiguous(self.layout_) ? self : copied(self))

interface Permutation {
  readonly dims: readonly number[]
}

const inverse = (dims: readonly number[]): readonly number[] => dims.map((_, axis) => dims.indexOf(axis))

const permuted = (name: string, node: string): ViewOperation<Permutation> =>
  rearrangement<Permutation>(
    name,
    node,
    (x, { dims }) => core.permute(x, dims),
    (part, _, { dims }) => core.permute(part, inverse(dims)),
    ({ shape, strides, offset }, { dims }) => ({
      shape: dims.map((dim) => shape[dim] as number),
      strides: dims.map((dim) => strides[dim] as number),
      offset,
    }),
  )

const permutation = permuted('permute', 'PermuteBackward0')
const transposition = permuted('transpose', 'TransposeBackward0')
const matrixTransposition = permuted('t', 'TBackward0')

const identity = (rank: number): number[] => Array.from({ length: rank }, (_, axis) => axis)

/** Dimensions in another order. */
export const permute = (self: Tensor, ...dims: SizesAnd<object>): Tensor => {
  const given = sizesAnd(dims).sizes
  if (given.length !== self.ndim) throw errors.permuteCount(self.ndim, given.length)
  const order = given.map((dim) => resolveDim(dim, self.ndim))
  if (new Set(order).size !== order.length) throw errors.permuteRepeated()
  return runView(permutation, self, { dims: order })
}

function swapped(rank: number, first: number, second: number): readonly number[] {
  const dims = identity(rank)
  const [x, y] = [resolveDim(first, rank), resolveDim(second, rank)]
  if (rank === 0) return dims
  dims[x] = y
  dims[y] = x
  return dims
}

/** Two dimensions exchanged. */
export const transpose: Fn<{ dim0: number; dim1: number }, ['dim0', 'dim1']> = fn(
  'transpose',
  ['dim0', 'dim1'],
  [],
  (self, { dim0, dim1 }) => runView(transposition, self, { dims: swapped(self.ndim, dim0, dim1) }),
)

/** The transpose of a matrix; vectors and numbers stay. */
export const t = (self: Tensor): Tensor => {
  if (self.ndim > 2) throw tRank(self.ndim)
  return runView(matrixTransposition, self, { dims: identity(self.ndim).reverse() })
}

interface DimsOption {
  readonly dims: readonly number[]
}

const dropped = (name: string, node: string): ViewOperation<DimsOption> =>
  rearrangement<DimsOption>(
    name,
    node,
    (x, { dims }) =>
      core.reshape(
        x,
        x.type.shape.filter((_, axis) => !dims.includes(axis)),
      ),
    (part, whole) => core.reshape(part, whole),
    ({ shape, strides, offset }, { dims }) => ({
      shape: shape.filter((_, axis) => !dims.includes(axis)),
      strides: strides.filter((_, axis) => !dims.includes(axis)),
      offset,
    }),
  )

const squeezedAll = dropped('squeeze', 'SqueezeBackward0')
const squeezedOne = dropped('squeeze', 'SqueezeBackward1')
const squeezedSome = dropped('squeeze', 'SqueezeBackward2')

/** Without dimensions of extent 1: all such, or those named. */
export const squeeze: Fn<{ dim?: Dims }, ['dim']> = fn('squeeze', ['dim'], [], (self, { dim }) => {
  const ones = identity(self.ndim).filter((axis) => self.shape[axis] === 1)
  if (dim === undefined) return runView(squeezedAll, self, { dims: ones })
  const named = (typeof dim === 'number' ? [dim] : dim).map((each) => resolveDim(each, self.ndim))
  const op = typeof dim === 'number' ? squeezedOne : squeezedSome
  return runView(op, self, { dims: ones.filter((axis) => named.includes(axis)) })
})

interface DimOption {
  readonly dim: number
}

const unsqueezed = rearrangement<DimOption>(
  'unsqueeze',
  'UnsqueezeBackward0',
  (x, { dim }) => core.unsqueeze(x, { axis: dim }),
  (part, whole) => core.reshape(part, whole),
  ({ shape, strides, offset }, { dim }) => ({
    shape: shape.toSpliced(dim, 0, 1),
    strides: strides.toSpliced(
      dim,
      0,
      dim < shape.length ? (shape[dim] as number) * (strides[dim] as number) : 1,
    ),
    offset,
  }),
)

/** With a dimension of extent 1 more. */
export const unsqueeze: Fn<{ dim: number }, ['dim']> = fn('unsqueeze', ['dim'], [], (self, { dim }) =>
  runView(unsqueezed, self, { dim: resolveDim(dim, self.ndim + 1) }),
)

const expanded = viewOperation<ShapeOption>({
  look: operation<ShapeOption>({
    name: 'expand',
    node: 'ExpandBackward0',
    build: (operands, { shape }) => core.expand(valueAt(operands, 0), shape),
  }),
  place: operation<ShapeOption>({
    name: 'expand back',
    node: 'AsStridedBackward0',
    build: (operands) => sumTo(valueAt(operands, 1), valueAt(operands, 0).type.shape),
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

/** The sum over what was repeated. */
function sumTo(x: Value, shape: readonly number[]): Value {
  const missing = x.type.shape.length - shape.length
  const axes = x.type.shape.flatMap((extent, axis) =>
    axis < missing || (shape[axis - missing] === 1 && extent !== 1) ? [axis] : [],
  )
  return core.reshape(axes.length === 0 ? x : core.sum(x, { axes }), shape)
}

/** Dimensions of extent 1 repeated without a copy; -1 leaves an extent as it is. */
export const expand = (self: Tensor, ...sizes: SizesAnd<object>): Tensor => {
  const given = sizesAnd(sizes).sizes
  const missing = given.length - self.ndim
  if (missing < 0) throw errors.expandRank(self.dtype.title, self.shape, given)
  const shape = given.map((extent, axis) => {
    const own = axis < missing ? undefined : (self.shape[axis - missing] as number)
    if (extent === -1) {
      if (own === undefined) throw errors.expandLeading(extent, axis)
      return own
    }
    if (own !== undefined && own !== extent && own !== 1)
      throw errors.expandSize(extent, own, axis, given, self.shape)
    return extent
  })
  return runView(expanded, self, { shape })
}
export const expandAs = (self: Tensor, other: Tensor): Tensor => expand(self, other.shape)
export const broadcastTo = (self: Tensor, ...sizes: SizesAnd<object>): Tensor => expand(self, ...sizes)

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
    return view(self, [
      ...self.shape.slice(0, axis),
      ...inferShape(sizes, extent),
      ...self.shape.slice(axis + 1),
    ])
  },
)
