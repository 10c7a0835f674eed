// Functions shared by the kernels of one module, made when first asked for and found again by a complete key.
import type { FunctionBuilder, FunctionRef, ModuleBuilder } from './encoder.ts'
import type { ValueType } from './instructions.ts'

export interface Library {
  readonly module: ModuleBuilder
  /** The function of that key. `write` must depend on nothing but what the key tells. */
  shared(
    key: string,
    params: readonly ValueType[],
    results: readonly ValueType[],
    write: (f: FunctionBuilder) => void,
  ): FunctionRef
}

export function library(module: ModuleBuilder): Library {
  const known = new Map<string, FunctionRef>()
  return {
    module,
    shared(key, params, results, write) {
      const found = known.get(key)
      if (found !== undefined) return found
      const made = module.function(key, params, results)
      known.set(key, made)
      write(made)
      return made
    },
  }
}
