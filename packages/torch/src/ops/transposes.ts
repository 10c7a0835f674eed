// Views with dimensions in another order, with dimensions of extent 1 more or fewer, and the same done to a tensor in place.

import * as core from '@heddle/core'
import { checked } from '../arguments/checked.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { type Dims, resolveDim } from './dims.ts'
import { rearrangement } from './rearrangement.ts'
import { runView, turnInto } from './run-view.ts'
import { type Fn, fn, type SizesAnd, sizesAnd } from './signature.ts'
import * as errors from './view-errors.ts'
import type { ViewOperation } from './view-steps.ts'

interface Permutation {
  readonly dims: readonly number[]
}

const inverse = (dims: readonly number[]): readonly number[] => dims.map((_, axis) => dims.indexOf(axis))

const permuted = (name: string, node: string): ViewOperation<Permutation> =>
  rearrangement<Permutation>({
    name,
    node,
    look: (x, { dims }) => core.permute(x, dims),
    back: (part, _, { dims }) => core.permute(part, inverse(dims)),
    layout: ({ shape, strides, offset }, { dims }) => ({
      shape: dims.map((dim) => shape[dim] as number),
      strides: dims.map((dim) => strides[dim] as number),
      offset,
    }),
  })

const permutation = permuted('permute', 'PermuteBackward0')

const identity = (rank: number): number[] => Array.from({ length: rank }, (_, axis) => axis)

/** Dimensions in another order. */
export const permute: (self: Tensor, ...dims: SizesAnd<{ dims?: readonly number[] }>) => Tensor = checked(
  'permute',
  (self: Tensor, ...dims: SizesAnd<{ dims?: readonly number[] }>): Tensor => {
    const { sizes, options } = sizesAnd<{ dims?: readonly number[] }>(dims)
    const given = options?.dims ?? sizes
    if (given.length !== self.ndim) throw errors.permuteCount(self.ndim, given.length)
    const order = given.map((dim) => resolveDim(dim, self.ndim))
    if (new Set(order).size !== order.length) throw errors.permuteRepeated()
    return runView(permutation, self, { dims: order })
  },
)

type Turn<P extends object, N extends readonly (keyof P & string)[]> = Fn<P, N> & {
  readonly inPlace: Fn<P, N>
}

function swapped(rank: number, first: number, second: number): readonly number[] {
  const dims = identity(rank)
  const [x, y] = [resolveDim(first, rank), resolveDim(second, rank)]
  if (rank === 0) return dims
  dims[x] = y
  dims[y] = x
  return dims
}

const transposition = permuted('transpose', 'TransposeBackward0')
const transpositionInPlace = permuted('transpose_', 'TransposeBackward1')

const swap =
  (op: ViewOperation<Permutation>) =>
  (self: Tensor, first: number, second: number): Tensor =>
    runView(op, self, { dims: swapped(self.ndim, first, second) })
const exchanged = swap(transposition)
const exchangedInPlace = (self: Tensor, first: number, second: number): Tensor =>
  turnInto(self, () => swap(transpositionInPlace)(self, first, second))

type Dim01 = { dim0: number; dim1: number }
type Axis01 = { axis0: number; axis1: number }

const transposeNamed = (name: string): Turn<Dim01, ['dim0', 'dim1']> =>
  Object.assign(
    fn<Dim01, ['dim0', 'dim1']>(name, ['dim0', 'dim1'], [], (self, { dim0, dim1 }) =>
      exchanged(self, dim0, dim1),
    ),
    {
      inPlace: fn<Dim01, ['dim0', 'dim1']>(`${name}_`, ['dim0', 'dim1'], [], (self, { dim0, dim1 }) =>
        exchangedInPlace(self, dim0, dim1),
      ),
    },
  )

/** Two dimensions exchanged. */
export const transpose: Turn<Dim01, ['dim0', 'dim1']> = transposeNamed('transpose')
/** Two dimensions exchanged. */
export const swapdims: Turn<Dim01, ['dim0', 'dim1']> = transposeNamed('swapdims')
/** Two dimensions exchanged. */
export const swapaxes: Turn<Axis01, ['axis0', 'axis1']> = Object.assign(
  fn<Axis01, ['axis0', 'axis1']>('swapaxes', ['axis0', 'axis1'], [], (self, { axis0, axis1 }) =>
    exchanged(self, axis0, axis1),
  ),
  {
    inPlace: fn<Axis01, ['axis0', 'axis1']>('swapaxes_', ['axis0', 'axis1'], [], (self, { axis0, axis1 }) =>
      exchangedInPlace(self, axis0, axis1),
    ),
  },
)

type None = Record<never, never>

function turned(name: string, op: ViewOperation<Permutation>, self: Tensor): Tensor {
  if (self.ndim > 2) throw errors.tRank(name, self.ndim)
  return runView(op, self, { dims: identity(self.ndim).reverse() })
}
const matrixTransposition = permuted('t', 'TBackward0')
const matrixTranspositionInPlace = permuted('t_', 'TBackward1')

/** The transpose of a matrix; vectors and numbers stay. */
export const t: Turn<None, []> = Object.assign(
  fn<None, []>('t', [], [], (self) => turned('t', matrixTransposition, self)),
  {
    inPlace: fn<None, []>('t_', [], [], (self) =>
      turnInto(self, () => turned('t_', matrixTranspositionInPlace, self)),
    ),
  },
)

interface DimsOption {
  readonly dims: readonly number[]
}

const dropped = (node: string): ViewOperation<DimsOption> =>
  rearrangement<DimsOption>({
    name: 'squeeze',
    node,
    look: (x, { dims }) =>
      core.reshape(
        x,
        x.type.shape.filter((_, axis) => !dims.includes(axis)),
      ),
    back: (part, whole) => core.reshape(part, whole),
    layout: ({ shape, strides, offset }, { dims }) => ({
      shape: shape.filter((_, axis) => !dims.includes(axis)),
      strides: strides.filter((_, axis) => !dims.includes(axis)),
      offset,
    }),
  })

/** Of all dimensions, of one, of several. */
const squeezes = (first: number): readonly ViewOperation<DimsOption>[] =>
  [0, 1, 2].map((k) => dropped(`SqueezeBackward${first + k}`))
const squeezed = squeezes(0)
const squeezedInPlace = squeezes(3)

type Squeezed = { dim?: Dims }

function squeezeBy(ops: readonly ViewOperation<DimsOption>[], self: Tensor, { dim }: Squeezed): Tensor {
  const ones = identity(self.ndim).filter((axis) => self.shape[axis] === 1)
  const [ofAll, ofOne, ofSome] = ops as [
    ViewOperation<DimsOption>,
    ViewOperation<DimsOption>,
    ViewOperation<DimsOption>,
  ]
  if (dim === undefined) return runView(ofAll, self, { dims: ones })
  const named = (typeof dim === 'number' ? [dim] : dim).map((each) => resolveDim(each, self.ndim))
  const op = typeof dim === 'number' ? ofOne : ofSome
  return runView(op, self, { dims: ones.filter((axis) => named.includes(axis)) })
}

/** Without dimensions of extent 1: all such, or those named. */
export const squeeze: Turn<Squeezed, ['dim']> = Object.assign(
  fn<Squeezed, ['dim']>('squeeze', ['dim'], [], (self, params) => squeezeBy(squeezed, self, params)),
  {
    inPlace: fn<Squeezed, ['dim']>('squeeze_', ['dim'], [], (self, params) =>
      turnInto(self, () => squeezeBy(squeezedInPlace, self, params)),
    ),
  },
)

interface DimOption {
  readonly dim: number
}

const added = (node: string): ViewOperation<DimOption> =>
  rearrangement<DimOption>({
    name: 'unsqueeze',
    node,
    look: (x, { dim }) => core.unsqueeze(x, { axis: dim }),
    back: (part, whole) => core.reshape(part, whole),
    layout: ({ shape, strides, offset }, { dim }) => ({
      shape: shape.toSpliced(dim, 0, 1),
      strides: strides.toSpliced(
        dim,
        0,
        dim < shape.length ? (shape[dim] as number) * (strides[dim] as number) : 1,
      ),
      offset,
    }),
  })
const unsqueezed = added('UnsqueezeBackward0')
const unsqueezedInPlace = added('UnsqueezeBackward1')

/** With a dimension of extent 1 more. */
export const unsqueeze: Turn<DimOption, ['dim']> = Object.assign(
  fn<DimOption, ['dim']>('unsqueeze', ['dim'], [], (self, { dim }) =>
    runView(unsqueezed, self, { dim: resolveDim(dim, self.ndim + 1) }),
  ),
  {
    inPlace: fn<DimOption, ['dim']>('unsqueeze_', ['dim'], [], (self, { dim }) =>
      turnInto(self, () => runView(unsqueezedInPlace, self, { dim: resolveDim(dim, self.ndim + 1) })),
    ),
  },
)
