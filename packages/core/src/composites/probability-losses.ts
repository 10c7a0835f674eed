// Losses between probabilities: of two classes each on its own, and of distributions.

import { customVjp } from '../front/custom-vjp.ts'
import {
  add,
  alignFloat,
  div,
  eq,
  exp,
  log,
  log1p,
  maximum,
  mul,
  neg,
  select,
  square,
  sub,
} from '../front/elementwise.ts'
import { clamp } from '../front/limits.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { logSigmoid } from './activations.ts'
import { type LossOptions, type LossReduction, reduced } from './loss-reduction.ts'
import type { Loss } from './losses.ts'

export interface BceOptions extends LossOptions {
  /** Factor of each loss; broadcasts. */
  readonly weight?: Value | undefined
}

/** Products below this are taken for it in the derivative of `bce`, as PyTorch does: 1e-12 in float32, for every dtype. */
const smallestProduct = Math.fround(1e-12)

/**
 * Binary cross entropy of probabilities: `-(t log x + (1 - t) log(1 - x))`, the logarithms no lower than -100. Shapes broadcast.
 *
 * *Gradient*: `(x - t) / max(x (1 - x), 1e-12)` of x, so that it is large, not infinite, at 0 and 1;
 * `log(1 - x) - log x` of the target, infinite there. Second derivatives are PyTorch's too: `(x^2 - 2 x t + t) / (u v)^2` with
 * `u = x + 1e-12` and `v = 1 - x + 1e-12`.
 * *Numerics*: `bceWithLogits` is exact where probabilities round to 0 and 1.
 *
 * @example
 * bce(x, onesLike(x), { reduction: 'none' }) // x = [0.5, 0] gives [0.6931471824645996, 100]
 */
export const bce: Loss<BceOptions> = traced(
  (x: Value, target: Value, { weight, reduction }: BceOptions = {}): Value => {
    const [p, t, w] = alignFloat('bce', weight === undefined ? [x, target] : [x, target, weight]) as [
      Value,
      Value,
      Value?,
    ]
    const losses = crossEntropyOf(p, t)
    return reduced('bce', w === undefined ? losses : mul(losses, w), reduction)
  },
)

function crossEntropyOf(p: Value, t: Value): Value {
  const held = (logarithm: Value): Value => clamp(logarithm, { low: -100 })
  return customVjp({
    forward: (x, y) => ({
      output: sub(mul(sub(y, 1), held(log1p(neg(x)))), mul(y, held(log(x)))),
      residuals: [x, y] as const,
    }),
    backward: ([x, y]: readonly [Value, Value], cotangent: Value) => [
      mul(cotangent, crossEntropySlope(x, y)),
      mul(cotangent, sub(log1p(neg(x)), log(x))),
    ],
  })(p, t)
}

/** The derivative by p, which has one of its own: that of another way to keep from 0. */
function crossEntropySlope(p: Value, t: Value): Value {
  const product = (x: Value): Value => maximum(mul(x, sub(1, x)), smallestProduct)
  return customVjp({
    forward: (x, y) => ({ output: div(sub(x, y), product(x)), residuals: [x, y] as const }),
    backward: ([x, y]: readonly [Value, Value], cotangent: Value) => {
      const numerator = add(sub(square(x), mul(mul(x, y), 2)), y)
      // At 1 without a sum, which compilers of shaders would take apart as (1 + 1e-12) - x.
      const fromOne = select(eq(x, 1), 1e-12, add(sub(1, x), 1e-12))
      const apart = mul(square(add(x, 1e-12)), square(fromOne))
      return [mul(cotangent, div(numerator, apart)), neg(div(cotangent, product(x)))]
    },
  })(p, t)
}

export interface BceWithLogitsOptions extends BceOptions {
  /** Factor of the loss of targets that are 1; broadcasts. */
  readonly posWeight?: Value | undefined
}

/**
 * Binary cross entropy of logits: `bce(sigmoid(x), target)`, exact for every x. Shapes broadcast.
 *
 * *Numerics*: `(1 - t) x - (1 + (q - 1) t) logSigmoid(x)`, q being `posWeight`.
 *
 * @example
 * bceWithLogits(x, onesLike(x), { reduction: 'none' }) // x = [0, -200] gives [0.6931471824645996, 200]
 */
export const bceWithLogits: Loss<BceWithLogitsOptions> = traced(
  (x: Value, target: Value, { weight, posWeight, reduction }: BceWithLogitsOptions = {}): Value => {
    const [value, t] = alignFloat('bceWithLogits', [x, target]) as readonly [Value, Value]
    const likelihood = logSigmoid(value)
    const scaled = posWeight === undefined ? likelihood : mul(likelihood, add(mul(sub(posWeight, 1), t), 1))
    const losses = sub(mul(sub(1, t), value), scaled)
    return reduced('bceWithLogits', weight === undefined ? losses : mul(losses, weight), reduction)
  },
)

export interface KlDivOptions {
  /** `batchmean`: the sum, divided by the extent of the first axis. Default the mean over elements. */
  readonly reduction?: LossReduction | 'batchmean' | undefined
  /** Whether the target is the logarithm of probabilities. Default false. */
  readonly logTarget?: boolean | undefined
}

/**
 * Kullback-Leibler divergence of log probabilities x from a target distribution: `t (log t - x)`, 0 log 0 being 0. Shapes broadcast.
 *
 * *Gradient*: of a target of 0 NaN, as PyTorch's.
 *
 * @example
 * klDiv(logSoftmax(x), softmax(y), { reduction: 'batchmean' }) // x and y: f32[8, 10] gives f32[]
 */
export const klDiv: Loss<KlDivOptions> = traced(
  (x: Value, target: Value, { logTarget = false, reduction = 'mean' }: KlDivOptions = {}): Value => {
    const [value, t] = alignFloat('klDiv', [x, target]) as readonly [Value, Value]
    const losses = logTarget
      ? mul(exp(t), sub(t, value))
      : sub(select(eq(t, 0), 0, mul(t, log(t))), mul(t, value))
    if (reduction !== 'batchmean') return reduced('klDiv', losses, reduction)
    return div(reduced('klDiv', losses, 'sum'), losses.type.shape[0] ?? 1)
  },
)
