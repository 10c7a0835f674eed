// Convolutions as layers.
import { argumentError } from '../../errors.ts'
import type { Arguments } from '../../ops/signature.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import * as functional from '../functional/convolution.ts'
import type { PerAxis } from '../functional/operands.ts'
import { pad } from '../functional/padding.ts'
import { Module } from '../module.ts'
import { isLazy, type Parameter } from '../parameter.ts'
import { construct } from './construct.ts'
import { drawLinear, type Factory, made, repr, setParameter } from './layer.ts'

type Rank = 1 | 2 | 3
export type PaddingMode = 'zeros' | 'reflect' | 'replicate' | 'circular'

interface Common extends Factory {
  inChannels: number
  outChannels: number
  kernelSize: PerAxis
  stride?: PerAxis
  dilation?: PerAxis
  groups?: number
  bias?: boolean
  paddingMode?: PaddingMode
}
interface Params extends Common {
  padding?: PerAxis | 'same' | 'valid'
}
interface TransposeParams extends Common {
  padding?: PerAxis
  outputPadding?: PerAxis
}

const valueError = (text: string): Error => argumentError(text, {}, 'ValueError')

const all = (entries: PerAxis, rank: Rank): readonly number[] =>
  typeof entries === 'number' ? new Array<number>(rank).fill(entries) : entries

/** What convolutions and their transposes have in common: their parameters, and how they print. */
export abstract class AnyConvolution extends Module {
  readonly inChannels: number
  readonly outChannels: number
  readonly kernelSize: readonly number[]
  readonly stride: readonly number[]
  readonly padding: readonly number[] | 'same' | 'valid'
  readonly dilation: readonly number[]
  readonly outputPadding: readonly number[]
  readonly transposed: boolean
  readonly groups: number
  readonly paddingMode: PaddingMode
  weight!: Parameter
  bias!: Parameter | null

  protected get rank(): Rank {
    return this.kernelSize.length as Rank
  }

  protected constructor(
    rank: Rank,
    params: Params & Pick<TransposeParams, 'outputPadding'>,
    isTransposed: boolean,
  ) {
    super()
    const { inChannels, outChannels, stride = 1, padding = 0, dilation = 1, groups = 1 } = params
    if (groups <= 0) throw valueError('groups must be a positive integer')
    if (inChannels % groups !== 0) throw valueError('in_channels must be divisible by groups')
    if (outChannels % groups !== 0) throw valueError('out_channels must be divisible by groups')
    this.inChannels = inChannels
    this.outChannels = outChannels
    this.kernelSize = all(params.kernelSize, rank)
    this.stride = all(stride, rank)
    if (typeof padding === 'string') checkWord(padding, this.stride)
    this.padding = typeof padding === 'string' ? padding : all(padding, rank)
    this.dilation = all(dilation, rank)
    this.outputPadding = all(params.outputPadding ?? 0, rank)
    this.transposed = isTransposed
    this.groups = groups
    this.paddingMode = params.paddingMode ?? 'zeros'
    if (!['zeros', 'reflect', 'replicate', 'circular'].includes(this.paddingMode)) {
      throw valueError(
        `padding_mode must be one of {'zeros', 'reflect', 'replicate', 'circular'}, but got padding_mode='${this.paddingMode}'`,
      )
    }
    setParameter(this, 'weight', made(this.weightShape(), params))
    setParameter(this, 'bias', (params.bias ?? true) ? made([outChannels], params) : null)
    if (this.weight.numel() > 0) this.resetParameters()
  }

  /** Draws weight and bias anew. */
  resetParameters(): void {
    if (isLazy(this.weight)) return
    const hasInputs = this.weight.shape.slice(1).every((extent) => extent > 0)
    drawLinear(this.weight, hasInputs ? this.bias : null)
  }

  /** Channels and windows of the weight. */
  weightShape(): readonly number[] {
    const { inChannels, outChannels, groups, kernelSize } = this
    return this.transposed
      ? [inChannels, outChannels / groups, ...kernelSize]
      : [outChannels, inChannels / groups, ...kernelSize]
  }

  override extraRepr(): string {
    const { padding, dilation, outputPadding } = this
    const parts = [
      `${this.inChannels}, ${this.outChannels}`,
      `kernel_size=${repr(this.kernelSize)}`,
      `stride=${repr(this.stride)}`,
    ]
    if (typeof padding === 'string') parts.push(`padding=${padding}`)
    else if (padding.some((each) => each !== 0)) parts.push(`padding=${repr(padding)}`)
    if (dilation.some((each) => each !== 1)) parts.push(`dilation=${repr(dilation)}`)
    if (outputPadding.some((each) => each !== 0)) parts.push(`output_padding=${repr(outputPadding)}`)
    if (this.groups !== 1) parts.push(`groups=${this.groups}`)
    if (this.bias === null) parts.push('bias=False')
    if (this.paddingMode !== 'zeros') parts.push(`padding_mode=${this.paddingMode}`)
    return parts.join(', ')
  }
}

function checkWord(padding: string, stride: readonly number[]): void {
  if (padding !== 'same' && padding !== 'valid') {
    throw valueError(`Invalid padding string '${padding}', should be one of {'valid', 'same'}`)
  }
  if (padding === 'same' && stride.some((each) => each !== 1)) {
    throw valueError("padding='same' is not supported for strided convolutions")
  }
}

const names = [
  'inChannels',
  'outChannels',
  'kernelSize',
  'stride',
  'padding',
  'dilation',
  'groups',
  'bias',
  'paddingMode',
  'device',
  'dtype',
] as const
type ConvArguments = Arguments<Params, typeof names>

const functions = { 1: functional.conv1d, 2: functional.conv2d, 3: functional.conv3d }

abstract class Convolution extends AnyConvolution {
  protected constructor(rank: Rank, name: string, args: ConvArguments) {
    super(rank, construct<Params>(name, names, [], args, 3), false)
  }
  override forward(input: Tensor): Tensor {
    const { weight, bias, stride, dilation, groups, padding, paddingMode } = this
    const run = functions[this.rank]
    if (paddingMode === 'zeros') return run(input, weight, bias, stride, padding, dilation, groups)
    return run(pad(input, this.borders(), paddingMode), weight, bias, stride, 0, dilation, groups)
  }

  /** Pairs from the last axis on, as `pad` takes them. */
  private borders(): readonly number[] {
    const { padding, kernelSize, dilation } = this
    return kernelSize
      .map((size, k) => {
        if (padding === 'valid') return [0, 0]
        if (padding !== 'same') return [padding[k] ?? 0, padding[k] ?? 0]
        const total = (dilation[k] ?? 1) * (size - 1)
        const low = Math.floor(total / 2)
        return [low, total - low]
      })
      .reverse()
      .flat()
  }
}

export class Conv1d extends Convolution {
  constructor(...args: ConvArguments) {
    super(1, 'Conv1d', args)
  }
}
export class Conv2d extends Convolution {
  constructor(...args: ConvArguments) {
    super(2, 'Conv2d', args)
  }
}
export class Conv3d extends Convolution {
  constructor(...args: ConvArguments) {
    super(3, 'Conv3d', args)
  }
}

const transposeNames = [
  'inChannels',
  'outChannels',
  'kernelSize',
  'stride',
  'padding',
  'outputPadding',
  'groups',
  'bias',
  'dilation',
  'paddingMode',
  'device',
  'dtype',
] as const
type TransposeArguments = Arguments<TransposeParams, typeof transposeNames>

const transposes = {
  1: functional.convTranspose1d,
  2: functional.convTranspose2d,
  3: functional.convTranspose3d,
}

abstract class ConvolutionTranspose extends AnyConvolution {
  protected constructor(rank: Rank, name: string, args: TransposeArguments) {
    const params = construct<TransposeParams>(name, transposeNames, [], args, 3)
    super(rank, params, true)
    if (this.paddingMode !== 'zeros') throw valueError(`Only "zeros" padding mode is supported for ${name}`)
  }
  /** `outputSize`: which of the sizes that the convolution maps to that of the input is meant. */
  override forward(input: Tensor, ...sizes: Tensor[]): Tensor
  override forward(input: Tensor, outputSize?: readonly number[]): Tensor
  override forward(input: Tensor, outputSize?: unknown): Tensor {
    const { weight, bias, stride, groups, dilation } = this
    const padding = this.padding as readonly number[]
    const more = Array.isArray(outputSize) ? this.missing(input, outputSize) : this.outputPadding
    return transposes[this.rank](input, weight, bias, stride, padding, more, groups, dilation)
  }

  /** What must be added to reach a size that was asked for. */
  private missing(input: Tensor, wanted: readonly number[]): readonly number[] {
    const rank = this.rank
    const spatial = wanted.slice(-rank)
    const padding = this.padding as readonly number[]
    return spatial.map((extent, k) => {
      const least =
        ((input.shape.at(k - rank) ?? 1) - 1) * (this.stride[k] ?? 1) -
        2 * (padding[k] ?? 0) +
        (this.dilation[k] ?? 1) * ((this.kernelSize[k] ?? 1) - 1) +
        1
      return extent - least
    })
  }
}

export class ConvTranspose1d extends ConvolutionTranspose {
  constructor(...args: TransposeArguments) {
    super(1, 'ConvTranspose1d', args)
  }
}
export class ConvTranspose2d extends ConvolutionTranspose {
  constructor(...args: TransposeArguments) {
    super(2, 'ConvTranspose2d', args)
  }
}
export class ConvTranspose3d extends ConvolutionTranspose {
  constructor(...args: TransposeArguments) {
    super(3, 'ConvTranspose3d', args)
  }
}
