// What is called around `forward`: hooks before it, hooks after it, and hooks on the gradients that come back, in PyTorch's order,
// those of every module before those of this one.
import { type RemovableHandle, register } from '../autograd/node.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { BackwardHooks } from './backward-hooks.ts'
import type { AnyModule } from './module.ts'

/** May give back other inputs: a list of them, or one. */
export type ForwardPreHook = (module: AnyModule, inputs: readonly unknown[]) => unknown
/** May give back another output. */
export type ForwardHook = (module: AnyModule, inputs: readonly unknown[], output: unknown) => unknown
/** May give back other gradients of the inputs. */
export type FullBackwardHook = (
  module: AnyModule,
  gradInputs: readonly (Tensor | null)[],
  gradOutputs: readonly (Tensor | null)[],
) => readonly (Tensor | null)[] | undefined | null

export class ModuleHooks {
  readonly forwardPre: Map<object, ForwardPreHook> = new Map()
  readonly forward: Map<object, ForwardHook> = new Map()
  readonly fullBackward: Map<object, FullBackwardHook> = new Map()

  get isEmpty(): boolean {
    return this.forwardPre.size === 0 && this.forward.size === 0 && this.fullBackward.size === 0
  }
}

const everywhere = new ModuleHooks()

/** Calls `hook` before `forward` of every module. */
export const registerModuleForwardPreHook = (hook: ForwardPreHook): RemovableHandle =>
  register(everywhere.forwardPre, hook)
/** Calls `hook` after `forward` of every module. */
export const registerModuleForwardHook = (hook: ForwardHook): RemovableHandle =>
  register(everywhere.forward, hook)
/** Calls `hook` when the gradients of the inputs of any module are known. */
export const registerModuleFullBackwardHook = (hook: FullBackwardHook): RemovableHandle =>
  register(everywhere.fullBackward, hook)

/** Runs `forward` with the hooks around it. */
export function callWithHooks(module: AnyModule, own: ModuleHooks, given: readonly unknown[]): unknown {
  const forward = (inputs: readonly unknown[]): unknown => module.forward(...(inputs as never))
  if (own.isEmpty && everywhere.isEmpty) return forward(given)
  let inputs = given
  for (const hook of both(everywhere.forwardPre, own.forwardPre)) {
    const result = hook(module, inputs)
    if (result != null) inputs = Array.isArray(result) ? result : [result]
  }
  const backwardHooks = both(everywhere.fullBackward, own.fullBackward)
  const backward = backwardHooks.length === 0 ? undefined : new BackwardHooks(module, backwardHooks)
  if (backward !== undefined) inputs = backward.passInputs(inputs)
  let output = forward(inputs)
  for (const hook of both(everywhere.forward, own.forward)) {
    const result = hook(module, inputs, output)
    if (result != null) output = result
  }
  return backward === undefined ? output : backward.passOutput(output)
}

const both = <T>(first: ReadonlyMap<object, T>, second: ReadonlyMap<object, T>): readonly T[] => [
  ...first.values(),
  ...second.values(),
]
