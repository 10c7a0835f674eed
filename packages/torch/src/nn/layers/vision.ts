// Images resized, shuffled and cut into windows, as layers.
import type { Arguments } from '../../ops/signature.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import type { PerAxis } from '../functional/operands.ts'
import * as functional from '../functional/vision.ts'
import { Module } from '../module.ts'
import { construct } from './construct.ts'
import { options, repr, reprFloat } from './layer.ts'

type Params = {
  size?: PerAxis | null
  scaleFactor?: PerAxis | null
  mode?: functional.InterpolationMode
  alignCorners?: boolean | null
  recomputeScaleFactor?: boolean | null
}
const names = ['size', 'scaleFactor', 'mode', 'alignCorners', 'recomputeScaleFactor'] as const

/** Images of another size. */
export class Upsample extends Module {
  readonly size: PerAxis | null
  readonly scaleFactor: PerAxis | null
  readonly mode: functional.InterpolationMode
  readonly alignCorners: boolean | null
  readonly recomputeScaleFactor: boolean | null

  constructor(...args: Arguments<Params, typeof names>) {
    super()
    const params = construct<Params>(new.target.name, names, [], args)
    this.size = params.size ?? null
    this.scaleFactor = params.scaleFactor ?? null
    this.mode = params.mode ?? 'nearest'
    this.alignCorners = params.alignCorners ?? null
    this.recomputeScaleFactor = params.recomputeScaleFactor ?? null
  }
  override forward(input: Tensor): Tensor {
    const { size, scaleFactor, mode, alignCorners, recomputeScaleFactor } = this
    return functional.interpolate(input, { size, scaleFactor, mode, alignCorners, recomputeScaleFactor })
  }
  override extraRepr(): string {
    const { scaleFactor, size, mode } = this
    if (scaleFactor === null) return `size=${repr(size)}, mode=${mode}`
    const factor =
      typeof scaleFactor === 'number' ? reprFloat(scaleFactor) : `(${scaleFactor.map(reprFloat).join(', ')})`
    return `scale_factor=${factor}, mode=${mode}`
  }
}

type SizeParams = Pick<Params, 'size' | 'scaleFactor'>
type SizeArguments = Arguments<SizeParams, ['size', 'scaleFactor']>

export class UpsamplingNearest2d extends Upsample {
  constructor(...args: SizeArguments) {
    super({
      ...construct<SizeParams>('UpsamplingNearest2d', ['size', 'scaleFactor'], [], args),
      mode: 'nearest',
    })
  }
}
export class UpsamplingBilinear2d extends Upsample {
  constructor(...args: SizeArguments) {
    const params = construct<SizeParams>('UpsamplingBilinear2d', ['size', 'scaleFactor'], [], args)
    super({ ...params, mode: 'bilinear', alignCorners: true })
  }
}

export class PixelShuffle extends Module {
  readonly upscaleFactor: number

  constructor(...args: Arguments<{ upscaleFactor: number }, ['upscaleFactor']>) {
    super()
    const params = construct<{ upscaleFactor: number }>('PixelShuffle', ['upscaleFactor'], [], args, 1)
    this.upscaleFactor = params.upscaleFactor
  }
  override forward(input: Tensor): Tensor {
    return functional.pixelShuffle(input, this.upscaleFactor)
  }
  override extraRepr(): string {
    return options({ upscale_factor: this.upscaleFactor })
  }
}

export class PixelUnshuffle extends Module {
  readonly downscaleFactor: number

  constructor(...args: Arguments<{ downscaleFactor: number }, ['downscaleFactor']>) {
    super()
    const params = construct<{ downscaleFactor: number }>('PixelUnshuffle', ['downscaleFactor'], [], args, 1)
    this.downscaleFactor = params.downscaleFactor
  }
  override forward(input: Tensor): Tensor {
    return functional.pixelUnshuffle(input, this.downscaleFactor)
  }
  override extraRepr(): string {
    return options({ downscale_factor: this.downscaleFactor })
  }
}

export class ChannelShuffle extends Module {
  readonly groups: number

  constructor(...args: Arguments<{ groups: number }, ['groups']>) {
    super()
    this.groups = construct<{ groups: number }>('ChannelShuffle', ['groups'], [], args, 1).groups
  }
  override forward(input: Tensor): Tensor {
    return functional.channelShuffle(input, this.groups)
  }
  override extraRepr(): string {
    return options({ groups: this.groups })
  }
}

type Windows = { kernelSize: PerAxis; dilation?: PerAxis; padding?: PerAxis; stride?: PerAxis }
const windowNames = ['kernelSize', 'dilation', 'padding', 'stride'] as const

/** Windows of images as columns. */
export class Unfold extends Module {
  readonly kernelSize: PerAxis
  readonly dilation: PerAxis
  readonly padding: PerAxis
  readonly stride: PerAxis

  constructor(...args: Arguments<Windows, typeof windowNames>) {
    super()
    const params = construct<Windows>('Unfold', windowNames, [], args, 1)
    this.kernelSize = params.kernelSize
    this.dilation = params.dilation ?? 1
    this.padding = params.padding ?? 0
    this.stride = params.stride ?? 1
  }
  override forward(input: Tensor): Tensor {
    return functional.unfold(input, this.kernelSize, this.dilation, this.padding, this.stride)
  }
  override extraRepr(): string {
    return options({
      kernel_size: this.kernelSize,
      dilation: this.dilation,
      padding: this.padding,
      stride: this.stride,
    })
  }
}

type FoldParams = Windows & { outputSize: PerAxis }
const foldNames = ['outputSize', 'kernelSize', 'dilation', 'padding', 'stride'] as const

/** Columns of windows added up to images. */
export class Fold extends Module {
  readonly outputSize: PerAxis
  readonly kernelSize: PerAxis
  readonly dilation: PerAxis
  readonly padding: PerAxis
  readonly stride: PerAxis

  constructor(...args: Arguments<FoldParams, typeof foldNames>) {
    super()
    const params = construct<FoldParams>('Fold', foldNames, [], args, 2)
    this.outputSize = params.outputSize
    this.kernelSize = params.kernelSize
    this.dilation = params.dilation ?? 1
    this.padding = params.padding ?? 0
    this.stride = params.stride ?? 1
  }
  override forward(input: Tensor): Tensor {
    const { outputSize, kernelSize, dilation, padding, stride } = this
    return functional.fold(input, { outputSize, kernelSize, dilation, padding, stride })
  }
  override extraRepr(): string {
    return options({
      output_size: this.outputSize,
      kernel_size: this.kernelSize,
      dilation: this.dilation,
      padding: this.padding,
      stride: this.stride,
    })
  }
}
