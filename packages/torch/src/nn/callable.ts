// What makes an instance of `Module` a function, and makes assigning to it registering. The instance is a function with the
// class's prototype, seen through a proxy that hears of each assignment; values are plain properties of the function.
import { callWithHooks, ModuleHooks } from './hooks.ts'
import type { AnyModule } from './module.ts'
import { Registry } from './registry.ts'
import { StateHooks } from './state-dict.ts'

/** What a module has beside its attributes. */
export interface ModuleParts {
  readonly registry: Registry<AnyModule>
  readonly hooks: ModuleHooks
  readonly stateHooks: StateHooks
}

const known = new WeakMap<object, ModuleParts>()

export const isModule = (value: unknown): value is AnyModule =>
  typeof value === 'function' && known.has(value)

export const partsOf = (module: object): ModuleParts => known.get(module) as ModuleParts

export class Callable {
  constructor() {
    // biome-ignore lint/correctness/noConstructorReturn: the instance is the function.
    return makeCallable(new.target.prototype)
  }
}

/** A module of the same class whose constructor has not run. */
export const emptyCallable = (like: object): AnyModule =>
  makeCallable(Object.getPrototypeOf(like)) as AnyModule

function makeCallable(prototype: object): object {
  const parts = { registry: new Registry(isModule), hooks: new ModuleHooks(), stateHooks: new StateHooks() }
  const run = (...inputs: readonly unknown[]): unknown => callWithHooks(self, parts.hooks, inputs)
  Object.setPrototypeOf(run, prototype)
  Reflect.deleteProperty(run, 'name')
  Reflect.deleteProperty(run, 'length')
  const self = new Proxy(run, {
    defineProperty(target, key, descriptor) {
      if (typeof key === 'string' && 'value' in descriptor) parts.registry.assign(key, descriptor.value)
      return Reflect.defineProperty(target, key, descriptor)
    },
    deleteProperty(target, key) {
      if (typeof key === 'string') parts.registry.forget(key)
      return Reflect.deleteProperty(target, key)
    },
  }) as object as AnyModule
  known.set(self, parts)
  return self
}
