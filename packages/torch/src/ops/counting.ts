// How often elements occur, and how many fall into intervals.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { readCell } from '../engine/evaluate.ts'
import { argumentError, type TorchError } from '../errors.ts'
import { Tensor } from '../tensor/tensor.ts'
import { castTo } from './cast.ts'
import { notImplementedFor, requireFloat } from './dtype-errors.ts'
import { type Named, named } from './named.ts'
import { notImplemented, withoutDerivative } from './no-derivative.ts'
import { operation } from './operation.ts'
import { run, runAll } from './run.ts'
import { type Fn, fn } from './signature.ts'

const counted = operation<{ length: number }>({
  name: 'bincount',
  node: notImplemented,
  operands: ['self', 'weights'],
  build: ([x, weights], { length }) => {
    const numbers = castTo(x as Value, 'i32')
    if (weights === undefined) return castTo(core.bincount(numbers, { length }) as Value, 'i64')
    const { dtype } = (weights as Value).type
    const each = castTo(weights as Value, dtype === 'f32' ? 'f32' : 'f64')
    return core.bincount(numbers, { length, weights: each }) as Value
  },
  derivative: withoutDerivative('bincount'),
})

type BincountParams = { weights?: Tensor | null; minlength?: number }

/** How often each whole number occurs, or the sum of its weights; as many as the largest needs, which must be known. */
export const bincount: Fn<BincountParams, ['weights', 'minlength']> = fn(
  'bincount',
  ['weights', 'minlength'],
  [],
  (self, { weights, minlength = 0 }) => {
    const type = { type: self.type_ }
    if (minlength < 0) throw minLength()
    const data = self.ndim === 1 ? readCell(self.cell) : undefined
    if (self.dtype.isFloatingPoint || self.dtype.core === 'bool')
      throw notImplementedFor('bincount_cpu', type)
    if (data === undefined || data.some((value) => value < 0)) throw negativeCounts()
    if (weights != null && (weights.ndim !== 1 || weights.numel() !== self.numel())) throw weightsSize()
    let length = minlength
    for (const value of data) length = Math.max(length, Number(value) + 1)
    return run(counted, weights == null ? [self] : [self, weights], { length })
  },
)

interface Bins {
  readonly bins: number
  readonly min: number
  readonly max: number
}

const binned = operation<Bins>({
  name: 'histc',
  node: null,
  build: ([x], options) => {
    requireFloat('histogram_cpu', x as Value)
    return core.histc(x as Value, options)
  },
})

type HistcParams = { bins?: number; min?: number; max?: number }

/** How many elements fall into each of `bins` intervals of one width; between the extremes where `min` is `max`. */
export const histc: Fn<HistcParams, ['bins', 'min', 'max']> = fn(
  'histc',
  ['bins', 'min', 'max'],
  [],
  (self, { bins = 100, min = 0, max = 0 }) => {
    requireBins(bins)
    if (max < min) throw rangeOrder()
    if (min === max && self.numel() > 0) requireFinite(self)
    return run(binned, [self], { bins, min, max })
  },
)

interface Edges {
  readonly bins: number | undefined
  readonly range: readonly [number, number] | undefined
  readonly density: boolean
  readonly hasEdges: boolean
}

const histograms = operation<Edges>({
  name: 'histogram',
  node: notImplemented,
  build: (operands, { bins, range, density, hasEdges }) => {
    const [x, ...others] = operands as readonly [Value, ...Value[]]
    requireFloat('histogram_cpu', x)
    const weights = others[hasEdges ? 1 : 0]
    const { counts, edges } = core.histogram(x, {
      bins: bins ?? (others[0] as Value),
      density,
      ...(range === undefined ? {} : { range }),
      ...(weights === undefined ? {} : { weights }),
    })
    return [counts, edges]
  },
  derivative: withoutDerivative('histogram'),
})

type HistogramParams = {
  bins: number | Tensor
  range?: readonly [number, number] | null
  weight?: Tensor | null
  density?: boolean
}

/** How many elements, or how much of their weight, fall between each two edges; and the edges. */
export const histogram: Fn<HistogramParams, ['bins'], Named<'hist' | 'binEdges'>> = fn(
  'histogram',
  ['bins'],
  ['range', 'weight', 'density'],
  (self, { bins, range, weight, density = false }) => {
    const edges = bins instanceof Tensor ? [bins] : []
    if (typeof bins === 'number') requireBins(bins)
    const options = {
      bins: typeof bins === 'number' ? bins : undefined,
      range: range ?? undefined,
      density,
      hasEdges: edges.length > 0,
    }
    const operands = [self, ...edges, ...(weight == null ? [] : [weight])]
    const [hist, binEdges] = runAll(histograms, operands, options) as [Tensor, Tensor]
    return named('histogram', { hist, binEdges })
  },
)

function requireFinite(self: Tensor): void {
  if (!self.dtype.isFloatingPoint) return
  const numbers = Array.from(readCell(self.cell), Number)
  const [low, high] = [numbers.reduce((x, y) => Math.min(x, y)), numbers.reduce((x, y) => Math.max(x, y))]
  if (!Number.isFinite(low) || !Number.isFinite(high)) throw infiniteRange(low, high)
}

function requireBins(bins: number): void {
  if (bins < 1) throw binCount(bins)
}

const binCount = (bins: number): TorchError =>
  argumentError(`torch.histogram(): bins must be > 0, but got ${bins} for dimension 0`, { bins })
const rangeOrder = (): TorchError => argumentError('torch.histc: max must be larger than min')
const infiniteRange = (low: number, high: number): TorchError =>
  argumentError(`torch.histc: range of [${spell(low)}, ${spell(high)}] is not finite`, { low, high })
const spell = (value: number): string =>
  Number.isNaN(value) ? 'nan' : String(value).replace('Infinity', 'inf')
const minLength = (): TorchError => argumentError('minlength should be >= 0')
const negativeCounts = (): TorchError =>
  argumentError('bincount only supports 1-d non-negative integral inputs.')
const weightsSize = (): TorchError => argumentError('weights should be 1-d and have the same length as input')
