// Views that look at dimensions in another way: moved to other places, along a diagonal, in windows, at strides of the user's own.

import * as core from '@heddle/core'
import type { Tensor } from '../tensor/tensor.ts'
import { resolveDim } from './dims.ts'
import { operation } from './operation.ts'
import { valueAt } from './rearrangement.ts'
import { runStrided, runView, turnInto } from './run-view.ts'
import { type Fn, fn } from './signature.ts'
import { permute } from './transposes.ts'
import * as errors from './view-errors.ts'
import { viewOperation } from './view-steps.ts'

type Several = number | readonly number[]
const listOf = (dims: Several): readonly number[] => (typeof dims === 'number' ? [dims] : dims)

/** Dimensions moved to other places; the others keep their order. */
export const movedim: Fn<{ source: Several; destination: Several }, ['source', 'destination']> = fn(
  'movedim',
  ['source', 'destination'],
  [],
  (self, { source, destination }) => {
    const [from, to] = [listOf(source), listOf(destination)]
    if (from.length !== to.length) throw errors.movedimCount(from, to)
    const sources = from.map((dim) => resolveDim(dim, self.ndim))
    const places = to.map((dim) => resolveDim(dim, self.ndim))
    if (new Set(sources).size !== from.length) throw errors.movedimRepeated('source', from)
    if (new Set(places).size !== to.length) throw errors.movedimRepeated('destination', to)
    const rest = [...self.shape.keys()].filter((axis) => !sources.includes(axis))
    const order = self.shape.map((_, axis) => {
      const k = places.indexOf(axis)
      return k < 0 ? (rest.shift() as number) : (sources[k] as number)
    })
    return permute(self, order)
  },
)
export const moveaxis: typeof movedim = movedim

interface DiagonalOption {
  readonly offset: number
  readonly dim1: number
  readonly dim2: number
}

const diagonalLength = (shape: readonly number[], { offset, dim1, dim2 }: DiagonalOption): number => {
  const [rows, columns] = [shape[dim1] as number, shape[dim2] as number]
  return Math.max(0, offset >= 0 ? Math.min(rows, columns - offset) : Math.min(rows + offset, columns))
}

const onDiagonal = viewOperation<DiagonalOption>({
  look: operation<DiagonalOption>({
    name: 'diagonal',
    node: 'DiagonalBackward0',
    build: (operands, options) => {
      const x = valueAt(operands, 0)
      const { shape, dtype } = x.type
      const { offset, dim1, dim2 } = options
      if (diagonalLength(shape, options) > 0) return core.diagonal(x, { offset, axes: [dim1, dim2] })
      const rest = shape.filter((_, axis) => axis !== dim1 && axis !== dim2)
      return core.zeros(x.builder, dtype, [...rest, 0])
    },
  }),
  layout: ({ shape, strides, offset: start }, options) => {
    const { offset, dim1, dim2 } = options
    const [down, right] = [strides[dim1] as number, strides[dim2] as number]
    const length = diagonalLength(shape, options)
    const others = (list: readonly number[]): number[] =>
      list.filter((_, axis) => axis !== dim1 && axis !== dim2)
    const skipped = length === 0 ? 0 : offset >= 0 ? offset * right : -offset * down
    return {
      shape: [...others(shape), length],
      strides: [...others(strides), down + right],
      offset: start + skipped,
    }
  },
})

/** The diagonal of two dimensions, which comes last in their place. */
export const diagonal: Fn<{ offset?: number; dim1?: number; dim2?: number }, ['offset', 'dim1', 'dim2']> = fn(
  'diagonal',
  ['offset', 'dim1', 'dim2'],
  [],
  (self, { offset = 0, dim1 = 0, dim2 = 1 }) => {
    const [first, second] = [resolveDim(dim1, self.ndim), resolveDim(dim2, self.ndim)]
    if (first === second) throw errors.diagonalSame(dim1, dim2)
    return runView(onDiagonal, self, { offset, dim1: first, dim2: second })
  },
)

interface WindowOption {
  readonly dim: number
  readonly size: number
  readonly step: number
}

const windows = viewOperation<WindowOption>({
  look: operation<WindowOption>({
    name: 'unfold',
    node: 'UnfoldBackward0',
    build: (operands, { dim, size, step }) => {
      const x = valueAt(operands, 0)
      const { shape, dtype } = x.type
      if (shape.length === 0) return core.narrow(core.reshape(x, [1]), { axis: 0, start: 0, size })
      const wanted = windowShape(shape, { dim, size, step })
      if (wanted.includes(0)) return core.zeros(x.builder, dtype, wanted)
      return core.windows(x, { axes: [dim], sizes: [size], strides: [step] })
    },
  }),
  layout: ({ shape, strides, offset }, options) => {
    const { dim, size, step } = options
    if (shape.length === 0) return { shape: [size], strides: [1], offset }
    const stride = strides[dim] as number
    return {
      shape: windowShape(shape, options),
      strides: [...strides.with(dim, stride * step), stride],
      offset,
    }
  },
})

const windowShape = (shape: readonly number[], { dim, size, step }: WindowOption): readonly number[] => [
  ...shape.with(dim, Math.floor(((shape[dim] as number) - size) / step) + 1),
  size,
]

/** Windows of `size` positions of a dimension, one every `step`; the positions in a window come last. */
export const unfold: Fn<{ dimension: number; size: number; step: number }, ['dimension', 'size', 'step']> =
  fn('unfold', ['dimension', 'size', 'step'], [], (self, { dimension, size, step }) => {
    const dim = resolveDim(dimension, self.ndim)
    const extent = self.ndim === 0 ? 1 : (self.shape[dim] as number)
    if (size < 0) throw errors.unfoldNegative(size)
    if (size > extent) throw errors.unfoldSize(dim, extent, size)
    if (step <= 0) throw errors.unfoldStep(step)
    return runView(windows, self, { dim, size, step })
  })

type Strided = { size: readonly number[]; stride: readonly number[]; storageOffset?: number | null }

function asStridedView(self: Tensor, { size, stride, storageOffset }: Strided, node?: string): Tensor {
  if (size.length !== stride.length) throw errors.stridedCount()
  if (stride.some((each) => each < 0)) throw errors.stridedNegative(stride)
  const offset = storageOffset ?? self.storageOffset()
  const { itemsize } = self.dtype
  const { type } = self.memory.cell
  const bytes = type.size * core.dtypes[type.dtype].bytes
  const last = size.reduce((sum, extent, axis) => sum + (extent - 1) * (stride[axis] as number), offset)
  const needed = size.includes(0) ? 0 : (last + 1) * itemsize
  if (needed > bytes) throw errors.stridedRange(size, stride, { offset, itemsize, needed, bytes })
  return runStrided(self, { shape: size, strides: stride, offset }, node)
}

/** Elements of the memory of `self` at places that strides and an offset name. */
export const asStrided: Fn<Strided, ['size', 'stride', 'storageOffset']> & {
  readonly inPlace: Fn<Strided, ['size', 'stride', 'storageOffset']>
} = Object.assign(
  fn<Strided, ['size', 'stride', 'storageOffset']>(
    'as_strided',
    ['size', 'stride', 'storageOffset'],
    [],
    (self, params) => asStridedView(self, params),
  ),
  {
    inPlace: fn<Strided, ['size', 'stride', 'storageOffset']>(
      'as_strided_',
      ['size', 'stride', 'storageOffset'],
      [],
      (self, params) => turnInto(self, () => asStridedView(self, params, 'AsStridedBackward1')),
    ),
  },
)
