// A schedule that looks at what is measured: the rate falls when that has not become better for some time.
import { watcher } from '../../engine/watch.ts'
import { invalidOption, warn } from '../../errors.ts'
import { type Arguments, parse } from '../../ops/signature.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import type { Optimizer } from '../optimizer.ts'
import { dataOf, epochDeprecated, requireOptimizer, type SchedulerState } from './scheduler.ts'

export interface PlateauParams {
  mode?: 'min' | 'max'
  factor?: number
  /** Epochs without improvement that are let pass. */
  patience?: number
  threshold?: number
  /** Whether the threshold is a part of the best, or an amount. */
  thresholdMode?: 'rel' | 'abs'
  /** Epochs after a change in which nothing is counted. */
  cooldown?: number
  minLr?: number | readonly number[]
  /** Changes smaller than this are not made. */
  eps?: number
}

const names = [
  'mode',
  'factor',
  'patience',
  'threshold',
  'thresholdMode',
  'cooldown',
  'minLr',
  'eps',
] as const

/** Lowers rates when a quantity that `step` is given no longer gets better. */
export class ReduceLROnPlateau {
  readonly optimizer: Optimizer
  mode: string
  factor: number
  patience: number
  threshold: number
  thresholdMode: string
  cooldown: number
  minLrs: readonly number[]
  eps: number
  best: number
  modeWorse: number
  cooldownCounter = 0
  numBadEpochs = 0
  lastEpoch = 0
  _lastLr: readonly number[]

  constructor(optimizer: Optimizer, ...args: Arguments<PlateauParams, typeof names>) {
    const {
      mode = 'min',
      factor = 0.1,
      patience = 10,
      threshold = 1e-4,
      thresholdMode = 'rel',
      cooldown = 0,
      minLr = 0,
      eps = 1e-8,
    } = parse<PlateauParams>('__init__', names, [], args)
    if (factor >= 1) throw invalidOption('Factor should be < 1.0.')
    requireOptimizer(optimizer)
    const { length } = optimizer.paramGroups
    const minLrs = typeof minLr === 'number' ? new Array<number>(length).fill(minLr) : minLr
    if (minLrs.length !== length) throw invalidOption(`expected ${length} min_lrs, got ${minLrs.length}`)
    if (mode !== 'min' && mode !== 'max')
      throw invalidOption(`mode ${String(mode satisfies never)} is unknown!`)
    if (thresholdMode !== 'rel' && thresholdMode !== 'abs') {
      throw invalidOption(`threshold mode ${String(thresholdMode satisfies never)} is unknown!`)
    }
    this.optimizer = optimizer
    this.mode = mode
    this.factor = factor
    this.patience = patience
    this.threshold = threshold
    this.thresholdMode = thresholdMode
    this.cooldown = cooldown
    this.minLrs = minLrs
    this.eps = eps
    this.modeWorse = mode === 'min' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
    this.best = this.modeWorse
    this._lastLr = optimizer.paramGroups.map(({ lr }) => lr)
  }

  get inCooldown(): boolean {
    return this.cooldownCounter > 0
  }

  isBetter(value: number, best: number): boolean {
    const { mode, threshold } = this
    const isRelative = this.thresholdMode === 'rel'
    if (mode === 'min') return value < (isRelative ? best * (1 - threshold) : best - threshold)
    return value > (isRelative ? best * (threshold + 1) : best + threshold)
  }

  /** Takes what was measured: a loss to become less, in mode `max` a score to become more. */
  step(metrics: number | Tensor, epoch?: number): void {
    watcher?.refuse('a schedule looks at what was measured')
    const current = typeof metrics === 'number' ? metrics : metrics.item()
    if (epoch !== undefined) warn(epochDeprecated)
    this.lastEpoch = epoch ?? this.lastEpoch + 1
    if (this.isBetter(current, this.best)) {
      this.best = current
      this.numBadEpochs = 0
    } else this.numBadEpochs++
    if (this.inCooldown) {
      this.cooldownCounter--
      this.numBadEpochs = 0
    }
    if (this.numBadEpochs > this.patience) {
      this.#reduce()
      this.cooldownCounter = this.cooldown
      this.numBadEpochs = 0
    }
    this._lastLr = this.optimizer.paramGroups.map(({ lr }) => lr)
  }

  #reduce(): void {
    this.optimizer.paramGroups.forEach((group, k) => {
      const next = Math.max(group.lr * this.factor, this.minLrs[k] as number)
      if (group.lr - next > this.eps) group.lr = next
    })
  }

  getLastLr(): readonly number[] {
    return this._lastLr
  }
  stateDict(): SchedulerState {
    return dataOf(this)
  }
  loadStateDict(state: SchedulerState): void {
    Object.assign(this, state)
  }
}
