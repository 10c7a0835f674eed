// A tensor that a module lists among its parameters.
import { Tensor } from '../tensor.ts'

export class Parameter extends Tensor {
  /** Shares memory with `data`. */
  constructor(data: Tensor, requiresGrad = true) {
    super(data.box)
    this.requiresGrad_(requiresGrad)
  }
}
