// What is registered with a module: parameters, buffers and submodules by name, each in the order in which the names first came.
// Assigning is registering, and what may be assigned to a name depends on what it is registered as, as in PyTorch.
import type { Tensor } from '../tensor/tensor.ts'
import * as errors from './module-errors.ts'
import { Buffer, isTensorValue, Parameter } from './parameter.ts'

const replaced = new WeakSet<Tensor>()

/** Whether a module had the tensor under a name that another has now. */
export const wasReplaced = (tensor: Tensor): boolean => replaced.has(tensor)

function noteReplaced(before: Tensor | null | undefined, value: Tensor | null): void {
  if (before != null && before !== value) replaced.add(before)
  if (value !== null) replaced.delete(value)
}

export class Registry<M extends object> {
  readonly parameters: Map<string, Parameter | null> = new Map()
  readonly buffers: Map<string, Tensor | null> = new Map()
  readonly modules: Map<string, M | null> = new Map()
  /** Buffers that state dicts leave out. */
  readonly transient: Set<string> = new Set()
  /** Changes with every assignment, but for that of `training`. */
  version = 0
  readonly #isModule: (value: unknown) => value is M

  constructor(isModule: (value: unknown) => value is M) {
    this.#isModule = isModule
  }

  /** What assigning `value` to `name` means. Throws PyTorch's TypeErrors. */
  assign(name: string, value: unknown): void {
    if (name !== 'training') this.version++
    if (value instanceof Parameter) {
      this.#forgetAllBut(this.parameters, name)
      this.#setParameter(name, value)
    } else if (this.parameters.has(name)) {
      if (value !== null) throw errors.assignedParameter(value, name)
      this.parameters.set(name, null)
    } else if (this.#isModule(value)) {
      this.#forgetAllBut(this.modules, name)
      this.modules.set(name, value)
    } else if (this.modules.has(name)) {
      if (value !== null) throw errors.assignedModule(value, name)
      this.modules.set(name, null)
    } else if (value instanceof Buffer) this.setBuffer(name, value, value.persistent)
    else if (this.buffers.has(name)) {
      if (value !== null && !isTensorValue(value)) throw errors.assignedBuffer(value, name)
      this.setBuffer(name, value, !this.transient.has(name))
    }
  }

  #setParameter(name: string, value: Parameter): void {
    if (value.gradFn !== null) throw errors.nonLeafParameter(name)
    noteReplaced(this.parameters.get(name), value)
    this.parameters.set(name, value)
  }

  setBuffer(name: string, value: Tensor | null, isPersistent: boolean): void {
    noteReplaced(this.buffers.get(name), value)
    this.buffers.set(name, value)
    if (isPersistent) this.transient.delete(name)
    else this.transient.add(name)
  }

  forget(name: string): void {
    this.version++
    this.#forgetAllBut(undefined, name)
  }

  #forgetAllBut(kept: Map<string, unknown> | undefined, name: string): void {
    for (const map of [this.parameters, this.buffers, this.modules]) if (map !== kept) map.delete(name)
    this.transient.delete(name)
  }
}
