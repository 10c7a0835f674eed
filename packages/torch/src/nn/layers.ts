// Layers and losses as modules. Construction draws parameters from the default generator, in PyTorch's order.
import { zeros } from '../ops/creation.ts'
import type { Tensor } from '../tensor/tensor.ts'
import * as functional from './functional.ts'
import { fanOf, kaimingUniform_, uniform_ } from './init.ts'
import { Module } from './module.ts'
import { Parameter } from './parameter.ts'

export class Linear extends Module {
  readonly inFeatures: number
  readonly outFeatures: number
  weight: Parameter
  bias: Parameter | null

  constructor(inFeatures: number, outFeatures: number, { bias = true }: { readonly bias?: boolean } = {}) {
    super()
    this.inFeatures = inFeatures
    this.outFeatures = outFeatures
    this.weight = new Parameter(zeros(outFeatures, inFeatures))
    this.bias = null
    if (bias) this.bias = new Parameter(zeros(outFeatures))
    else this.registerParameter('bias', null)
    kaimingUniform_(this.weight, { a: Math.sqrt(5) })
    if (this.bias === null) return
    const bound = 1 / Math.sqrt(fanOf(this.weight.shape).fanIn)
    uniform_(this.bias, -bound, bound)
  }

  override forward(input: Tensor): Tensor {
    return functional.linear(input, this.weight, this.bias)
  }
  override extraRepr(): string {
    const bias = this.bias === null ? 'False' : 'True'
    return `in_features=${this.inFeatures}, out_features=${this.outFeatures}, bias=${bias}`
  }
}

export class ReLU extends Module {
  override forward(input: Tensor): Tensor {
    return input.relu()
  }
}

export class MSELoss extends Module {
  readonly reduction: functional.Reduction

  constructor({ reduction = 'mean' }: { readonly reduction?: functional.Reduction } = {}) {
    super()
    this.reduction = reduction
  }

  override forward(input: Tensor, target: Tensor): Tensor {
    return functional.mseLoss(input, target, { reduction: this.reduction })
  }
}
