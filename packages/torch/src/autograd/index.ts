// `torch.autograd`: gradients without touching `.grad`, and the modes.
import { inputNotRequiringGrad, unusedInput } from '../errors.ts'
import { cotangentOf, Tensor } from '../tensor.ts'
import { runBackward } from './backward.ts'

export { enableGrad, noGrad } from './grad-mode.ts'

export interface GradOptions {
  readonly gradOutputs?: Tensor | readonly (Tensor | null)[]
  readonly retainGraph?: boolean
  /** `null` for inputs that were not used, instead of an error. */
  readonly allowUnused?: boolean
}

const listOf = <T>(given: T | readonly T[]): readonly T[] => (isList(given) ? given : [given])
const isList = <T>(given: T | readonly T[]): given is readonly T[] => Array.isArray(given)

/** Gradients of the sum of `outputs` with respect to `inputs`. */
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: Tensor | readonly Tensor[],
  { gradOutputs = [], retainGraph = false, allowUnused = false }: GradOptions = {},
): readonly (Tensor | null)[] {
  const given = listOf<Tensor | null>(gradOutputs)
  const wanted = listOf(inputs)
  for (const input of wanted) if (!input.requiresGrad) throw inputNotRequiringGrad()
  const roots = listOf(outputs).map((tensor, k) => ({ tensor, cotangent: cotangentOf(tensor, given[k]) }))
  const found = runBackward(roots, { retainGraph, wanted })
  return wanted.map((input) => {
    const cell = found.get(input)
    if (cell !== undefined) return new Tensor({ cell, version: 0 })
    if (!allowUnused) throw unusedInput()
    return null
  })
}
