// RMSprop: `s = a s + (1 - a) g g`, `p = p - lr g / (sqrt(s) + eps)`; centered, `s` less the square of the average gradient; with momentum
// the quotients are summed up.
import { add, div, mul, neg, sqrt } from '@heddle/core'
import type { Arguments } from '../ops/signature.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { blend, blendSquare, direction } from './direction.ts'
import { Optimizer, type ParamGroup, type Params } from './optimizer.ts'
import { optionsOf, requireNonNegative } from './options.ts'
import { filledLike, scalarOf } from './state.ts'
import { runUpdate, type StepNumbers, update } from './update.ts'

export interface RMSpropOptions {
  lr: number
  alpha: number
  eps: number
  weightDecay: number
  momentum: number
  centered: boolean
  foreach: boolean | null
  maximize: boolean
  differentiable: boolean
}

const defaults: RMSpropOptions = {
  lr: 1e-2,
  alpha: 0.99,
  eps: 1e-8,
  weightDecay: 0,
  momentum: 0,
  centered: false,
  foreach: null,
  maximize: false,
  differentiable: false,
}

interface Flags {
  readonly maximize: boolean
  readonly decays: boolean
  readonly hasMomentum: boolean
  readonly centered: boolean
}
type Held = 'squareAvg' | 'momentumBuffer' | 'gradAvg'

const step = update({
  name: 'rmsprop',
  numbers: ['decay', 'alpha', 'rest', 'eps', 'momentum', 'negativeRate'],
  state: ({ hasMomentum, centered }: Flags): readonly Held[] => [
    'squareAvg',
    ...(hasMomentum ? (['momentumBuffer'] as const) : []),
    ...(centered ? (['gradAvg'] as const) : []),
  ],
  build(parts, flags) {
    const { param, state, numbers } = parts
    const g = direction(parts, flags)
    const squareAvg = blendSquare(state.squareAvg, numbers.alpha, g, numbers.rest)
    const gradAvg = flags.centered ? blend(state.gradAvg, numbers.alpha, g, numbers.rest) : undefined
    const variance = gradAvg === undefined ? squareAvg : add(squareAvg, mul(neg(gradAvg), gradAvg))
    const divisor = add(sqrt(variance), numbers.eps)
    const averages = gradAvg === undefined ? { squareAvg } : { squareAvg, gradAvg }
    if (!flags.hasMomentum) {
      return { param: add(param, div(mul(numbers.negativeRate, g), divisor)), ...averages }
    }
    const momentumBuffer = add(mul(state.momentumBuffer, numbers.momentum), div(g, divisor))
    return { param: add(param, mul(numbers.negativeRate, momentumBuffer)), momentumBuffer, ...averages }
  },
})

/** Steps over the root of a running mean of squares of gradients. */
export class RMSprop extends Optimizer<RMSpropOptions> {
  constructor(
    params: Params<RMSpropOptions>,
    ...args: Arguments<
      Partial<RMSpropOptions>,
      ['lr', 'alpha', 'eps', 'weightDecay', 'momentum', 'centered', 'foreach', 'maximize', 'differentiable']
    >
  ) {
    const options = optionsOf(
      defaults,
      ['lr', 'alpha', 'eps', 'weightDecay', 'momentum', 'centered', 'foreach', 'maximize', 'differentiable'],
      args,
    )
    requireNonNegative({
      'learning rate': options.lr,
      'epsilon value': options.eps,
      'momentum value': options.momentum,
      'weight_decay value': options.weightDecay,
      'alpha value': options.alpha,
    })
    super(params, options)
  }

  override _update(
    param: Tensor,
    grad: Tensor,
    { lr, alpha, eps, weightDecay, momentum, centered, maximize }: ParamGroup<RMSpropOptions>,
    numbers: StepNumbers,
  ): void {
    const hasMomentum = momentum > 0
    const state = this._stateOf(param, () => ({
      step: 0,
      squareAvg: filledLike(param),
      ...(hasMomentum ? { momentumBuffer: filledLike(param) } : {}),
      ...(centered ? { gradAvg: filledLike(param) } : {}),
    }))
    state['step'] = scalarOf(state, 'step') + 1
    runUpdate(
      step,
      numbers,
      param,
      grad,
      state as Record<Held, Tensor>,
      { decay: weightDecay, alpha, rest: 1 - alpha, eps, momentum, negativeRate: -lr },
      { maximize, decays: weightDecay !== 0, hasMomentum, centered },
    )
  }
}
