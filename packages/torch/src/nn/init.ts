// `torch.nn.init`: fills a tensor in place from the default generator, outside of autograd. Bounds and deviations are computed in
// double, in PyTorch's order: the rounding decides the last bit of every weight.
import type { TypedArray } from '@heddle/core'
import { noGrad } from '../autograd/grad-mode.ts'
import { invalidOption, warn } from '../errors.ts'
import { tensorOfDraw } from '../ops/creation.ts'
import { fn, type Plain } from '../ops/signature.ts'
import { defaultGenerator } from '../random/default-generator.ts'
import type { Generator } from '../random/generator.ts'
import {
  diracPlaces,
  eyePlaces,
  type FanMode,
  fansOf,
  kaimingBound,
  kaimingStd,
  xavierBound,
  xavierStd,
} from '../random/init.ts'
import { fillOrthogonal, fillSparse } from '../random/matrices.ts'
import { fillTruncatedNormal, isTruncatedFarFromMean } from '../random/truncated-normal.ts'
import type { Tensor } from '../tensor/tensor.ts'

export { calculateGain } from '../random/init.ts'

let isSkipped = false

/** Runs `body` with tensors left as they are made, and no random numbers drawn. */
export function withoutInit<T>(body: () => T): T {
  const before = isSkipped
  isSkipped = true
  try {
    return body()
  } finally {
    isSkipped = before
  }
}

/** Another generator than the default one. */
type Drawn = { generator?: Generator | null }
const generatorOf = ({ generator }: Drawn): Generator => generator ?? defaultGenerator

type Uniform = Drawn & { a?: number; b?: number }
/** Uniform in [a, b), by default [0, 1). */
export const uniform_: Plain<Uniform, ['a', 'b', 'generator']> = fn(
  'uniform_',
  ['a', 'b', 'generator'],
  [],
  (tensor, { a = 0, b = 1, ...drawn }) =>
    isSkipped ? tensor : noGrad(() => tensor.uniform_(a, b, { generator: generatorOf(drawn) })),
)

type Normal = Drawn & { mean?: number; std?: number }
/** Normal, by default standard normal. */
export const normal_: Plain<Normal, ['mean', 'std', 'generator']> = fn(
  'normal_',
  ['mean', 'std', 'generator'],
  [],
  (tensor, { mean = 0, std = 1, ...drawn }) =>
    isSkipped ? tensor : noGrad(() => tensor.normal_(mean, std, { generator: generatorOf(drawn) })),
)

/** One number everywhere. */
export const constant_: Plain<{ val: number }, ['val']> = fn('constant_', ['val'], [], (tensor, { val }) =>
  isSkipped ? tensor : noGrad(() => tensor.fill_(val)),
)
/** 1 everywhere. */
export const ones_ = (tensor: Tensor): Tensor => constant_(tensor, 1)
/** 0 everywhere. */
export const zeros_ = (tensor: Tensor): Tensor => constant_(tensor, 0)

/** Inputs and outputs of a weight `[out, in, …]`. */
export const fanOf: typeof fansOf = fansOf

/** PyTorch's answer to a weight without elements. */
function isEmpty(tensor: Tensor): boolean {
  if (tensor.numel() > 0) return false
  warn('Initializing zero-element tensors is a no-op')
  return true
}

export type KaimingOptions = Drawn & {
  /** Slope of the leaky ReLU that follows. Default 0. */
  a?: number
  /** Which fan the deviation is by. Default `fan_in`. */
  mode?: FanMode
  /** Default `leaky_relu`. */
  nonlinearity?: string
}
type Kaiming = Plain<KaimingOptions, ['a', 'mode', 'nonlinearity', 'generator']>

/** Uniform, bounded so that variances stay through layers and their nonlinearity. */
export const kaimingUniform_: Kaiming = fn(
  'kaiming_uniform_',
  ['a', 'mode', 'nonlinearity', 'generator'],
  [],
  (tensor, { a, mode, nonlinearity, ...drawn }) => {
    if (isEmpty(tensor)) return tensor
    const bound = kaimingBound(tensor.shape, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound, drawn)
  },
)
/** Normal, with a deviation that keeps variances through layers and their nonlinearity. */
export const kaimingNormal_: Kaiming = fn(
  'kaiming_normal_',
  ['a', 'mode', 'nonlinearity', 'generator'],
  [],
  (tensor, { a, mode, nonlinearity, ...drawn }) =>
    isEmpty(tensor) ? tensor : normal_(tensor, 0, kaimingStd(tensor.shape, a, mode, nonlinearity), drawn),
)

export type GainOption = Drawn & { gain?: number }
type Xavier = Plain<GainOption, ['gain', 'generator']>

/** Uniform, bounded by inputs and outputs alike. */
export const xavierUniform_: Xavier = fn(
  'xavier_uniform_',
  ['gain', 'generator'],
  [],
  (tensor, { gain = 1, ...drawn }) => {
    const bound = xavierBound(tensor.shape, gain)
    return uniform_(tensor, -bound, bound, drawn)
  },
)
/** Normal, with a deviation by inputs and outputs alike. */
export const xavierNormal_: Xavier = fn(
  'xavier_normal_',
  ['gain', 'generator'],
  [],
  (tensor, { gain = 1, ...drawn }) => normal_(tensor, 0, xavierStd(tensor.shape, gain), drawn),
)

/** Writes what `fill` makes; what that depends on is not told, so that compiled functions stay eager. */
function filled(tensor: Tensor, fill: (data: TypedArray) => void): Tensor {
  if (isSkipped) return tensor
  const { dtype, shape, device } = tensor
  return noGrad(() => tensor.copy_(tensorOfDraw(dtype, shape, fill, [fill], { device })))
}

type Truncated = Normal & { a?: number; b?: number }
/** Normal numbers within [a, b]. */
export const truncNormal_: Plain<Truncated, ['mean', 'std', 'a', 'b', 'generator']> = fn(
  'trunc_normal_',
  ['mean', 'std', 'a', 'b', 'generator'],
  [],
  (tensor, { mean = 0, std = 1, a = -2, b = 2, ...drawn }) => {
    if (isTruncatedFarFromMean(mean, std, a, b)) {
      warn(
        'mean is more than 2 std from [a, b] in nn.init.trunc_normal_. The distribution of values may be incorrect.',
      )
    }
    return filled(tensor, (data) =>
      fillTruncatedNormal(generatorOf(drawn), tensor.dtype.core, data, mean, std, a, b),
    )
  },
)

const onesAt = (tensor: Tensor, places: readonly number[]): Tensor =>
  filled(tensor, (data) => {
    for (const place of places) data[place] = 1
  })

/** The identity matrix. */
export const eye_ = (tensor: Tensor): Tensor => onesAt(tensor, eyePlaces(tensor.shape))
/** Weights of a convolution that passes its inputs on. */
export const dirac_: Plain<{ groups?: number }, ['groups']> = fn(
  'dirac_',
  ['groups'],
  [],
  (tensor, { groups = 1 }) => onesAt(tensor, diracPlaces(tensor.shape, groups)),
)

/** Orthonormal rows or columns, whichever are fewer, times `gain`; drawn evenly among all such. */
export const orthogonal_: Plain<GainOption, ['gain', 'generator']> = fn(
  'orthogonal_',
  ['gain', 'generator'],
  [],
  (tensor, { gain = 1, ...drawn }) => {
    if (tensor.ndim < 2) throw invalidOption('Only tensors with 2 or more dimensions are supported')
    if (tensor.numel() === 0) return tensor
    const generator = generatorOf(drawn)
    return filled(tensor, (data) => {
      fillOrthogonal(generator, tensor.dtype.core, data, tensor.size(0), gain)
    })
  },
)

type Sparse = Drawn & { sparsity: number; std?: number }
/** Normal numbers, in each column a share of `sparsity` of them zero. */
export const sparse_: Plain<Sparse, ['sparsity', 'std', 'generator']> = fn(
  'sparse_',
  ['sparsity', 'std', 'generator'],
  [],
  (tensor, { sparsity, std = 0.01, ...drawn }) => {
    const { shape } = tensor
    const [rows] = shape
    if (rows === undefined || shape.length !== 2) {
      throw invalidOption('Only tensors with 2 dimensions are supported')
    }
    const generator = generatorOf(drawn)
    return filled(tensor, (data) => {
      fillSparse(generator, tensor.dtype.core, data, rows, sparsity, std)
    })
  },
)

/** A function under the name it had before it said that it works in place. */
const deprecated =
  <A extends readonly unknown[]>(
    name: string,
    fill: (tensor: Tensor, ...args: A) => Tensor,
  ): ((tensor: Tensor, ...args: A) => Tensor) =>
  (tensor, ...args) => {
    warn(`nn.init.${name} is now deprecated in favor of nn.init.${name}_.`)
    return fill(tensor, ...args)
  }

export const uniform: typeof uniform_ = deprecated('uniform', uniform_)
export const normal: typeof normal_ = deprecated('normal', normal_)
export const constant: typeof constant_ = deprecated('constant', constant_)
export const eye: typeof eye_ = deprecated('eye', eye_)
export const dirac: typeof dirac_ = deprecated('dirac', dirac_)
export const xavierUniform: typeof xavierUniform_ = deprecated('xavier_uniform', xavierUniform_)
export const xavierNormal: typeof xavierNormal_ = deprecated('xavier_normal', xavierNormal_)
export const kaimingUniform: typeof kaimingUniform_ = deprecated('kaiming_uniform', kaimingUniform_)
export const kaimingNormal: typeof kaimingNormal_ = deprecated('kaiming_normal', kaimingNormal_)
export const orthogonal: typeof orthogonal_ = deprecated('orthogonal', orthogonal_)
export const sparse: typeof sparse_ = deprecated('sparse', sparse_)
