// `backward` and `autograd.grad` as users call them.
import { type Arguments, parse } from '../ops/signature.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { rootOf, runBackward } from './backward.ts'
import * as graphErrors from './errors.ts'
import { listOf } from './lists.ts'

export interface BackwardOptions {
  readonly gradient?: Tensor | null
  /** What backward would need again is kept. Default: as `createGraph`. */
  readonly retainGraph?: boolean | null
  /** Backward is recorded itself, so that gradients have gradients. Default false. */
  readonly createGraph?: boolean
  /** Only these tensors get a gradient. Default: all leaves. */
  readonly inputs?: Tensor | readonly Tensor[]
}

const backwardNames = ['gradient', 'retainGraph', 'createGraph', 'inputs'] as const
export type BackwardArguments = Arguments<BackwardOptions, typeof backwardNames>

/** Adds d(tensor)/d(leaf) to the `grad` of every leaf the tensor was computed from. */
export function backward(tensor: Tensor, ...args: BackwardArguments): void {
  const options = parse<BackwardOptions>('backward', backwardNames, [], args)
  const { gradient, createGraph = false, inputs } = options
  const retainGraph = options.retainGraph ?? createGraph
  const wanted = inputs === undefined ? undefined : listOf(inputs)
  if (wanted?.length === 0) throw graphErrors.noInputs()
  runBackward([rootOf(tensor, gradient)], {
    keepGraph: retainGraph,
    createGraph,
    inputs: wanted,
    accumulates: true,
  })
}

export interface GradOptions {
  readonly gradOutputs?: Tensor | readonly (Tensor | null)[] | null
  readonly retainGraph?: boolean | null
  readonly createGraph?: boolean
  /** Without effect, as in PyTorch. */
  readonly onlyInputs?: boolean
  /** `null` for inputs that were not used, instead of an error. */
  readonly allowUnused?: boolean
}

const gradNames = ['gradOutputs', 'retainGraph', 'createGraph', 'onlyInputs', 'allowUnused'] as const
type GradArguments = Arguments<GradOptions, typeof gradNames>

/** What `grad` may find for one input: null only where unused ones are allowed. */
type Found<A> = A extends readonly [...unknown[], infer Last]
  ? A['length'] extends 5
    ? Tensor | null
    : 'allowUnused' extends keyof Last
      ? Tensor | null
      : Tensor
  : Tensor

/** One gradient for each input, also where there is only one. */
type FoundFor<I, A> = I extends readonly Tensor[]
  ? { readonly [K in keyof I]: Found<A> }
  : readonly [Found<A>]

/** Gradients of the sum of `outputs` with respect to `inputs`; `grad` of tensors is left alone. */
export function grad<const I extends Tensor | readonly Tensor[], A extends GradArguments>(
  outputs: Tensor | readonly Tensor[],
  inputs: I,
  ...args: A
): FoundFor<I, A> {
  const options = parse<GradOptions>('grad', gradNames, [], args)
  const { gradOutputs, createGraph = false, allowUnused = false } = options
  const retainGraph = options.retainGraph ?? createGraph
  const given = listOf<Tensor | null>(gradOutputs ?? [])
  const wanted = listOf<Tensor>(inputs)
  for (const input of wanted) if (!input.requiresGrad) throw graphErrors.inputNotRequiringGrad()
  const roots = listOf(outputs).map((tensor, k) => rootOf(tensor, given[k]))
  const found = runBackward(roots, {
    keepGraph: retainGraph,
    createGraph,
    inputs: wanted,
    accumulates: false,
  })
  if (!allowUnused && found.includes(null)) throw graphErrors.unusedInput()
  return found as FoundFor<I, A>
}
