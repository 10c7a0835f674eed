// Tensors that a module lists by themselves when they are assigned to it.
import { Tensor } from '../tensor/tensor.ts'

/** Shown and trained: among `parameters()` of a module. Shares memory with `data`. */
export class Parameter extends Tensor {
  constructor(data: Tensor, requiresGrad: boolean | { readonly requiresGrad?: boolean } = true) {
    super({ memory: data.memory, view: data.view_, layout: data.layout_, counter: data.counter }, data.type_)
    this.requiresGrad_(typeof requiresGrad === 'boolean' ? requiresGrad : (requiresGrad.requiresGrad ?? true))
  }

  override toString(): string {
    return `Parameter containing:\n${super.toString()}`
  }
}

/** State that is not trained: among `buffers()` of a module, and in its state dict if it is persistent. */
export class Buffer extends Tensor {
  readonly persistent: boolean

  constructor(data: Tensor, { persistent = true }: { readonly persistent?: boolean } = {}) {
    super({ memory: data.memory, view: data.view_, layout: data.layout_, counter: data.counter }, data.type_)
    this.persistent = persistent
  }
}

export const isTensorValue = (value: unknown): value is Tensor => value instanceof Tensor
