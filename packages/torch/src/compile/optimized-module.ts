// A compiled module: a module whose call runs the compiled one, and whose other attributes are those of the module it was made of.
import { type AnyModule, Module } from '../nn/module.ts'

export class OptimizedModule extends Module<readonly unknown[], unknown> {
  readonly _orig_mod: AnyModule

  constructor(model: AnyModule, call: (...args: readonly unknown[]) => unknown, explain: () => string) {
    super()
    this._orig_mod = model
    this.training = model.training
    Reflect.defineProperty(this, 'forward', { value: call })
    Reflect.defineProperty(this, 'explain', { value: explain })
    Object.setPrototypeOf(this, attributesOf(model))
  }
}

/** What is neither an attribute of the compiled module nor of every module is asked of the original. */
const attributesOf = (model: AnyModule): object =>
  new Proxy(OptimizedModule.prototype, {
    get: (target, key, receiver): unknown =>
      Reflect.has(target, key) ? Reflect.get(target, key, receiver) : Reflect.get(model, key),
    has: (target, key) => Reflect.has(target, key) || Reflect.has(model, key),
  })
