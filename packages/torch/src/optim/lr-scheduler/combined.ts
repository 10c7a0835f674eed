// Schedules made of schedules: one after the other, and all at once.
import { aside } from '../../engine/watch.ts'
import { invalidOption } from '../../errors.ts'
import type { Optimizer } from '../optimizer.ts'
import {
  countUpTo,
  dataOf,
  type LRScheduler,
  type ScheduledGroup,
  type SchedulerState,
  type Steppable,
} from './scheduler.ts'

abstract class Combined implements Steppable {
  readonly optimizer: Optimizer
  readonly _schedulers: readonly LRScheduler[]
  lastEpoch = 0
  _lastLr: readonly number[] = []

  constructor(optimizer: Optimizer, schedulers: readonly LRScheduler[]) {
    this.optimizer = optimizer
    this._schedulers = schedulers
  }

  abstract step(): void

  getLastLr(): readonly number[] {
    return this._lastLr
  }
  stateDict(): SchedulerState {
    return { ...dataOf(this), _schedulers: this._schedulers.map((each) => each.stateDict()) }
  }
  loadStateDict({ _schedulers, ...state }: SchedulerState): void {
    Object.assign(this, state)
    ;(_schedulers as readonly SchedulerState[]).forEach((each, k) => {
      this._schedulers[k]?.loadStateDict(each)
    })
  }
}

/** Each of the schedules in turn, changing at `milestones`. */
export class SequentialLR extends Combined {
  _milestones: readonly number[]

  constructor(
    optimizer: Optimizer,
    schedulers: readonly LRScheduler[],
    milestones: readonly number[],
    lastEpoch = -1,
  ) {
    super(optimizer, schedulers)
    schedulers.forEach((each, k) => {
      if (each.optimizer !== optimizer) {
        throw invalidOption(
          `Sequential Schedulers expects all schedulers to belong to the same optimizer, but got schedulers at index ${k} to be different than the optimizer passed in.`,
        )
      }
    })
    if (milestones.length !== schedulers.length - 1) {
      throw invalidOption(
        `Sequential Schedulers expects number of schedulers provided to be one more than the number of milestone points, but got number of schedulers ${schedulers.length} and the number of milestones to be equal to ${milestones.length}`,
      )
    }
    this._milestones = milestones
    this.lastEpoch = lastEpoch + 1
    // The schedules made their first steps, which are to be made when it is their turn.
    for (const group of optimizer.paramGroups as ScheduledGroup[]) group.lr = group.initialLr ?? group.lr
    for (const each of schedulers) each.lastEpoch--
    const [first] = schedulers
    first?._initialStep()
    this._lastLr = first?.getLastLr() ?? []
  }

  override step(): void {
    aside(this, () => this.#step())
  }
  #step(): void {
    this.lastEpoch++
    const at = countUpTo(this._milestones, this.lastEpoch)
    const current = this._schedulers[at] as LRScheduler
    if (at > 0 && this._milestones[at - 1] === this.lastEpoch) {
      current._stepCount++
      current._stepTo(0)
    } else current.step()
    this._lastLr = current.getLastLr()
  }
}

/** All of the schedules at each step, one after the other on the same rates. */
export class ChainedScheduler extends Combined {
  constructor(schedulers: readonly LRScheduler[]) {
    const { optimizer } = schedulers[0] as LRScheduler
    super(optimizer, schedulers)
    schedulers.forEach((each, k) => {
      if (each.optimizer !== optimizer) {
        throw invalidOption(
          `ChainedScheduler expects all schedulers to belong to the same optimizer, but got schedulers at index 0 and ${k} to be different`,
        )
      }
    })
    this._lastLr = optimizer.paramGroups.map(({ lr }) => lr)
  }

  override step(): void {
    aside(this, () => {
      for (const each of this._schedulers) each.step()
      this._lastLr = this.optimizer.paramGroups.map(({ lr }) => lr)
    })
  }
}
