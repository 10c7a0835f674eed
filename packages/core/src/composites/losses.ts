// Loss functions: a number to make small, from predictions and what they should have been.

import { formatShape } from '../dim.ts'
import type { HeddleError } from '../errors.ts'
import { resolveAxis } from '../front/axes.ts'
import { and, asFloat, exp, ge, log, lt, select, square, sub } from '../front/elementwise.ts'
import { isClass } from '../front/gather.ts'
import { errorHere, graphOf } from '../front/operand.ts'
import { mean, sum } from '../front/reduce.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { shifted } from './softmax.ts'

/** One number: the mean (default) or the sum of the losses; `none` keeps one per example. */
export type LossReduction = 'mean' | 'sum' | 'none'

export interface LossOptions {
  readonly reduction?: LossReduction | undefined
}

function reduced(losses: Value, reduction: LossReduction): Value {
  if (reduction === 'none') return losses
  return reduction === 'mean' ? mean(losses) : sum(losses)
}

export interface CrossEntropyOptions extends LossOptions {
  /** Axis of the classes. Default 1, or 0 for logits of rank 1 (as PyTorch's). */
  readonly axis?: number | undefined
}

/**
 * `-log softmax(logits)[class]`, for classes given by number.
 *
 * Shapes: `logits [N, C]` and `classes i32 [N]`, or `[N, C, d…]` and `[N, d…]` → scalar, or as classes for `none`.
 * - C1 classes has the shape of logits without the class axis. Throws `SHAPE_CROSS_ENTROPY`.
 * A class outside 0 … C-1 gives NaN.
 *
 * Numerics: log Σ e^(x - m) - (x[class] - m), m the largest of the row: large logits lose nothing. The class is picked by
 * a masked sum over the row, not by a gather: with the two other reductions over the same row that makes one kernel, and
 * its derivative is the mask instead of a scatter.
 *
 * @example
 * crossEntropy(logits, y) // logits: f32[64, 10], y: i32[64] gives f32[]
 */
export const crossEntropy: (logits: Value, classes: Value, options?: CrossEntropyOptions) => Value = traced(
  (logits: Value, classes: Value, options: CrossEntropyOptions = {}): Value => {
    graphOf('crossEntropy', [logits, classes])
    const { shape } = logits.type
    const { axis = shape.length === 1 ? 0 : 1, reduction = 'mean' } = options
    const classAxis = resolveAxis('crossEntropy', axis, shape)
    const kept = shape.filter((_, each) => each !== classAxis)
    const given = classes.type.shape
    if (given.length !== kept.length || given.some((dim, each) => dim !== kept[each])) {
      throw crossEntropyShapes(logits, classes, kept) // C1
    }
    const count = shape[classAxis] ?? 0
    const y = shifted(asFloat('crossEntropy', logits), classAxis)
    const picked = sum(select(isClass(classes, count, classAxis), y, 0), { axis: classAxis })
    const losses = sub(log(sum(exp(y), { axis: classAxis })), picked)
    const isInside = and(ge(classes, 0), lt(classes, count))
    return reduced(select(isInside, losses, Number.NaN), reduction)
  },
)

/**
 * Squared difference. Shapes broadcast.
 *
 * @example
 * mse(prediction, target) // prediction and target: f32[100, 1] gives f32[]
 */
export const mse: (x: Value, target: Value, options?: LossOptions) => Value = traced(
  (x: Value, target: Value, { reduction = 'mean' }: LossOptions = {}): Value =>
    reduced(square(sub(x, target)), reduction),
)

const crossEntropyShapes = (logits: Value, classes: Value, kept: readonly number[]): HeddleError =>
  errorHere(
    'SHAPE_CROSS_ENTROPY',
    `crossEntropy: logits are ${formatShape(logits.type.shape)}, classes ${formatShape(classes.type.shape)}; classes must be ${formatShape(kept)}`,
    { logits: logits.type.shape, classes: classes.type.shape, expected: kept, constraint: 'C1' },
  )
