// Optimisers as graph builders: given a parameter and its gradient, the values that replace it and the states it keeps.
// Formulas and defaults are PyTorch's. All arithmetic is in the parameter's dtype.
import { type Builder, dtypes, isFloat, type Value } from '@heddle/core'

/** A state an optimiser keeps for one parameter. */
export interface OptimizerState {
  /** Appended to the parameter's name: `w.momentum`. */
  readonly suffix: string
  /** `parameter`: of its shape, starting at 0. `scalar`: one number, starting at 0, shared by all parameters. */
  readonly extent: 'parameter' | 'scalar'
}

export interface OptimizerStep {
  readonly parameter: Value
  readonly states: readonly Value[]
}

export interface Optimizer {
  readonly name: string
  readonly states: readonly OptimizerState[]
  /** `states` are the values before the step, in the order declared; the result's are those after it. */
  readonly step: (args: {
    readonly b: Builder
    readonly parameter: Value
    readonly gradient: Value
    readonly states: readonly Value[]
  }) => OptimizerStep
}

export interface SgdOptions {
  /** Learning rate. */
  readonly rate: number
  /** Default 0. */
  readonly momentum?: number
  /** Default 0. */
  readonly dampening?: number
  /** L2 penalty added to the gradient; default 0. */
  readonly weightDecay?: number
  readonly nesterov?: boolean
}

/**
 * Stochastic gradient descent: `v = momentum v + (1 - dampening) g`, `p = p - rate v` (nesterov: `p - rate (g + momentum v)`).
 * The first step differs from PyTorch only when dampening is not 0 (there it starts at v = g).
 */
export function sgd({
  rate,
  momentum = 0,
  dampening = 0,
  weightDecay = 0,
  nesterov = false,
}: SgdOptions): Optimizer {
  return {
    name: 'sgd',
    states: momentum === 0 ? [] : [{ suffix: 'momentum', extent: 'parameter' }],
    step({ b, parameter, gradient, states: [velocity] }) {
      const { scaled, plus } = arithmetic(b, parameter)
      const g = weightDecay === 0 ? gradient : plus(gradient, scaled(parameter, weightDecay))
      if (velocity === undefined) return { parameter: b.sub(parameter, scaled(g, rate)), states: [] }
      const next = plus(scaled(velocity, momentum), scaled(g, 1 - dampening))
      const direction = nesterov ? plus(g, scaled(next, momentum)) : next
      return { parameter: b.sub(parameter, scaled(direction, rate)), states: [next] }
    },
  }
}

export interface AdamOptions {
  /** Learning rate; default 1e-3. */
  readonly rate?: number
  /** Default [0.9, 0.999]. */
  readonly betas?: readonly [number, number]
  /** Default 1e-8. */
  readonly epsilon?: number
  /** L2 penalty added to the gradient; default 0. */
  readonly weightDecay?: number
}

/**
 * Adam: moments `m = b1 m + (1 - b1) g`, `v = b2 v + (1 - b2) g^2`, and
 * `p = p - rate m / (1 - b1^t) / (sqrt(v / (1 - b2^t)) + epsilon)`. The powers b1^t and b2^t are kept as states.
 *
 * Source: Kingma and Ba, Adam: a method for stochastic optimization (2015), algorithm 1.
 */
export function adam({
  rate = 1e-3,
  betas = [0.9, 0.999],
  epsilon = 1e-8,
  weightDecay = 0,
}: AdamOptions = {}): Optimizer {
  const [beta1, beta2] = betas
  return {
    name: 'adam',
    states: [
      { suffix: 'moment1', extent: 'parameter' },
      { suffix: 'moment2', extent: 'parameter' },
      { suffix: 'step', extent: 'scalar' },
    ],
    step({ b, parameter, gradient, states: [m, v, step] }) {
      if (m === undefined || v === undefined || step === undefined) return { parameter, states: [] }
      const { scaled, plus, constant } = arithmetic(b, parameter)
      const g = weightDecay === 0 ? gradient : plus(gradient, scaled(parameter, weightDecay))
      const moment1 = plus(scaled(m, beta1), scaled(g, 1 - beta1))
      const moment2 = plus(scaled(v, beta2), scaled(b.mul(g, g), 1 - beta2))
      const count = b.add(step, b.full({ ...step.type, value: 1 }))
      // 1 - beta^t, for all elements
      const correction = (beta: number): Value => {
        const one = b.full({ ...step.type, value: 1 })
        const base = b.full({ ...step.type, value: roundFor(step, beta) })
        return spreadScalar(b, b.sub(one, b.pow(base, count)), parameter)
      }
      const denominator = plus(b.sqrt(b.div(moment2, correction(beta2))), constant(epsilon))
      const update = b.div(b.div(moment1, correction(beta1)), denominator)
      return { parameter: b.sub(parameter, scaled(update, rate)), states: [moment1, moment2, count] }
    },
  }
}

const roundFor = (value: Value, x: number): number => dtypes[value.type.dtype].round(x)

/** A scalar repeated to the shape of `like`. */
function spreadScalar(b: Builder, scalar: Value, like: Value): Value {
  const { shape } = like.type
  return b.expand(b.reshape(scalar, { shape: shape.map(() => 1) }), { shape })
}

function arithmetic(
  b: Builder,
  like: Value,
): {
  readonly constant: (value: number) => Value
  readonly scaled: (x: Value, factor: number) => Value
  readonly plus: (x: Value, y: Value) => Value
} {
  const constant = (value: number): Value =>
    b.full({ ...like.type, value: isFloat(like.type.dtype) ? roundFor(like, value) : value })
  return {
    constant,
    scaled: (x, factor) => (factor === 1 ? x : b.mul(x, constant(factor))),
    plus: (x, y) => b.add(x, y),
  }
}
