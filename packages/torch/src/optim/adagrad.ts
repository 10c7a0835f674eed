// Adagrad: `s = s + g g`, `p = p - lr / (1 + (t - 1) lrDecay) g / (sqrt(s) + eps)`.
import { add, div, mul, sqrt } from '@heddle/core'
import type { Arguments } from '../ops/signature.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { direction } from './direction.ts'
import { Optimizer, type ParamGroup, type Params } from './optimizer.ts'
import { optionsOf, requireNonNegative } from './options.ts'
import { countStep, filledLike, scalarState } from './state.ts'
import { runUpdate, type StepNumbers, update } from './update.ts'

export interface AdagradOptions {
  lr: number
  lrDecay: number
  weightDecay: number
  initialAccumulatorValue: number
  eps: number
  foreach: boolean | null
  maximize: boolean
}

const defaults: AdagradOptions = {
  lr: 1e-2,
  lrDecay: 0,
  weightDecay: 0,
  initialAccumulatorValue: 0,
  eps: 1e-10,
  foreach: null,
  maximize: false,
}

interface Flags {
  readonly maximize: boolean
  readonly decays: boolean
}

const step = update({
  name: 'adagrad',
  numbers: ['decay', 'eps', 'negativeRate'],
  state: (_: Flags) => ['sum'] as const,
  build(parts, flags) {
    const { param, state, numbers } = parts
    const g = direction(parts, flags)
    const sum = add(state.sum, mul(g, g))
    const divisor = add(sqrt(sum), numbers.eps)
    return { param: add(param, div(mul(numbers.negativeRate, g), divisor)), sum }
  },
})

/** Steps over the root of the sum of all squares of gradients. */
export class Adagrad extends Optimizer<AdagradOptions> {
  constructor(
    params: Params<AdagradOptions>,
    ...args: Arguments<
      Partial<AdagradOptions>,
      ['lr', 'lrDecay', 'weightDecay', 'initialAccumulatorValue', 'eps', 'foreach']
    >
  ) {
    const options = optionsOf(
      defaults,
      ['lr', 'lrDecay', 'weightDecay', 'initialAccumulatorValue', 'eps', 'foreach'],
      args,
    )
    requireNonNegative({
      'learning rate': options.lr,
      'lr_decay value': options.lrDecay,
      'weight_decay value': options.weightDecay,
      'initial_accumulator_value value': options.initialAccumulatorValue,
      'epsilon value': options.eps,
    })
    super(params, options)
    for (const group of this.paramGroups) for (const param of group.params) this.#stateFor(param)
  }

  /** There from the beginning: sums start from the optimiser's value. */
  #stateFor(param: Tensor) {
    return this._stateOf(param, () => ({
      step: scalarState(0),
      sum: filledLike(param, this.defaults.initialAccumulatorValue),
    }))
  }

  override _update(
    param: Tensor,
    grad: Tensor,
    { lr, lrDecay, weightDecay, eps, maximize }: ParamGroup<AdagradOptions>,
    numbers: StepNumbers,
  ): void {
    const state = this.#stateFor(param)
    const count = countStep(state)
    runUpdate(
      step,
      numbers,
      param,
      grad,
      state as Record<'sum', Tensor>,
      { decay: weightDecay, eps, negativeRate: -(lr / (1 + (count - 1) * lrDecay)) },
      { maximize, decays: weightDecay !== 0 },
    )
  }
}
