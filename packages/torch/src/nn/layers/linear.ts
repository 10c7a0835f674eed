// Linear maps, and layers that change nothing but the shape.
import type { Arguments } from '../../ops/signature.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import * as functional from '../functional/linear.ts'
import { uniform_ } from '../init.ts'
import { Module } from '../module.ts'
import { isLazy, type Parameter } from '../parameter.ts'
import { construct } from './construct.ts'
import { drawLinear, type Factory, made, options, repr, setParameter } from './layer.ts'

/** Gives back what it is given, whatever it was made with. */
export class Identity extends Module {
  constructor(..._ignored: readonly unknown[]) {
    super()
  }
  override forward(input: Tensor): Tensor {
    return input
  }
}

type LinearParams = Factory & { inFeatures: number; outFeatures: number; bias?: boolean }
const linearNames = ['inFeatures', 'outFeatures', 'bias', 'device', 'dtype'] as const

/** `x weightᵀ + bias` */
export class Linear extends Module {
  readonly inFeatures: number
  readonly outFeatures: number
  weight!: Parameter
  bias!: Parameter | null

  constructor(...args: Arguments<LinearParams, typeof linearNames>) {
    super()
    const params = construct<LinearParams>('Linear', linearNames, [], args, 2)
    const { inFeatures, outFeatures, bias = true } = params
    this.inFeatures = inFeatures
    this.outFeatures = outFeatures
    setParameter(this, 'weight', made([outFeatures, inFeatures], params))
    setParameter(this, 'bias', bias ? made([outFeatures], params) : null)
    if (inFeatures > 0 || outFeatures > 0) this.resetParameters()
  }

  /** Draws weight and bias anew. */
  resetParameters(): void {
    if (isLazy(this.weight)) return
    drawLinear(this.weight, this.bias)
  }

  override forward(input: Tensor): Tensor {
    return functional.linear(input, this.weight, this.bias)
  }
  override extraRepr(): string {
    return options({
      in_features: this.inFeatures,
      out_features: this.outFeatures,
      bias: this.bias !== null,
    })
  }
}

/** Of attention: the same under the name that PyTorch prints. */
export class NonDynamicallyQuantizableLinear extends Linear {}

type BilinearParams = Factory & {
  in1Features: number
  in2Features: number
  outFeatures: number
  bias?: boolean
}
const bilinearNames = ['in1Features', 'in2Features', 'outFeatures', 'bias', 'device', 'dtype'] as const

/** `x1ᵀ weight x2 + bias` */
export class Bilinear extends Module<[Tensor, Tensor]> {
  readonly in1Features: number
  readonly in2Features: number
  readonly outFeatures: number
  weight!: Parameter
  bias!: Parameter | null

  constructor(...args: Arguments<BilinearParams, typeof bilinearNames>) {
    super()
    const params = construct<BilinearParams>('Bilinear', bilinearNames, [], args, 3)
    const { in1Features, in2Features, outFeatures, bias = true } = params
    this.in1Features = in1Features
    this.in2Features = in2Features
    this.outFeatures = outFeatures
    setParameter(this, 'weight', made([outFeatures, in1Features, in2Features], params))
    setParameter(this, 'bias', bias ? made([outFeatures], params) : null)
    this.resetParameters()
  }

  resetParameters(): void {
    const bound = 1 / Math.sqrt(this.in1Features)
    uniform_(this.weight, -bound, bound)
    if (this.bias !== null) uniform_(this.bias, -bound, bound)
  }

  override forward(input1: Tensor, input2: Tensor): Tensor {
    return functional.bilinear(input1, input2, this.weight, this.bias)
  }
  override extraRepr(): string {
    return options({
      in1_features: this.in1Features,
      in2_features: this.in2Features,
      out_features: this.outFeatures,
      bias: this.bias !== null,
    })
  }
}

type FlattenParams = { startDim?: number; endDim?: number }
/** Dimensions from `startDim` (1) to `endDim` as one. */
export class Flatten extends Module {
  readonly startDim: number
  readonly endDim: number

  constructor(...args: Arguments<FlattenParams, ['startDim', 'endDim']>) {
    super()
    const { startDim = 1, endDim = -1 } = construct<FlattenParams>(
      'Flatten',
      ['startDim', 'endDim'],
      [],
      args,
    )
    this.startDim = startDim
    this.endDim = endDim
  }
  override forward(input: Tensor): Tensor {
    return input.flatten(this.startDim, this.endDim)
  }
  override extraRepr(): string {
    return options({ start_dim: this.startDim, end_dim: this.endDim })
  }
}

type UnflattenParams = { dim: number; unflattenedSize: readonly number[] }
/** A dimension as several. */
export class Unflatten extends Module {
  readonly dim: number
  readonly unflattenedSize: readonly number[]

  constructor(...args: Arguments<UnflattenParams, ['dim', 'unflattenedSize']>) {
    super()
    const params = construct<UnflattenParams>('Unflatten', ['dim', 'unflattenedSize'], [], args, 2)
    this.dim = params.dim
    this.unflattenedSize = params.unflattenedSize
  }
  override forward(input: Tensor): Tensor {
    return input.unflatten(this.dim, this.unflattenedSize)
  }
  override extraRepr(): string {
    return `dim=${this.dim}, unflattened_size=${repr(this.unflattenedSize)}`
  }
}
