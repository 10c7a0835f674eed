// Reductions over dimensions, all of them unless some are named.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import type { DType } from '../dtypes.ts'
import * as errors from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { castTo } from './cast.ts'
import { type Dims, resolveDim, resolveDims } from './dims.ts'
import { maximum, minimum } from './extremes.ts'
import { type Named, named } from './named.ts'
import { operation } from './operation.ts'
import { run, runAll } from './run.ts'
import { type Fn, fn, isOptions } from './signature.ts'

type Reduced = { dim?: Dims | null; keepdim?: boolean; dtype?: DType }
type Reduction = Fn<Reduced, ['dim', 'keepdim']>

interface Axes {
  readonly axes: readonly number[]
  readonly keepDims: boolean
  readonly isWhole: boolean
  readonly dtype: core.DType | undefined
}

/** Named dimensions are another overload, and have a node of another number. */
function axesOf(self: Tensor, { dim, keepdim = false, dtype }: Reduced): Axes {
  const isWhole = dim === undefined && !keepdim
  return { axes: resolveDims(dim, self.ndim), keepDims: keepdim, isWhole, dtype: dtype?.core }
}

const summed = operation<Axes>({
  name: 'sum',
  node: (_, { isWhole }) => (isWhole ? 'SumBackward0' : 'SumBackward1'),
  build: ([x], { axes, keepDims, dtype }) =>
    core.sum(castTo(x as Value, dtype ?? sumDType(x as Value)), { axes, keepDims }),
})

/** Sums of integers and bools are int64. */
const sumDType = ({ type: { dtype } }: Value): core.DType => (core.isFloat(dtype) ? dtype : 'i64')

/** Sum over dimensions; of integers and bools int64. */
export const sum: Reduction = fn('sum', ['dim', 'keepdim'], ['dtype'], (self, params) =>
  run(summed, [self], axesOf(self, params)),
)

const averaged = operation<Axes>({
  name: 'mean',
  node: (_, { isWhole }) => (isWhole ? 'MeanBackward0' : 'MeanBackward1'),
  build: ([x], { axes, keepDims, dtype }) =>
    core.mean(castTo(x as Value, dtype ?? (x as Value).type.dtype), { axes, keepDims }),
})

/** Mean over dimensions, of floats only. */
export const mean: Reduction = fn('mean', ['dim', 'keepdim'], ['dtype'], (self, params) => {
  if (!(params.dtype ?? self.dtype).isFloatingPoint) throw errors.meanDtype(self.dtype.title)
  return run(averaged, [self], axesOf(self, params))
})

interface AlongDim {
  readonly dim: number
  readonly keepDims: boolean
}

type Extreme = typeof core.maxWithIndex

const alongDim = (name: string, node: string, build: Extreme) =>
  operation<AlongDim>({
    name,
    node,
    build: ([x], { dim, keepDims }) => {
      const { values, indices } = build(x as Value, { axis: dim, keepDims })
      return [values, castTo(indices, 'i64')]
    },
  })

const wholly = (name: string, node: string, build: (x: Value) => Value) =>
  operation({ name, node, build: ([x]) => build(x as Value) })

type ExtremeParams = { dim: number; keepdim?: boolean }
/** Of all elements, of each pair, or along a dimension with positions. */
export interface ExtremeFn {
  (self: Tensor): Tensor
  (self: Tensor, other: Tensor): Tensor
  (self: Tensor, dim: number, keepdim?: boolean): Named<'values' | 'indices'>
  (self: Tensor, options: ExtremeParams): Named<'values' | 'indices'>
}

function extreme(
  name: 'max' | 'min',
  whole: ReturnType<typeof wholly>,
  along: ReturnType<typeof alongDim>,
  pairwise: (self: Tensor, other: Tensor) => Tensor,
): ExtremeFn {
  const alongOne = fn<ExtremeParams, ['dim', 'keepdim'], Named<'values' | 'indices'>>(
    name,
    ['dim', 'keepdim'],
    [],
    (self, { dim, keepdim = false }) => {
      const options = { dim: resolveDim(dim, self.ndim), keepDims: keepdim }
      const [values, indices] = runAll(along, [self], options) as [Tensor, Tensor]
      return named(name, { values, indices })
    },
  )
  function call(self: Tensor, ...args: readonly unknown[]): unknown {
    const [first] = args
    if (first === undefined) return run(whole, [self])
    if (typeof first === 'number' || isOptions(first)) return alongOne(self, ...(args as [ExtremeParams]))
    return pairwise(self, first as Tensor)
  }
  return call as ExtremeFn
}

/** The largest element, of each pair, or along a dimension. Ties share the gradient; along a dimension the first gets it. */
export const max: ExtremeFn = extreme(
  'max',
  wholly('max', 'MaxBackward1', (x) => core.max(x)),
  alongDim('max', 'MaxBackward0', core.maxWithIndex),
  maximum,
)
/** The smallest element, of each pair, or along a dimension. */
export const min: ExtremeFn = extreme(
  'min',
  wholly('min', 'MinBackward1', (x) => core.min(x)),
  alongDim('min', 'MinBackward0', core.minWithIndex),
  minimum,
)
