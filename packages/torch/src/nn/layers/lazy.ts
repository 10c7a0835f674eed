// Layers whose first call tells how many channels they have. Made like the layers they become, without that number. It is long because
// each is a class of its own.
import { int64 } from '../../dtypes.ts'
import { argumentError, formatSize } from '../../errors.ts'
import { tensor } from '../../ops/creation.ts'
import type { Arguments } from '../../ops/signature.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import type { PerAxis } from '../functional/operands.ts'
import { awaitInputs, hasUninitializedParams } from '../lazy.ts'
import { isLazy, type Uninitialized, UninitializedBuffer, UninitializedParameter } from '../parameter.ts'
import { construct } from './construct.ts'
import {
  type AnyConvolution,
  Conv1d,
  Conv2d,
  Conv3d,
  ConvTranspose1d,
  ConvTranspose2d,
  ConvTranspose3d,
  type PaddingMode,
} from './convolution.ts'
import type { Factory } from './layer.ts'
import { Linear } from './linear.ts'
import {
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  InstanceNorm1d,
  InstanceNorm2d,
  InstanceNorm3d,
  type RunningNorm,
} from './normalization.ts'

const materialize = (tensor: Tensor | null, shape: readonly number[]): void => {
  if (isLazy(tensor)) (tensor as Uninitialized).materialize(shape)
}

type LinearParams = Factory & { outFeatures: number; bias?: boolean }
const linearNames = ['outFeatures', 'bias', 'device', 'dtype'] as const

/** `Linear` for inputs of any width. */
export class LazyLinear extends Linear {
  constructor(...args: Arguments<LinearParams, typeof linearNames>) {
    const {
      outFeatures,
      bias = true,
      ...factory
    } = construct<LinearParams>('LazyLinear', linearNames, [], args, 1)
    super(0, 0, false)
    Reflect.set(this, 'outFeatures', outFeatures)
    this.weight = new UninitializedParameter(factory)
    if (bias) this.bias = new UninitializedParameter(factory)
    awaitInputs(this)
  }
  initializeParameters(input: Tensor): void {
    if (this.inFeatures === 0) Reflect.set(this, 'inFeatures', input.shape.at(-1))
    if (!hasUninitializedParams(this)) return
    materialize(this.weight, [this.outFeatures, this.inFeatures])
    materialize(this.bias, [this.outFeatures])
    this.resetParameters()
  }
  hasUninitializedParams(): boolean {
    return hasUninitializedParams(this)
  }
}

interface Common extends Factory {
  outChannels: number
  kernelSize: PerAxis
  stride?: PerAxis
  dilation?: PerAxis
  groups?: number
  bias?: boolean
  paddingMode?: PaddingMode
}
interface ConvParams extends Common {
  padding?: PerAxis | 'same' | 'valid'
}
interface TransposeParams extends Common {
  padding?: PerAxis
  outputPadding?: PerAxis
}
const convNames = [
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
const transposeNames = [
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
type ConvArguments = Arguments<ConvParams, typeof convNames>
type TransposeArguments = Arguments<TransposeParams, typeof transposeNames>

type Waiting = AnyConvolution & { initializeParameters(...inputs: readonly unknown[]): void }

/** Puts parameters without shapes in the place of the empty ones it was made with. */
function prepare(layer: Waiting, { outChannels, bias = true, device, dtype }: Common): void {
  Reflect.set(layer, 'outChannels', outChannels)
  const factory = { device: device ?? null, dtype: dtype ?? null }
  layer.weight = new UninitializedParameter(factory)
  if (bias) layer.bias = new UninitializedParameter(factory)
  awaitInputs(layer)
}

/** Without channels or biases. */
const without = <P extends Common>(params: P): P & { inChannels: number } => ({
  ...params,
  inChannels: 0,
  outChannels: 0,
  bias: false,
})

function initialize(layer: AnyConvolution, input: Tensor): void {
  if (!hasUninitializedParams(layer)) return
  const rank = layer.kernelSize.length
  if (input.ndim !== rank + 1 && input.ndim !== rank + 2) {
    throw argumentError(
      `Expected ${rank + 1}D (unbatched) or ${rank + 2}D (batched) input to ${layer._getName()}, but got input of size: torch.Size(${formatSize(input.shape)})`,
    )
  }
  const channels = input.size(-rank - 1)
  Reflect.set(layer, 'inChannels', channels)
  if (channels % layer.groups !== 0) {
    throw argumentError('in_channels must be divisible by groups', {}, 'ValueError')
  }
  materialize(layer.weight, layer.weightShape())
  materialize(layer.bias, [layer.outChannels])
  layer.resetParameters()
}

/** `Conv1d` for any number of channels. */
export class LazyConv1d extends Conv1d {
  constructor(...args: ConvArguments) {
    const params = construct<ConvParams>('LazyConv1d', convNames, [], args, 2)
    super(without(params))
    prepare(this, params)
  }
  initializeParameters(input: Tensor): void {
    initialize(this, input)
  }
  hasUninitializedParams(): boolean {
    return hasUninitializedParams(this)
  }
}

/** `Conv2d` for any number of channels. */
export class LazyConv2d extends Conv2d {
  constructor(...args: ConvArguments) {
    const params = construct<ConvParams>('LazyConv2d', convNames, [], args, 2)
    super(without(params))
    prepare(this, params)
  }
  initializeParameters(input: Tensor): void {
    initialize(this, input)
  }
  hasUninitializedParams(): boolean {
    return hasUninitializedParams(this)
  }
}

/** `Conv3d` for any number of channels. */
export class LazyConv3d extends Conv3d {
  constructor(...args: ConvArguments) {
    const params = construct<ConvParams>('LazyConv3d', convNames, [], args, 2)
    super(without(params))
    prepare(this, params)
  }
  initializeParameters(input: Tensor): void {
    initialize(this, input)
  }
  hasUninitializedParams(): boolean {
    return hasUninitializedParams(this)
  }
}

/** `ConvTranspose1d` for any number of channels. */
export class LazyConvTranspose1d extends ConvTranspose1d {
  constructor(...args: TransposeArguments) {
    const params = construct<TransposeParams>('LazyConvTranspose1d', transposeNames, [], args, 2)
    super(without(params))
    prepare(this, params)
  }
  initializeParameters(input: Tensor): void {
    initialize(this, input)
  }
  hasUninitializedParams(): boolean {
    return hasUninitializedParams(this)
  }
}

/** `ConvTranspose2d` for any number of channels. */
export class LazyConvTranspose2d extends ConvTranspose2d {
  constructor(...args: TransposeArguments) {
    const params = construct<TransposeParams>('LazyConvTranspose2d', transposeNames, [], args, 2)
    super(without(params))
    prepare(this, params)
  }
  initializeParameters(input: Tensor): void {
    initialize(this, input)
  }
  hasUninitializedParams(): boolean {
    return hasUninitializedParams(this)
  }
}

/** `ConvTranspose3d` for any number of channels. */
export class LazyConvTranspose3d extends ConvTranspose3d {
  constructor(...args: TransposeArguments) {
    const params = construct<TransposeParams>('LazyConvTranspose3d', transposeNames, [], args, 2)
    super(without(params))
    prepare(this, params)
  }
  initializeParameters(input: Tensor): void {
    initialize(this, input)
  }
  hasUninitializedParams(): boolean {
    return hasUninitializedParams(this)
  }
}

type NormParams = Factory & {
  eps?: number
  momentum?: number | null
  affine?: boolean
  trackRunningStats?: boolean
}
const normNames = ['eps', 'momentum', 'affine', 'trackRunningStats', 'device', 'dtype'] as const
type NormArguments = Arguments<NormParams, typeof normNames>

const normParams = (name: string, args: readonly unknown[]): NormParams =>
  construct<NormParams>(name, normNames, [], args)

/** Without channels, weights or statistics. */
const plain = ({ eps, momentum }: NormParams) => ({
  numFeatures: 0,
  ...(eps !== undefined && { eps }),
  ...(momentum !== undefined && { momentum }),
  affine: false,
  trackRunningStats: false,
})

function prepareNorm(
  layer: RunningNorm & { initializeParameters(...inputs: readonly unknown[]): void },
  { affine = true, trackRunningStats = true, device = undefined, dtype = undefined }: NormParams,
): void {
  Reflect.set(layer, 'affine', affine)
  Reflect.set(layer, 'trackRunningStats', trackRunningStats)
  const factory = { device: device ?? null, dtype: dtype ?? null }
  if (affine) {
    layer.weight = new UninitializedParameter(factory)
    layer.bias = new UninitializedParameter(factory)
  }
  if (trackRunningStats) {
    layer.running_mean = new UninitializedBuffer(factory)
    layer.running_var = new UninitializedBuffer(factory)
    layer.num_batches_tracked = tensor(0n, { dtype: int64, ...(device && { device }) })
  }
  awaitInputs(layer)
}

function initializeNorm(layer: RunningNorm, input: Tensor): void {
  if (!hasUninitializedParams(layer)) return
  const shape = [input.size(1)]
  Reflect.set(layer, 'numFeatures', shape[0])
  for (const each of [layer.weight, layer.bias, layer.running_mean, layer.running_var]) {
    materialize(each, shape)
  }
  layer.resetParameters()
}

/** `BatchNorm1d` for any number of channels. */
export class LazyBatchNorm1d extends BatchNorm1d {
  constructor(...args: NormArguments) {
    const params = normParams('LazyBatchNorm1d', args)
    super(plain(params))
    prepareNorm(this, params)
  }
  initializeParameters(input: Tensor): void {
    initializeNorm(this, input)
  }
  hasUninitializedParams(): boolean {
    return hasUninitializedParams(this)
  }
}

/** `BatchNorm2d` for any number of channels. */
export class LazyBatchNorm2d extends BatchNorm2d {
  constructor(...args: NormArguments) {
    const params = normParams('LazyBatchNorm2d', args)
    super(plain(params))
    prepareNorm(this, params)
  }
  initializeParameters(input: Tensor): void {
    initializeNorm(this, input)
  }
  hasUninitializedParams(): boolean {
    return hasUninitializedParams(this)
  }
}

/** `BatchNorm3d` for any number of channels. */
export class LazyBatchNorm3d extends BatchNorm3d {
  constructor(...args: NormArguments) {
    const params = normParams('LazyBatchNorm3d', args)
    super(plain(params))
    prepareNorm(this, params)
  }
  initializeParameters(input: Tensor): void {
    initializeNorm(this, input)
  }
  hasUninitializedParams(): boolean {
    return hasUninitializedParams(this)
  }
}

/** `InstanceNorm1d` for any number of channels. */
export class LazyInstanceNorm1d extends InstanceNorm1d {
  constructor(...args: NormArguments) {
    const params = normParams('LazyInstanceNorm1d', args)
    super(plain(params))
    prepareNorm(this, params)
  }
  initializeParameters(input: Tensor): void {
    initializeNorm(this, input)
  }
  hasUninitializedParams(): boolean {
    return hasUninitializedParams(this)
  }
}

/** `InstanceNorm2d` for any number of channels. */
export class LazyInstanceNorm2d extends InstanceNorm2d {
  constructor(...args: NormArguments) {
    const params = normParams('LazyInstanceNorm2d', args)
    super(plain(params))
    prepareNorm(this, params)
  }
  initializeParameters(input: Tensor): void {
    initializeNorm(this, input)
  }
  hasUninitializedParams(): boolean {
    return hasUninitializedParams(this)
  }
}

/** `InstanceNorm3d` for any number of channels. */
export class LazyInstanceNorm3d extends InstanceNorm3d {
  constructor(...args: NormArguments) {
    const params = normParams('LazyInstanceNorm3d', args)
    super(plain(params))
    prepareNorm(this, params)
  }
  initializeParameters(input: Tensor): void {
    initializeNorm(this, input)
  }
  hasUninitializedParams(): boolean {
    return hasUninitializedParams(this)
  }
}
