// RAdam: Adam whose division waits until enough steps were seen for the variance of the squares to be bounded (`rho > 5`), and is
// rectified then.
import { add, div, mul, sqrt, sub } from '@heddle/core'
import type { Arguments } from '../ops/signature.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { blend, blendSquare, direction } from './direction.ts'
import { Optimizer, type ParamGroup, type Params } from './optimizer.ts'
import { optionsOf, requireBetas, requireNonNegative } from './options.ts'
import { countStep, filledLike, scalarState } from './state.ts'
import { runUpdate, type StepNumbers, update } from './update.ts'

export interface RAdamOptions {
  lr: number
  betas: readonly [number, number]
  eps: number
  weightDecay: number
  foreach: boolean | null
}

const defaults: RAdamOptions = { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, foreach: null }

interface Flags {
  readonly decays: boolean
  readonly isRectified: boolean
}

const step = update({
  name: 'radam',
  numbers: [
    'decay',
    'beta1',
    'rest1',
    'beta2',
    'rest2',
    'correction1',
    'rootCorrection2',
    'eps',
    'rate',
    'rectification',
  ],
  state: (_: Flags) => ['expAvg', 'expAvgSq'] as const,
  build(parts, { decays, isRectified }) {
    const { param, state, numbers } = parts
    const g = direction(parts, { maximize: false, decays })
    const expAvg = blend(state.expAvg, numbers.beta1, g, numbers.rest1)
    const expAvgSq = blendSquare(state.expAvgSq, numbers.beta2, g, numbers.rest2)
    const move = mul(div(expAvg, numbers.correction1), numbers.rate)
    if (!isRectified) return { param: sub(param, move), expAvg, expAvgSq }
    const adaptive = mul(div(1, add(sqrt(expAvgSq), numbers.eps)), numbers.rootCorrection2)
    return { param: sub(param, mul(mul(move, adaptive), numbers.rectification)), expAvg, expAvgSq }
  },
})

/** `Adam` that divides by its squares only when enough of them were seen. */
export class RAdam extends Optimizer<RAdamOptions> {
  constructor(
    params: Params<RAdamOptions>,
    ...args: Arguments<Partial<RAdamOptions>, ['lr', 'betas', 'eps', 'weightDecay', 'foreach']>
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
    { lr, betas, eps, weightDecay }: ParamGroup<RAdamOptions>,
    numbers: StepNumbers,
  ): void {
    const [beta1, beta2] = betas
    const state = this._stateOf(param, () => ({
      step: scalarState(0),
      expAvg: filledLike(param),
      expAvgSq: filledLike(param),
    }))
    const count = countStep(state)
    const correction2 = 1 - beta2 ** count
    const limit = 2 / (1 - beta2) - 1
    const rho = limit - (2 * count * beta2 ** count) / correction2
    const isRectified = rho > 5
    runUpdate(
      step,
      numbers,
      param,
      grad,
      state as Record<'expAvg' | 'expAvgSq', Tensor>,
      {
        decay: weightDecay,
        beta1,
        rest1: 1 - beta1,
        beta2,
        rest2: 1 - beta2,
        correction1: 1 - beta1 ** count,
        rootCorrection2: Math.sqrt(correction2),
        eps,
        rate: lr,
        rectification: isRectified
          ? Math.sqrt(((rho - 4) * (rho - 2) * limit) / ((limit - 4) * (limit - 2) * rho))
          : 1,
      },
      { decays: weightDecay !== 0, isRectified },
    )
  }
}
