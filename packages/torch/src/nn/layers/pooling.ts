// Pooling as layers.
import type { Arguments } from '../../ops/signature.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import * as adaptive from '../functional/adaptive-pooling.ts'
import type { PerAxis } from '../functional/operands.ts'
import * as functional from '../functional/pooling.ts'
import { Module } from '../module.ts'
import { construct } from './construct.ts'
import { options, repr } from './layer.ts'

interface Windows {
  kernelSize: PerAxis
  stride?: PerAxis | null
  padding?: PerAxis
  ceilMode?: boolean
}
type MaxParams = Windows & { dilation?: PerAxis; returnIndices?: boolean }
const maxNames = ['kernelSize', 'stride', 'padding', 'dilation', 'returnIndices', 'ceilMode'] as const
type MaxArguments = Arguments<MaxParams, typeof maxNames>
type MaxResult = Tensor & readonly [Tensor, Tensor]

/** Maxima of windows; with `returnIndices` the result is a pair of them and their positions. */
abstract class MaxPool extends Module<[Tensor], MaxResult> {
  readonly kernelSize: PerAxis
  readonly stride: PerAxis
  readonly padding: PerAxis
  readonly dilation: PerAxis
  readonly returnIndices: boolean
  readonly ceilMode: boolean

  constructor(...args: MaxArguments) {
    super()
    const params = construct<MaxParams>(new.target.name, maxNames, [], args, 1)
    this.kernelSize = params.kernelSize
    this.stride = params.stride ?? params.kernelSize
    this.padding = params.padding ?? 0
    this.dilation = params.dilation ?? 1
    this.returnIndices = params.returnIndices ?? false
    this.ceilMode = params.ceilMode ?? false
  }
  protected abstract readonly pool: functional.MaxPool

  override forward(input: Tensor): MaxResult {
    const { kernelSize, stride, padding, dilation, ceilMode, returnIndices } = this
    const windows = { kernelSize, stride, padding, dilation, ceilMode }
    const { pool } = this
    return (returnIndices ? pool(input, { ...windows, returnIndices }) : pool(input, windows)) as MaxResult
  }
  override extraRepr(): string {
    return options({
      kernel_size: this.kernelSize,
      stride: this.stride,
      padding: this.padding,
      dilation: this.dilation,
      ceil_mode: this.ceilMode,
    })
  }
}

export class MaxPool1d extends MaxPool {
  protected get pool(): functional.MaxPool {
    return functional.maxPool1d
  }
}
export class MaxPool2d extends MaxPool {
  protected get pool(): functional.MaxPool {
    return functional.maxPool2d
  }
}
export class MaxPool3d extends MaxPool {
  protected get pool(): functional.MaxPool {
    return functional.maxPool3d
  }
}

type Avg1dParams = Windows & { countIncludePad?: boolean }
type AvgParams = Avg1dParams & { divisorOverride?: number | null }
const avg1dNames = ['kernelSize', 'stride', 'padding', 'ceilMode', 'countIncludePad'] as const
const avgNames = [
  'kernelSize',
  'stride',
  'padding',
  'ceilMode',
  'countIncludePad',
  'divisorOverride',
] as const

const single = (entries: PerAxis): PerAxis => (typeof entries === 'number' ? [entries] : entries)

/** Averages of windows of `[N, C, L]` or `[C, L]`. */
export class AvgPool1d extends Module {
  readonly kernelSize: PerAxis
  readonly stride: PerAxis
  readonly padding: PerAxis
  readonly ceilMode: boolean
  readonly countIncludePad: boolean

  constructor(...args: Arguments<Avg1dParams, typeof avg1dNames>) {
    super()
    const params = construct<Avg1dParams>('AvgPool1d', avg1dNames, [], args, 1)
    this.kernelSize = single(params.kernelSize)
    this.stride = single(params.stride ?? params.kernelSize)
    this.padding = single(params.padding ?? 0)
    this.ceilMode = params.ceilMode ?? false
    this.countIncludePad = params.countIncludePad ?? true
  }
  override forward(input: Tensor): Tensor {
    const { kernelSize, stride, padding, ceilMode, countIncludePad } = this
    return functional.avgPool1d(input, { kernelSize, stride, padding, ceilMode, countIncludePad })
  }
  override extraRepr(): string {
    return options({ kernel_size: this.kernelSize, stride: this.stride, padding: this.padding })
  }
}

abstract class AvgPool extends Module {
  readonly kernelSize: PerAxis
  readonly stride: PerAxis
  readonly padding: PerAxis
  readonly ceilMode: boolean
  readonly countIncludePad: boolean
  readonly divisorOverride: number | null

  constructor(...args: Arguments<AvgParams, typeof avgNames>) {
    super()
    const params = construct<AvgParams>(new.target.name, avgNames, [], args, 1)
    this.kernelSize = params.kernelSize
    this.stride = params.stride ?? params.kernelSize
    this.padding = params.padding ?? 0
    this.ceilMode = params.ceilMode ?? false
    this.countIncludePad = params.countIncludePad ?? true
    this.divisorOverride = params.divisorOverride ?? null
  }
  protected abstract readonly pool: typeof functional.avgPool2d

  override forward(input: Tensor): Tensor {
    const { kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride } = this
    return this.pool(input, { kernelSize, stride, padding, ceilMode, countIncludePad, divisorOverride })
  }
  override extraRepr(): string {
    return options({ kernel_size: this.kernelSize, stride: this.stride, padding: this.padding })
  }
}

export class AvgPool2d extends AvgPool {
  protected get pool(): typeof functional.avgPool2d {
    return functional.avgPool2d
  }
}
export class AvgPool3d extends AvgPool {
  protected get pool(): typeof functional.avgPool2d {
    return functional.avgPool3d
  }
}

type LPParams = { normType: number; kernelSize: PerAxis; stride?: PerAxis | null; ceilMode?: boolean }
const lpNames = ['normType', 'kernelSize', 'stride', 'ceilMode'] as const

abstract class LPPool extends Module {
  readonly normType: number
  readonly kernelSize: PerAxis
  readonly stride: PerAxis | null
  readonly ceilMode: boolean

  constructor(...args: Arguments<LPParams, typeof lpNames>) {
    super()
    const params = construct<LPParams>(new.target.name, lpNames, [], args, 2)
    this.normType = params.normType
    this.kernelSize = params.kernelSize
    this.stride = params.stride ?? null
    this.ceilMode = params.ceilMode ?? false
  }
  protected abstract readonly pool: functional.LpPool

  override forward(input: Tensor): Tensor {
    return this.pool(input, this.normType, this.kernelSize, this.stride, this.ceilMode)
  }
  override extraRepr(): string {
    return options({
      norm_type: this.normType,
      kernel_size: this.kernelSize,
      stride: this.stride,
      ceil_mode: this.ceilMode,
    })
  }
}

export class LPPool1d extends LPPool {
  protected get pool(): functional.LpPool {
    return functional.lpPool1d
  }
}
export class LPPool2d extends LPPool {
  protected get pool(): functional.LpPool {
    return functional.lpPool2d
  }
}

type OutputSize = number | readonly (number | null)[]

abstract class AdaptiveAvgPool extends Module {
  readonly outputSize: OutputSize

  constructor(...args: Arguments<{ outputSize: OutputSize }, ['outputSize']>) {
    super()
    const params = construct<{ outputSize: OutputSize }>(new.target.name, ['outputSize'], [], args, 1)
    this.outputSize = params.outputSize
  }
  override extraRepr(): string {
    return `output_size=${repr(this.outputSize)}`
  }
}

export class AdaptiveAvgPool1d extends AdaptiveAvgPool {
  override forward(input: Tensor): Tensor {
    return adaptive.adaptiveAvgPool1d(input, this.outputSize)
  }
}
export class AdaptiveAvgPool2d extends AdaptiveAvgPool {
  override forward(input: Tensor): Tensor {
    return adaptive.adaptiveAvgPool2d(input, this.outputSize)
  }
}
export class AdaptiveAvgPool3d extends AdaptiveAvgPool {
  override forward(input: Tensor): Tensor {
    return adaptive.adaptiveAvgPool3d(input, this.outputSize)
  }
}

type AdaptiveMaxParams = { outputSize: OutputSize; returnIndices?: boolean }

abstract class AdaptiveMaxPool extends Module<[Tensor], MaxResult> {
  readonly outputSize: OutputSize
  readonly returnIndices: boolean

  constructor(...args: Arguments<AdaptiveMaxParams, ['outputSize', 'returnIndices']>) {
    super()
    const names = ['outputSize', 'returnIndices'] as const
    const params = construct<AdaptiveMaxParams>(new.target.name, names, [], args, 1)
    this.outputSize = params.outputSize
    this.returnIndices = params.returnIndices ?? false
  }
  protected abstract readonly pool: adaptive.AdaptiveMaxPool

  override forward(input: Tensor): MaxResult {
    const { outputSize, returnIndices, pool } = this
    return (
      returnIndices ? pool(input, { outputSize, returnIndices }) : pool(input, { outputSize })
    ) as MaxResult
  }
  override extraRepr(): string {
    return `output_size=${repr(this.outputSize)}`
  }
}

export class AdaptiveMaxPool1d extends AdaptiveMaxPool {
  protected get pool(): adaptive.AdaptiveMaxPool {
    return adaptive.adaptiveMaxPool1d
  }
}
export class AdaptiveMaxPool2d extends AdaptiveMaxPool {
  protected get pool(): adaptive.AdaptiveMaxPool {
    return adaptive.adaptiveMaxPool2d
  }
}
export class AdaptiveMaxPool3d extends AdaptiveMaxPool {
  protected get pool(): adaptive.AdaptiveMaxPool {
    return adaptive.adaptiveMaxPool3d
  }
}

type UnpoolParams = { kernelSize: PerAxis; stride?: PerAxis | null; padding?: PerAxis }
const unpoolNames = ['kernelSize', 'stride', 'padding'] as const
type Size = readonly number[] | null

abstract class MaxUnpool extends Module<[input: Tensor, indices: Tensor, outputSize?: Size]> {
  readonly kernelSize: readonly number[]
  readonly stride: readonly number[]
  readonly padding: readonly number[]

  constructor(...args: Arguments<UnpoolParams, typeof unpoolNames>) {
    super()
    const params = construct<UnpoolParams>(new.target.name, unpoolNames, [], args, 1)
    const perAxis = (entries: PerAxis): readonly number[] =>
      typeof entries === 'number' ? new Array<number>(this.rank).fill(entries) : entries
    this.kernelSize = perAxis(params.kernelSize)
    this.stride = perAxis(params.stride ?? params.kernelSize)
    this.padding = perAxis(params.padding ?? 0)
  }
  protected abstract readonly rank: number
  protected abstract readonly unpool: typeof adaptive.maxUnpool2d

  override forward(input: Tensor, indices: Tensor, outputSize: Size = null): Tensor {
    const { kernelSize, stride, padding } = this
    return this.unpool(input, { indices, kernelSize, stride, padding, outputSize })
  }
  override extraRepr(): string {
    return options({ kernel_size: this.kernelSize, stride: this.stride, padding: this.padding })
  }
}

export class MaxUnpool1d extends MaxUnpool {
  protected get rank(): number {
    return 1
  }
  protected get unpool(): typeof adaptive.maxUnpool2d {
    return adaptive.maxUnpool1d
  }
}
export class MaxUnpool2d extends MaxUnpool {
  protected get rank(): number {
    return 2
  }
  protected get unpool(): typeof adaptive.maxUnpool2d {
    return adaptive.maxUnpool2d
  }
}
export class MaxUnpool3d extends MaxUnpool {
  protected get rank(): number {
    return 3
  }
  protected get unpool(): typeof adaptive.maxUnpool2d {
    return adaptive.maxUnpool3d
  }
}
