// Schedules whose rate is a factor of what it was, or of what it started from: by a function, by steps, by lines and powers.
import { invalidOption } from '../../errors.ts'
import { type Arguments, parse } from '../../ops/signature.ts'
import type { Optimizer } from '../optimizer.ts'
import { countUpTo, dataOf, LRScheduler, type SchedulerState } from './scheduler.ts'

type Factor = (epoch: number) => number
type LambdaParams = { lrLambda: Factor | readonly Factor[]; lastEpoch?: number }

abstract class ByFunction extends LRScheduler {
  readonly lrLambdas: readonly Factor[]

  constructor(optimizer: Optimizer, ...args: Arguments<LambdaParams, ['lrLambda', 'lastEpoch']>) {
    const { lrLambda, lastEpoch } = parse<LambdaParams>('__init__', ['lrLambda', 'lastEpoch'], [], args)
    super(optimizer, lastEpoch)
    const { length } = this._groups
    const given = typeof lrLambda === 'function' ? new Array<Factor>(length).fill(lrLambda) : [...lrLambda]
    if (given.length !== length) throw invalidOption(`Expected ${length} lr_lambdas, but got ${given.length}`)
    this.lrLambdas = given
    this._initialStep()
  }

  /** Functions are not saved. */
  override stateDict(): SchedulerState {
    return { ...dataOf(this), lrLambdas: this.lrLambdas.map(() => null) }
  }
  override loadStateDict({ lrLambdas: _, ...state }: SchedulerState): void {
    super.loadStateDict(state)
  }
}

/** The first rate times a function of the epoch. */
export class LambdaLR extends ByFunction {
  override getLr(): readonly number[] {
    this._warnOutsideStep()
    return this.baseLrs.map((rate, k) => rate * (this.lrLambdas[k] as Factor)(this.lastEpoch))
  }
}

/** The last rate times a function of the epoch. */
export class MultiplicativeLR extends ByFunction {
  override getLr(): readonly number[] {
    this._warnOutsideStep()
    if (this.lastEpoch <= 0) return this._groups.map(({ lr }) => lr)
    return this._groups.map(({ lr }, k) => lr * (this.lrLambdas[k] as Factor)(this.lastEpoch))
  }
}

type StepParams = { stepSize: number; gamma?: number; lastEpoch?: number }

/** Times `gamma` every `stepSize` epochs. */
export class StepLR extends LRScheduler {
  stepSize: number
  gamma: number

  constructor(optimizer: Optimizer, ...args: Arguments<StepParams, ['stepSize', 'gamma', 'lastEpoch']>) {
    const {
      stepSize,
      gamma = 0.1,
      lastEpoch,
    } = parse<StepParams>('__init__', ['stepSize', 'gamma', 'lastEpoch'], [], args)
    super(optimizer, lastEpoch)
    this.stepSize = stepSize
    this.gamma = gamma
    this._initialStep()
  }
  override getLr(): readonly number[] {
    this._warnOutsideStep()
    const stays = this.lastEpoch === 0 || this.lastEpoch % this.stepSize !== 0
    return this._groups.map(({ lr }) => (stays ? lr : lr * this.gamma))
  }
  override _closedFormLr(): readonly number[] {
    return this.baseLrs.map((rate) => rate * this.gamma ** Math.floor(this.lastEpoch / this.stepSize))
  }
}

type MilestoneParams = { milestones: readonly number[]; gamma?: number; lastEpoch?: number }

/** Times `gamma` at each of some epochs; as often as it is listed. */
export class MultiStepLR extends LRScheduler {
  /** How often each epoch is listed. */
  milestones: Map<number, number>
  gamma: number

  constructor(
    optimizer: Optimizer,
    ...args: Arguments<MilestoneParams, ['milestones', 'gamma', 'lastEpoch']>
  ) {
    const {
      milestones,
      gamma = 0.1,
      lastEpoch,
    } = parse<MilestoneParams>('__init__', ['milestones', 'gamma', 'lastEpoch'], [], args)
    super(optimizer, lastEpoch)
    this.milestones = new Map()
    for (const epoch of milestones) this.milestones.set(epoch, (this.milestones.get(epoch) ?? 0) + 1)
    this.gamma = gamma
    this._initialStep()
  }
  override getLr(): readonly number[] {
    this._warnOutsideStep()
    const times = this.milestones.get(this.lastEpoch)
    return this._groups.map(({ lr }) => (times === undefined ? lr : lr * this.gamma ** times))
  }
  override _closedFormLr(): readonly number[] {
    const sorted = [...this.milestones]
      .flatMap(([epoch, times]) => new Array<number>(times).fill(epoch))
      .sort((x, y) => x - y)
    return this.baseLrs.map((rate) => rate * this.gamma ** countUpTo(sorted, this.lastEpoch))
  }
}

type ConstantParams = { factor?: number; totalIters?: number; lastEpoch?: number }

/** Times `factor` until epoch `totalIters`. */
export class ConstantLR extends LRScheduler {
  factor: number
  totalIters: number

  constructor(
    optimizer: Optimizer,
    ...args: Arguments<ConstantParams, ['factor', 'totalIters', 'lastEpoch']>
  ) {
    const {
      factor = 1 / 3,
      totalIters = 5,
      lastEpoch,
    } = parse<ConstantParams>('__init__', ['factor', 'totalIters', 'lastEpoch'], [], args)
    if (factor > 1 || factor < 0) {
      throw invalidOption('Constant multiplicative factor expected to be between 0 and 1.')
    }
    super(optimizer, lastEpoch)
    this.factor = factor
    this.totalIters = totalIters
    this._initialStep()
  }
  override getLr(): readonly number[] {
    this._warnOutsideStep()
    if (this.lastEpoch === 0) return this._groups.map(({ lr }) => lr * this.factor)
    if (this.lastEpoch !== this.totalIters) return this._groups.map(({ lr }) => lr)
    return this._groups.map(({ lr }) => lr * (1 / this.factor))
  }
  override _closedFormLr(): readonly number[] {
    const isOver = this.lastEpoch >= this.totalIters ? 1 : 0
    return this.baseLrs.map((rate) => rate * (this.factor + isOver * (1 - this.factor)))
  }
}

type LinearParams = { startFactor?: number; endFactor?: number; totalIters?: number; lastEpoch?: number }

/** Times a factor that goes in a line from `startFactor` to `endFactor` in `totalIters` epochs. */
export class LinearLR extends LRScheduler {
  startFactor: number
  endFactor: number
  totalIters: number

  constructor(
    optimizer: Optimizer,
    ...args: Arguments<LinearParams, ['startFactor', 'endFactor', 'totalIters', 'lastEpoch']>
  ) {
    const {
      startFactor = 1 / 3,
      endFactor = 1,
      totalIters = 5,
      lastEpoch,
    } = parse<LinearParams>('__init__', ['startFactor', 'endFactor', 'totalIters', 'lastEpoch'], [], args)
    if (startFactor > 1 || startFactor < 0) {
      throw invalidOption('Starting multiplicative factor expected to be between 0 and 1.')
    }
    if (endFactor > 1 || endFactor < 0) {
      throw invalidOption('Ending multiplicative factor expected to be between 0 and 1.')
    }
    super(optimizer, lastEpoch)
    this.startFactor = startFactor
    this.endFactor = endFactor
    this.totalIters = totalIters
    this._initialStep()
  }
  override getLr(): readonly number[] {
    this._warnOutsideStep()
    const { startFactor: start, endFactor: end, totalIters, lastEpoch } = this
    if (lastEpoch === 0) return this._groups.map(({ lr }) => lr * start)
    if (lastEpoch > totalIters) return this._groups.map(({ lr }) => lr)
    const factor = 1 + (end - start) / (totalIters * start + (lastEpoch - 1) * (end - start))
    return this._groups.map(({ lr }) => lr * factor)
  }
  override _closedFormLr(): readonly number[] {
    const { startFactor: start, endFactor: end, totalIters, lastEpoch } = this
    const factor = start + ((end - start) * Math.min(totalIters, lastEpoch)) / totalIters
    return this.baseLrs.map((rate) => rate * factor)
  }
}

type ExponentialParams = { gamma: number; lastEpoch?: number }

/** Times `gamma` every epoch. */
export class ExponentialLR extends LRScheduler {
  gamma: number

  constructor(optimizer: Optimizer, ...args: Arguments<ExponentialParams, ['gamma', 'lastEpoch']>) {
    const { gamma, lastEpoch } = parse<ExponentialParams>('__init__', ['gamma', 'lastEpoch'], [], args)
    super(optimizer, lastEpoch)
    this.gamma = gamma
    this._initialStep()
  }
  override getLr(): readonly number[] {
    this._warnOutsideStep()
    return this._groups.map(({ lr }) => (this.lastEpoch === 0 ? lr : lr * this.gamma))
  }
  override _closedFormLr(): readonly number[] {
    return this.baseLrs.map((rate) => rate * this.gamma ** this.lastEpoch)
  }
}

type PolynomialParams = { totalIters?: number; power?: number; lastEpoch?: number }

/** Times `(1 - epoch / totalIters) ** power`. */
export class PolynomialLR extends LRScheduler {
  totalIters: number
  power: number

  constructor(
    optimizer: Optimizer,
    ...args: Arguments<PolynomialParams, ['totalIters', 'power', 'lastEpoch']>
  ) {
    const {
      totalIters = 5,
      power = 1,
      lastEpoch,
    } = parse<PolynomialParams>('__init__', ['totalIters', 'power', 'lastEpoch'], [], args)
    super(optimizer, lastEpoch)
    this.totalIters = totalIters
    this.power = power
    this._initialStep()
  }
  override getLr(): readonly number[] {
    this._warnOutsideStep()
    const { lastEpoch, totalIters, power } = this
    if (lastEpoch === 0 || lastEpoch > totalIters) return this._groups.map(({ lr }) => lr)
    const factor = ((1 - lastEpoch / totalIters) / (1 - (lastEpoch - 1) / totalIters)) ** power
    return this._groups.map(({ lr }) => lr * factor)
  }
  override _closedFormLr(): readonly number[] {
    const { lastEpoch, totalIters, power } = this
    return this.baseLrs.map((rate) => rate * (1 - Math.min(totalIters, lastEpoch) / totalIters) ** power)
  }
}
