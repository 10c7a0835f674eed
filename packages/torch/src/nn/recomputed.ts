// Attributes of modules that are made anew before each forward, as weights that are functions of what is trained.
import type { Tensor } from '../tensor/tensor.ts'
import { partsOf } from './callable.ts'
import type { ForwardPreHook } from './hooks.ts'
import type { AnyModule } from './module.ts'

interface Attribute {
  readonly name: string
}

/** Attributes of one kind, each made by settings of its own. Copies of a module share its hooks, and with them the settings. */
export class Recomputed<S extends Attribute> {
  readonly #make: (module: AnyModule, settings: S) => Tensor
  readonly #settings = new WeakMap<ForwardPreHook, S>()

  constructor(make: (module: AnyModule, settings: S) => Tensor) {
    this.#make = make
  }

  add(module: AnyModule, settings: S): void {
    const hook: ForwardPreHook = (owner) => {
      Reflect.set(owner, settings.name, this.#make(owner, settings))
    }
    this.#settings.set(hook, settings)
    module.registerForwardPreHook(hook)
  }

  /** The settings of an attribute; without a name those of the first there is. */
  find(module: AnyModule, name?: string): S | undefined {
    return this.#entry(module, name)?.settings
  }

  /** The attribute keeps its value. */
  remove(module: AnyModule, name: string): void {
    const found = this.#entry(module, name)
    if (found !== undefined) partsOf(module).hooks.forwardPre.delete(found.key)
  }

  #entry(module: AnyModule, name?: string): { readonly key: object; readonly settings: S } | undefined {
    for (const [key, { hook }] of partsOf(module).hooks.forwardPre) {
      const settings = this.#settings.get(hook as ForwardPreHook)
      if (settings !== undefined && (name === undefined || settings.name === name)) return { key, settings }
    }
    return undefined
  }
}
