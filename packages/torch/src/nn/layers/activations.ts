// Activations as layers. It is long because each is a class of its own, with the options and the text PyTorch has.

import { argumentError } from '../../errors.ts'
import type { Arguments } from '../../ops/signature.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import * as functional from '../functional/activations.ts'
import { constant_ } from '../init.ts'
import { Module } from '../module.ts'
import type { Parameter } from '../parameter.ts'
import { construct } from './construct.ts'
import { type Factory, made, options, repr, reprFloat, setParameter } from './layer.ts'

type InPlace = { inplace?: boolean }

/** An activation that may work in place. */
abstract class InPlaceActivation extends Module {
  readonly inplace: boolean

  constructor(...args: Arguments<InPlace, ['inplace']>) {
    super()
    const { inplace = false } = construct<InPlace>(new.target.name, ['inplace'], [], args)
    this.inplace = inplace
  }
  override extraRepr(): string {
    return this.inplace ? 'inplace=True' : ''
  }
}

/** `max(x, 0)` */
export class ReLU extends InPlaceActivation {
  override forward(input: Tensor): Tensor {
    return functional.relu(input, this.inplace)
  }
}

/** `min(max(x, 0), 6)` */
export class ReLU6 extends InPlaceActivation {
  override forward(input: Tensor): Tensor {
    return functional.relu6(input, this.inplace)
  }
}

/** `ELU` scaled so that means and variances stay. */
export class SELU extends InPlaceActivation {
  override forward(input: Tensor): Tensor {
    return functional.selu(input, this.inplace)
  }
}

/** `x sigmoid(x)` */
export class SiLU extends InPlaceActivation {
  override forward(input: Tensor): Tensor {
    return functional.silu(input, this.inplace)
  }
}

/** `x tanh(softplus(x))` */
export class Mish extends InPlaceActivation {
  override forward(input: Tensor): Tensor {
    return functional.mish(input, this.inplace)
  }
}

/** `min(max(x + 3, 0), 6) / 6` */
export class Hardsigmoid extends InPlaceActivation {
  override forward(input: Tensor): Tensor {
    return functional.hardsigmoid(input, this.inplace)
  }
  override extraRepr(): string {
    return ''
  }
}

/** `x hardsigmoid(x)` */
export class Hardswish extends InPlaceActivation {
  override forward(input: Tensor): Tensor {
    return functional.hardswish(input, this.inplace)
  }
  override extraRepr(): string {
    return ''
  }
}

/** An activation without options. */
abstract class PlainActivation extends Module {
  constructor(...args: readonly never[]) {
    super()
    construct<object>(new.target.name, [], [], args)
  }
}

/** `1 / (1 + exp(-x))` */
export class Sigmoid extends PlainActivation {
  override forward(input: Tensor): Tensor {
    return functional.sigmoid(input)
  }
}

/** The hyperbolic tangent. */
export class Tanh extends PlainActivation {
  override forward(input: Tensor): Tensor {
    return functional.tanh(input)
  }
}

/** `x / (1 + |x|)` */
export class Softsign extends PlainActivation {
  override forward(input: Tensor): Tensor {
    return functional.softsign(input)
  }
}

/** `x - tanh(x)` */
export class Tanhshrink extends PlainActivation {
  override forward(input: Tensor): Tensor {
    return functional.tanhshrink(input)
  }
}

/** `log(sigmoid(x))` */
export class LogSigmoid extends PlainActivation {
  override forward(input: Tensor): Tensor {
    return functional.logsigmoid(input)
  }
}

type LeakyReLUParams = { negativeSlope?: number; inplace?: boolean }
/** `x` above 0, `negativeSlope x` below. */
export class LeakyReLU extends Module {
  readonly negativeSlope: number
  readonly inplace: boolean

  constructor(...args: Arguments<LeakyReLUParams, ['negativeSlope', 'inplace']>) {
    super()
    const { negativeSlope = 0.01, inplace = false } = construct<LeakyReLUParams>(
      'LeakyReLU',
      ['negativeSlope', 'inplace'],
      [],
      args,
    )
    this.negativeSlope = negativeSlope
    this.inplace = inplace
  }
  override forward(input: Tensor): Tensor {
    return functional.leakyRelu(input, this.negativeSlope, this.inplace)
  }
  override extraRepr(): string {
    return `negative_slope=${repr(this.negativeSlope)}${this.inplace ? ', inplace=True' : ''}`
  }
}

type ELUParams = { alpha?: number; inplace?: boolean }
/** `x` above 0, `alpha (exp(x) - 1)` below. */
export class ELU extends Module {
  readonly alpha: number
  readonly inplace: boolean

  constructor(...args: Arguments<ELUParams, ['alpha', 'inplace']>) {
    super()
    const { alpha = 1, inplace = false } = construct<ELUParams>('ELU', ['alpha', 'inplace'], [], args)
    this.alpha = alpha
    this.inplace = inplace
  }
  override forward(input: Tensor): Tensor {
    return functional.elu(input, this.alpha, this.inplace)
  }
  override extraRepr(): string {
    return `alpha=${reprFloat(this.alpha)}${this.inplace ? ', inplace=True' : ''}`
  }
}

type CELUParams = { alpha?: number; inplace?: boolean }
/** `x` above 0, `alpha (exp(x / alpha) - 1)` below. */
export class CELU extends Module {
  readonly alpha: number
  readonly inplace: boolean

  constructor(...args: Arguments<CELUParams, ['alpha', 'inplace']>) {
    super()
    const { alpha = 1, inplace = false } = construct<CELUParams>('CELU', ['alpha', 'inplace'], [], args)
    this.alpha = alpha
    this.inplace = inplace
  }
  override forward(input: Tensor): Tensor {
    return functional.celu(input, this.alpha, this.inplace)
  }
  override extraRepr(): string {
    return `alpha=${reprFloat(this.alpha)}${this.inplace ? ', inplace=True' : ''}`
  }
}

type HardtanhParams = { minVal?: number; maxVal?: number; inplace?: boolean }
/** `x` brought between `minVal` and `maxVal`. */
export class Hardtanh extends Module {
  readonly minVal: number
  readonly maxVal: number
  readonly inplace: boolean

  constructor(...args: Arguments<HardtanhParams, ['minVal', 'maxVal', 'inplace']>) {
    super()
    const {
      minVal = -1,
      maxVal = 1,
      inplace = false,
    } = construct<HardtanhParams>('Hardtanh', ['minVal', 'maxVal', 'inplace'], [], args)
    this.minVal = minVal
    this.maxVal = maxVal
    this.inplace = inplace
  }
  override forward(input: Tensor): Tensor {
    return functional.hardtanh(input, this.minVal, this.maxVal, this.inplace)
  }
  override extraRepr(): string {
    return `min_val=${reprFloat(this.minVal)}, max_val=${reprFloat(this.maxVal)}${this.inplace ? ', inplace=True' : ''}`
  }
}

type ThresholdParams = { threshold: number; value: number; inplace?: boolean }
/** `x` above `threshold`, else `value`. */
export class Threshold extends Module {
  readonly threshold: number
  readonly value: number
  readonly inplace: boolean

  constructor(...args: Arguments<ThresholdParams, ['threshold', 'value', 'inplace']>) {
    super()
    const {
      threshold,
      value,
      inplace = false,
    } = construct<ThresholdParams>('Threshold', ['threshold', 'value', 'inplace'], [], args, 2)
    this.threshold = threshold
    this.value = value
    this.inplace = inplace
  }
  override forward(input: Tensor): Tensor {
    return functional.threshold(input, this.threshold, this.value, this.inplace)
  }
  override extraRepr(): string {
    return `threshold=${repr(this.threshold)}, value=${repr(this.value)}${this.inplace ? ', inplace=True' : ''}`
  }
}

type SoftplusParams = { beta?: number; threshold?: number }
/** `log(1 + exp(beta x)) / beta`, and `x` where `beta x` is above `threshold`. */
export class Softplus extends Module {
  readonly beta: number
  readonly threshold: number

  constructor(...args: Arguments<SoftplusParams, ['beta', 'threshold']>) {
    super()
    const { beta = 1, threshold = 20 } = construct<SoftplusParams>(
      'Softplus',
      ['beta', 'threshold'],
      [],
      args,
    )
    this.beta = beta
    this.threshold = threshold
  }
  override forward(input: Tensor): Tensor {
    return functional.softplus(input, this.beta, this.threshold)
  }
  override extraRepr(): string {
    return `beta=${repr(this.beta)}, threshold=${repr(this.threshold)}`
  }
}

type SoftshrinkParams = { lambd?: number }
/** `x` moved towards 0 by `lambd`, and 0 where it is nearer. */
export class Softshrink extends Module {
  readonly lambd: number

  constructor(...args: Arguments<SoftshrinkParams, ['lambd']>) {
    super()
    const { lambd = 0.5 } = construct<SoftshrinkParams>('Softshrink', ['lambd'], [], args)
    this.lambd = lambd
  }
  override forward(input: Tensor): Tensor {
    return functional.softshrink(input, this.lambd)
  }
  override extraRepr(): string {
    return `${repr(this.lambd)}`
  }
}

type HardshrinkParams = { lambd?: number }
/** `x`, and 0 where it is within `lambd` of 0. */
export class Hardshrink extends Module {
  readonly lambd: number

  constructor(...args: Arguments<HardshrinkParams, ['lambd']>) {
    super()
    const { lambd = 0.5 } = construct<HardshrinkParams>('Hardshrink', ['lambd'], [], args)
    this.lambd = lambd
  }
  override forward(input: Tensor): Tensor {
    return functional.hardshrink(input, this.lambd)
  }
  override extraRepr(): string {
    return `${repr(this.lambd)}`
  }
}

type GLUParams = { dim?: number }
/** One half along `dim` times the sigmoid of the other. */
export class GLU extends Module {
  readonly dim: number

  constructor(...args: Arguments<GLUParams, ['dim']>) {
    super()
    const { dim = -1 } = construct<GLUParams>('GLU', ['dim'], [], args)
    this.dim = dim
  }
  override forward(input: Tensor): Tensor {
    return functional.glu(input, this.dim)
  }
  override extraRepr(): string {
    return `dim=${repr(this.dim)}`
  }
}

type GELUParams = { approximate?: 'none' | 'tanh' }
/** `x` times the share of normal numbers below it. */
export class GELU extends Module {
  readonly approximate: 'none' | 'tanh'

  constructor(...args: Arguments<GELUParams, ['approximate']>) {
    super()
    const { approximate = 'none' } = construct<GELUParams>('GELU', ['approximate'], [], args)
    this.approximate = approximate
  }
  override forward(input: Tensor): Tensor {
    return functional.gelu(input, { approximate: this.approximate })
  }
  override extraRepr(): string {
    return `approximate=${repr(this.approximate)}`
  }
}

type SoftmaxParams = { dim?: number | null }
/** `exp(x)` as shares of their sum along `dim`. */
export class Softmax extends Module {
  readonly dim: number | null

  constructor(...args: Arguments<SoftmaxParams, ['dim']>) {
    super()
    const { dim = null } = construct<SoftmaxParams>('Softmax', ['dim'], [], args)
    this.dim = dim
  }
  override forward(input: Tensor): Tensor {
    return functional.softmax(input, this.dim)
  }
  override extraRepr(): string {
    return `dim=${repr(this.dim)}`
  }
}

type SoftminParams = { dim?: number | null }
/** `Softmax` of `-x`. */
export class Softmin extends Module {
  readonly dim: number | null

  constructor(...args: Arguments<SoftminParams, ['dim']>) {
    super()
    const { dim = null } = construct<SoftminParams>('Softmin', ['dim'], [], args)
    this.dim = dim
  }
  override forward(input: Tensor): Tensor {
    return functional.softmin(input, this.dim)
  }
  override extraRepr(): string {
    return `dim=${repr(this.dim)}`
  }
}

type LogSoftmaxParams = { dim?: number | null }
/** The log of `Softmax`. */
export class LogSoftmax extends Module {
  readonly dim: number | null

  constructor(...args: Arguments<LogSoftmaxParams, ['dim']>) {
    super()
    const { dim = null } = construct<LogSoftmaxParams>('LogSoftmax', ['dim'], [], args)
    this.dim = dim
  }
  override forward(input: Tensor): Tensor {
    return functional.logSoftmax(input, this.dim)
  }
  override extraRepr(): string {
    return `dim=${repr(this.dim)}`
  }
}

/** Over channels, at each place of `[N, C, H, W]` or `[C, H, W]`. */
export class Softmax2d extends PlainActivation {
  override forward(input: Tensor): Tensor {
    if (input.ndim !== 3 && input.ndim !== 4) {
      throw argumentError('Softmax2d requires a 3D or 4D tensor as input', {}, 'AssertionError')
    }
    return functional.softmax(input, -3)
  }
}

type PReLUParams = Factory & { numParameters?: number; init?: number }
/** With slopes that are learned: one, or one per channel. */
export class PReLU extends Module {
  readonly numParameters: number
  readonly init: number
  weight!: Parameter

  constructor(...args: Arguments<PReLUParams, ['numParameters', 'init', 'device', 'dtype']>) {
    super()
    const params = construct<PReLUParams>('PReLU', ['numParameters', 'init', 'device', 'dtype'], [], args)
    const { numParameters = 1, init = 0.25 } = params
    this.numParameters = numParameters
    setParameter(this, 'weight', made([numParameters], params))
    this.init = init
    this.resetParameters()
  }
  resetParameters(): void {
    constant_(this.weight, this.init)
  }
  override forward(input: Tensor): Tensor {
    return functional.prelu(input, this.weight)
  }
  override extraRepr(): string {
    return options({ num_parameters: this.numParameters })
  }
}

type RReLUParams = { lower?: number; upper?: number; inplace?: boolean }
/** With slopes that are drawn in training. */
export class RReLU extends Module {
  readonly lower: number
  readonly upper: number
  readonly inplace: boolean

  constructor(...args: Arguments<RReLUParams, ['lower', 'upper', 'inplace']>) {
    super()
    const params = construct<RReLUParams>('RReLU', ['lower', 'upper', 'inplace'], [], args)
    const { lower = 1 / 8, upper = 1 / 3, inplace = false } = params
    this.lower = lower
    this.upper = upper
    this.inplace = inplace
  }
  override forward(input: Tensor): Tensor {
    return functional.rrelu(input, this.lower, this.upper, this.training, this.inplace)
  }
  override extraRepr(): string {
    return options({ lower: this.lower, upper: this.upper }) + (this.inplace ? ', inplace=True' : '')
  }
}
