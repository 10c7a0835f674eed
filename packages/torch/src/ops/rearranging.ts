// The same elements in other places, as copies: repeated, reversed, rolled, turned, kept on one side of a diagonal.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { checked } from '../arguments/checked.ts'
import { contiguousStrides, preservedStrides } from '../tensor/layout.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { type Dims, resolveDim, resolveDims } from './dims.ts'
import * as errors from './join-errors.ts'
import { operation } from './operation.ts'
import { valueAt } from './rearrangement.ts'
import { positionsFor, repeatAlong } from './repeats.ts'
import { run, runInPlace } from './run.ts'
import { type Fn, fn, type SizesAnd, sizesAnd } from './signature.ts'
import { reshape } from './views.ts'

interface CountsOption {
  readonly counts: readonly number[]
}

const repeated = operation<CountsOption>({
  name: 'repeat',
  node: 'RepeatBackward0',
  build: (operands, { counts }) => core.tile(valueAt(operands, 0), counts),
})

/** Copies of the whole along each dimension; counts beyond the dimensions there are make new ones in front. */
export const repeat = (self: Tensor, ...sizes: SizesAnd<{ sizes?: readonly number[] }>): Tensor => {
  const { sizes: given, options } = sizesAnd<{ sizes?: readonly number[] }>(sizes)
  const counts = options?.sizes ?? given
  if (counts.length < self.ndim) throw errors.repeatRank()
  const missing = counts.length - self.ndim
  const shape = counts.map((count, axis) =>
    axis < missing ? count : count * (self.shape[axis - missing] as number),
  )
  const negative = shape.find((extent) => extent < 0)
  if (negative !== undefined) throw errors.repeatNegative(negative, shape)
  return run(repeated, [self], { counts })
}

/** As `repeat`; counts that are missing are 1, and come first. */
export const tile: (self: Tensor, ...dims: SizesAnd<{ dims?: readonly number[] }>) => Tensor = checked(
  'tile',
  (self: Tensor, ...dims: SizesAnd<{ dims?: readonly number[] }>): Tensor => {
    const { sizes: given, options } = sizesAnd<{ dims?: readonly number[] }>(dims)
    const counts = options?.dims ?? given
    return repeat(self, [...new Array<number>(Math.max(0, self.ndim - counts.length)).fill(1), ...counts])
  },
)

type Repeats = { repeats?: number | Tensor; dim?: number | null; outputSize?: number }

/** Every position so many times, one after the other; without `dim` every element. Of counts alone the positions. */
export const repeatInterleave: Fn<Repeats, ['repeats', 'dim']> = fn(
  'repeat_interleave',
  ['repeats', 'dim'],
  ['outputSize'],
  (self, { repeats, dim }) => {
    if (repeats === undefined) return positionsFor(self, self.numel(), self.device)
    if (dim === undefined || dim === null) return repeatAlong(reshape(self, -1), repeats, 0)
    return repeatAlong(self, repeats, resolveDim(dim, self.ndim))
  },
)

interface AxesOption {
  readonly axes: readonly number[]
}

const reversed = operation<AxesOption>({
  name: 'flip',
  node: 'FlipBackward0',
  build: (operands, { axes }) => core.flip(valueAt(operands, 0), { axes }),
})

/** Dimensions in reverse order of positions. */
export const flip: (self: Tensor, ...dims: SizesAnd<{ dims: Dims }>) => Tensor = checked(
  'flip',
  (self: Tensor, ...dims: SizesAnd<{ dims: Dims }>): Tensor => {
    const { sizes, options } = sizesAnd<{ dims: Dims }>(dims)
    const named = options?.dims ?? sizes
    const axes = typeof named !== 'number' && named.length === 0 ? [] : resolveDims(named, self.ndim)
    const strides = preservedStrides(self.layout_)
    return run(reversed, [self], { axes }).withLayout({ shape: self.shape, strides, offset: 0 })
  },
)
/** Left and right exchanged. */
export const fliplr: (self: Tensor) => Tensor = checked('fliplr', (self: Tensor): Tensor => {
  if (self.ndim < 2) throw errors.flipRank(2)
  return flip(self, 1)
})
/** Up and down exchanged. */
export const flipud: (self: Tensor) => Tensor = checked('flipud', (self: Tensor): Tensor => {
  if (self.ndim < 1) throw errors.flipRank(1)
  return flip(self, 0)
})

interface RollOption {
  readonly shifts: readonly number[]
  readonly axes: readonly number[]
}

const rolled = operation<RollOption>({
  name: 'roll',
  node: 'RollBackward0',
  build: (operands, { shifts, axes }) => {
    const x = valueAt(operands, 0)
    if (axes.length > 0) return core.roll(x, { shifts, axes })
    const flat = core.reshape(x, [core.sizeOf(x.type.shape)])
    return core.reshape(core.roll(flat, { shifts, axes: [0] }), x.type.shape)
  },
})

/** Positions moved on, those over the end to the beginning; without `dims` of all elements in a row. */
export const roll: Fn<{ shifts: Dims; dims?: Dims }, ['shifts', 'dims']> = fn(
  'roll',
  ['shifts', 'dims'],
  [],
  (self, { shifts, dims = [] }) => {
    const moves = typeof shifts === 'number' ? [shifts] : shifts
    const named = typeof dims === 'number' ? [dims] : dims
    if (moves.length !== (named.length === 0 ? 1 : named.length))
      throw errors.rollCount(moves.length, named.length)
    return run(rolled, [self], { shifts: moves, axes: named.map((dim) => resolveDim(dim, self.ndim)) })
  },
)

interface TurnOption {
  readonly turns: number
  readonly axes: readonly [number, number]
}

const turned = operation<TurnOption>({
  name: 'rot90',
  node: 'Rot90Backward0',
  build: (operands, { turns, axes }) => core.rot90(valueAt(operands, 0), { turns, axes }),
})

/** Turned by so many right angles from the first dimension towards the second. */
export const rot90: Fn<{ k?: number; dims?: readonly number[] }, ['k', 'dims']> = fn(
  'rot90',
  ['k', 'dims'],
  [],
  (self, { k = 1, dims = [0, 1] }) => {
    if (dims.length !== 2) throw errors.rotCount(dims.length)
    if (self.ndim < 2) throw errors.rotRank(self.ndim)
    const [first, second] = dims as readonly [number, number]
    if (first === second || Math.abs(first - second) === self.ndim) throw errors.rotSame(first, second)
    if (first >= self.ndim || first < -self.ndim) throw errors.rotRange(0, first)
    if (second >= self.ndim || second < -self.ndim) throw errors.rotRange(1, second)
    const axes = [resolveDim(first, self.ndim), resolveDim(second, self.ndim)] as const
    const turns = ((k % 4) + 4) % 4
    const result = run(turned, [self], { turns, axes })
    return turns % 2 === 0 ? result : inTurnedOrder(result, self, axes)
  },
)

/** PyTorch turns by flipping and exchanging strides, so memory stays in the order of what was flipped. */
function inTurnedOrder(result: Tensor, self: Tensor, [first, second]: readonly [number, number]): Tensor {
  const strides = [...contiguousStrides(self.shape)]
  const held = strides[first] as number
  strides[first] = strides[second] as number
  strides[second] = held
  return result.withLayout({ shape: result.type_.shape, strides, offset: 0 })
}

type Offset = { diagonal?: number }
interface OffsetOption {
  readonly offset: number
}
type Triangle = Fn<Offset, ['diagonal']> & { readonly inPlace: Fn<Offset, ['diagonal']> }

function triangle(
  name: 'tril' | 'triu',
  node: string,
  build: (x: Value, options: OffsetOption) => Value,
): Triangle {
  const op = operation<OffsetOption>({
    name,
    node,
    overwrites: true,
    build: (operands, options) => build(valueAt(operands, 0), options),
  })
  const requireMatrix = (self: Tensor): void => {
    if (self.ndim < 2) throw errors.triangleRank(name)
  }
  return Object.assign(
    fn<Offset, ['diagonal']>(name, ['diagonal'], [], (self, { diagonal = 0 }) => {
      requireMatrix(self)
      return run(op, [self], { offset: diagonal })
    }),
    {
      inPlace: fn<Offset, ['diagonal']>(`${name}_`, ['diagonal'], [], (self, { diagonal = 0 }) => {
        requireMatrix(self)
        return runInPlace(op, self, [], { offset: diagonal })
      }),
    },
  )
}

/** What is on the diagonal and below, zeros above. */
export const tril: Triangle = triangle('tril', 'TrilBackward0', core.tril)
/** What is on the diagonal and above, zeros below. */
export const triu: Triangle = triangle('triu', 'TriuBackward0', core.triu)
