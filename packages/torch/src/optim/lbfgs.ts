// L-BFGS: directions from the last changes of parameters and gradients (two loops over a bounded history), with fixed steps or a line
// search. Each decision looks at numbers, so a step runs many small plans, the same ones again and again.

import { enableGrad, noGrad } from '../autograd/grad-mode.ts'
import { float32 } from '../dtypes.ts'
import { argumentError, invalidOption } from '../errors.ts'
import type { Arguments } from '../ops/signature.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { absMax, absSum, dot, flatGradients, move, plus, times } from './flat.ts'
import { Optimizer, type Params } from './optimizer.ts'
import { optionsOf } from './options.ts'
import { type LinePoint, strongWolfe } from './strong-wolfe.ts'

export interface LBFGSOptions {
  lr: number
  /** Iterations of one step. */
  maxIter: number
  /** Evaluations of the closure in one step, beyond which no iteration begins. */
  maxEval: number
  toleranceGrad: number
  toleranceChange: number
  historySize: number
  lineSearchFn: 'strong_wolfe' | null
}

const defaults = {
  lr: 1,
  maxIter: 20,
  maxEval: null as number | null,
  toleranceGrad: 1e-7,
  toleranceChange: 1e-9,
  historySize: 100,
  lineSearchFn: null as LBFGSOptions['lineSearchFn'],
}
const positional = [
  'lr',
  'maxIter',
  'maxEval',
  'toleranceGrad',
  'toleranceChange',
  'historySize',
  'lineSearchFn',
] as const

/** What is remembered from step to step, on the first parameter. */
interface Memory {
  funcEvals: number
  nIter: number
  d: Tensor | undefined
  t: number
  oldDirs: Tensor[]
  oldStps: Tensor[]
  ro: number[]
  HDiag: number
  prevFlatGrad: Tensor | undefined
  prevLoss: number
}

/** Steps by an estimate of curvature from the steps of late; `step` takes a closure that gives the loss. */
export class LBFGS extends Optimizer<LBFGSOptions> {
  constructor(params: Params<LBFGSOptions>, ...args: Arguments<Partial<LBFGSOptions>, typeof positional>) {
    const options = optionsOf(defaults, positional, args)
    super(params, { ...options, maxEval: options.maxEval ?? Math.floor((options.maxIter * 5) / 4) })
    if (this.paramGroups.length !== 1) {
      throw invalidOption("LBFGS doesn't support per-parameter options (parameter groups)")
    }
  }

  get #params(): readonly Tensor[] {
    return this.#group.params
  }
  get #group() {
    return this.paramGroups[0] as (typeof this.paramGroups)[number]
  }
  get #memory(): Memory {
    const start: Memory = {
      funcEvals: 0,
      nIter: 0,
      d: undefined,
      t: 0,
      oldDirs: [],
      oldStps: [],
      ro: [],
      HDiag: 1,
      prevFlatGrad: undefined,
      prevLoss: 0,
    }
    return this._stateOf(this.#params[0] as Tensor, () => ({ ...start })) as object as Memory
  }

  /** `closure` computes the loss and the gradients anew; it is called many times. */
  override step<T>(closure: () => T): T {
    if (closure === undefined) {
      throw argumentError("LBFGS.step() missing 1 required positional argument: 'closure'", {}, 'TypeError')
    }
    return noGrad(() => this.#step(() => enableGrad(closure)))
  }

  #step<T>(closure: () => T): T {
    const { maxIter, maxEval, toleranceGrad, toleranceChange } = this.#group
    const memory = this.#memory
    const first = closure()
    let loss = numberOf(first)
    let evaluations = 1
    memory.funcEvals++
    let grad = flatGradients(this.#params)
    if (absMax(grad) <= toleranceGrad) return first
    for (let iteration = 1; iteration <= maxIter; iteration++) {
      memory.nIter++
      const d = this.#direction(memory, grad)
      memory.d = d
      memory.prevFlatGrad = grad
      memory.prevLoss = loss
      memory.t = this.#firstStep(memory.nIter, grad)
      const slope = dot(grad, d)
      if (slope > -toleranceChange) break
      const isLast = iteration === maxIter
      const moved = this.#move(closure, { t: memory.t, value: loss, grad, slope }, d, isLast)
      ;({ value: loss, grad, t: memory.t } = moved.point)
      evaluations += moved.evaluations
      memory.funcEvals += moved.evaluations
      if (isLast || evaluations >= maxEval || absMax(grad) <= toleranceGrad) break
      if (absMax(times(d, memory.t)) <= toleranceChange) break
      if (Math.abs(loss - memory.prevLoss) < toleranceChange) break
    }
    return first
  }

  /** The first one is short. */
  #firstStep(iteration: number, grad: Tensor): number {
    const { lr } = this.#group
    return iteration === 1 ? Math.min(1, 1 / absSum(grad)) * lr : lr
  }

  /** Moves the parameters along `d`, and evaluates where they are then. */
  #move(
    closure: () => unknown,
    start: LinePoint,
    d: Tensor,
    isLast: boolean,
  ): { readonly point: LinePoint; readonly evaluations: number } {
    const { lineSearchFn, toleranceChange } = this.#group
    const params = this.#params
    if (lineSearchFn === null) {
      move(params, start.t, d)
      if (isLast) return { point: start, evaluations: 0 }
      const value = numberOf(closure())
      return { point: { ...start, value, grad: flatGradients(params) }, evaluations: 1 }
    }
    if (lineSearchFn !== 'strong_wolfe') throw argumentError("only 'strong_wolfe' is supported")
    const before = params.map((param) => param.detach().clone())
    const evaluate = (t: number): LinePoint => {
      move(params, t, d)
      const value = numberOf(closure())
      const grad = flatGradients(params)
      params.forEach((param, k) => {
        param.copy_(before[k] as Tensor)
      })
      return { t, value, grad, slope: dot(grad, d) }
    }
    const found = strongWolfe({
      evaluate,
      start: { ...start, t: 0 },
      t: start.t,
      norm: absMax(d),
      tolerance: toleranceChange,
    })
    move(params, found.point.t, d)
    return found
  }

  /** The gradient times the negative inverse Hessian, as the history has it. */
  #direction(memory: Memory, grad: Tensor): Tensor {
    const { d, prevFlatGrad, oldDirs, oldStps, ro } = memory
    const round = grad.dtype === float32 ? Math.fround : (value: number): number => value
    if (memory.nIter === 1 || d === undefined || prevFlatGrad === undefined) return times(grad, -1)
    const y = plus(grad, -1, prevFlatGrad)
    const s = times(d, memory.t)
    const ys = dot(y, s)
    if (ys > 1e-10) {
      if (oldDirs.length === this.#group.historySize) for (const list of [oldDirs, oldStps, ro]) list.shift()
      oldDirs.push(y)
      oldStps.push(s)
      ro.push(round(1 / ys))
      memory.HDiag = round(ys / dot(y, y))
    }
    const weights: number[] = []
    let q = times(grad, -1)
    for (let k = oldDirs.length - 1; k >= 0; k--) {
      weights[k] = round(dot(oldStps[k] as Tensor, q) * (ro[k] as number))
      q = plus(q, -(weights[k] as number), oldDirs[k] as Tensor)
    }
    let r = times(q, memory.HDiag)
    for (let k = 0; k < oldDirs.length; k++) {
      const weight = round(dot(oldDirs[k] as Tensor, r) * (ro[k] as number))
      r = plus(r, round((weights[k] as number) - weight), oldStps[k] as Tensor)
    }
    return r
  }

  override _update(): void {
    throw argumentError('LBFGS has no update of one parameter')
  }
}

const numberOf = (loss: unknown): number =>
  typeof loss === 'number' ? loss : Number((loss as Tensor).item())
