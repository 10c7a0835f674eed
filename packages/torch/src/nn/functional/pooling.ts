// Pooling over windows. Those of one axis are those of two with an axis of extent 1, as in PyTorch.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { checked } from '../../arguments/checked.ts'
import { relu } from '../../ops/activations.ts'
import { mul, pow } from '../../ops/arithmetic.ts'
import { castTo } from '../../ops/cast.ts'
import { notImplementedFor } from '../../ops/dtype-errors.ts'
import { type Operation, operation } from '../../ops/operation.ts'
import { run, runAll } from '../../ops/run.ts'
import { type Arguments, parse } from '../../ops/signature.ts'
import { abs, sign } from '../../ops/unary.ts'

import type { Tensor } from '../../tensor/tensor.ts'
import type { PerAxis } from './operands.ts'
import * as errors from './pooling-errors.ts'

type Rank = 2 | 3

interface Options {
  readonly size: readonly number[]
  readonly stride: readonly number[]
  readonly padding: readonly number[]
  readonly ceilMode: boolean
}

/** One entry per axis of the image. */
export function perAxis(name: string, what: string, entries: PerAxis, rank: number): readonly number[] {
  const all = typeof entries === 'number' ? [entries] : entries
  if (all.length === 1) return new Array<number>(rank).fill(all[0] ?? 1)
  if (all.length !== rank) {
    throw what === 'stride' ? errors.strideEntries(name, rank) : errors.entries(name, what, rank)
  }
  return all
}

/** What both kinds of pooling ask of their windows. */
function checkWindows(
  input: Value,
  { size, stride, padding, ceilMode }: Options,
  dilation: readonly number[],
): void {
  const rank = size.length
  const { shape } = input.type
  if (stride.some((each) => each <= 0)) throw errors.zeroStride()
  if (dilation.some((each) => each <= 0)) throw errors.dilation(dilation)
  padding.forEach((pad, k) => {
    if (pad > (size[k] ?? 0) / 2) throw errors.padTooLarge(pad, size[k] ?? 0)
  })
  const extents = shape.slice(-rank)
  const counts = extents.map((extent, k) => {
    const free = extent + 2 * (padding[k] ?? 0) - (dilation[k] ?? 1) * ((size[k] ?? 1) - 1) - 1
    return (ceilMode ? Math.ceil : Math.floor)(free / (stride[k] ?? 1)) + 1
  })
  const planes = shape.slice(-rank - 1, -rank)
  if (counts.some((count) => count < 1))
    throw errors.outputTooSmall(
      [...planes, ...extents],
      [...planes, ...counts.map((count) => Math.max(count, 0))],
    )
}

interface MaxOptions extends Options {
  readonly dilation: readonly number[]
}

const largest = (rank: Rank): Operation<MaxOptions> =>
  operation<MaxOptions>({
    name: `max_pool${rank}d`,
    node: `MaxPool${rank}DWithIndicesBackward0`,
    build: ([x], options) => {
      const input = x as Value
      const { length } = input.type.shape
      checkWindows(input, options, options.dilation)
      if (length !== rank + 1 && length !== rank + 2) throw errors.rank(rank)
      if (!core.isFloat(input.type.dtype)) throw notImplementedFor(`max_pool${rank}d`, input)
      const pool = rank === 2 ? core.maxPool2dWithIndices : core.maxPool3dWithIndices
      const { output, indices } = pool(input, options)
      return [output, castTo(indices, 'i64')]
    },
  })
const largestOf = { 2: largest(2), 3: largest(3) }

interface AverageOptions extends Options {
  readonly countIncludePad: boolean
  readonly divisorOverride: number | undefined
}

const average = (rank: Rank): Operation<AverageOptions> =>
  operation<AverageOptions>({
    name: `avg_pool${rank}d`,
    node: `AvgPool${rank}DBackward0`,
    build: ([x], options) => {
      const input = x as Value
      const { length } = input.type.shape
      if (length !== rank + 1 && length !== rank + 2) throw errors.rank(rank)
      if (options.divisorOverride === 0) throw errors.divisorZero()
      const { size, padding } = options
      const extents = input.type.shape.slice(-rank)
      const isSmaller = size.some((each, k) => (extents[k] ?? 0) + 2 * (padding[k] ?? 0) < each)
      if (rank === 3 && isSmaller && padding.every((each, k) => each <= (size[k] ?? 0) / 2)) {
        throw errors.smallerThanKernel(extents, size)
      }
      checkWindows(input, options, [])
      return (rank === 2 ? core.avgPool2d : core.avgPool3d)(input, options)
    },
  })
const averageOf = { 2: average(2), 3: average(3) }

interface WindowParams {
  kernelSize: PerAxis
  stride?: PerAxis | null
  padding?: PerAxis
  ceilMode?: boolean
}

function windows(
  name: string,
  rank: number,
  { kernelSize, stride, padding = 0, ceilMode = false }: WindowParams,
): Options {
  const size = perAxis(name, 'kernel_size', kernelSize, rank)
  const isGiven = stride != null && !(typeof stride !== 'number' && stride.length === 0)
  return {
    size,
    stride: isGiven ? perAxis(name, 'stride', stride, rank) : size,
    padding: perAxis(name, 'padding', padding, rank),
    ceilMode,
  }
}

/** Entries of one axis as those of two, of which the first has extent 1. */
const inTwoAxes = <O extends Options>(options: O): O => ({
  ...options,
  size: [1, ...options.size],
  stride: [1, ...options.stride],
  padding: [0, ...options.padding],
})

/** Runs on an image of one axis as of two. */
const along = (self: Tensor, pool: (images: Tensor) => readonly Tensor[]): readonly Tensor[] =>
  pool(self.unsqueeze(-2)).map((each) => each.squeeze({ dim: -2 }))

// Maxima.

type Max = WindowParams & { dilation?: PerAxis; returnIndices?: boolean }
const maxNames = ['kernelSize', 'stride', 'padding', 'dilation', 'ceilMode', 'returnIndices'] as const

/** Maxima of windows; with their positions too if they are asked for. */
export interface MaxPool {
  (self: Tensor, ...args: Arguments<Max & { returnIndices?: false }, typeof maxNames>): Tensor
  (
    self: Tensor,
    ...args: Arguments<Max & { returnIndices: true }, typeof maxNames>
  ): readonly [Tensor, Tensor]
}

function maxPool(rank: 1 | Rank): MaxPool {
  const name = `max_pool${rank}d`
  const pool = (self: Tensor, ...args: readonly unknown[]): unknown => {
    const params = parse<Max>(name, maxNames, [], args)
    const options = {
      ...windows(name, rank, params),
      dilation: perAxis(name, 'dilation', params.dilation ?? 1, rank),
    }
    if (rank === 1 && self.ndim !== 2 && self.ndim !== 3) throw errors.maxRank1(self.shape)
    const results =
      rank === 1
        ? along(self, (images) =>
            runAll(largestOf[2], [images], { ...inTwoAxes(options), dilation: [1, ...options.dilation] }),
          )
        : runAll(largestOf[rank], [self], options)
    return params.returnIndices === true ? results : results[0]
  }
  return pool as MaxPool
}

/** Of `[N, C, L]` or `[C, L]`. */
export const maxPool1d: MaxPool = maxPool(1)
/** Of `[N, C, H, W]` or `[C, H, W]`. */
export const maxPool2d: MaxPool = maxPool(2)
/** Of `[N, C, D, H, W]` or `[C, D, H, W]`. */
export const maxPool3d: MaxPool = maxPool(3)

// Averages.

type Avg1d = WindowParams & { countIncludePad?: boolean }
type Avg = Avg1d & { divisorOverride?: number | null }
const avg1dNames = ['kernelSize', 'stride', 'padding', 'ceilMode', 'countIncludePad'] as const
const avgNames = [
  'kernelSize',
  'stride',
  'padding',
  'ceilMode',
  'countIncludePad',
  'divisorOverride',
] as const
type AvgPool = (self: Tensor, ...args: Arguments<Avg, typeof avgNames>) => Tensor

function averageOptions(name: string, rank: number, params: Avg): AverageOptions {
  return {
    ...windows(name, rank, params),
    countIncludePad: params.countIncludePad ?? true,
    divisorOverride: params.divisorOverride ?? undefined,
  }
}

function avgPool(rank: Rank): AvgPool {
  const name = `avg_pool${rank}d`
  return checked(`F.${name}`, (self: Tensor, ...args: Arguments<Avg, typeof avgNames>) =>
    run(averageOf[rank], [self], averageOptions(name, rank, parse<Avg>(name, avgNames, [], args))),
  )
}

/** Averages of windows of `[N, C, L]` or `[C, L]`. */
export const avgPool1d: (self: Tensor, ...args: Arguments<Avg1d, typeof avg1dNames>) => Tensor = checked(
  'F.avg_pool1d',
  (self: Tensor, ...args: Arguments<Avg1d, typeof avg1dNames>): Tensor => {
    const params = parse<Avg1d>('avg_pool1d', avg1dNames, [], args)
    if (self.ndim !== 2 && self.ndim !== 3) throw errors.rank1('avg_pool1d', self.ndim)
    const options = inTwoAxes(averageOptions('avg_pool1d', 1, params))
    return along(self, (images) => [run(averageOf[2], [images], options)])[0] as Tensor
  },
)
/** Averages of windows of `[N, C, H, W]` or `[C, H, W]`. */
export const avgPool2d: AvgPool = avgPool(2)
/** Averages of windows of `[N, C, D, H, W]` or `[C, D, H, W]`. */
export const avgPool3d: AvgPool = avgPool(3)

// Power averages, as PyTorch composes them: of a sum that is brought back to be positive.

type Lp = { normType: number; kernelSize: PerAxis; stride?: PerAxis | null; ceilMode?: boolean }
const lpNames = ['normType', 'kernelSize', 'stride', 'ceilMode'] as const
export type LpPool = (self: Tensor, ...args: Arguments<Lp, typeof lpNames>) => Tensor

const root = (means: Tensor, normType: number, count: number): Tensor =>
  pow(mul(mul(sign(means), relu(abs(means))), count), 1 / normType)

/** The root of the sum of powers of each window. */
export const lpPool1d: LpPool = (self, ...args) => {
  const { normType, ...params } = parse<Lp>('lp_pool1d', lpNames, [], args)
  const means = avgPool1d(pow(self, normType), { ...params, padding: 0 })
  const [size = 1] = typeof params.kernelSize === 'number' ? [params.kernelSize] : params.kernelSize
  return root(means, normType, size)
}
export const lpPool2d: LpPool = (self, ...args) => {
  const { normType, ...params } = parse<Lp>('lp_pool2d', lpNames, [], args)
  const means = avgPool2d(pow(self, normType), { ...params, padding: 0 })
  return root(means, normType, core.sizeOf(perAxis('lp_pool2d', 'kernel_size', params.kernelSize, 2)))
}
