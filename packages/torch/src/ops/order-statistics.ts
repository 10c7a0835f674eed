// What is read off sorted elements: medians, quantiles, the k-th smallest; and the most frequent element.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { readToCheck } from '../engine/evaluate.ts'
import { argumentError, type TorchError } from '../errors.ts'
import { contiguous } from '../tensor/layout.ts'
import { Tensor } from '../tensor/tensor.ts'
import { castTo } from './cast.ts'
import { resolveDim } from './dims.ts'
import { refuseBool } from './dtype-errors.ts'
import { type Named, named } from './named.ts'
import { type Operation, operation } from './operation.ts'
import type { Out } from './out.ts'
import { type AlongDim, alongDim, requireElements } from './reduced.ts'
import { type Argument, run, runAll } from './run.ts'
import { type Arguments, type Fn, fn } from './signature.ts'

type Pair = Named<'values' | 'indices'>
type OfDim = { dim: number; keepdim?: boolean }

const pairOf = ({ values, indices }: core.ValuesWithIndices): readonly Value[] => [
  values,
  castTo(indices, 'i64'),
]

function runPair<O extends object>(title: string, op: Operation<O>, self: Tensor, options: O): Pair {
  const [values, indices] = runAll(op, [self], options) as [Tensor, Tensor]
  return named(title, { values, indices })
}

/** Of all elements, or along a dimension with positions. */
export interface MedianFn {
  (self: Tensor): Tensor
  (self: Tensor, ...args: Arguments<OfDim & Out<Pair>, ['dim', 'keepdim']>): Pair
}

function medianOf(
  name: string,
  node: string,
  build: (x: Value) => Value,
  withIndex: typeof core.medianWithIndex,
): MedianFn {
  const whole = operation({
    name,
    node: `${node}Backward0`,
    build: ([x]) => {
      refuseBool('median_cpu', x as Value)
      return build(x as Value)
    },
  })
  const along = operation<AlongDim>({
    name,
    node: `${node}Backward1`,
    build: ([x], { dim, keepDims }) => {
      refuseBool('median_out', x as Value)
      return pairOf(withIndex(x as Value, { axis: dim, keepDims }))
    },
  })
  const ofDim = fn<OfDim, ['dim', 'keepdim'], Pair>(
    name,
    ['dim', 'keepdim'],
    [],
    (self, { dim, keepdim }) => {
      const options = alongDim(self, dim, keepdim)
      requireElements('median()', self, options.dim)
      return runPair(name, along, self, options)
    },
  )
  const call = (self: Tensor, ...args: readonly unknown[]): Tensor | Pair =>
    args.length === 0 ? run(whole, [self]) : ofDim(self, ...(args as [OfDim]))
  const method = (self: Tensor, ...args: readonly unknown[]): Tensor | Pair =>
    args.length === 0 ? run(whole, [self]) : ofDim.method(self, ...(args as [OfDim]))
  return Object.assign(call, { method }) as MedianFn
}

/** The lower of the middle two elements; NaN if one is. */
export const median: MedianFn = medianOf('median', 'Median', core.median, core.medianWithIndex)
/** The median of what is not NaN. */
export const nanmedian: MedianFn = medianOf('nanmedian', 'Nanmedian', core.nanMedian, core.nanMedianWithIndex)

const most = operation<AlongDim>({
  name: 'mode',
  node: 'ModeBackward0',
  build: ([x], { dim, keepDims }) => pairOf(core.mode(x as Value, { axis: dim, keepDims })),
})

type LastDim = { dim?: number; keepdim?: boolean }

/** The most frequent element along a dimension, of several the smallest, and where it is last. */
export const mode: Fn<LastDim, ['dim', 'keepdim'], Pair> = fn(
  'mode',
  ['dim', 'keepdim'],
  [],
  (self, { dim = -1, keepdim }) => {
    const options = alongDim(self, dim, keepdim)
    requireElements('mode()', self, options.dim)
    return runPair('mode', most, self, options)
  },
)

const ranked = operation<AlongDim & { readonly k: number }>({
  name: 'kthvalue',
  node: 'KthvalueBackward0',
  build: ([x], { k, dim, keepDims }) => {
    refuseBool('kthvalue_cpu', x as Value)
    return pairOf(core.kthValue(x as Value, k, { axis: dim, keepDims }))
  },
})

type Rank = { k: number; dim?: number; keepdim?: boolean }

/** The k-th smallest element along a dimension, counted from 1. */
export const kthvalue: Fn<Rank, ['k', 'dim', 'keepdim'], Pair> = fn(
  'kthvalue',
  ['k', 'dim', 'keepdim'],
  [],
  (self, { k, dim = -1, keepdim }) => {
    const options = alongDim(self, dim, keepdim)
    requireElements('kthvalue()', self, options.dim)
    const length = self.ndim === 0 ? 1 : (self.shape[options.dim] as number)
    if (k < 1 || k > length) throw rankRange(options.dim)
    return runPair('kthvalue', ranked, self, { ...options, k })
  },
)

interface QuantileOptions {
  readonly axis: number | undefined
  readonly keepDims: boolean
  readonly interpolation: core.Interpolation
}
const interpolations: readonly string[] = ['linear', 'lower', 'higher', 'midpoint', 'nearest']

type QuantileParams = {
  q: Argument
  dim?: number | null
  keepdim?: boolean
  interpolation?: core.Interpolation
}
type Quantile = Fn<QuantileParams, ['q', 'dim', 'keepdim']>

function quantileOf(name: string, build: typeof core.quantile): Quantile {
  const op = operation<QuantileOptions>({
    name,
    node: 'SqueezeBackward3',
    operands: ['self', 'q'],
    build: ([x, q], { axis, ...options }) => {
      const value = x as Value
      const isScalar = value.type.shape.length === 0
      const row = isScalar ? core.reshape(value, [1]) : value
      const found = build(row, q as Value | number, {
        ...options,
        ...(axis === undefined ? {} : { axis }),
      })
      return isScalar ? core.reshape(found, typeof q === 'number' ? [] : (q as Value).type.shape) : found
    },
  })
  return fn(
    name,
    ['q', 'dim', 'keepdim'],
    ['interpolation'],
    (self, { q, dim, keepdim = false, interpolation = 'linear' }) => {
      requireQuantile(self, q, interpolation)
      const axis = dim == null ? undefined : resolveDim(dim, self.ndim)
      if (axis !== undefined && self.shape[axis] === 0) throw emptyQuantile()
      const found = run(op, [self, q], { axis, keepDims: keepdim, interpolation })
      return q instanceof Tensor && q.ndim === 1 && axis !== undefined ? quantilesLast(found) : found
    },
  )
}

/** In memory the quantiles of each row lie beside each other. */
function quantilesLast(found: Tensor): Tensor {
  const [count = 1, ...rows] = found.shape
  const { strides } = contiguous(rows)
  const shape = [count, ...rows]
  return found.withLayout({ shape, strides: [1, ...strides.map((stride) => stride * count)], offset: 0 })
}

/** Throws PyTorch's messages; those about the values of q are known once q is. */
function requireQuantile(self: Tensor, q: Argument, interpolation: string): void {
  if (self.numel() === 0) throw emptyQuantile()
  const { core: dtype } = self.dtype
  if (dtype !== 'f32' && dtype !== 'f64') throw quantileDType()
  if (!interpolations.includes(interpolation)) throw quantileInterpolation(interpolation)
  if (!(q instanceof Tensor)) {
    if (!(q >= 0 && q <= 1)) throw quantileRange(q)
    return
  }
  if (q.ndim > 1) throw quantileRank()
  if (q.dtype !== self.dtype) throw quantileLevels()
  if (readToCheck(q.cell).some((level) => !(level >= 0 && level <= 1))) throw quantileRanges()
}

/** The element at a share `q` of the way through the sorted elements, between two in proportion; NaN if one is. */
export const quantile: Quantile = quantileOf('quantile', core.quantile)
/** The quantile of what is not NaN. */
export const nanquantile: Quantile = quantileOf('nanquantile', core.nanQuantile)

const rankRange = (dim: number): TorchError =>
  argumentError(`kthvalue(): selected number k out of range for dimension ${dim}`, { dim })
const emptyQuantile = (): TorchError => argumentError('quantile() input tensor must be non-empty')
const quantileDType = (): TorchError =>
  argumentError('quantile() input tensor must be either float or double dtype')
const quantileRange = (q: number): TorchError =>
  argumentError(`quantile() q must be in the range [0, 1] but got ${q}`, { q })
const quantileRanges = (): TorchError => argumentError('quantile() q values must be in the range [0, 1]')
const quantileRank = (): TorchError => argumentError('quantile() q must be a scalar or 1D tensor')
const quantileLevels = (): TorchError =>
  argumentError('quantile() q tensor must be same dtype as the input tensor')
const quantileInterpolation = (found: string): TorchError =>
  argumentError(
    `quantile() interpolation must be one of linear, lower, higher, midpoint or nearest, but got ${found}`,
    { found },
  )
