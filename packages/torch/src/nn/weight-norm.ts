// Weight normalisation: a weight as a direction and a length, both trained; the weight itself is made anew before each forward.
import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { noGrad } from '../autograd/grad-mode.ts'
import { argumentError } from '../errors.ts'
import { operation } from '../ops/operation.ts'
import { run } from '../ops/run.ts'
import { type Arguments, parse } from '../ops/signature.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { AnyModule } from './module.ts'
import { isLazy, Parameter } from './parameter.ts'
import { Recomputed } from './recomputed.ts'

interface Along {
  /** The dimension that has a length for each of its places; null: one length for all. */
  readonly dim: number | null
}

/** The Euclidean norm over all dimensions but one. */
function lengths(direction: Value, dim: number | null): Value {
  const rank = direction.type.shape.length
  if (dim === null) return core.norm(direction)
  const kept = dim < 0 ? dim + rank : dim
  const axes = direction.type.shape.map((_, axis) => axis).filter((axis) => axis !== kept)
  return core.norm(direction, { axes, keepDims: true })
}

const measured = operation<Along>({
  name: 'norm_except_dim',
  node: 'NormBackward1',
  build: ([direction], { dim }) => lengths(direction as Value, dim),
})
const scaled = operation<Along>({
  name: '_weight_norm',
  node: 'WeightNormInterfaceBackward0',
  operands: ['v', 'g'],
  build: ([direction, length], { dim }) =>
    core.mul(direction as Value, core.div(length as Value, lengths(direction as Value, dim))),
})

/** The length of a weight for each place of `dim`. */
export const lengthsOf = (weight: Tensor, dim: number | null): Tensor =>
  noGrad(() => run(measured, [weight], { dim }))
/** A direction brought to lengths. */
export const ofLength = (direction: Tensor, length: Tensor, dim: number | null): Tensor =>
  run(scaled, [direction, length], { dim })

interface Settings extends Along {
  readonly name: string
}
type Params = { name?: string; dim?: number | null }

const weightOf = (module: AnyModule, { name, dim }: Settings): Tensor =>
  ofLength(Reflect.get(module, `${name}_v`) as Tensor, Reflect.get(module, `${name}_g`) as Tensor, dim)
const weights = new Recomputed<Settings>(weightOf)

/** Gives a module `weight_g` and `weight_v` in the place of `weight`. */
export function weightNorm<M extends AnyModule>(module: M, ...args: Arguments<Params, ['name', 'dim']>): M {
  const { name = 'weight', dim = 0 } = parse<Params>('weight_norm', ['name', 'dim'], [], args)
  if (weights.find(module, name) !== undefined) {
    throw argumentError(`Cannot register two weight_norm hooks on the same parameter ${name}`)
  }
  const weight = module.getParameter(name)
  if (isLazy(weight)) throw uninitialized()
  Reflect.deleteProperty(module, name)
  module.registerParameter(`${name}_g`, new Parameter(lengthsOf(weight, dim)))
  module.registerParameter(`${name}_v`, new Parameter(weight.detach()))
  const settings = { name, dim }
  Reflect.set(module, name, weightOf(module, settings))
  weights.add(module, settings)
  return module
}

/** Makes the weight one parameter again. */
export function removeWeightNorm<M extends AnyModule>(module: M, name = 'weight'): M {
  const settings = weights.find(module, name)
  if (settings === undefined) {
    throw argumentError(`weight_norm of '${name}' not found in ${String(module)}`, {}, 'ValueError')
  }
  const weight = noGrad(() => weightOf(module, settings))
  for (const each of ['', '_g', '_v']) Reflect.deleteProperty(module, name + each)
  module.registerParameter(name, new Parameter(weight))
  weights.remove(module, name)
  return module
}

const uninitialized = () =>
  argumentError(
    "The module passed to `WeightNorm` can't have uninitialized parameters. Make sure to run the dummy forward before applying weight normalization",
    {},
    'ValueError',
  )
