// A schedule of one cycle: the rate goes up, down, and far below where it began, and momentum the other way.
import { invalidOption } from '../../errors.ts'
import { type Arguments, parse } from '../../ops/signature.ts'
import { reprNumber } from '../../print/python.ts'
import type { Optimizer } from '../optimizer.ts'
import { groupsOf, noMomentum, type PerGroup, perGroup } from './per-group.ts'
import { LRScheduler, type ScheduledGroup } from './scheduler.ts'

export interface OneCycleParams {
  maxLr: PerGroup
  totalSteps?: number | null
  epochs?: number | null
  stepsPerEpoch?: number | null
  pctStart?: number
  annealStrategy?: 'cos' | 'linear'
  cycleMomentum?: boolean
  baseMomentum?: PerGroup
  maxMomentum?: PerGroup
  divFactor?: number
  finalDivFactor?: number
  threePhase?: boolean
  lastEpoch?: number
}

const oneCycleNames = [
  'maxLr',
  'totalSteps',
  'epochs',
  'stepsPerEpoch',
  'pctStart',
  'annealStrategy',
  'cycleMomentum',
  'baseMomentum',
  'maxMomentum',
  'divFactor',
  'finalDivFactor',
  'threePhase',
  'lastEpoch',
] as const

type RateName = 'initialLr' | 'maxLr' | 'minLr'
type MomentumName = 'maxMomentum' | 'baseMomentum'

interface Phase {
  readonly endStep: number
  readonly lr: readonly [RateName, RateName]
  readonly momentum: readonly [MomentumName, MomentumName]
}

/** One cycle: up to `maxLr`, down, and far below where it began. */
export class OneCycleLR extends LRScheduler {
  totalSteps: number
  cycleMomentum: boolean
  annealStrategy: string
  useBeta1: boolean
  _schedulePhases: readonly Phase[]

  constructor(optimizer: Optimizer, ...args: Arguments<OneCycleParams, typeof oneCycleNames>) {
    const params = parse<OneCycleParams>('__init__', oneCycleNames, [], args)
    const {
      maxLr,
      pctStart = 0.3,
      annealStrategy = 'cos',
      cycleMomentum = true,
      baseMomentum = 0.85,
      maxMomentum = 0.95,
      divFactor = 25,
      finalDivFactor = 1e4,
      threePhase = false,
      lastEpoch = -1,
    } = params
    const totalSteps = totalStepsOf(params)
    if (!(pctStart >= 0 && pctStart <= 1)) {
      throw invalidOption(`Expected float between 0 and 1 pct_start, but got ${reprNumber(pctStart)}`)
    }
    if (annealStrategy !== 'cos' && annealStrategy !== 'linear') {
      throw invalidOption(
        `anneal_strategy must by one of 'cos' or 'linear', instead got ${String(annealStrategy satisfies never)}`,
      )
    }
    const useBeta1 = 'betas' in optimizer.defaults
    if (cycleMomentum && !useBeta1 && !('momentum' in optimizer.defaults)) throw noMomentum()
    const maxLrs = perGroup('max_lr', optimizer, maxLr)
    const most = perGroup('max_momentum', optimizer, maxMomentum)
    const bases = perGroup('base_momentum', optimizer, baseMomentum)
    if (lastEpoch === -1) {
      groupsOf(optimizer).forEach((group, k) => {
        group.maxLr = maxLrs[k] as number
        group.initialLr = group.maxLr / divFactor
        group.minLr = group.initialLr / finalDivFactor
        if (!cycleMomentum) return
        group.maxMomentum = most[k] as number
        group.baseMomentum = bases[k] as number
        setMomentum(group, useBeta1, group.maxMomentum)
      })
    }
    super(optimizer, lastEpoch)
    this.totalSteps = totalSteps
    this.cycleMomentum = cycleMomentum
    this.annealStrategy = annealStrategy
    this.useBeta1 = useBeta1
    this._schedulePhases = threePhase ? threePhases(totalSteps, pctStart) : twoPhases(totalSteps, pctStart)
    this._initialStep()
  }

  override getLr(): readonly number[] {
    this._warnOutsideStep()
    const { lastEpoch: step, totalSteps } = this
    if (step > totalSteps) {
      throw invalidOption(
        `Tried to step ${step + 1} times. The specified number of total steps is ${totalSteps}`,
      )
    }
    const { phase, done } = this.#phaseAt(step)
    return this._groups.map((group) => {
      const between = (from: RateName | MomentumName, to: RateName | MomentumName): number =>
        this.#anneal(group[from] as number, group[to] as number, done)
      if (this.cycleMomentum) setMomentum(group, this.useBeta1, between(...phase.momentum))
      return between(...phase.lr)
    })
  }

  /** The phase a step is in, and how much of it is done. */
  #phaseAt(step: number): { readonly phase: Phase; readonly done: number } {
    let start = 0
    let at = 0
    const phases = this._schedulePhases
    while (at < phases.length - 1 && step > (phases[at] as Phase).endStep)
      start = (phases[at++] as Phase).endStep
    const phase = phases[at] as Phase
    return { phase, done: (step - start) / (phase.endStep - start) }
  }

  #anneal(from: number, to: number, done: number): number {
    if (this.annealStrategy === 'linear') return (to - from) * done + from
    return to + ((from - to) / 2) * (Math.cos(Math.PI * done) + 1)
  }
}

function setMomentum(group: ScheduledGroup, useBeta1: boolean, momentum: number): void {
  if (useBeta1) group.betas = [momentum, ...(group.betas ?? []).slice(1)]
  else group.momentum = momentum
}

function totalStepsOf({ totalSteps, epochs, stepsPerEpoch }: OneCycleParams): number {
  const requirePositive = (what: string, value: number | null | undefined): number => {
    if (value == null || !(value > 0) || !Number.isInteger(value)) {
      throw invalidOption(
        `Expected positive integer ${what}, but got ${value == null ? 'None' : reprNumber(value)}`,
      )
    }
    return value
  }
  if (totalSteps == null && epochs == null && stepsPerEpoch == null) {
    throw invalidOption('You must define either total_steps OR (epochs AND steps_per_epoch)')
  }
  if (totalSteps != null) return requirePositive('total_steps', totalSteps)
  return requirePositive('epochs', epochs) * requirePositive('steps_per_epoch', stepsPerEpoch)
}

const twoPhases = (steps: number, start: number): readonly Phase[] => [
  { endStep: start * steps - 1, lr: ['initialLr', 'maxLr'], momentum: ['maxMomentum', 'baseMomentum'] },
  { endStep: steps - 1, lr: ['maxLr', 'minLr'], momentum: ['baseMomentum', 'maxMomentum'] },
]

const threePhases = (steps: number, start: number): readonly Phase[] => [
  { endStep: start * steps - 1, lr: ['initialLr', 'maxLr'], momentum: ['maxMomentum', 'baseMomentum'] },
  { endStep: 2 * start * steps - 2, lr: ['maxLr', 'initialLr'], momentum: ['baseMomentum', 'maxMomentum'] },
  { endStep: steps - 1, lr: ['initialLr', 'minLr'], momentum: ['maxMomentum', 'maxMomentum'] },
]
