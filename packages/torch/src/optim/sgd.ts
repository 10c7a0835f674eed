// Stochastic gradient descent: `d = g + decay p`; `b = momentum b + (1 - dampening) d`, first `b = d`; `p = p - lr b`, of Nesterov's
// `p = p - lr (d + momentum b)`.
import { add, mul } from '@heddle/core'
import { invalidOption } from '../errors.ts'
import type { Arguments } from '../ops/signature.ts'
import { reprNumber } from '../print/python.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { direction } from './direction.ts'
import { Optimizer, type ParamGroup, type Params } from './optimizer.ts'
import { optionsOf } from './options.ts'
import { filledLike } from './state.ts'
import { runUpdate, type StepNumbers, update } from './update.ts'

export interface SgdOptions {
  lr: number
  momentum?: number
  dampening?: number
  weightDecay?: number
  nesterov?: boolean
  maximize?: boolean
}

interface SgdGroup extends Required<SgdOptions> {
  foreach: boolean | null
  differentiable: boolean
}

const defaults = {
  lr: undefined as number | undefined,
  momentum: 0,
  dampening: 0,
  weightDecay: 0,
  nesterov: false,
  maximize: false,
  foreach: null as boolean | null,
  differentiable: false,
}

interface Flags {
  readonly maximize: boolean
  readonly decays: boolean
  readonly momentum: 'none' | 'first' | 'later'
  readonly nesterov: boolean
}

const step = update({
  name: 'sgd',
  numbers: ['decay', 'momentum', 'undampened', 'negativeRate'],
  state: ({ momentum }: Flags) => (momentum === 'none' ? [] : (['momentumBuffer'] as const)),
  build(parts, flags) {
    const { param, state, numbers } = parts
    const d = direction(parts, flags)
    const move = (along: typeof d) => add(param, mul(numbers.negativeRate, along))
    if (flags.momentum === 'none') return { param: move(d) }
    const momentumBuffer =
      flags.momentum === 'first'
        ? d
        : add(mul(state.momentumBuffer, numbers.momentum), mul(numbers.undampened, d))
    const along = flags.nesterov ? add(d, mul(numbers.momentum, momentumBuffer)) : momentumBuffer
    return { param: move(along), momentumBuffer }
  },
})

/** Steps against the gradient, with momentum if asked. */
export class SGD extends Optimizer<SgdGroup> {
  constructor(
    params: Params<SgdGroup>,
    ...args: Arguments<Partial<SgdOptions>, ['lr', 'momentum', 'dampening', 'weightDecay', 'nesterov']>
  ) {
    const options = optionsOf(defaults, ['lr', 'momentum', 'dampening', 'weightDecay', 'nesterov'], args)
    const { lr = 0, momentum, weightDecay, nesterov, dampening } = options
    if (lr < 0) throw invalidOption(`Invalid learning rate: ${reprNumber(lr)}`)
    if (momentum < 0) throw invalidOption(`Invalid momentum value: ${reprNumber(momentum)}`)
    if (weightDecay < 0) throw invalidOption(`Invalid weight_decay value: ${reprNumber(weightDecay)}`)
    if (nesterov && (momentum <= 0 || dampening !== 0)) {
      throw invalidOption('Nesterov momentum requires a momentum and zero dampening')
    }
    super(params, options as SgdGroup)
  }

  override _update(param: Tensor, grad: Tensor, group: ParamGroup<SgdGroup>, numbers: StepNumbers): void {
    const { lr, momentum, dampening, weightDecay, nesterov, maximize } = group
    const state = this._stateOf(param, () => ({ momentumBuffer: null }))
    const isFirst = state['momentumBuffer'] == null
    if (momentum !== 0 && isFirst) state['momentumBuffer'] = filledLike(param)
    runUpdate(
      step,
      numbers,
      param,
      grad,
      state as { momentumBuffer: Tensor },
      { decay: weightDecay, momentum, undampened: 1 - dampening, negativeRate: -lr },
      {
        maximize,
        decays: weightDecay !== 0,
        momentum: momentum === 0 ? 'none' : isFirst ? 'first' : 'later',
        nesterov,
      },
    )
  }
}
