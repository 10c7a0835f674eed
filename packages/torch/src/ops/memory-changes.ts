// What tensors look at, changed: another size, the memory of another tensor, and one value along the diagonal.
import type { Value } from '@heddle/core'
import * as graphErrors from '../autograd/errors.ts'
import { isGradEnabled } from '../autograd/grad-mode.ts'
import { argumentError, type TorchError } from '../errors.ts'
import { contiguousStrides } from '../tensor/layout.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { fill_ } from './conversion.ts'
import { asStrided } from './dim-views.ts'
import { notImplemented, withoutDerivative } from './no-derivative.ts'
import { operation } from './operation.ts'
import { resizeTo } from './resize.ts'
import { run } from './run.ts'
import { type Plain, parse, type SizesAnd, sizesAnd } from './signature.ts'

/** Another size, row-major: what lies in memory stays, and what is new is 0. Outside of autograd's graph. */
export const resize_ = (self: Tensor, ...sizes: SizesAnd<object>): Tensor =>
  resized(self, sizesAnd(sizes).sizes)

/** The size of another tensor. */
export const resizeAs_ = (self: Tensor, other: Tensor): Tensor => resized(self, other.shape)

function resized(self: Tensor, size: readonly number[]): Tensor {
  if (self.requiresGrad) throw resizeOfVariable()
  const { shape } = self
  const isSame = shape.length === size.length && shape.every((extent, axis) => extent === size[axis])
  if (!isSame) resizeTo(self, size)
  return self
}

const replaced = operation({
  name: 'set_',
  node: notImplemented,
  operands: ['self', 'source'],
  build: ([, source]) => source as Value,
  derivative: withoutDerivative('set_'),
})

type Source = {
  source?: Tensor
  storageOffset?: number
  size?: readonly number[]
  stride?: readonly number[]
}

/** Looks at the memory of `source` from now on, at other places of it if these are given; at nothing without a source. */
export const set_: Plain<Source, ['source', 'storageOffset', 'size', 'stride']> = (self, ...args) => {
  const { source, storageOffset, size, stride } = parse<Source>(
    'set_',
    ['source', 'storageOffset', 'size', 'stride'],
    [],
    args,
  )
  if (self.requiresGrad && self.isLeaf && isGradEnabled()) throw graphErrors.leafInPlace()
  const shown = source ?? self.newEmpty(0)
  if (shown.dtype !== self.dtype) throw setDType(self, shown)
  const node = run(replaced, [self, shown]).gradFn
  const looked = shown.detach()
  self.become(
    size === undefined
      ? looked
      : asStrided(looked, [...size], [...(stride ?? contiguousStrides(size))], storageOffset ?? 0),
  )
  self.counter.version++
  self.origin = undefined
  if (node !== null) self.edge = { node, index: 0 }
  return self
}

/** Whether two tensors look at one memory in the same way. */
export const isSetTo = (self: Tensor, tensor: Tensor): boolean => {
  const [own, other] = [self.layout_, tensor.layout_]
  return (
    self.memory === tensor.memory &&
    own.offset === other.offset &&
    String(own.shape) === String(other.shape) &&
    String(own.strides) === String(other.strides)
  )
}

type Diagonal = { fillValue: number; wrap?: boolean }

/** `fillValue` along the main diagonal; with `wrap` a tall matrix has another one below, behind a row left out. */
export const fillDiagonal_: Plain<Diagonal, ['fillValue', 'wrap']> = (self, ...args) => {
  const { fillValue, wrap = false } = parse<Diagonal>('fill_diagonal_', ['fillValue', 'wrap'], [], args)
  const { shape, strides, offset } = self.layout_
  const [height = 0, width = 0] = shape
  if (shape.length < 2) throw diagonalRank()
  if (shape.length > 2 && shape.some((extent) => extent !== height)) throw diagonalExtents()
  const step = strides.reduce((sum, stride) => sum + stride, 0)
  const size = Math.min(height, width)
  fill_(asStrided(self, [size], [step], offset), fillValue)
  if (wrap && shape.length === 2 && height > width + 1) {
    const rest = Math.ceil(self.numel() / (width + 1)) - size
    fill_(asStrided(self, [rest], [step], offset + (strides[0] as number) * (width + 1)), fillValue)
  }
  return self
}

const resizeOfVariable = (): TorchError => argumentError('cannot resize variables that require grad')
const setDType = (self: Tensor, source: Tensor): TorchError =>
  argumentError(
    `Could not set tensor of type ${source.dtype.title.toLowerCase()} to a tensor of type ${self.dtype.title.toLowerCase()}`,
    { self: self.dtype.name, source: source.dtype.name },
  )
const diagonalRank = (): TorchError => argumentError('dimensions must larger than 1')
const diagonalExtents = (): TorchError => argumentError('all dimensions of input must be of equal length')
