// Adadelta: `s = r s + (1 - r) g g`, `d = sqrt(a + eps) / sqrt(s + eps) g`, `a = r a + (1 - r) d d`, `p = p - lr d`.
import { add, div, mul, sqrt } from '@heddle/core'
import { invalidOption } from '../errors.ts'
import type { Arguments } from '../ops/signature.ts'
import { reprNumber } from '../print/python.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { blendSquare, direction } from './direction.ts'
import { Optimizer, type ParamGroup, type Params } from './optimizer.ts'
import { optionsOf, requireNonNegative } from './options.ts'
import { filledLike, scalarOf } from './state.ts'
import { runUpdate, type StepNumbers, update } from './update.ts'

export interface AdadeltaOptions {
  lr: number
  rho: number
  eps: number
  weightDecay: number
  foreach: boolean | null
  maximize: boolean
}

const defaults: AdadeltaOptions = {
  lr: 1,
  rho: 0.9,
  eps: 1e-6,
  weightDecay: 0,
  foreach: null,
  maximize: false,
}

interface Flags {
  readonly maximize: boolean
  readonly decays: boolean
}

const step = update({
  name: 'adadelta',
  numbers: ['decay', 'rho', 'rest', 'eps', 'negativeRate'],
  state: (_: Flags) => ['squareAvg', 'accDelta'] as const,
  build(parts, flags) {
    const { param, state, numbers } = parts
    const g = direction(parts, flags)
    const root = (x: typeof g) => sqrt(add(x, numbers.eps))
    const squareAvg = blendSquare(state.squareAvg, numbers.rho, g, numbers.rest)
    const delta = mul(div(root(state.accDelta), root(squareAvg)), g)
    const accDelta = blendSquare(state.accDelta, numbers.rho, delta, numbers.rest)
    return { param: add(param, mul(numbers.negativeRate, delta)), squareAvg, accDelta }
  },
})

/** Steps by the gradient times the root of mean squares of steps over that of gradients. */
export class Adadelta extends Optimizer<AdadeltaOptions> {
  constructor(
    params: Params<AdadeltaOptions>,
    ...args: Arguments<Partial<AdadeltaOptions>, ['lr', 'rho', 'eps', 'weightDecay', 'foreach']>
  ) {
    const options = optionsOf(defaults, ['lr', 'rho', 'eps', 'weightDecay', 'foreach'], args)
    const { rho } = options
    requireNonNegative({ 'learning rate': options.lr })
    if (!(rho >= 0 && rho <= 1)) throw invalidOption(`Invalid rho value: ${reprNumber(rho)}`)
    requireNonNegative({ 'epsilon value': options.eps, 'weight_decay value': options.weightDecay })
    super(params, options)
  }

  override _update(
    param: Tensor,
    grad: Tensor,
    { lr, rho, eps, weightDecay, maximize }: ParamGroup<AdadeltaOptions>,
    numbers: StepNumbers,
  ): void {
    const state = this._stateOf(param, () => ({
      step: 0,
      squareAvg: filledLike(param),
      accDelta: filledLike(param),
    }))
    state['step'] = scalarOf(state, 'step') + 1
    runUpdate(
      step,
      numbers,
      param,
      grad,
      state as Record<'squareAvg' | 'accDelta', Tensor>,
      { decay: weightDecay, rho, rest: 1 - rho, eps, negativeRate: -lr },
      { maximize, decays: weightDecay !== 0 },
    )
  }
}
