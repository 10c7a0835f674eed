// What all schedules share: a count of steps, from which each step works out the rates of the groups. Most multiply the rate there is,
// so that schedules can be chained; a step to a given epoch uses the closed form where there is one.
import { aside } from '../../engine/watch.ts'
import { argumentError, warn } from '../../errors.ts'
import { typeName } from '../../nn/module-errors.ts'
import { Optimizer } from '../optimizer.ts'

/** A group as schedules see it. */
export interface ScheduledGroup {
  lr: number
  initialLr?: number
  maxLr?: number
  minLr?: number
  momentum?: number
  betas?: readonly number[]
  maxMomentum?: number
  baseMomentum?: number
}

export type SchedulerState = Record<string, unknown>

/** What schedules of schedules need of one. */
export interface Steppable {
  readonly optimizer: Optimizer
  lastEpoch: number
  step(epoch?: number): void
  getLastLr(): readonly number[]
  stateDict(): SchedulerState
  loadStateDict(state: SchedulerState): void
}

/**
 * The base of schedules. A subclass sets what `getLr` needs and calls `_initialStep()` at the end of its constructor, which makes the
 * rates those of epoch 0.
 */
export abstract class LRScheduler implements Steppable {
  readonly optimizer: Optimizer
  baseLrs: number[]
  lastEpoch: number
  _stepCount = 0
  _lastLr: number[] = []
  _getLrCalledWithinStep = false

  constructor(optimizer: Optimizer, lastEpoch = -1) {
    requireOptimizer(optimizer)
    this.optimizer = optimizer
    this.baseLrs = this._groups.map((group, k) => {
      if (lastEpoch === -1) group.initialLr ??= group.lr
      else if (group.initialLr === undefined) throw noInitialRate(k)
      return group.initialLr
    })
    this.lastEpoch = lastEpoch
  }

  get _groups(): readonly ScheduledGroup[] {
    return this.optimizer.paramGroups as readonly ScheduledGroup[]
  }

  /** The rates of the epoch there is now. */
  abstract getLr(): readonly number[]
  /** The rates of an epoch, whatever those before it were. */
  _closedFormLr?(): readonly number[]

  _initialStep(): void {
    this.optimizer._stepCount = 0
    this._stepCount = 0
    this.step()
  }

  getLastLr(): readonly number[] {
    return this._lastLr
  }

  /** To the next epoch, or to a given one. */
  step(epoch?: number): void {
    aside(this, () => {
      if (this._stepCount === 1 && this.optimizer._stepCount < 1) warn(stepOrder)
      this._stepCount++
      if (epoch !== undefined) warn(epochDeprecated)
      this._stepTo(epoch)
    })
  }

  _stepTo(epoch: number | undefined): void {
    this.lastEpoch = epoch ?? this.lastEpoch + 1
    const isClosed = epoch !== undefined && this._closedFormLr !== undefined
    this._setRates(isClosed ? (this._closedFormLr?.() ?? []) : this._ratesWithinStep())
  }

  _ratesWithinStep(): readonly number[] {
    this._getLrCalledWithinStep = true
    try {
      return this.getLr()
    } finally {
      this._getLrCalledWithinStep = false
    }
  }

  _setRates(rates: readonly number[]): void {
    const groups = this._groups
    rates.forEach((rate, k) => {
      const group = groups[k]
      if (group !== undefined) group.lr = rate
    })
    this._lastLr = groups.map(({ lr }) => lr)
  }

  /** For `getLr` of subclasses: says that users want `getLastLr`. */
  _warnOutsideStep(): void {
    if (!this._getLrCalledWithinStep) warn(outsideStep)
  }

  /** Everything but the optimiser and functions. */
  stateDict(): SchedulerState {
    return dataOf(this)
  }
  loadStateDict(state: SchedulerState): void {
    Object.assign(this, state)
  }
}

/** The fields of a schedule that are data. */
export const dataOf = (schedule: object): SchedulerState =>
  Object.fromEntries(
    Object.entries(schedule).filter(([key, value]) => key !== 'optimizer' && typeof value !== 'function'),
  )

export function requireOptimizer(optimizer: unknown): void {
  if (optimizer instanceof Optimizer) return
  throw argumentError(`${typeName(optimizer)} is not an Optimizer`, {}, 'TypeError')
}

const noInitialRate = (group: number) =>
  argumentError(
    `param 'initial_lr' is not specified in param_groups[${group}] when resuming an optimizer`,
    { group },
    'KeyError',
  )

/** How many of sorted `items` are at most `value`. */
export function countUpTo(items: readonly number[], value: number): number {
  let count = 0
  while (count < items.length && (items[count] as number) <= value) count++
  return count
}

const stepOrder =
  'UserWarning: Detected call of `lr_scheduler.step()` before `optimizer.step()`. In PyTorch 1.1.0 and later, you should call them in the opposite order: `optimizer.step()` before `lr_scheduler.step()`.  Failure to do this will result in PyTorch skipping the first value of the learning rate schedule. See more details at https://pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate'
const outsideStep =
  'UserWarning: To get the last learning rate computed by the scheduler, please use `get_last_lr()`.'
export const epochDeprecated =
  'UserWarning: The epoch parameter in `scheduler.step()` was not necessary and is being deprecated where possible. Please use `scheduler.step()` to step the scheduler. During the deprecation, if epoch is different from None, the closed form is used instead of the new chainable form, where available. Please open an issue if you are unable to replicate your use case: https://github.com/pytorch/pytorch/issues/new/choose.'
