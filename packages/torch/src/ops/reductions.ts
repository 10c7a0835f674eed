// Reductions over dimensions, all of them unless some are named.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import type { DType } from '../dtypes.ts'
import * as errors from '../errors.ts'
import { argumentError, type TorchError } from '../errors.ts'
import { castTo } from './cast.ts'
import { type Dims, resolveDim } from './dims.ts'
import { operation } from './operation.ts'
import { asFloat } from './promotion.ts'
import { type Axes, axesOf, type Reduced, requireAny, requireElements, specifyDim } from './reduced.ts'
import { run } from './run.ts'
import { type Fn, fn } from './signature.ts'

type Reduction = Fn<Reduced, ['dim', 'keepdim']>

/** Sums of integers and bools are int64. */
const sumDType = ({ type: { dtype } }: Value): core.DType => (core.isFloat(dtype) ? dtype : 'i64')

const summed = operation<Axes>({
  name: 'sum',
  node: (_, { isWhole }) => (isWhole ? 'SumBackward0' : 'SumBackward1'),
  build: ([x], { axes, keepDims, dtype }) =>
    core.sum(castTo(x as Value, dtype ?? sumDType(x as Value)), { axes, keepDims }),
})

/** Sum over dimensions; of integers and bools int64. */
export const sum: Reduction = fn('sum', ['dim', 'keepdim'], ['dtype'], (self, params) =>
  run(summed, [self], axesOf(self, params)),
)

const nanSummed = operation<Axes>({
  name: 'nansum',
  node: 'NansumBackward0',
  build: ([x], { axes, keepDims, dtype }) => {
    const value = castTo(x as Value, dtype ?? sumDType(x as Value))
    return core.nanSum(value, { axes, keepDims })
  },
})

/** Sum of what is not NaN. */
export const nansum: Reduction = fn('nansum', ['dim', 'keepdim'], ['dtype'], (self, params) =>
  run(nanSummed, [self], axesOf(self, params)),
)

const averaged = operation<Axes>({
  name: 'mean',
  node: (_, { isWhole }) => (isWhole ? 'MeanBackward0' : 'MeanBackward1'),
  build: ([x], { axes, keepDims, dtype }) =>
    core.mean(castTo(x as Value, dtype ?? (x as Value).type.dtype), { axes, keepDims }),
})

/** Mean over dimensions, of floats only. */
export const mean: Reduction = fn('mean', ['dim', 'keepdim'], ['dtype'], (self, params) => {
  if (params.dtype == null && !self.dtype.isFloatingPoint) throw errors.meanDtype(self.dtype.title)
  if (params.dtype?.isFloatingPoint === false) throw meanOptional(params.dtype.title)
  return run(averaged, [self], axesOf(self, params))
})

const nanAveraged = operation<Axes>({
  name: 'nanmean',
  node: 'DivBackward0',
  build: ([x], { axes, keepDims, dtype }) =>
    core.nanMean(castTo(x as Value, dtype ?? (x as Value).type.dtype), { axes, keepDims }),
})

/** Mean of what is not NaN. */
export const nanmean: Reduction = fn('nanmean', ['dim', 'keepdim'], ['dtype'], (self, params) => {
  if (!self.dtype.isFloatingPoint) throw nanmeanDType(self.dtype.title)
  return run(nanAveraged, [self], axesOf(self, params))
})

const multiplied = operation<Axes>({
  name: 'prod',
  node: (_, { isWhole }) => (isWhole ? 'ProdBackward0' : 'ProdBackward1'),
  build: ([x], { axes, keepDims, dtype }) =>
    core.prod(castTo(x as Value, dtype ?? sumDType(x as Value)), { axes, keepDims }),
})

type OfDim = { dim?: number | null; keepdim?: boolean; dtype?: DType | null }

/** Product of all elements or along a dimension; of integers and bools int64. */
export const prod: Fn<OfDim, ['dim', 'keepdim']> = fn('prod', ['dim', 'keepdim'], ['dtype'], (self, params) =>
  run(multiplied, [self], axesOf(self, params)),
)

const logSummed = operation<Axes>({
  name: 'logsumexp',
  node: 'LogsumexpBackward0',
  build: ([x], { axes, keepDims }) => core.logSumExp(asFloat(x as Value), { axes, keepDims }),
})

type NamedDims = { dim: Dims; keepdim?: boolean }

/** `log(sum(exp(x)))` without overflow between. */
export const logsumexp: Fn<NamedDims, ['dim', 'keepdim']> = fn(
  'logsumexp',
  ['dim', 'keepdim'],
  [],
  (self, params) => run(logSummed, [self], axesOf(self, params)),
)

type Extreme = Fn<{ dim?: Dims | null; keepdim?: boolean }, ['dim', 'keepdim']>

function extreme(name: string, node: string, build: typeof core.max): Extreme {
  const op = operation<Axes>({
    name,
    node,
    build: ([x], { axes, keepDims }) => build(x as Value, { axes, keepDims }),
  })
  return fn(name, ['dim', 'keepdim'], [], (self, params) => {
    const { dim } = params
    const given = typeof dim === 'number' ? [dim] : (dim ?? [])
    if (given.length === 0) requireAny(name, self, 'RuntimeError', specifyDim)
    const axes = axesOf(self, params)
    for (const each of given) requireElements(`${name}()`, self, resolveDim(each, self.ndim), each)
    return run(op, [self], axes)
  })
}

/** The largest over dimensions; ties share the gradient. */
export const amax: Extreme = extreme('amax', 'AmaxBackward0', core.max)
/** The smallest over dimensions; ties share the gradient. */
export const amin: Extreme = extreme('amin', 'AminBackward0', core.min)

const counted = operation<Axes>({
  name: 'count_nonzero',
  node: null,
  build: ([x], { axes }) => castTo(core.countNonzero(x as Value, { axes }), 'i64'),
})

/** How many elements are not 0. */
export const countNonzero: Fn<{ dim?: Dims | null }, ['dim']> = fn(
  'count_nonzero',
  ['dim'],
  [],
  (self, params) => run(counted, [self], axesOf(self, params)),
)

type Truth = Fn<{ dim?: Dims | null; keepdim?: boolean }, ['dim', 'keepdim']>

function truth(name: string, build: typeof core.all): Truth {
  const op = operation<Axes>({
    name,
    node: null,
    build: ([x], { axes, keepDims }) => {
      const value = x as Value
      const found = build(value, { axes, keepDims })
      return value.type.dtype === 'u8' ? castTo(found, 'u8') : found
    },
  })
  return fn(name, ['dim', 'keepdim'], [], (self, params) => run(op, [self], axesOf(self, params)))
}

/** Whether all elements are not 0: a bool, of uint8 a uint8. */
export const all: Truth = truth('all', core.all)
/** Whether any element is not 0: a bool, of uint8 a uint8. */
export const any: Truth = truth('any', core.any)

const meanOptional = (dtype: string): TorchError =>
  argumentError(
    `mean(): could not infer output dtype. Optional dtype must be either a floating point or complex dtype. Got: ${dtype}`,
    { dtype },
  )
const nanmeanDType = (dtype: string): TorchError =>
  argumentError(`nanmean(): expected input to have floating point dtype but got ${dtype}`, { dtype })
