// A tensor that a module lists among its parameters.
import { Tensor } from '../tensor/tensor.ts'

export class Parameter extends Tensor {
  /** Shares memory with `data`. */
  constructor(data: Tensor, requiresGrad = true) {
    super({ memory: data.memory, view: data.view_, layout: data.layout_, counter: data.counter }, data.type_)
    this.requiresGrad_(requiresGrad)
  }

  override toString(): string {
    return `Parameter containing:\n${super.toString()}`
  }
}
