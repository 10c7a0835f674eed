// Schedules along a cosine: down once and back, or down again and again.
import { aside } from '../../engine/watch.ts'
import { invalidOption } from '../../errors.ts'
import { type Arguments, parse } from '../../ops/signature.ts'
import { reprNumber } from '../../print/python.ts'
import type { Optimizer } from '../optimizer.ts'
import { LRScheduler } from './scheduler.ts'

type CosineParams = { TMax: number; etaMin?: number; lastEpoch?: number }

/** From the first rate down to `etaMin` in `TMax` epochs, then back up. */
export class CosineAnnealingLR extends LRScheduler {
  TMax: number
  etaMin: number

  constructor(optimizer: Optimizer, ...args: Arguments<CosineParams, ['TMax', 'etaMin', 'lastEpoch']>) {
    const {
      TMax,
      etaMin = 0,
      lastEpoch,
    } = parse<CosineParams>('__init__', ['TMax', 'etaMin', 'lastEpoch'], [], args)
    super(optimizer, lastEpoch)
    this.TMax = TMax
    this.etaMin = etaMin
    this._initialStep()
  }

  /** By recursion from the rate there is. */
  override getLr(): readonly number[] {
    this._warnOutsideStep()
    const { lastEpoch, TMax, etaMin } = this
    const rates = this._groups.map(({ lr }) => lr)
    if (lastEpoch === 0) return rates
    if (this._stepCount === 1 && lastEpoch > 0) {
      return this.baseLrs.map(
        (rate) => etaMin + ((rate - etaMin) * (1 + Math.cos((lastEpoch * Math.PI) / TMax))) / 2,
      )
    }
    if ((lastEpoch - 1 - TMax) % (2 * TMax) === 0) {
      const rise = 1 - Math.cos(Math.PI / TMax)
      return rates.map((lr, k) => lr + (((this.baseLrs[k] as number) - etaMin) * rise) / 2)
    }
    const factor =
      (1 + Math.cos((Math.PI * lastEpoch) / TMax)) / (1 + Math.cos((Math.PI * (lastEpoch - 1)) / TMax))
    return rates.map((lr) => factor * (lr - etaMin) + etaMin)
  }
  override _closedFormLr(): readonly number[] {
    const { lastEpoch, TMax, etaMin } = this
    return this.baseLrs.map(
      (rate) => etaMin + ((rate - etaMin) * (1 + Math.cos((Math.PI * lastEpoch) / TMax))) / 2,
    )
  }
}

type RestartParams = { T0: number; TMult?: number; etaMin?: number; lastEpoch?: number }

/** Down to `etaMin` in `T0` epochs, again from the top in `TMult` times as many, and so on. */
export class CosineAnnealingWarmRestarts extends LRScheduler {
  T0: number
  TI: number
  TMult: number
  etaMin: number
  TCur: number

  constructor(
    optimizer: Optimizer,
    ...args: Arguments<RestartParams, ['T0', 'TMult', 'etaMin', 'lastEpoch']>
  ) {
    const {
      T0,
      TMult = 1,
      etaMin = 0,
      lastEpoch = -1,
    } = parse<RestartParams>('__init__', ['T0', 'TMult', 'etaMin', 'lastEpoch'], [], args)
    if (T0 <= 0 || !Number.isInteger(T0)) {
      throw invalidOption(`Expected positive integer T_0, but got ${reprNumber(T0)}`)
    }
    if (TMult < 1 || !Number.isInteger(TMult)) {
      throw invalidOption(`Expected integer T_mult >= 1, but got ${reprNumber(TMult)}`)
    }
    super(optimizer, lastEpoch)
    this.T0 = T0
    this.TI = T0
    this.TMult = TMult
    this.etaMin = etaMin
    this.TCur = lastEpoch
    this._initialStep()
  }

  override getLr(): readonly number[] {
    this._warnOutsideStep()
    const { TCur, TI, etaMin } = this
    return this.baseLrs.map((rate) => etaMin + ((rate - etaMin) * (1 + Math.cos((Math.PI * TCur) / TI))) / 2)
  }

  /** Epochs may be fractions here, for steps within one. */
  override step(epoch?: number): void {
    aside(this, () => this.#step(epoch))
  }
  #step(epoch?: number): void {
    if (epoch === undefined && this.lastEpoch < 0) this.#goTo(0)
    else if (epoch === undefined) this.#advance()
    else {
      if (epoch < 0) throw invalidOption(`Expected non-negative epoch, but got ${reprNumber(epoch)}`)
      this.#goTo(epoch)
    }
    this._setRates(this._ratesWithinStep())
  }
  override _stepTo(epoch: number | undefined): void {
    this.step(epoch)
  }

  #advance(): void {
    this.lastEpoch++
    this.TCur++
    if (this.TCur < this.TI) return
    this.TCur -= this.TI
    this.TI *= this.TMult
  }

  #goTo(epoch: number): void {
    const { T0, TMult } = this
    this.lastEpoch = Math.floor(epoch)
    if (epoch < T0) {
      this.TI = T0
      this.TCur = epoch
    } else if (TMult === 1) this.TCur = epoch % T0
    else {
      const rounds = Math.trunc(Math.log((epoch / T0) * (TMult - 1) + 1) / Math.log(TMult))
      this.TCur = epoch - (T0 * (TMult ** rounds - 1)) / (TMult - 1)
      this.TI = T0 * TMult ** rounds
    }
  }
}
