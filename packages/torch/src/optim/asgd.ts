// Averaged gradient descent: `p = p (1 - lambd eta) - eta g` with a rate that falls, `eta = lr / (1 + lambd lr t)^alpha`; `ax` averages the
// parameters from step t0 on.
import { add, mul, sub } from '@heddle/core'
import type { Arguments } from '../ops/signature.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { direction } from './direction.ts'
import { Optimizer, type ParamGroup, type Params } from './optimizer.ts'
import { optionsOf, requireNonNegative } from './options.ts'
import { countStep, filledLike, scalarOf, scalarState, setScalar } from './state.ts'
import { runUpdate, type StepNumbers, update } from './update.ts'

export interface ASGDOptions {
  lr: number
  lambd: number
  alpha: number
  t0: number
  weightDecay: number
  foreach: boolean | null
  maximize: boolean
}

const defaults: ASGDOptions = {
  lr: 1e-2,
  lambd: 1e-4,
  alpha: 0.75,
  t0: 1e6,
  weightDecay: 0,
  foreach: null,
  maximize: false,
}

interface Flags {
  readonly maximize: boolean
  readonly decays: boolean
  readonly averages: boolean
}

const step = update({
  name: 'asgd',
  numbers: ['decay', 'shrink', 'negativeRate', 'weight'],
  state: (_: Flags) => ['ax'] as const,
  build(parts, flags) {
    const { param, state, numbers } = parts
    const g = direction(parts, flags)
    const next = add(mul(param, numbers.shrink), mul(numbers.negativeRate, g))
    const ax = flags.averages ? add(state.ax, mul(sub(next, state.ax), numbers.weight)) : next
    return { param: next, ax }
  },
})

/** Steps at a rate that falls, and keeps the mean of the parameters, too. */
export class ASGD extends Optimizer<ASGDOptions> {
  constructor(
    params: Params<ASGDOptions>,
    ...args: Arguments<
      Partial<ASGDOptions>,
      ['lr', 'lambd', 'alpha', 't0', 'weightDecay', 'foreach', 'maximize']
    >
  ) {
    const options = optionsOf(
      defaults,
      ['lr', 'lambd', 'alpha', 't0', 'weightDecay', 'foreach', 'maximize'],
      args,
    )
    requireNonNegative({ 'learning rate': options.lr, 'weight_decay value': options.weightDecay })
    super(params, options)
  }

  override _update(
    param: Tensor,
    grad: Tensor,
    { lr, lambd, alpha, t0, weightDecay, maximize }: ParamGroup<ASGDOptions>,
    numbers: StepNumbers,
  ): void {
    const state = this._stateOf(param, () => ({
      step: scalarState(0),
      eta: scalarState(lr),
      mu: scalarState(1),
      ax: filledLike(param),
    }))
    const count = countStep(state)
    const [eta, mu] = [scalarOf(state, 'eta'), scalarOf(state, 'mu')]
    runUpdate(
      step,
      numbers,
      param,
      grad,
      state as Record<'ax', Tensor>,
      { decay: weightDecay, shrink: 1 - lambd * eta, negativeRate: -eta, weight: mu },
      { maximize, decays: weightDecay !== 0, averages: mu !== 1 },
    )
    setScalar(state, 'eta', lr / (1 + lambd * lr * count) ** alpha)
    setScalar(state, 'mu', 1 / Math.max(1, count - t0))
  }
}
