// Adamax: Adam with the largest recent gradient for a divisor: `u = max(b2 u, |g| + eps)`, `p = p - lr / (1 - b1^t) m / u`.
import { abs, add, div, maximum, mul } from '@heddle/core'
import type { Arguments } from '../ops/signature.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { blend, direction } from './direction.ts'
import { Optimizer, type ParamGroup, type Params } from './optimizer.ts'
import { optionsOf, requireBetas, requireNonNegative } from './options.ts'
import { countStep, filledLike, scalarState } from './state.ts'
import { runUpdate, type StepNumbers, update } from './update.ts'

export interface AdamaxOptions {
  lr: number
  betas: readonly [number, number]
  eps: number
  weightDecay: number
  foreach: boolean | null
  maximize: boolean
}

const defaults: AdamaxOptions = {
  lr: 2e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  foreach: null,
  maximize: false,
}

interface Flags {
  readonly maximize: boolean
  readonly decays: boolean
}

const step = update({
  name: 'adamax',
  numbers: ['decay', 'beta1', 'rest1', 'beta2', 'eps', 'negativeSize'],
  state: (_: Flags) => ['expAvg', 'expInf'] as const,
  build(parts, flags) {
    const { param, state, numbers } = parts
    const g = direction(parts, flags)
    const expAvg = blend(state.expAvg, numbers.beta1, g, numbers.rest1)
    const expInf = maximum(mul(state.expInf, numbers.beta2), add(abs(g), numbers.eps))
    return { param: add(param, div(mul(numbers.negativeSize, expAvg), expInf)), expAvg, expInf }
  },
})

/** `Adam` over the largest gradients of late, in the place of roots of mean squares. */
export class Adamax extends Optimizer<AdamaxOptions> {
  constructor(
    params: Params<AdamaxOptions>,
    ...args: Arguments<Partial<AdamaxOptions>, ['lr', 'betas', 'eps', 'weightDecay', 'foreach']>
  ) {
    const options = optionsOf(defaults, ['lr', 'betas', 'eps', 'weightDecay', 'foreach'], args)
    requireNonNegative({ 'learning rate': options.lr, 'epsilon value': options.eps })
    requireBetas(options.betas)
    requireNonNegative({ 'weight_decay value': options.weightDecay })
    super(params, options)
  }

  override _update(
    param: Tensor,
    grad: Tensor,
    { lr, betas, eps, weightDecay, maximize }: ParamGroup<AdamaxOptions>,
    numbers: StepNumbers,
  ): void {
    const [beta1, beta2] = betas
    const state = this._stateOf(param, () => ({
      step: scalarState(0),
      expAvg: filledLike(param),
      expInf: filledLike(param),
    }))
    const count = countStep(state)
    runUpdate(
      step,
      numbers,
      param,
      grad,
      state as Record<'expAvg' | 'expInf', Tensor>,
      {
        decay: weightDecay,
        beta1,
        rest1: 1 - beta1,
        beta2,
        eps,
        negativeSize: -(lr / (1 - beta1 ** count)),
      },
      { maximize, decays: weightDecay !== 0 },
    )
  }
}
