// Normalisation as layers. Running statistics are buffers, written in place: a step stays one plan.

import { noGrad } from '../../autograd/grad-mode.ts'
import { int64 } from '../../dtypes.ts'
import { argumentError } from '../../errors.ts'
import { div } from '../../ops/arithmetic.ts'
import { ones, tensor, zeros, zerosLike } from '../../ops/creation.ts'
import type { Arguments } from '../../ops/signature.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import * as functional from '../functional/normalization.ts'
import { ones_, zeros_ } from '../init.ts'
import { Module } from '../module.ts'
import { isLazy, type Parameter } from '../parameter.ts'
import type { Loading } from '../state-dict.ts'
import { construct } from './construct.ts'
import { type Factory, made, repr, reprFloat, setParameter } from './layer.ts'

type Params = Factory & {
  numFeatures: number
  eps?: number
  momentum?: number | null
  affine?: boolean
  trackRunningStats?: boolean
}
const names = ['numFeatures', 'eps', 'momentum', 'affine', 'trackRunningStats', 'device', 'dtype'] as const
type NormArguments = Arguments<Params, typeof names>

/** What norms with running statistics have in common. */
export abstract class RunningNorm extends Module {
  readonly numFeatures: number
  readonly eps: number
  readonly momentum: number | null
  readonly affine: boolean
  readonly trackRunningStats: boolean
  weight!: Parameter | null
  bias!: Parameter | null
  declare running_mean: Tensor | null
  declare running_var: Tensor | null
  declare num_batches_tracked: Tensor | null

  protected constructor(params: Params) {
    super()
    this.numFeatures = params.numFeatures
    this.eps = params.eps ?? 1e-5
    this.momentum = params.momentum === undefined ? 0.1 : params.momentum
    this.affine = params.affine ?? true
    this.trackRunningStats = params.trackRunningStats ?? true
    const shape = [params.numFeatures]
    setParameter(this, 'weight', this.affine ? made(shape, params) : null)
    setParameter(this, 'bias', this.affine ? made(shape, params) : null)
    const tracks = this.trackRunningStats
    const { dtype, device } = params
    const factory = { ...(dtype && { dtype }), ...(device && { device }) }
    this.registerBuffer('running_mean', tracks ? zeros(shape, factory) : null)
    this.registerBuffer('running_var', tracks ? ones(shape, factory) : null)
    this.registerBuffer(
      'num_batches_tracked',
      tracks ? tensor(0n, { dtype: int64, ...(device && { device }) }) : null,
    )
    if (this.weight !== null) ones_(this.weight)
    if (this.bias !== null) zeros_(this.bias)
  }

  get runningMean(): Tensor | null {
    return this.running_mean
  }
  get runningVar(): Tensor | null {
    return this.running_var
  }
  get numBatchesTracked(): Tensor | null {
    return this.num_batches_tracked
  }
  resetRunningStats(): void {
    this.running_mean?.zero_()
    this.running_var?.fill_(1)
    this.num_batches_tracked?.zero_()
  }
  /** Weights of 1, biases of 0, and statistics as before the first batch. */
  resetParameters(): void {
    if (isLazy(this.weight) || isLazy(this.running_mean)) return
    this.resetRunningStats()
    if (this.weight !== null) ones_(this.weight)
    if (this.bias !== null) zeros_(this.bias)
  }
  /** A state dict from before batches were counted begins to count; it is told by its names, as state dicts have no versions. */
  override _loadFromStateDict(state: Map<string, unknown>, prefix: string, loading: Loading): void {
    const count = this.num_batches_tracked
    const key = `${prefix}num_batches_tracked`
    if (count !== null && !state.has(key)) state.set(key, zerosLike(count))
    super._loadFromStateDict(state, prefix, loading)
  }
  override extraRepr(): string {
    return [
      this.numFeatures,
      `eps=${reprFloat(this.eps)}`,
      `momentum=${repr(this.momentum)}`,
      `affine=${repr(this.affine)}`,
      `track_running_stats=${repr(this.trackRunningStats)}`,
    ].join(', ')
  }
}

const valueError = (text: string): Error => argumentError(text, {}, 'ValueError')

abstract class BatchNorm extends RunningNorm {
  constructor(...args: NormArguments) {
    super(construct<Params>(new.target.name, names, [], args, 1))
  }
  protected abstract checkRank(rank: number): void

  override forward(input: Tensor): Tensor {
    this.checkRank(input.ndim)
    const { weight, bias, eps, running_mean: runningMean, running_var: runningVar } = this
    const usesBatch = this.training || (runningMean === null && runningVar === null)
    const tracks = !this.training || this.trackRunningStats
    return functional.batchNorm(input, {
      runningMean: tracks ? runningMean : null,
      runningVar: tracks ? runningVar : null,
      weight,
      bias,
      training: usesBatch,
      momentum: this.momentumOfStep(),
      eps,
    })
  }

  /** Counts the batch; without a momentum every batch weighs alike. */
  private momentumOfStep(): number | Tensor {
    const { momentum, num_batches_tracked: count } = this
    if (!this.training || !this.trackRunningStats || count === null) return momentum ?? 0
    noGrad(() => count.add_(1))
    return momentum ?? noGrad(() => div(ones([]), count))
  }
}

/** Each channel of `[N, C]` or `[N, C, L]` normalised over the batch, and in evaluation by the running statistics. */
export class BatchNorm1d extends BatchNorm {
  protected checkRank(rank: number): void {
    if (rank !== 2 && rank !== 3) throw valueError(`expected 2D or 3D input (got ${rank}D input)`)
  }
}
/** `BatchNorm1d` of `[N, C, H, W]`. */
export class BatchNorm2d extends BatchNorm {
  protected checkRank(rank: number): void {
    if (rank !== 4) throw valueError(`expected 4D input (got ${rank}D input)`)
  }
}
/** `BatchNorm1d` of `[N, C, D, H, W]`. */
export class BatchNorm3d extends BatchNorm {
  protected checkRank(rank: number): void {
    if (rank !== 5) throw valueError(`expected 5D input (got ${rank}D input)`)
  }
}

abstract class InstanceNorm extends RunningNorm {
  constructor(...args: NormArguments) {
    const params = construct<Params>(new.target.name, names, [], args, 1)
    super({ ...params, affine: params.affine ?? false, trackRunningStats: params.trackRunningStats ?? false })
  }
  /** Dimensions of an image without a batch. */
  protected abstract readonly rank: number

  override forward(input: Tensor): Tensor {
    const { rank } = this
    if (input.ndim !== rank && input.ndim !== rank + 1) {
      throw valueError(`expected ${rank}D or ${rank + 1}D input (got ${input.ndim}D input)`)
    }
    const isBatched = input.ndim === rank + 1
    const y = functional.instanceNorm(isBatched ? input : input.unsqueeze(0), {
      runningMean: this.running_mean,
      runningVar: this.running_var,
      weight: this.weight,
      bias: this.bias,
      useInputStats: this.training || !this.trackRunningStats,
      momentum: this.momentum ?? 0,
      eps: this.eps,
    })
    return isBatched ? y : y.squeeze({ dim: 0 })
  }
}

/** Each channel of each example normalised by itself, of `[N, C, L]` or `[C, L]`. */
export class InstanceNorm1d extends InstanceNorm {
  protected get rank(): number {
    return 2
  }
}
/** `InstanceNorm1d` of `[N, C, H, W]` or `[C, H, W]`. */
export class InstanceNorm2d extends InstanceNorm {
  protected get rank(): number {
    return 3
  }
}
/** `InstanceNorm1d` of `[N, C, D, H, W]` or `[C, D, H, W]`. */
export class InstanceNorm3d extends InstanceNorm {
  protected get rank(): number {
    return 4
  }
}

type LayerParams = Factory & {
  normalizedShape: number | readonly number[]
  eps?: number
  elementwiseAffine?: boolean
  bias?: boolean
}
/** Over the last dimensions. */
export class LayerNorm extends Module {
  readonly normalizedShape: readonly number[]
  readonly eps: number
  readonly elementwiseAffine: boolean
  weight!: Parameter | null
  bias!: Parameter | null

  constructor(
    ...args: Arguments<
      LayerParams,
      ['normalizedShape', 'eps', 'elementwiseAffine', 'bias', 'device', 'dtype']
    >
  ) {
    super()
    const params = construct<LayerParams>(
      'LayerNorm',
      ['normalizedShape', 'eps', 'elementwiseAffine', 'bias', 'device', 'dtype'],
      [],
      args,
      1,
    )
    const { normalizedShape, eps = 1e-5, elementwiseAffine = true, bias = true } = params
    this.normalizedShape = typeof normalizedShape === 'number' ? [normalizedShape] : normalizedShape
    this.eps = eps
    this.elementwiseAffine = elementwiseAffine
    setParameter(this, 'weight', elementwiseAffine ? made(this.normalizedShape, params) : null)
    setParameter(this, 'bias', elementwiseAffine && bias ? made(this.normalizedShape, params) : null)
    this.resetParameters()
  }
  resetParameters(): void {
    if (this.weight !== null) ones_(this.weight)
    if (this.bias !== null) zeros_(this.bias)
  }
  override forward(input: Tensor): Tensor {
    return functional.layerNorm(input, this.normalizedShape, this.weight, this.bias, this.eps)
  }
  override extraRepr(): string {
    return `${repr(this.normalizedShape)}, eps=${reprFloat(this.eps)}, elementwise_affine=${repr(this.elementwiseAffine)}`
  }
}

type RMSParams = Omit<LayerParams, 'eps' | 'bias'> & { eps?: number | null }
/** Divided by the root of the mean of squares over the last dimensions. */
export class RMSNorm extends Module {
  readonly normalizedShape: readonly number[]
  readonly eps: number | null
  readonly elementwiseAffine: boolean
  weight!: Parameter | null

  constructor(
    ...args: Arguments<RMSParams, ['normalizedShape', 'eps', 'elementwiseAffine', 'device', 'dtype']>
  ) {
    super()
    const params = construct<RMSParams>(
      'RMSNorm',
      ['normalizedShape', 'eps', 'elementwiseAffine', 'device', 'dtype'],
      [],
      args,
    )
    const { normalizedShape, eps = null, elementwiseAffine = true } = params
    this.normalizedShape = typeof normalizedShape === 'number' ? [normalizedShape] : normalizedShape
    this.eps = eps
    this.elementwiseAffine = elementwiseAffine
    setParameter(this, 'weight', elementwiseAffine ? made(this.normalizedShape, params) : null)
    this.resetParameters()
  }
  resetParameters(): void {
    if (this.weight !== null) ones_(this.weight)
  }
  override forward(input: Tensor): Tensor {
    return functional.rmsNorm(input, this.normalizedShape, this.weight, this.eps)
  }
  override extraRepr(): string {
    const eps = this.eps === null ? 'None' : reprFloat(this.eps)
    return `${repr(this.normalizedShape)}, eps=${eps}, elementwise_affine=${repr(this.elementwiseAffine)}`
  }
}

type GroupParams = Factory & { numGroups: number; numChannels: number; eps?: number; affine?: boolean }
/** Over groups of channels. */
export class GroupNorm extends Module {
  readonly numGroups: number
  readonly numChannels: number
  readonly eps: number
  readonly affine: boolean
  weight!: Parameter | null
  bias!: Parameter | null

  constructor(
    ...args: Arguments<GroupParams, ['numGroups', 'numChannels', 'eps', 'affine', 'device', 'dtype']>
  ) {
    super()
    const params = construct<GroupParams>(
      'GroupNorm',
      ['numGroups', 'numChannels', 'eps', 'affine', 'device', 'dtype'],
      [],
      args,
      2,
    )
    const { numGroups, numChannels, eps = 1e-5, affine = true } = params
    if (numChannels % numGroups !== 0) throw valueError('num_channels must be divisible by num_groups')
    this.numGroups = numGroups
    this.numChannels = numChannels
    this.eps = eps
    this.affine = affine
    setParameter(this, 'weight', affine ? made([numChannels], params) : null)
    setParameter(this, 'bias', affine ? made([numChannels], params) : null)
    this.resetParameters()
  }
  resetParameters(): void {
    if (this.weight !== null) ones_(this.weight)
    if (this.bias !== null) zeros_(this.bias)
  }
  override forward(input: Tensor): Tensor {
    return functional.groupNorm(input, this.numGroups, this.weight, this.bias, this.eps)
  }
  override extraRepr(): string {
    return `${this.numGroups}, ${this.numChannels}, eps=${reprFloat(this.eps)}, affine=${repr(this.affine)}`
  }
}

type ResponseParams = { size: number; alpha?: number; beta?: number; k?: number }
/** Divided by a power of the mean of squares of near channels. */
export class LocalResponseNorm extends Module {
  readonly size: number
  readonly alpha: number
  readonly beta: number
  readonly k: number

  constructor(...args: Arguments<ResponseParams, ['size', 'alpha', 'beta', 'k']>) {
    super()
    const params = construct<ResponseParams>('LocalResponseNorm', ['size', 'alpha', 'beta', 'k'], [], args, 1)
    this.size = params.size
    this.alpha = params.alpha ?? 1e-4
    this.beta = params.beta ?? 0.75
    this.k = params.k ?? 1
  }
  override forward(input: Tensor): Tensor {
    return functional.localResponseNorm(input, this.size, this.alpha, this.beta, this.k)
  }
  override extraRepr(): string {
    return `${this.size}, alpha=${repr(this.alpha)}, beta=${repr(this.beta)}, k=${reprFloat(this.k)}`
  }
}
