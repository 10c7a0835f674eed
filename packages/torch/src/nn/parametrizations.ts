// `torch.nn.utils.parametrizations`: weights of given lengths and of a largest singular value of 1, as functions of what is trained.
import { noGrad } from '../autograd/grad-mode.ts'
import { argumentError, type TorchError } from '../errors.ts'
import { div } from '../ops/arithmetic.ts'
import { mv } from '../ops/products.ts'
import { type Arguments, parse } from '../ops/signature.ts'
import { Tensor } from '../tensor/tensor.ts'
import { normalize } from './functional/normalization.ts'
import { type AnyModule, Module } from './module.ts'
import { registerParametrization } from './parametrize.ts'
import { asMatrix, largestValue, noIterations, outputDim, unitVector } from './spectral-norm.ts'
import { lengthsOf, ofLength } from './weight-norm.ts'

/** Of a length and a direction. */
class WeightNorm extends Module<[length: Tensor, direction: Tensor]> {
  readonly dim: number

  constructor(dim: number | null) {
    super()
    this.dim = dim ?? -1
  }
  override _getName(): string {
    return '_WeightNorm'
  }
  override forward(length: Tensor, direction: Tensor): Tensor {
    return ofLength(direction, length, this.dim)
  }
  rightInverse(weight: Tensor): readonly [Tensor, Tensor] {
    return [lengthsOf(weight, this.dim), weight]
  }
}

type WeightParams = { name?: string; dim?: number | null }

/** `module[name]` is a direction times a length for each place of `dim`. */
export function weightNorm<M extends AnyModule>(
  module: M,
  ...args: Arguments<WeightParams, ['name', 'dim']>
): M {
  const { name = 'weight', dim = 0 } = parse<WeightParams>('weight_norm', ['name', 'dim'], [], args)
  registerParametrization(module, name, new WeightNorm(dim), { unsafe: true })
  // State dicts of the older `nn.utils.weightNorm` are those of this one under other names.
  module.registerLoadStateDictPreHook((_, state, prefix) => {
    const [length, direction] = [`${prefix}${name}_g`, `${prefix}${name}_v`]
    if (!state.has(length) || !state.has(direction)) return
    state.set(`${prefix}parametrizations.${name}.original0`, state.get(length))
    state.set(`${prefix}parametrizations.${name}.original1`, state.get(direction))
    state.delete(length)
    state.delete(direction)
  })
  return module
}

/** Divided by an estimate of the largest singular value, which gets better with each call in training. */
class SpectralNorm extends Module<[weight: Tensor]> {
  readonly dim: number
  readonly eps: number
  readonly nPowerIterations: number

  constructor(weight: Tensor, iterations: number, dim: number, eps: number) {
    super()
    const rank = weight.ndim
    if (dim >= rank || dim < -rank) throw dimRange(dim, rank)
    if (iterations <= 0) throw noIterations(iterations)
    this.dim = dim < 0 ? dim + rank : dim
    this.eps = eps
    this.nPowerIterations = iterations
    if (rank > 1) this.prepare(weight)
  }
  private prepare(weight: Tensor): void {
    noGrad(() => {
      const matrix = asMatrix(weight, this.dim)
      const [rows, columns] = matrix.shape as readonly number[] as [number, number]
      this.registerBuffer('_u', unitVector(weight, rows, this.eps))
      this.registerBuffer('_v', unitVector(weight, columns, this.eps))
      this.iterate(matrix, 15)
    })
  }
  private iterate(matrix: Tensor, count: number): void {
    const [u, v] = this.vectors()
    const { eps } = this
    noGrad(() => {
      for (let k = 0; k < count; k++) {
        u.copy_(normalize(mv(matrix, v), { dim: 0, eps }))
        v.copy_(normalize(mv(matrix.t(), u), { dim: 0, eps }))
      }
    })
  }
  private vectors(): readonly [Tensor, Tensor] {
    return [this.getBuffer('_u'), this.getBuffer('_v')]
  }
  override _getName(): string {
    return '_SpectralNorm'
  }
  override forward(weight: Tensor): Tensor {
    if (weight.ndim === 1) return normalize(weight, { dim: 0, eps: this.eps })
    const matrix = asMatrix(weight, this.dim)
    if (this.training) this.iterate(matrix, this.nPowerIterations)
    return div(weight, largestValue(matrix, ...this.vectors()))
  }
  rightInverse(value: Tensor): Tensor {
    return value
  }
}

type SpectralParams = { name?: string; nPowerIterations?: number; eps?: number; dim?: number | null }

/** `module[name]` has a largest singular value of about 1. */
export function spectralNorm<M extends AnyModule>(
  module: M,
  ...args: Arguments<SpectralParams, ['name', 'nPowerIterations', 'eps', 'dim']>
): M {
  const names = ['name', 'nPowerIterations', 'eps', 'dim'] as const
  const params = parse<SpectralParams>('spectral_norm', names, [], args)
  const { name = 'weight', nPowerIterations = 1, eps = 1e-12 } = params
  const weight: unknown = Reflect.get(module, name)
  if (!(weight instanceof Tensor)) throw noTensor(module, name)
  const norm = new SpectralNorm(weight, nPowerIterations, outputDim(module, params.dim), eps)
  return registerParametrization(module, name, norm)
}

const noTensor = (module: AnyModule, name: string): TorchError =>
  argumentError(`Module '${String(module)}' has no parameter or buffer with name '${name}'`, {}, 'ValueError')
const dimRange = (dim: number, rank: number): TorchError =>
  argumentError(
    `Dimension out of range (expected to be in range of [-${rank}, ${rank - 1}] but got ${dim})`,
    { dim, rank },
    'IndexError',
  )
