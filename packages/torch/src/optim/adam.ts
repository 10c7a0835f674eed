// Adam: `m = b1 m + (1 - b1) g`, `v = b2 v + (1 - b2) g g`, `p = p - lr / (1 - b1^t) m / (sqrt(v) / sqrt(1 - b2^t) + eps)`; AMSGrad divides
// by the largest v so far. AdamW shrinks the parameter first, `p = p (1 - lr decay)`, where Adam adds `decay p` to the gradient.
import { add, div, maximum, mul, sqrt } from '@heddle/core'
import type { Arguments } from '../ops/signature.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { blend, blendSquare, direction } from './direction.ts'
import { Optimizer, type ParamGroup, type Params } from './optimizer.ts'
import { optionsOf, requireBetas, requireNonNegative } from './options.ts'
import { countStep, filledLike, scalarState } from './state.ts'
import { runUpdate, type StepNumbers, update } from './update.ts'

export interface AdamOptions {
  lr: number
  betas: readonly [number, number]
  eps: number
  weightDecay: number
  amsgrad: boolean
  maximize: boolean
}

interface AdamGroup extends AdamOptions {
  foreach: boolean | null
  capturable: boolean
}

const defaults: AdamGroup = {
  lr: 1e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  amsgrad: false,
  maximize: false,
  foreach: null,
  capturable: false,
}
const positional = ['lr', 'betas', 'eps', 'weightDecay', 'amsgrad'] as const
type AdamArguments = Arguments<Partial<AdamOptions>, ['lr', 'betas', 'eps', 'weightDecay', 'amsgrad']>

interface Flags {
  readonly maximize: boolean
  readonly decays: boolean
  /** The parameter is shrunk, and the gradient left. */
  readonly shrinks: boolean
  readonly amsgrad: boolean
}

const step = update({
  name: 'adam',
  numbers: ['decay', 'beta1', 'rest1', 'beta2', 'rest2', 'rootCorrection2', 'eps', 'negativeSize', 'shrink'],
  state: ({ amsgrad }: Flags) =>
    amsgrad ? (['expAvg', 'expAvgSq', 'maxExpAvgSq'] as const) : (['expAvg', 'expAvgSq'] as const),
  build(parts, flags) {
    const { param, state, numbers } = parts
    const g = direction(parts, flags)
    const start = flags.shrinks ? mul(param, numbers.shrink) : param
    const expAvg = blend(state.expAvg, numbers.beta1, g, numbers.rest1)
    const expAvgSq = blendSquare(state.expAvgSq, numbers.beta2, g, numbers.rest2)
    const largest = flags.amsgrad ? maximum(state.maxExpAvgSq, expAvgSq) : expAvgSq
    const divisor = add(div(sqrt(largest), numbers.rootCorrection2), numbers.eps)
    const next = add(start, div(mul(numbers.negativeSize, expAvg), divisor))
    return { param: next, expAvg, expAvgSq, ...(flags.amsgrad ? { maxExpAvgSq: largest } : {}) }
  },
})

abstract class AnyAdam extends Optimizer<AdamGroup> {
  abstract readonly _shrinks: boolean

  constructor(params: Params<AdamGroup>, options: AdamGroup) {
    const { lr, eps, betas, weightDecay } = options
    requireNonNegative({ 'learning rate': lr, 'epsilon value': eps })
    requireBetas(betas)
    requireNonNegative({ 'weight_decay value': weightDecay })
    super(params, options)
  }

  override _update(param: Tensor, grad: Tensor, group: ParamGroup<AdamGroup>, numbers: StepNumbers): void {
    const { lr, betas, eps, weightDecay, amsgrad, maximize } = group
    const [beta1, beta2] = betas
    const state = this._stateOf(param, () => ({
      step: scalarState(0),
      expAvg: filledLike(param),
      expAvgSq: filledLike(param),
      ...(amsgrad ? { maxExpAvgSq: filledLike(param) } : {}),
    }))
    const count = countStep(state)
    runUpdate(
      step,
      numbers,
      param,
      grad,
      state as Record<'expAvg' | 'expAvgSq' | 'maxExpAvgSq', Tensor>,
      {
        decay: weightDecay,
        beta1,
        rest1: 1 - beta1,
        beta2,
        rest2: 1 - beta2,
        rootCorrection2: Math.sqrt(1 - beta2 ** count),
        eps,
        negativeSize: -(lr / (1 - beta1 ** count)),
        shrink: 1 - lr * weightDecay,
      },
      { maximize, decays: !this._shrinks && weightDecay !== 0, shrinks: this._shrinks, amsgrad },
    )
  }
}

/** Steps by running means of gradients over the roots of those of their squares. */
export class Adam extends AnyAdam {
  get _shrinks(): boolean {
    return false
  }
  constructor(params: Params<AdamGroup>, ...args: AdamArguments) {
    super(params, optionsOf({ ...defaults, differentiable: false, fused: false }, positional, args))
  }
}

/** `Adam` whose weight decay is no part of the gradient. */
export class AdamW extends AnyAdam {
  get _shrinks(): boolean {
    return true
  }
  constructor(params: Params<AdamGroup>, ...args: AdamArguments) {
    super(params, optionsOf({ ...defaults, weightDecay: 0.01 }, positional, args))
  }
}
