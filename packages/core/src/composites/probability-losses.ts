// Losses between probabilities: of two classes each on its own, and of distributions.

import {
  add,
  alignFloat,
  div,
  eq,
  exp,
  log,
  log1p,
  lt,
  mul,
  select,
  square,
  stopGradient,
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
 * *Gradient*: `(x - t) / max(x (1 - x), 1e-12)` of x, so that it is large, not infinite, at 0 and 1; of the target
 * the difference of the two logarithms, held as they are.
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
    const likelihood = (yes: Value, no: Value): Value => sub(mul(sub(t, 1), no), mul(t, yes))
    const isEdge = lt(mul(p, sub(1, p)), smallestProduct)
    const inner = select(isEdge, 0.5, p)
    const held = stopGradient(p)
    const atEdge = likelihood(clamp(log(held), { low: -100 }), clamp(log1p(sub(0, held)), { low: -100 }))
    // At the edge 0, whose derivative is (x - t) / 1e-12.
    const slope = div(square(sub(p, stopGradient(t))), 2 * smallestProduct)
    const edge = add(atEdge, sub(slope, stopGradient(slope)))
    const losses = select(isEdge, edge, likelihood(log(inner), log1p(sub(0, inner))))
    return reduced('bce', w === undefined ? losses : mul(losses, w), reduction)
  },
)

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
