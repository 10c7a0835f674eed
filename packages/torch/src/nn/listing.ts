// Modules, parameters and buffers by the paths of their names: parents first, in the order in which they were registered.
import { parse } from '../ops/signature.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { partsOf } from './callable.ts'
import type { AnyModule } from './module.ts'
import type { Registry } from './registry.ts'

export type NamedList<T> = readonly (readonly [string, T])[]

export interface NamedOptions {
  readonly prefix?: string
  /** Those of the modules below, too. */
  readonly recurse?: boolean
  /** What stands under several names is listed under the first only. */
  readonly removeDuplicate?: boolean
}
/** A module and all below it. */
export function walk(root: AnyModule, prefix: string, removeDuplicate: boolean): NamedList<AnyModule> {
  const found: (readonly [string, AnyModule])[] = []
  const seen = new Set<AnyModule>()
  const stack: (readonly [string, AnyModule])[] = [[prefix, root]]
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const [path, module] = top
    if (removeDuplicate && seen.has(module)) continue
    seen.add(module)
    found.push(top)
    const children = [...partsOf(module).registry.modules].reverse()
    for (const [name, child] of children) if (child !== null) stack.push([joined(path, name), child])
  }
  return found
}

/** Members of a module, or of all below it too. */
export function named<T extends Tensor>(
  root: AnyModule,
  method: string,
  args: readonly unknown[],
  members: (registry: Registry<AnyModule>) => ReadonlyMap<string, T | null>,
): NamedList<T> {
  const {
    prefix = '',
    recurse = true,
    removeDuplicate = true,
  } = parse<NamedOptions>(method, ['prefix', 'recurse', 'removeDuplicate'], [], args)
  const modules = recurse ? walk(root, prefix, removeDuplicate) : ([[prefix, root]] as const)
  const seen = new Set<T>()
  const found: (readonly [string, T])[] = []
  for (const [path, module] of modules) {
    for (const [name, member] of members(partsOf(module).registry)) {
      if (member === null || (removeDuplicate && seen.has(member))) continue
      seen.add(member)
      found.push([joined(path, name), member])
    }
  }
  return found
}

const joined = (prefix: string, name: string): string => (prefix === '' ? name : `${prefix}.${name}`)
