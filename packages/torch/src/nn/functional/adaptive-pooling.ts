// Pooling into a given number of windows, and putting maxima back to where they came from.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { castTo } from '../../ops/cast.ts'
import { type Operation, operation } from '../../ops/operation.ts'
import { mean } from '../../ops/reductions.ts'
import { run, runAll } from '../../ops/run.ts'
import { type Arguments, type Fn, functional as fn, parse } from '../../ops/signature.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { titleOf } from './errors.ts'
import { knownElements } from './known.ts'
import type { PerAxis } from './operands.ts'
import { perAxis } from './pooling.ts'
import * as errors from './pooling-errors.ts'

type Rank = 2 | 3
type OutputSize = number | readonly (number | null)[]

interface Options {
  readonly outputSize: readonly number[]
}

function checkImage(name: string, x: Value, rank: Rank): void {
  const { shape } = x.type
  if (shape.length !== rank + 1 && shape.length !== rank + 2) throw errors.adaptiveRank(name, rank, shape)
  const empty = shape.findIndex((extent, axis) => axis >= shape.length - rank && extent === 0)
  if (empty >= 0) throw errors.adaptiveEmpty(name, shape, empty)
}

const average = (rank: Rank): Operation<Options> =>
  operation<Options>({
    name: `adaptive_avg_pool${rank}d`,
    node: `AdaptiveAvgPool${rank}DBackward0`,
    build: ([x], options) => {
      checkImage(`adaptive_avg_pool${rank}d`, x as Value, rank)
      return (rank === 2 ? core.adaptiveAvgPool2d : core.adaptiveAvgPool3d)(x as Value, options)
    },
  })
const averageOf = { 2: average(2), 3: average(3) }

const largest = (rank: Rank): Operation<Options> =>
  operation<Options>({
    name: `adaptive_max_pool${rank}d`,
    node: `AdaptiveMaxPool${rank}DBackward0`,
    build: ([x], options) => {
      checkImage(`adaptive_max_pool${rank}d`, x as Value, rank)
      const pool = rank === 2 ? core.adaptiveMaxPool2dWithIndices : core.adaptiveMaxPool3dWithIndices
      const { output, indices } = pool(x as Value, options)
      return [output, castTo(indices, 'i64')]
    },
  })
const largestOf = { 2: largest(2), 3: largest(3) }

/** Windows along each axis; null keeps an extent. */
function sizes(name: string, given: OutputSize, rank: number, { shape }: Tensor): readonly number[] {
  const all = typeof given === 'number' ? new Array<number>(rank).fill(given) : given
  if (all.length !== rank) throw errors.entries(name, 'output_size', rank)
  return all.map((size, k) => size ?? shape[shape.length - rank + k] ?? 1)
}

const along = (self: Tensor, pool: (images: Tensor) => readonly Tensor[]): readonly Tensor[] =>
  pool(self.unsqueeze(-2)).map((each) => each.squeeze({ dim: -2 }))

type Average = Fn<{ outputSize: OutputSize }, ['outputSize']>

/** Averages of so many windows of `[N, C, L]` or `[C, L]`. */
export const adaptiveAvgPool1d: Average = fn(
  'adaptive_avg_pool1d',
  ['outputSize'],
  [],
  (self, { outputSize }) => {
    if (self.ndim !== 2 && self.ndim !== 3) throw errors.rank1('adaptive_avg_pool1d', self.ndim)
    const options = { outputSize: [1, ...sizes('adaptive_avg_pool1d', outputSize, 1, self)] }
    return along(self, (images) => [run(averageOf[2], [images], options)])[0] as Tensor
  },
)

const averagePool = (rank: Rank): Average => {
  const name = `adaptive_avg_pool${rank}d`
  return fn(name, ['outputSize'], [], (self, { outputSize }) => {
    const windows = sizes(name, outputSize, rank, self)
    const isImage = self.ndim === rank + 1 || self.ndim === rank + 2
    if (isImage && windows.every((count) => count === 1)) {
      return mean(self, { dim: windows.map((_, k) => -1 - k), keepdim: true })
    }
    return run(averageOf[rank], [self], { outputSize: windows })
  })
}

/** Averages of so many windows of `[N, C, H, W]` or `[C, H, W]`. */
export const adaptiveAvgPool2d: Average = averagePool(2)
/** Averages of so many windows of `[N, C, D, H, W]` or `[C, D, H, W]`. */
export const adaptiveAvgPool3d: Average = averagePool(3)

const maxNames = ['outputSize', 'returnIndices'] as const
type Max = { outputSize: OutputSize; returnIndices?: boolean }
/** Maxima of so many windows; with their positions too if they are asked for. */
export interface AdaptiveMaxPool {
  (self: Tensor, ...args: Arguments<Max & { returnIndices?: false }, typeof maxNames>): Tensor
  (
    self: Tensor,
    ...args: Arguments<Max & { returnIndices: true }, typeof maxNames>
  ): readonly [Tensor, Tensor]
}

function maxPool(rank: 1 | Rank): AdaptiveMaxPool {
  const name = `adaptive_max_pool${rank}d`
  const pool = (self: Tensor, ...args: readonly unknown[]): unknown => {
    const { outputSize, returnIndices = false } = parse<Max>(name, maxNames, [], args)
    if (rank === 1 && self.ndim !== 2 && self.ndim !== 3) throw errors.rank1(name, self.ndim)
    const windows = sizes(name, outputSize, rank, self)
    const results =
      rank === 1
        ? along(self, (images) => runAll(largestOf[2], [images], { outputSize: [1, ...windows] }))
        : runAll(largestOf[rank], [self], { outputSize: windows })
    return returnIndices ? results : results[0]
  }
  return pool as AdaptiveMaxPool
}

export const adaptiveMaxPool1d: AdaptiveMaxPool = maxPool(1)
export const adaptiveMaxPool2d: AdaptiveMaxPool = maxPool(2)
export const adaptiveMaxPool3d: AdaptiveMaxPool = maxPool(3)

interface UnpoolOptions {
  readonly outputSize: readonly number[]
}

const putBack = (rank: Rank): Operation<UnpoolOptions> =>
  operation<UnpoolOptions>({
    name: `max_unpool${rank}d`,
    node: `MaxUnpool${rank}DBackward0`,
    operands: ['self', 'indices'],
    build: ([x, at], { outputSize }) => {
      const [input, indices] = [x as Value, at as Value]
      if (indices.type.dtype !== 'i64') throw errors.unpoolIndexDType(titleOf(indices))
      if (!core.shapesEqual(input.type.shape, indices.type.shape)) {
        throw errors.unpoolIndices(input.type.shape, indices.type.shape)
      }
      const size = outputSize.map(() => 1)
      // A stride as large as the image lets core take any size.
      const stride = outputSize.map((extent, k) => Math.max(extent, input.type.shape.at(k - rank) ?? 1) + 1)
      const padding = outputSize.map(() => 0)
      const unpool = rank === 2 ? core.maxUnpool2d : core.maxUnpool3d
      return unpool(input, castTo(indices, 'i32'), { size, stride, padding, outputSize })
    },
  })
const putBackTo = { 2: putBack(2), 3: putBack(3) }

type Unpool = {
  indices: Tensor
  kernelSize: PerAxis
  stride?: PerAxis | null
  padding?: PerAxis
  outputSize?: readonly number[] | null
}

/** Extents of the image: what pooling over these windows gives it back, or as asked for, less than a stride away. */
function imageSize(name: string, rank: number, self: Tensor, params: Unpool): readonly number[] {
  const { kernelSize, stride, padding = 0, outputSize } = params
  const size = perAxis(name, 'kernel_size', kernelSize, rank)
  const steps = stride == null ? size : perAxis(name, 'stride', stride, rank)
  const pads = perAxis(name, 'padding', padding, rank)
  const usual = self.shape
    .slice(-rank)
    .map((extent, k) => (extent - 1) * (steps[k] ?? 1) + (size[k] ?? 1) - 2 * (pads[k] ?? 0))
  if (outputSize == null) return usual
  const given = outputSize.length === rank + 2 ? outputSize.slice(2) : outputSize
  if (given.length !== rank) throw errors.unpoolSizeCount(rank, given.length)
  usual.forEach((extent, k) => {
    const [low, high] = [extent - (steps[k] ?? 1), extent + (steps[k] ?? 1)]
    const wanted = given[k] ?? 0
    if (!(low < wanted && wanted < high)) throw errors.unpoolSize(given, k, low, high)
  })
  return given
}

function requirePlaces(indices: Tensor, extents: readonly number[]): void {
  const size = core.sizeOf(extents)
  const data = indices.dtype.core === 'i64' ? knownElements(indices) : undefined
  for (const index of data ?? [])
    if (index < 0 || index >= size) throw errors.unpoolIndex(Number(index), extents)
}

type UnpoolFn = Fn<Unpool, ['indices', 'kernelSize', 'stride', 'padding', 'outputSize']>
function unpool(rank: 1 | Rank): UnpoolFn {
  const name = `max_unpool${rank}d`
  return fn(name, ['indices', 'kernelSize', 'stride', 'padding', 'outputSize'], [], (self, params) => {
    const outputSize = imageSize(name, rank, self, params)
    requirePlaces(params.indices, outputSize)
    if (rank !== 1) return run(putBackTo[rank], [self, params.indices], { outputSize })
    const operands = [self.unsqueeze(-1), params.indices.unsqueeze(-1)]
    return run(putBackTo[2], operands, { outputSize: [...outputSize, 1] }).squeeze({ dim: -1 })
  })
}

/** Maxima of `maxPool1d` put back where its indices say, in zeros. */
export const maxUnpool1d: UnpoolFn = unpool(1)
export const maxUnpool2d: UnpoolFn = unpool(2)
export const maxUnpool3d: UnpoolFn = unpool(3)
