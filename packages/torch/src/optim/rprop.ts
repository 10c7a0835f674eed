// Rprop: each element has a step of its own, longer while the sign of its gradient stays (times etas[1]) and shorter when it turns
// (times etas[0], and the element rests once); only the sign of the gradient is used.
import { add, eq, gt, lt, maximum, minimum, mul, neg, select, sign } from '@heddle/core'
import { invalidOption } from '../errors.ts'
import type { Arguments } from '../ops/signature.ts'
import { reprNumber } from '../print/python.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { Optimizer, type ParamGroup, type Params } from './optimizer.ts'
import { optionsOf, requireNonNegative } from './options.ts'
import { filledLike, scalarOf } from './state.ts'
import { runUpdate, type StepNumbers, update } from './update.ts'

export interface RpropOptions {
  lr: number
  /** Factors of shorter and of longer steps. */
  etas: readonly [number, number]
  /** Bounds of steps. */
  stepSizes: readonly [number, number]
  foreach: boolean | null
  maximize: boolean
}

const defaults: RpropOptions = {
  lr: 1e-2,
  etas: [0.5, 1.2],
  stepSizes: [1e-6, 50],
  foreach: null,
  maximize: false,
}

const step = update({
  name: 'rprop',
  numbers: ['shorter', 'longer', 'least', 'most'],
  state: (_: { readonly maximize: boolean }) => ['prev', 'stepSize'] as const,
  build({ param, grad, state, numbers }, { maximize }) {
    const g = maximize ? neg(grad) : grad
    const turn = mul(g, state.prev)
    const factor = select(gt(turn, 0), numbers.longer, select(lt(turn, 0), numbers.shorter, 1))
    const stepSize = minimum(maximum(mul(state.stepSize, factor), numbers.least), numbers.most)
    const used = select(eq(factor, numbers.shorter), 0, g)
    return { param: add(param, mul(neg(sign(used)), stepSize)), prev: used, stepSize }
  },
})

/** Steps by the signs of gradients, longer while these stay and shorter when they change. */
export class Rprop extends Optimizer<RpropOptions> {
  constructor(
    params: Params<RpropOptions>,
    ...args: Arguments<Partial<RpropOptions>, ['lr', 'etas', 'stepSizes', 'foreach', 'maximize']>
  ) {
    const options = optionsOf(defaults, ['lr', 'etas', 'stepSizes', 'foreach', 'maximize'], args)
    const [shorter, longer] = options.etas
    requireNonNegative({ 'learning rate': options.lr })
    if (!(shorter > 0 && shorter < 1 && longer > 1)) {
      throw invalidOption(`Invalid eta values: ${reprNumber(shorter)}, ${reprNumber(longer)}`)
    }
    super(params, options)
  }

  override _update(
    param: Tensor,
    grad: Tensor,
    { lr, etas, stepSizes, maximize }: ParamGroup<RpropOptions>,
    numbers: StepNumbers,
  ): void {
    const state = this._stateOf(param, () => ({
      step: 0,
      prev: filledLike(param),
      stepSize: filledLike(param, lr),
    }))
    state['step'] = scalarOf(state, 'step') + 1
    runUpdate(
      step,
      numbers,
      param,
      grad,
      state as Record<'prev' | 'stepSize', Tensor>,
      { shorter: etas[0], longer: etas[1], least: stepSizes[0], most: stepSizes[1] },
      { maximize },
    )
  }
}
