// A copy of a tensor in which a view of it was overwritten: views that write, for those who do not write in place.

import type { Value } from '@heddle/core'
import { contiguous, type Layout, preservedStrides } from '../tensor/layout.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { castTo } from './cast.ts'
import { diagonal } from './dim-views.ts'
import { operation } from './operation.ts'
import { select, sliceAlong } from './parts.ts'
import { run } from './run.ts'
import { type Fn, fn } from './signature.ts'
import { placeStrided } from './strided.ts'
import * as errors from './view-errors.ts'

interface PlaceOption {
  /** Where the view lies in a copy that is row-major. */
  readonly layout: Layout
}

const scatterTo = (name: string, node: string) =>
  operation<PlaceOption>({
    name,
    node,
    operands: ['self', 'src'],
    build: ([self, src], { layout }) => {
      const { shape, dtype } = (self as Value).type
      const of = contiguous(shape)
      return placeStrided.build([self as Value, castTo(src as Value, dtype)], {
        ...layout,
        dtype,
        of,
      }) as Value
    },
  })

const selected = scatterTo('select_scatter', 'SelectScatterBackward0')
const sliced = scatterTo('slice_scatter', 'SliceScatterBackward0')
const onDiagonal = scatterTo('diagonal_scatter', 'DiagonalScatterBackward0')
const strided = scatterTo('as_strided_scatter', 'AsStridedScatterBackward0')

/** A row-major copy of nothing, to see where a view of it would lie. */
const outline = (self: Tensor): Tensor => self.detach().withLayout(contiguous(self.shape))

function overwritten(op: typeof selected, self: Tensor, src: Tensor, layout: Layout): Tensor {
  const { shape } = layout
  if (src.ndim !== shape.length || src.shape.some((extent, axis) => extent !== shape[axis]))
    throw errors.scatterSlice(src.shape, shape)
  const strides = preservedStrides(self.layout_)
  return run(op, [self, src], { layout }).withLayout({ shape: self.type_.shape, strides, offset: 0 })
}

type Select = { src: Tensor; dim: number; index: number }
/** A copy with one position of a dimension overwritten. */
export const selectScatter: Fn<Select, ['src', 'dim', 'index']> = fn(
  'select_scatter',
  ['src', 'dim', 'index'],
  [],
  (self, { src, dim, index }) => overwritten(selected, self, src, select(outline(self), dim, index).layout_),
)

type Slice = { src: Tensor; dim?: number; start?: number | null; end?: number | null; step?: number }
/** A copy with a range of a dimension overwritten. */
export const sliceScatter: Fn<Slice, ['src', 'dim', 'start', 'end', 'step']> = fn(
  'slice_scatter',
  ['src', 'dim', 'start', 'end', 'step'],
  [],
  (self, { src, dim = 0, start = null, end = null, step = 1 }) =>
    overwritten(sliced, self, src, sliceAlong(outline(self), dim, start, end, step).layout_),
)

type Diagonal = { src: Tensor; offset?: number; dim1?: number; dim2?: number }
/** A copy with a diagonal overwritten. */
export const diagonalScatter: Fn<Diagonal, ['src', 'offset', 'dim1', 'dim2']> = fn(
  'diagonal_scatter',
  ['src', 'offset', 'dim1', 'dim2'],
  [],
  (self, { src, offset = 0, dim1 = 0, dim2 = 1 }) =>
    overwritten(onDiagonal, self, src, diagonal(outline(self), offset, dim1, dim2).layout_),
)

type Strided = {
  src: Tensor
  size: readonly number[]
  stride: readonly number[]
  storageOffset?: number | null
}
/** A row-major copy with elements at places that strides name overwritten. */
export const asStridedScatter: Fn<Strided, ['src', 'size', 'stride', 'storageOffset']> = fn(
  'as_strided_scatter',
  ['src', 'size', 'stride', 'storageOffset'],
  [],
  (self, { src, size, stride, storageOffset }) =>
    overwritten(strided, self, src, { shape: size, strides: stride, offset: storageOffset ?? 0 }),
)
