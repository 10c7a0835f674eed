// Modules made of modules: one after the other, as a list, by name. They register what they hold, and that is all they hold.
import { isOptions } from '../ops/signature.ts'
import { Slice } from '../ops/slice.ts'
import { formatModuleList } from '../print/format-module.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { partsOf } from './callable.ts'
import { type AnyModule, Module } from './module.ts'
import * as errors from './module-errors.ts'

const heldBy = <M extends AnyModule>(container: object): ReadonlyMap<string, M> =>
  partsOf(container).registry.modules as ReadonlyMap<string, object> as ReadonlyMap<string, M>

function position(index: number, length: number): number {
  if (!Number.isInteger(index) || index < -length || index >= length) throw errors.indexRange(index)
  return index < 0 ? index + length : index
}

/** Those a slice of Python takes, backwards for a negative step. */
function sliced<T>(items: readonly T[], { start, stop, step: given }: Slice): readonly T[] {
  const step = given ?? 1
  const [least, most] = step > 0 ? [0, items.length] : [-1, items.length - 1]
  const bound = (at: number): number => Math.min(Math.max(at < 0 ? at + items.length : at, least), most)
  const from = start === null ? (step > 0 ? least : most) : bound(start)
  const to = stop === null ? (step > 0 ? most : least) : bound(stop)
  const taken: T[] = []
  for (let at = from; step > 0 ? at < to : at > to; at += step) taken.push(items[at] as T)
  return taken
}

/** Holds `modules` from now on, named by their positions. */
function renumber(container: AnyModule, modules: readonly AnyModule[]): void {
  for (const name of [...heldBy(container).keys()]) Reflect.deleteProperty(container, name)
  modules.forEach((module, k) => {
    container.addModule(String(k), module)
  })
}

/** What stands at a position: of modules that were written one by one the very class, else any that takes a tensor. */
type Standing<M extends readonly AnyModule[], K extends number> = number extends M['length'] | K
  ? Module
  : `${K}` extends keyof M
    ? M[K & keyof M]
    : Module

/** Modules one after the other; their names are their positions, or those of a map. */
export class Sequential<M extends readonly AnyModule[] = readonly Module[]> extends Module {
  constructor(modules: ReadonlyMap<string, AnyModule> | readonly AnyModule[])
  constructor(...modules: M)
  constructor(...modules: readonly (AnyModule | readonly AnyModule[] | ReadonlyMap<string, AnyModule>)[]) {
    super()
    const [first] = modules
    if (modules.length === 1 && first instanceof Map) {
      for (const [name, module] of first) this.addModule(name, module)
    } else this.extend(modules.flat() as readonly AnyModule[])
  }

  override get length(): number {
    return heldBy(this).size
  }
  at<K extends number>(index: K): Standing<M, K>
  at(index: Slice): Sequential
  at(index: number | Slice): AnyModule {
    const entries = [...heldBy<Module>(this)]
    if (index instanceof Slice) return this.#of(sliced(entries, index))
    return (entries[position(index, entries.length)] as [string, Module])[1]
  }
  setAt(index: number, module: AnyModule): void {
    const name = [...heldBy(this).keys()][position(index, this.length)] as string
    Reflect.set(this, name, module)
  }
  /** Those from `start` to before `stop`, under the names they have. */
  slice(start?: number, stop?: number): Sequential {
    return this.#of([...heldBy<Module>(this)].slice(start, stop))
  }
  #of(entries: readonly (readonly [string, Module])[]): Sequential {
    const Self = this.constructor as new (modules: ReadonlyMap<string, AnyModule>) => Sequential
    return new Self(new Map(entries))
  }
  append(module: AnyModule): this {
    this.addModule(String(this.length), module)
    return this
  }
  insert(index: number, module: AnyModule): this {
    const { length } = this
    if (!Number.isInteger(index) || index < -length || index > length) throw errors.insertRange(index)
    renumber(this, [...this].toSpliced(index, 0, module as Module))
    return this
  }
  extend(modules: Iterable<AnyModule>): this {
    for (const module of [...modules]) this.append(module)
    return this
  }
  /** Takes one out; those after it move up. */
  pop(index = -1): Module {
    const at = position(index, this.length)
    const taken = this.at(at) as Module
    renumber(this, [...this].toSpliced(at, 1))
    return taken
  }
  [Symbol.iterator](): IterableIterator<Module> {
    return heldBy<Module>(this).values()
  }

  override forward(input: Tensor): Tensor {
    let value = input
    for (const module of this) value = module(value)
    return value
  }
}

/** A list of modules, which is not called itself. */
export class ModuleList<M extends AnyModule = Module> extends Module<never, never> {
  constructor(modules: Iterable<M> = []) {
    super()
    this.extend(modules)
  }

  override get length(): number {
    return heldBy(this).size
  }
  at(index: number): M
  at(index: Slice): this
  at(index: number | Slice): M | this {
    const modules = [...this]
    if (index instanceof Slice) return this.#of(sliced(modules, index))
    return modules[position(index, modules.length)] as M
  }
  setAt(index: number, module: M): void {
    Reflect.set(this, String(position(index, this.length)), module)
  }
  /** Those from `start` to before `stop`, numbered anew. */
  slice(start?: number, stop?: number): this {
    return this.#of([...this].slice(start, stop))
  }
  #of(modules: readonly M[]): this {
    const Self = this.constructor as new (modules: readonly M[]) => this
    return new Self(modules)
  }
  append(module: M): this {
    this.addModule(String(this.length), module)
    return this
  }
  insert(index: number, module: M): void {
    renumber(this, [...this].toSpliced(index, 0, module))
  }
  extend(modules: Iterable<M>): this {
    for (const module of [...modules]) this.append(module)
    return this
  }
  /** Takes one out; those after it move up. */
  pop(index = -1): M {
    const at = position(index, this.length)
    const taken = this.at(at)
    renumber(this, [...this].toSpliced(at, 1))
    return taken
  }
  [Symbol.iterator](): IterableIterator<M> {
    return heldBy<M>(this).values()
  }
  override toString(): string {
    return formatModuleList(this._getName(), [...this].map(String))
  }
}

/** Modules by name. Iterating gives the names. */
export class ModuleDict<M extends AnyModule = Module> extends Module<never, never> {
  constructor(modules: ModuleEntries<M> = []) {
    super()
    this.update(modules)
  }

  override get length(): number {
    return heldBy(this).size
  }
  at(key: string): M {
    const found = heldBy<M>(this).get(key)
    if (found === undefined) throw errors.missingKey(`'${key}'`)
    return found
  }
  setAt(key: string, module: M): void {
    this.addModule(key, module)
  }
  has(key: string): boolean {
    return heldBy(this).has(key)
  }
  pop(key: string): M {
    const taken = this.at(key)
    Reflect.deleteProperty(this, key)
    return taken
  }
  clear(): void {
    for (const key of [...heldBy(this).keys()]) Reflect.deleteProperty(this, key)
  }
  update(modules: ModuleEntries<M>): void {
    for (const [key, module] of entriesOf(modules)) this.setAt(key, module)
  }
  keys(): IterableIterator<string> {
    return heldBy(this).keys()
  }
  values(): IterableIterator<M> {
    return heldBy<M>(this).values()
  }
  items(): IterableIterator<[string, M]> {
    return heldBy<M>(this).entries()
  }
  [Symbol.iterator](): IterableIterator<string> {
    return this.keys()
  }
}

/** What names modules: a map, pairs, another dictionary, a plain object. */
export type ModuleEntries<M extends AnyModule> =
  | Iterable<readonly [string, M]>
  | ModuleDict<M>
  | Readonly<Record<string, M>>

function entriesOf<M extends AnyModule>(modules: ModuleEntries<M>): Iterable<readonly [string, M]> {
  if (modules instanceof ModuleDict) return [...modules.items()]
  return isOptions(modules)
    ? Object.entries(modules as Readonly<Record<string, M>>)
    : (modules as Iterable<readonly [string, M]>)
}
