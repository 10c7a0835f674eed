// What lazy layers have in common: parameters without shapes until the first call, whose inputs give them; then the layer is one of
// the class it stands for.
import { argumentError, warn } from '../errors.ts'
import { partsOf } from './callable.ts'
import type { ForwardPreHook } from './hooks.ts'
import type { AnyModule } from './module.ts'
import { isLazy } from './parameter.ts'

interface Lazy {
  /** Gives shapes to parameters and buffers by the inputs of the first call. */
  initializeParameters(...inputs: readonly unknown[]): void
}

let hasWarned = false

/** With its first call the module becomes one of the class that its own class extends. */
export function awaitInputs(module: AnyModule & Lazy): void {
  if (!hasWarned) {
    warn(
      'Lazy modules are a new feature under heavy development so changes to the API or functionality can happen at any moment.',
    )
  }
  hasWarned = true
  module.registerForwardPreHook(initialize)
}

/** Copies of a lazy module have its hook. */
const initialize: ForwardPreHook = (module, inputs) => {
  const lazy = module as AnyModule & Lazy
  lazy.initializeParameters(...inputs)
  if (hasUninitializedParams(module)) {
    throw argumentError(`module ${module._getName()} has not been fully initialized`)
  }
  const { forwardPre } = partsOf(module).hooks
  for (const [key, { hook }] of forwardPre) if (hook === initialize) forwardPre.delete(key)
  Object.setPrototypeOf(module, Object.getPrototypeOf(Object.getPrototypeOf(module)))
}

/** Whether a parameter or buffer of the module itself has no shape yet. */
export function hasUninitializedParams(module: AnyModule): boolean {
  const { parameters, buffers } = partsOf(module).registry
  return [...parameters.values(), ...buffers.values()].some(isLazy)
}
