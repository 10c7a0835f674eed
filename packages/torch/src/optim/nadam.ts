// NAdam: Adam with Nesterov's momentum, whose strength grows with the steps: `mu_t = b1 (1 - 0.96^(t momentumDecay) / 2)`. The product
// of all of them so far is remembered in float32.
import { add, div, mul, sqrt } from '@heddle/core'
import type { Arguments } from '../ops/signature.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { blend, blendSquare, direction } from './direction.ts'
import { Optimizer, type ParamGroup, type Params } from './optimizer.ts'
import { optionsOf, requireBetas, requireNonNegative } from './options.ts'
import { countStep, filledLike, scalarOf, scalarState, setScalar } from './state.ts'
import { runUpdate, type StepNumbers, update } from './update.ts'

export interface NAdamOptions {
  lr: number
  betas: readonly [number, number]
  eps: number
  weightDecay: number
  momentumDecay: number
  foreach: boolean | null
}

const defaults: NAdamOptions = {
  lr: 2e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  momentumDecay: 4e-3,
  foreach: null,
}

interface Flags {
  readonly decays: boolean
}

const step = update({
  name: 'nadam',
  numbers: ['decay', 'beta1', 'rest1', 'beta2', 'rest2', 'correction2', 'eps', 'ofGradient', 'ofAverage'],
  state: (_: Flags) => ['expAvg', 'expAvgSq'] as const,
  build(parts, { decays }) {
    const { param, state, numbers } = parts
    const g = direction(parts, { maximize: false, decays })
    const expAvg = blend(state.expAvg, numbers.beta1, g, numbers.rest1)
    const expAvgSq = blendSquare(state.expAvgSq, numbers.beta2, g, numbers.rest2)
    const divisor = add(sqrt(div(expAvgSq, numbers.correction2)), numbers.eps)
    const byGradient = add(param, div(mul(numbers.ofGradient, g), divisor))
    return { param: add(byGradient, div(mul(numbers.ofAverage, expAvg), divisor)), expAvg, expAvgSq }
  },
})

/** `Adam` with Nesterov’s momentum. */
export class NAdam extends Optimizer<NAdamOptions> {
  constructor(
    params: Params<NAdamOptions>,
    ...args: Arguments<
      Partial<NAdamOptions>,
      ['lr', 'betas', 'eps', 'weightDecay', 'momentumDecay', 'foreach']
    >
  ) {
    const options = optionsOf(
      defaults,
      ['lr', 'betas', 'eps', 'weightDecay', 'momentumDecay', 'foreach'],
      args,
    )
    requireNonNegative({ 'learning rate': options.lr, 'epsilon value': options.eps })
    requireBetas(options.betas)
    requireNonNegative({
      'weight_decay value': options.weightDecay,
      'momentum_decay value': options.momentumDecay,
    })
    super(params, options)
  }

  override _update(
    param: Tensor,
    grad: Tensor,
    { lr, betas, eps, weightDecay, momentumDecay }: ParamGroup<NAdamOptions>,
    numbers: StepNumbers,
  ): void {
    const [beta1, beta2] = betas
    const state = this._stateOf(param, () => ({
      step: scalarState(0),
      muProduct: scalarState(1),
      expAvg: filledLike(param),
      expAvgSq: filledLike(param),
    }))
    const count = countStep(state)
    const strength = (at: number): number => beta1 * (1 - 0.5 * 0.96 ** (at * momentumDecay))
    const [mu, next] = [strength(count), strength(count + 1)]
    const product = setScalar(state, 'muProduct', scalarOf(state, 'muProduct') * Math.fround(mu))
    const nextProduct = Math.fround(Math.fround(product * Math.fround(mu)) * Math.fround(next))
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
        correction2: 1 - beta2 ** count,
        eps,
        ofGradient: (-lr * (1 - mu)) / (1 - product),
        ofAverage: (-lr * next) / (1 - nextProduct),
      },
      { decays: weightDecay !== 0 },
    )
  }
}
