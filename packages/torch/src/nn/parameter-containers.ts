// Parameters as a list and by name. Plain tensors become parameters when they are put in.
import { isOptions } from '../ops/signature.ts'
import { formatParameterEntry } from '../print/format-module.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { partsOf } from './callable.ts'
import { Module } from './module.ts'
import * as errors from './module-errors.ts'
import { Parameter } from './parameter.ts'

const heldBy = (container: object): ReadonlyMap<string, Parameter> =>
  partsOf(container).registry.parameters as ReadonlyMap<string, Parameter>

const asParameter = (tensor: Tensor): Parameter =>
  tensor instanceof Parameter ? tensor : new Parameter(tensor)

/** A list of parameters. */
export class ParameterList extends Module<never, never> {
  constructor(parameters: Iterable<Tensor> = []) {
    super()
    this.extend(parameters)
  }

  override get length(): number {
    return heldBy(this).size
  }
  at(index: number): Parameter {
    return heldBy(this).get(this.#name(index)) as Parameter
  }
  setAt(index: number, parameter: Tensor): void {
    Reflect.set(this, this.#name(index), asParameter(parameter))
  }
  append(parameter: Tensor): this {
    Reflect.set(this, String(this.length), asParameter(parameter))
    return this
  }
  extend(parameters: Iterable<Tensor>): this {
    for (const parameter of [...parameters]) this.append(parameter)
    return this
  }
  [Symbol.iterator](): IterableIterator<Parameter> {
    return heldBy(this).values()
  }
  #name(index: number): string {
    const { length } = this
    if (!Number.isInteger(index) || index < -length || index >= length) throw errors.indexRange(index)
    return String(index < 0 ? index + length : index)
  }

  override forward(): never {
    throw errors.notCalled('ParameterList')
  }
  override extraRepr(): string {
    return [...heldBy(this)]
      .map(([key, { dtype, shape, device }]) =>
        formatParameterEntry(key, { dtype: dtype.name, shape, device: String(device) }),
      )
      .join('\n')
  }
}

/** Parameters by name. Iterating gives the names. */
export class ParameterDict extends Module<never, never> {
  constructor(parameters: ParameterEntries = []) {
    super()
    this.update(parameters)
  }

  override get length(): number {
    return heldBy(this).size
  }
  at(key: string): Parameter {
    const found = heldBy(this).get(key)
    if (found === undefined) throw errors.missingKey(`'${key}'`)
    return found
  }
  get(key: string, otherwise: Parameter | null = null): Parameter | null {
    return heldBy(this).get(key) ?? otherwise
  }
  setAt(key: string, parameter: Tensor): void {
    Reflect.set(this, key, asParameter(parameter))
  }
  has(key: string): boolean {
    return heldBy(this).has(key)
  }
  pop(key: string): Parameter {
    const taken = this.at(key)
    Reflect.deleteProperty(this, key)
    return taken
  }
  clear(): void {
    for (const key of [...heldBy(this).keys()]) Reflect.deleteProperty(this, key)
  }
  /** Names of a plain object are taken in their order in the alphabet, as PyTorch takes those of a dict. */
  update(parameters: ParameterEntries): void {
    for (const [key, parameter] of entriesOf(parameters)) this.setAt(key, parameter)
  }
  keys(): IterableIterator<string> {
    return heldBy(this).keys()
  }
  values(): IterableIterator<Parameter> {
    return heldBy(this).values()
  }
  items(): IterableIterator<[string, Parameter]> {
    return heldBy(this).entries()
  }
  [Symbol.iterator](): IterableIterator<string> {
    return this.keys()
  }

  override forward(): never {
    throw errors.notCalled('ParameterDict')
  }
  override extraRepr(): string {
    return [...heldBy(this)]
      .map(([key, { dtype, shape, device }]) =>
        formatParameterEntry(key, { dtype: `${dtype.title}Tensor`, shape, device: String(device) }),
      )
      .join('\n')
  }
}

/** What names parameters: a map, pairs, another dictionary, a plain object. */
export type ParameterEntries =
  | Iterable<readonly [string, Tensor]>
  | ParameterDict
  | Readonly<Record<string, Tensor>>

function entriesOf(parameters: ParameterEntries): Iterable<readonly [string, Tensor]> {
  if (parameters instanceof ParameterDict) return [...parameters.items()]
  if (!isOptions(parameters)) return parameters as Iterable<readonly [string, Tensor]>
  return Object.entries(parameters as Readonly<Record<string, Tensor>>).sort(([x], [y]) => (x < y ? -1 : 1))
}
