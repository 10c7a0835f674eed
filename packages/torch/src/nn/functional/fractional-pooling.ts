// Pooling over windows that random numbers place: a sample for each plane and axis says where the windows begin, which lie about as
// far apart as the sizes demand. Samples may be given, so nothing of them is looked at here: positions are computed with the rest.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { castTo } from '../../ops/cast.ts'
import { type Operation, operation } from '../../ops/operation.ts'
import { rand } from '../../ops/random.ts'
import { runAll } from '../../ops/run.ts'
import { type Arguments, parse } from '../../ops/signature.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import type { PerAxis } from './operands.ts'
import * as errors from './pooling-errors.ts'

type Rank = 2 | 3

interface Options {
  readonly size: readonly number[]
  readonly outputSize: readonly number[]
}

const axisNames = { 2: ['height', 'width'], 3: ['time', 'height', 'width'] }

/** Samples of two axes stand as [width, height], those of three in the order of the axes. */
const sampleOf = (rank: Rank, axis: number): number => (rank === 2 ? 1 - axis : axis)

/**
 * First elements of the windows along one axis `[planes, out]`: `⌊(k + u) α⌋ - ⌊u α⌋`, the last one as late as it can be. In the
 * dtype of the samples, whose rounding decides.
 */
function starts(sample: Value, extent: number, size: number, out: number): Value {
  const { dtype, shape } = sample.type
  const { round } = core.dtypes[dtype]
  const [planes = 1] = shape
  const last = core.full(sample.builder, 'i32', [planes, 1], extent - size)
  if (out === 1) return last
  const alpha = round(round(extent - size) / round(out - 1))
  const place = core.cast(
    core.iota(sample.builder, { dtype: 'i32', shape: [planes, out - 1], axis: 1 }),
    dtype,
  )
  const u = core.reshape(sample, [planes, 1])
  const first = core.floor(core.mul(core.add(place, u), alpha))
  const before = core.floor(core.mul(u, alpha))
  const all = core.sub(core.cast(first, 'i32'), core.cast(before, 'i32'))
  return core.concat([all, last], { axis: 1 })
}

/** Offsets of all elements of all windows in their plane, `[planes, windows, elements of a window]`. */
function offsets(samples: Value, extents: readonly number[], { size, outputSize }: Options): Value {
  const rank = size.length as Rank
  const [planes = 1] = samples.type.shape
  let found: Value | undefined
  extents.forEach((extent, axis) => {
    const [out = 1, width = 1] = [outputSize[axis], size[axis]]
    const sample = core.take(samples, { axis: 1, index: sampleOf(rank, axis) })
    const within = core.iota(samples.builder, { dtype: 'i32', shape: [1, 1, width], axis: 2 })
    const along = core.add(core.unsqueeze(starts(sample, extent, width, out), { axis: 2 }), within)
    // [planes, 1…, out, 1…, 1…, width, 1…]
    const shape = [
      planes,
      ...outputSize.map((_, k) => (k === axis ? out : 1)),
      ...size.map((_, k) => (k === axis ? width : 1)),
    ]
    const spread = core.reshape(along, shape)
    found = found === undefined ? spread : core.add(core.mul(found, extent), spread)
  })
  const sum = core.expand(found as Value, [planes, ...outputSize, ...size])
  return core.reshape(sum, [planes, core.sizeOf(outputSize), core.sizeOf(size)])
}

const largest = (rank: Rank): Operation<Options> =>
  operation<Options>({
    name: `fractional_max_pool${rank}d`,
    node: `FractionalMaxPool${rank}DBackward0`,
    operands: ['self', 'randomSamples'],
    build: ([x, given], options) => {
      const [input, samples] = [x as Value, given as Value]
      const { shape } = input.type
      const extents = shape.slice(-rank)
      const planes = shape.slice(0, -rank)
      requireRoom(rank, extents, options)
      const count = core.sizeOf(planes)
      const flat = core.reshape(samples, [count, rank])
      const places = offsets(flat, extents, options)
      const rows = core.reshape(input, [count, core.sizeOf(extents)])
      const index = core.reshape(places, [count, -1])
      const windows = core.reshape(core.takeAlongAxis(rows, index, { axis: 1 }), [...places.type.shape])
      const { values, indices } = core.maxWithIndex(windows, { axis: 2 })
      const chosen = core.takeAlongAxis(places, core.unsqueeze(indices, { axis: 2 }), { axis: 2 })
      const result = [...planes, ...options.outputSize]
      return [core.reshape(values, result), castTo(core.reshape(chosen, result), 'i64')]
    },
  })
const largestOf = { 2: largest(2), 3: largest(3) }

/** Three axes need one element more than two. */
function requireRoom(rank: Rank, extents: readonly number[], { size, outputSize }: Options): void {
  extents.forEach((extent, k) => {
    const [pool = 1, out = 1] = [size[k], outputSize[k]]
    const most = rank === 2 ? extent : extent - 1
    if (out + pool - 1 > most) {
      throw errors.fractionalRoom(rank, axisNames[rank][k] ?? '', pool, extent)
    }
  })
}

type Params = {
  kernelSize: PerAxis
  outputSize?: PerAxis | null
  outputRatio?: PerAxis | null
  returnIndices?: boolean
  _randomSamples?: Tensor | null
}
const names = ['kernelSize', 'outputSize', 'outputRatio', 'returnIndices', '_randomSamples'] as const

/** Maxima of windows at random places; with their positions too if they are asked for. */
export interface FractionalMaxPool {
  (self: Tensor, ...args: Arguments<Params & { returnIndices?: false }, typeof names>): Tensor
  (
    self: Tensor,
    ...args: Arguments<Params & { returnIndices: true }, typeof names>
  ): readonly [Tensor, Tensor]
}
type WithIndices = (self: Tensor, ...args: Arguments<Params, typeof names>) => readonly [Tensor, Tensor]

function listed(name: string, what: string, entries: PerAxis, rank: Rank): readonly number[] {
  const all = typeof entries === 'number' ? [entries] : entries
  if (all.length === 1) return new Array<number>(rank).fill(all[0] ?? 1)
  if (all.length !== rank) throw errors.fractionalEntries(name, what)
  return all
}

function pooled(rank: Rank, self: Tensor, params: Params): readonly [Tensor, Tensor] {
  const name = `fractional_max_pool${rank}d`
  const { kernelSize, outputSize, outputRatio, _randomSamples: given } = params
  if (outputSize == null && outputRatio == null) throw errors.fractionalSize(name)
  const channels = self.size(-rank - 1)
  if (self.ndim > rank + 2) throw errors.fractionalRank(name, rank, self.shape)
  const extents = self.shape.slice(-rank)
  const size = listed(name, 'kernel_size', kernelSize, rank)
  const ratios = outputSize == null ? listed(name, 'output_ratio', outputRatio ?? 1, rank) : []
  const wanted =
    outputSize == null
      ? extents.map((extent, k) => Math.trunc(extent * (ratios[k] ?? 1)))
      : listed(name, 'output_size', outputSize, rank)
  const batch = self.ndim === rank + 1 ? 1 : (self.shape[0] ?? 1)
  const { dtype, device } = self
  const samples = given ?? rand(batch, channels, rank, { dtype, device })
  const [output, indices] = runAll(largestOf[rank], [self, samples], { size, outputSize: wanted })
  return [output as Tensor, indices as Tensor]
}

const withIndices =
  (rank: Rank): WithIndices =>
  (self, ...args) =>
    pooled(rank, self, parse<Params>(`fractional_max_pool${rank}d_with_indices`, names, [], args))

function maxPool(rank: Rank): FractionalMaxPool {
  const pool = (self: Tensor, ...args: readonly unknown[]): unknown => {
    const params = parse<Params>(`fractional_max_pool${rank}d`, names, [], args)
    const both = pooled(rank, self, params)
    return params.returnIndices === true ? both : both[0]
  }
  return pool as FractionalMaxPool
}

/** Of `[N, C, H, W]` or `[C, H, W]`. */
export const fractionalMaxPool2d: FractionalMaxPool = maxPool(2)
/** Of `[N, C, D, H, W]` or `[C, D, H, W]`. */
export const fractionalMaxPool3d: FractionalMaxPool = maxPool(3)
export const fractionalMaxPool2dWithIndices: WithIndices = withIndices(2)
export const fractionalMaxPool3dWithIndices: WithIndices = withIndices(3)
