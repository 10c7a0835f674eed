// Deviations, norms and distances.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import type { DType } from '../dtypes.ts'
import { argumentError, notSupported, type TorchError } from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { castTo } from './cast.ts'
import { type Dims, resolveDims } from './dims.ts'
import { operation } from './operation.ts'
import type { Out } from './out.ts'
import { inCommon } from './promotion.ts'
import type { Axes } from './reduced.ts'
import { run, runInPlace } from './run.ts'
import { type Fn, fn, withMethod } from './signature.ts'
import { type SpreadArguments, type SpreadOptions, spreadOf } from './statistics-options.ts'

interface Spread {
  (self: Tensor, ...args: SpreadArguments<Out>): Tensor
  readonly method: (self: Tensor, ...args: SpreadArguments) => Tensor
}

function spread(name: string, node: string, build: typeof core.variance): Spread {
  const op = operation<SpreadOptions>({ name, node, build: ([x], options) => build(x as Value, options) })
  return withMethod(name, (self: Tensor, ...args: SpreadArguments) =>
    run(op, [self], spreadOf(name, self, args, 'std and var')),
  )
}

/** Mean squared distance from the mean, of the count less the correction: 1 unless `unbiased` is false. */
const variance: Spread = spread('var', 'VarBackward0', core.variance)

export { variance as var }
/** The root of the variance. Where it is 0 its gradient is 0. */
export const std: Spread = spread('std', 'StdBackward0', core.std)

interface NormOptions extends Axes {
  readonly p: number
}

const normed = operation<NormOptions>({
  name: 'norm',
  node: 'LinalgVectorNormBackward0',
  build: ([x], { axes, keepDims, p, dtype }) => {
    const value = castTo(x as Value, dtype ?? (x as Value).type.dtype)
    return core.norm(value, { axes, keepDims, p })
  },
})

type NormParams = {
  p?: number | 'fro' | 'nuc' | null
  dim?: Dims | null
  keepdim?: boolean
  dtype?: DType | null
}

/** The p-norm of all elements or over dimensions: `(Σ|x|^p)^(1/p)`, with p 2 unless given. */
export const norm: Fn<NormParams, ['p', 'dim', 'keepdim', 'dtype']> = fn(
  'norm',
  ['p', 'dim', 'keepdim', 'dtype'],
  [],
  (self, { p, dim, keepdim = false, dtype }) => {
    if (p === 'nuc') throw notSupported("norm with p='nuc', which needs singular values,")
    if (typeof p === 'string' && p !== 'fro') throw normName(String(p satisfies never))
    if (!self.dtype.isFloatingPoint) throw normDType(self.dtype.title)
    return run(normed, [self], {
      axes: resolveDims(dim, self.ndim),
      keepDims: keepdim,
      isWhole: dim == null,
      dtype: dtype?.core,
      p: typeof p === 'number' ? p : 2,
    })
  },
)

const apart = operation<{ p: number }>({
  name: 'dist',
  node: 'DistBackward0',
  build: (operands, { p }) => inCommon(operands, (x, y) => core.norm(core.sub(x, y), { p })),
})

/** The p-norm of the difference. */
export const dist: Fn<{ other: Tensor; p?: number }, ['other', 'p']> = fn(
  'dist',
  ['other', 'p'],
  [],
  (self, { other, p = 2 }) => run(apart, [self, other], { p }),
)

interface RenormOptions {
  readonly p: number
  readonly dim: number
  readonly maxnorm: number
}

const renormed = operation<RenormOptions>({
  name: 'renorm',
  node: 'RenormBackward0',
  build: ([x], { p, dim, maxnorm }) => {
    const value = x as Value
    const axes = value.type.shape.map((_, axis) => axis).filter((axis) => axis !== dim)
    const size = core.norm(value, { p, axes, keepDims: true })
    const factor = core.select(
      core.gt(size, maxnorm),
      core.div(maxnorm, core.add(size, 1e-7)),
      core.onesLike(size),
    )
    return core.mul(value, factor)
  },
})

type RenormParams = { p: number; dim: number; maxnorm: number }

function renormOptions(self: Tensor, { p, dim, maxnorm }: RenormParams): RenormOptions {
  if (!(p > 0)) throw renormPower()
  if (maxnorm < 0) throw renormLimit(maxnorm)
  if (self.ndim < 2) throw renormRank(self.ndim)
  const [axis] = resolveDims(dim, self.ndim)
  if (!self.dtype.isFloatingPoint) throw normDType(self.dtype.title)
  return { p, dim: axis as number, maxnorm }
}

const renormNames: ['p', 'dim', 'maxnorm'] = ['p', 'dim', 'maxnorm']
type Renorm = Fn<RenormParams, ['p', 'dim', 'maxnorm']>

/** Each slice along a dimension scaled down to the norm `maxnorm`, where its own is more. */
export const renorm: Renorm & { readonly inPlace: Renorm } = Object.assign(
  fn<RenormParams, ['p', 'dim', 'maxnorm']>('renorm', renormNames, [], (self, params) =>
    run(renormed, [self], renormOptions(self, params)),
  ),
  {
    inPlace: fn<RenormParams, ['p', 'dim', 'maxnorm']>('renorm_', renormNames, [], (self, params) =>
      runInPlace(renormed, self, [], renormOptions(self, params)),
    ),
  },
)

const normName = (p: string): TorchError =>
  argumentError(`only valid string values are 'fro' and 'nuc', found ${p}`, { p })
const normDType = (dtype: string): TorchError =>
  argumentError(`linalg.vector_norm: Expected a floating point or complex tensor as input. Got ${dtype}`, {
    dtype,
  })
const renormPower = (): TorchError => argumentError('renorm: non-positive-norm not supported')
const renormLimit = (maxnorm: number): TorchError =>
  argumentError(`renorm: expected maxnorm to be >= 0 but got ${maxnorm}`, { maxnorm })
const renormRank = (rank: number): TorchError =>
  argumentError(`renorm: input needs at least 2 dimensions, got ${rank} dimensions`, { rank })
