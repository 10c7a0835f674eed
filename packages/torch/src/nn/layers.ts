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
    this.bias = bias ? new Parameter(zeros(outFeatures)) : null
    kaimingUniform_(this.weight, { a: Math.sqrt(5) })
    if (this.bias === null) return
    const bound = 1 / Math.sqrt(fanOf(this.weight.shape).fanIn)
    uniform_(this.bias, -bound, bound)
  }

  override forward(input: Tensor): Tensor {
    return functional.linear(input, this.weight, this.bias)
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

/** Modules one after the other; their names are their positions. */
export class Sequential extends Module {
  constructor(...modules: readonly Module[]) {
    super()
    Object.assign(this, modules)
  }

  override get length(): number {
    return this.children().length
  }
  at(index: number): Module | undefined {
    return this.children().at(index)
  }
  [Symbol.iterator](): Iterator<Module> {
    return this.children()[Symbol.iterator]()
  }

  override forward(input: Tensor): Tensor {
    let value = input
    for (const module of this.children()) value = module(value)
    return value
  }
}
