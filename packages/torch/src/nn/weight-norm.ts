// Weight normalisation: a weight as a direction and a length, both trained; the weight itself is made anew before each forward.
import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { noGrad } from '../autograd/grad-mode.ts'
import type { RemovableHandle } from '../autograd/node.ts'
import { argumentError } from '../errors.ts'
import { operation } from '../ops/operation.ts'
import { run } from '../ops/run.ts'
import { type Arguments, parse } from '../ops/signature.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { AnyModule } from './module.ts'
import { isLazy, Parameter } from './parameter.ts'

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

interface Normed extends Along {
  readonly handle: RemovableHandle
}
const normed = new WeakMap<AnyModule, Map<string, Normed>>()

type Params = { name?: string; dim?: number | null }

const weightOf = (module: AnyModule, name: string, dim: number | null): Tensor =>
  run(scaled, [module.getParameter(`${name}_v`), module.getParameter(`${name}_g`)], { dim })

/** Gives a module `weight_g` and `weight_v` in the place of `weight`. */
export function weightNorm<M extends AnyModule>(module: M, ...args: Arguments<Params, ['name', 'dim']>): M {
  const { name = 'weight', dim = 0 } = parse<Params>('weight_norm', ['name', 'dim'], [], args)
  const known = normed.get(module) ?? new Map<string, Normed>()
  if (known.has(name)) {
    throw argumentError(`Cannot register two weight_norm hooks on the same parameter ${name}`)
  }
  const weight = module.getParameter(name)
  if (isLazy(weight)) throw uninitialized()
  const length = noGrad(() => run(measured, [weight], { dim }))
  Reflect.deleteProperty(module, name)
  module.registerParameter(`${name}_g`, new Parameter(length))
  module.registerParameter(`${name}_v`, new Parameter(weight.detach()))
  Reflect.set(module, name, weightOf(module, name, dim))
  const handle = module.registerForwardPreHook((owner) => {
    Reflect.set(owner, name, weightOf(owner, name, dim))
  })
  normed.set(module, known.set(name, { dim, handle }))
  return module
}

/** Makes the weight one parameter again. */
export function removeWeightNorm<M extends AnyModule>(module: M, name = 'weight'): M {
  const found = normed.get(module)?.get(name)
  if (found === undefined) {
    throw argumentError(`weight_norm of '${name}' not found in ${String(module)}`, {}, 'ValueError')
  }
  const weight = noGrad(() => weightOf(module, name, found.dim))
  found.handle.remove()
  normed.get(module)?.delete(name)
  for (const each of [name, `${name}_g`, `${name}_v`]) Reflect.deleteProperty(module, each)
  module.registerParameter(name, new Parameter(weight))
  return module
}

const uninitialized = () =>
  argumentError(
    "The module passed to `WeightNorm` can't have uninitialized parameters. Make sure to run the dummy forward before applying weight normalization",
    {},
    'ValueError',
  )
