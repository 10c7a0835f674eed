// A schedule that goes up and down between two rates again and again, and moves momentum the other way.
import { invalidOption } from '../../errors.ts'
import { type Arguments, parse } from '../../ops/signature.ts'
import type { Optimizer } from '../optimizer.ts'
import { groupsOf, noMomentum, type PerGroup, perGroup } from './per-group.ts'
import { LRScheduler } from './scheduler.ts'

export interface CyclicParams {
  baseLr: PerGroup
  maxLr: PerGroup
  stepSizeUp?: number
  stepSizeDown?: number | null
  mode?: 'triangular' | 'triangular2' | 'exp_range'
  gamma?: number
  /** How the height of a cycle changes, in place of a mode. */
  scaleFn?: ((x: number) => number) | null
  scaleMode?: 'cycle' | 'iterations'
  cycleMomentum?: boolean
  baseMomentum?: PerGroup
  maxMomentum?: PerGroup
  lastEpoch?: number
}

const cyclicNames = [
  'baseLr',
  'maxLr',
  'stepSizeUp',
  'stepSizeDown',
  'mode',
  'gamma',
  'scaleFn',
  'scaleMode',
  'cycleMomentum',
  'baseMomentum',
  'maxMomentum',
  'lastEpoch',
] as const

/** In straight lines from `baseLr` up to `maxLr` in `stepSizeUp` steps, and down again. */
export class CyclicLR extends LRScheduler {
  maxLrs: readonly number[]
  totalSize: number
  stepRatio: number
  mode: string
  gamma: number
  scaleMode: string
  cycleMomentum: boolean
  baseMomentums: readonly number[] = []
  maxMomentums: readonly number[] = []
  readonly _scaleFnCustom: ((x: number) => number) | null

  constructor(optimizer: Optimizer, ...args: Arguments<CyclicParams, typeof cyclicNames>) {
    const {
      baseLr,
      maxLr,
      stepSizeUp = 2000,
      stepSizeDown,
      mode = 'triangular',
      gamma = 1,
      scaleFn = null,
      scaleMode = 'cycle',
      cycleMomentum = true,
      baseMomentum = 0.8,
      maxMomentum = 0.9,
      lastEpoch = -1,
    } = parse<CyclicParams>('__init__', cyclicNames, [], args)
    const baseLrs = perGroup('base_lr', optimizer, baseLr)
    const maxLrs = perGroup('max_lr', optimizer, maxLr)
    if (!['triangular', 'triangular2', 'exp_range'].includes(mode) && scaleFn === null) {
      throw invalidOption('mode is invalid and scale_fn is None')
    }
    if (cycleMomentum && !('momentum' in optimizer.defaults)) throw noMomentum()
    if (lastEpoch === -1) {
      groupsOf(optimizer).forEach((group, k) => {
        group.lr = baseLrs[k] as number
      })
    }
    super(optimizer, lastEpoch)
    this.maxLrs = maxLrs
    this.totalSize = stepSizeUp + (stepSizeDown ?? stepSizeUp)
    this.stepRatio = stepSizeUp / this.totalSize
    this.mode = mode
    this.gamma = gamma
    this._scaleFnCustom = scaleFn
    this.scaleMode = scaleFn === null ? (mode === 'exp_range' ? 'iterations' : 'cycle') : scaleMode
    this.cycleMomentum = cycleMomentum
    if (cycleMomentum) {
      const bases = perGroup('base_momentum', optimizer, baseMomentum)
      this._groups.forEach((group, k) => {
        if (lastEpoch === -1) group.momentum = bases[k] as number
      })
      this.baseMomentums = this._groups.map(({ momentum = 0 }) => momentum)
      this.maxMomentums = perGroup('max_momentum', optimizer, maxMomentum)
    }
    this._initialStep()
    this.baseLrs = [...baseLrs]
  }

  scaleFn(x: number): number {
    if (this._scaleFnCustom !== null) return this._scaleFnCustom(x)
    if (this.mode === 'triangular2') return 1 / 2 ** (x - 1)
    return this.mode === 'exp_range' ? this.gamma ** x : 1
  }

  override getLr(): readonly number[] {
    this._warnOutsideStep()
    const { lastEpoch, totalSize, stepRatio } = this
    const cycle = Math.floor(1 + lastEpoch / totalSize)
    const x = 1 + lastEpoch / totalSize - cycle
    const height = x <= stepRatio ? x / stepRatio : (x - 1) / (stepRatio - 1)
    const scale = (): number => this.scaleFn(this.scaleMode === 'cycle' ? cycle : lastEpoch)
    const rates = this.baseLrs.map((base, k) => base + ((this.maxLrs[k] as number) - base) * height * scale())
    if (this.cycleMomentum) {
      this._groups.forEach((group, k) => {
        const [base, most] = [this.baseMomentums[k] as number, this.maxMomentums[k] as number]
        group.momentum = most - (most - base) * height * scale()
      })
    }
    return rates
  }
}
