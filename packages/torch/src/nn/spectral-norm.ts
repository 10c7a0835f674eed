// Weights divided by their largest singular value, which a step of the power method estimates before each forward in training.
import { noGrad } from '../autograd/grad-mode.ts'
import { argumentError, type TorchError } from '../errors.ts'
import { div } from '../ops/arithmetic.ts'
import { empty } from '../ops/creation.ts'
import { dot, mv } from '../ops/products.ts'
import { type Arguments, parse } from '../ops/signature.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { normalize } from './functional/normalization.ts'
import { ConvTranspose1d, ConvTranspose2d, ConvTranspose3d } from './layers/convolution.ts'
import type { AnyModule } from './module.ts'
import { isLazy, Parameter } from './parameter.ts'
import { Recomputed } from './recomputed.ts'

/** The weight with `dim` as rows and all else as columns. */
export function asMatrix(weight: Tensor, dim: number): Tensor {
  const first = dim === 0 ? weight : weight.moveaxis(dim, 0)
  return first.reshape(first.size(0), -1)
}

/** Normal numbers of length 1. */
export const unitVector = (like: Tensor, size: number, eps: number): Tensor => {
  const { dtype, device } = like
  return normalize(empty([size], { dtype, device }).normal_(0, 1), { dim: 0, eps })
}

/** `uᵀ W v`, of copies: they may be written to before backward. */
export const largestValue = (matrix: Tensor, u: Tensor, v: Tensor): Tensor =>
  dot(u.clone(), mv(matrix, v.clone()))

const transposed = [ConvTranspose1d, ConvTranspose2d, ConvTranspose3d]
/** Transposed convolutions have their outputs second. */
export const outputDim = (module: AnyModule, dim: number | null | undefined): number =>
  dim ?? (transposed.some((each) => module instanceof each) ? 1 : 0)

interface Settings {
  readonly name: string
  readonly powerIterations: number
  readonly dim: number
  readonly eps: number
}

function weightOf(
  module: AnyModule,
  { name, powerIterations, dim, eps }: Settings,
  iterates: boolean,
): Tensor {
  const [weight, u, v] = ['orig', 'u', 'v'].map((each) => Reflect.get(module, `${name}_${each}`)) as [
    Tensor,
    Tensor,
    Tensor,
  ]
  const matrix = asMatrix(weight, dim)
  if (iterates) {
    noGrad(() => {
      for (let k = 0; k < powerIterations; k++) {
        v.copy_(normalize(mv(matrix.t(), u), { dim: 0, eps }))
        u.copy_(normalize(mv(matrix, v), { dim: 0, eps }))
      }
    })
  }
  return div(weight, largestValue(matrix, u, v))
}

const weights = new Recomputed<Settings>((module, settings) => weightOf(module, settings, module.training))

type Params = { name?: string; nPowerIterations?: number; eps?: number; dim?: number | null }

/** Gives a module `weight_orig`, `weight_u` and `weight_v` in the place of `weight`, which is made anew before each forward. */
export function spectralNorm<M extends AnyModule>(
  module: M,
  ...args: Arguments<Params, ['name', 'nPowerIterations', 'eps', 'dim']>
): M {
  const names = ['name', 'nPowerIterations', 'eps', 'dim'] as const
  const params = parse<Params>('spectral_norm', names, [], args)
  const { name = 'weight', nPowerIterations: powerIterations = 1, eps = 1e-12 } = params
  if (weights.find(module, name) !== undefined) throw twice(name)
  if (powerIterations <= 0) throw noIterations(powerIterations)
  const settings = { name, powerIterations, dim: outputDim(module, params.dim), eps }
  const weight = module.getParameter(name)
  if (isLazy(weight)) throw uninitialized()
  const [u, v] = noGrad(() => {
    const [rows, columns] = asMatrix(weight, settings.dim).shape as readonly number[] as [number, number]
    return [unitVector(weight, rows, eps), unitVector(weight, columns, eps)]
  })
  Reflect.deleteProperty(module, name)
  module.registerParameter(`${name}_orig`, weight)
  Reflect.set(module, name, weight.data)
  module.registerBuffer(`${name}_u`, u)
  module.registerBuffer(`${name}_v`, v)
  weights.add(module, settings)
  return module
}

/** Makes the weight one parameter again. */
export function removeSpectralNorm<M extends AnyModule>(module: M, name = 'weight'): M {
  const settings = weights.find(module, name)
  if (settings === undefined) {
    throw argumentError(`spectral_norm of '${name}' not found in ${String(module)}`, {}, 'ValueError')
  }
  const weight = noGrad(() => weightOf(module, settings, false))
  for (const each of ['', '_u', '_v', '_orig']) Reflect.deleteProperty(module, name + each)
  module.registerParameter(name, new Parameter(weight))
  weights.remove(module, name)
  return module
}

const valueError = (text: string): TorchError => argumentError(text, {}, 'ValueError')
export const noIterations = (count: number): TorchError =>
  valueError(`Expected n_power_iterations to be positive, but got n_power_iterations=${count}`)
const twice = (name: string): TorchError =>
  argumentError(`Cannot register two spectral_norm hooks on the same parameter ${name}`)
const uninitialized = (): TorchError =>
  valueError(
    "The module passed to `SpectralNorm` can't have uninitialized parameters. Make sure to run the dummy forward before applying spectral normalization",
  )
