// `backward` and `autograd.grad` as users call them.
import { isOptions } from '../ops/signature.ts'
import { Tensor } from '../tensor/tensor.ts'
import { rootOf, runBackward } from './backward.ts'
import * as graphErrors from './errors.ts'

export interface BackwardOptions {
  readonly gradient?: Tensor | null
  /** What backward would need again is kept. Default: as `createGraph`. */
  readonly retainGraph?: boolean
  /** Backward is recorded itself, so that gradients have gradients. Default false. */
  readonly createGraph?: boolean
  /** Only these tensors get a gradient. Default: all leaves. */
  readonly inputs?: Tensor | readonly Tensor[]
}

const isBackwardOptions = (given: unknown): given is BackwardOptions => isOptions(given)
const listOf = <T>(given: T | readonly T[]): readonly T[] => (isList(given) ? given : [given])
const isList = <T>(given: T | readonly T[]): given is readonly T[] => Array.isArray(given)

/** Adds d(tensor)/d(leaf) to the `grad` of every leaf the tensor was computed from. */
export function backward(
  tensor: Tensor,
  given?: Tensor | null | BackwardOptions,
  trailing: BackwardOptions = {},
): void {
  const options = isBackwardOptions(given) ? given : trailing
  const gradient = given instanceof Tensor ? given : options.gradient
  const { createGraph = false, retainGraph = createGraph, inputs } = options
  runBackward([rootOf(tensor, gradient)], {
    keepGraph: retainGraph,
    createGraph,
    inputs: inputs === undefined ? undefined : listOf(inputs),
    accumulates: true,
  })
}

export interface GradOptions {
  readonly gradOutputs?: Tensor | readonly (Tensor | null)[] | null
  readonly retainGraph?: boolean
  readonly createGraph?: boolean
  /** `null` for inputs that were not used, instead of an error. */
  readonly allowUnused?: boolean
}

/** Gradients of the sum of `outputs` with respect to `inputs`; `grad` of tensors is left alone. */
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: Tensor | readonly Tensor[],
  { gradOutputs, createGraph = false, retainGraph = createGraph, allowUnused = false }: GradOptions = {},
): readonly (Tensor | null)[] {
  const given = listOf<Tensor | null>(gradOutputs ?? [])
  const wanted = listOf(inputs)
  for (const input of wanted) if (!input.requiresGrad) throw graphErrors.inputNotRequiringGrad()
  const roots = listOf(outputs).map((tensor, k) => rootOf(tensor, given[k]))
  const found = runBackward(roots, {
    keepGraph: retainGraph,
    createGraph,
    inputs: wanted,
    accumulates: false,
  })
  if (!allowUnused && found.includes(null)) throw graphErrors.unusedInput()
  return found
}
