// Losses of classification: the negative log likelihood of the right class, from logits or from log probabilities.
//
// The class is picked by a masked sum over the row, not by a gather: with the other reductions over the same row that makes one
// kernel, and its derivative is the mask instead of a scatter.

import { formatShape, type Shape, shapesEqual } from '../dim.ts'
import { isFloat } from '../dtype.ts'
import type { HeddleError } from '../errors.ts'
import { resolveAxis } from '../front/axes.ts'
import { full } from '../front/constants.ts'
import { add, and, asFloat, div, eq, ge, lt, mul, neg, select } from '../front/elementwise.ts'
import { gather, isClass } from '../front/gather.ts'
import { asValue, errorHere, graphOf, promote } from '../front/operand.ts'
import { sum } from '../front/reduce.ts'
import { reshape } from '../front/shape.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { type LossOptions, reduced } from './loss-reduction.ts'
import { lossRange } from './losses.ts'
import { logSoftmax } from './softmax.ts'

export interface NllOptions extends LossOptions {
  /** Axis of the classes. Default 1, or 0 for operands of rank 1 (as PyTorch's). */
  readonly axis?: number | undefined
  /** One per class. The mean is that of the losses, divided by the sum of the weights. */
  readonly weight?: Value | undefined
  /** Examples of this class have loss 0 and do not count in the mean. Default: none. */
  readonly ignoreIndex?: number | undefined
}

export interface CrossEntropyOptions extends NllOptions {
  /** This part of the probability is spread over all classes alike, 0 to 1. Default 0. */
  readonly labelSmoothing?: number | undefined
}

/** A row of classes, checked and as floats. */
interface Rows {
  readonly op: string
  readonly values: Value
  readonly axis: number
  readonly classes: number
  /** The shape without the class axis. */
  readonly kept: Shape
  /** One number per class. */
  readonly weight: Value | undefined
}

function rowsOf(op: string, x: Value, { axis, weight }: NllOptions): Rows {
  const values = asFloat(op, x)
  const { shape } = values.type
  const along = resolveAxis(op, axis ?? (shape.length === 1 ? 0 : 1), shape)
  const classes = shape[along] ?? 0
  if (weight !== undefined && !shapesEqual(asValue(op, weight).type.shape, [classes]))
    throw classWeights(op, weight, classes) // C2
  return {
    op,
    values,
    axis: along,
    classes,
    kept: shape.filter((_, each) => each !== along),
    weight: weight === undefined ? undefined : promote(weight, values.type.dtype),
  }
}

/** The shape in which one number per position of `axis` broadcasts. */
const alongAxis = (shape: Shape, axis: number): Shape => shape.map((dim, each) => (each === axis ? dim : 1))

/** Losses for classes given by number, and what they are divided by in the mean. */
interface Picked {
  readonly isPicked: Value
  /** Per example: the weight of its class, 0 if it is ignored; undefined if all weigh 1. */
  readonly weights: Value | undefined
  /** Losses of classes times the weights of the classes. */
  readonly weigh: (losses: Value) => Value
  /** NaN for a class outside, 0 for one that is ignored. */
  readonly guarded: (losses: Value) => Value
}

function pick({ op, values, axis, classes, kept, weight }: Rows, given: Value, ignoreIndex?: number): Picked {
  if (isFloat(given.type.dtype) || !shapesEqual(given.type.shape, kept))
    throw classShapes(op, values, given, kept) // C1
  const isPicked = isClass(given, classes, axis)
  const isInside = and(ge(given, 0), lt(given, classes))
  const isIgnored = ignoreIndex === undefined ? undefined : eq(given, ignoreIndex)
  const zero = full(values.builder, values.type.dtype, kept, 0)
  const ofClass = weight === undefined ? undefined : select(isInside, gather(weight, given), 0)
  return {
    isPicked,
    weights:
      isIgnored === undefined
        ? ofClass
        : select(isIgnored, zero, ofClass ?? full(values.builder, values.type.dtype, kept, 1)),
    weigh: (losses) => (ofClass === undefined ? losses : mul(losses, ofClass)),
    guarded: (losses) => {
      const valid = select(isInside, losses, Number.NaN)
      return isIgnored === undefined ? valid : select(isIgnored, 0, valid)
    },
  }
}

/** The mean divides by the weights of the examples. */
function weighted(
  op: string,
  losses: Value,
  weights: Value | undefined,
  reduction: LossOptions['reduction'],
): Value {
  if (weights === undefined || (reduction ?? 'mean') !== 'mean') return reduced(op, losses, reduction)
  return div(sum(losses), sum(weights))
}

/**
 * `-log softmax(logits)[class]`, for classes given by number; for probabilities of classes, `-Σ p log softmax(logits)`.
 *
 * *Shapes*: `logits [N, C]` and classes `[N]`, or `[N, C, d…]` and `[N, d…]`, or `[C]` and `[]`; probabilities are floats of the
 * shape of logits. → scalar, or `[N, d…]` for `none`.
 * *Dtypes*: logits f32 or f64, integers become f32; classes of any integer dtype.
 * - C1 classes has the shape of logits without the class axis, probabilities that of logits. Throws `SHAPE_CROSS_ENTROPY`.
 * - C2 weight has one element per class. Throws `SHAPE_CLASS_WEIGHT`.
 * - C3 `labelSmoothing` is from 0 to 1. Throws `ATTR_LOSS_RANGE`.
 * A class outside 0 … C-1 gives NaN, unless it is `ignoreIndex`. The mean over no example, or over none that counts, is NaN.
 * For probabilities the mean is over examples, whatever the weights, and nothing is ignored.
 *
 * *Numerics*: those of `logSoftmax`: large logits lose nothing. Backward keeps the logarithms of the probabilities.
 * *Source*: Szegedy et al., Rethinking the Inception architecture (CVPR 2016), section 7, for label smoothing.
 *
 * @example
 * crossEntropy(logits, y) // logits: f32[64, 10], y: i32[64] gives f32[]
 *
 * @example
 * crossEntropy(logits, p, { labelSmoothing: 0.1 }) // logits: f32[64, 10], p: f32[64, 10] gives f32[]
 */
export const crossEntropy: (logits: Value, target: Value, options?: CrossEntropyOptions) => Value = traced(
  (logits: Value, target: Value, options: CrossEntropyOptions = {}): Value => {
    const { labelSmoothing = 0, ignoreIndex, reduction } = options
    graphOf('crossEntropy', [logits, target])
    if (!(labelSmoothing >= 0 && labelSmoothing <= 1))
      throw lossRange('crossEntropy', 'labelSmoothing', labelSmoothing, 'be from 0 to 1') // C3
    const rows = rowsOf('crossEntropy', logits, options)
    const { axis, classes } = rows
    const weight = rows.weight && reshape(rows.weight, alongAxis(logits.type.shape, axis))
    const y = logSoftmax(rows.values, { axis })
    const uniform = labelSmoothing / classes
    if (isFloat(target.type.dtype) && shapesEqual(target.type.shape, logits.type.shape)) {
      const given = promote(target, y.type.dtype)
      const p = labelSmoothing === 0 ? given : add(mul(given, 1 - labelSmoothing), uniform)
      const weighed = weight === undefined ? p : mul(p, weight)
      return reduced('crossEntropy', neg(sum(mul(weighed, y), { axis })), reduction)
    }
    const { isPicked, weights, weigh: weighClass, guarded } = pick(rows, target, ignoreIndex)
    const ofClass = weighClass(neg(sum(select(isPicked, y, 0), { axis })))
    const ofAll = neg(sum(weight === undefined ? y : mul(y, weight), { axis }))
    const losses = labelSmoothing === 0 ? ofClass : add(mul(ofClass, 1 - labelSmoothing), mul(ofAll, uniform))
    return weighted('crossEntropy', guarded(losses), weights, reduction)
  },
)

/**
 * `-logProbabilities[class]`: what `crossEntropy` is of `logSoftmax`.
 *
 * Shapes, dtypes, weights and ignored classes as for `crossEntropy`; C1 throws `SHAPE_CROSS_ENTROPY`.
 *
 * @example
 * nll(logSoftmax(logits), y, { ignoreIndex: -1 }) // logits: f32[64, 10], y: i32[64] gives f32[]
 */
export const nll: (logProbabilities: Value, classes: Value, options?: NllOptions) => Value = traced(
  (logProbabilities: Value, classes: Value, options: NllOptions = {}): Value => {
    graphOf('nll', [logProbabilities, classes])
    const rows = rowsOf('nll', logProbabilities, options)
    const { isPicked, weights, weigh, guarded } = pick(rows, classes, options.ignoreIndex)
    const losses = weigh(neg(sum(select(isPicked, rows.values, 0), { axis: rows.axis })))
    return weighted('nll', guarded(losses), weights, options.reduction)
  },
)

const classShapes = (op: string, x: Value, classes: Value, kept: Shape): HeddleError =>
  errorHere(
    'SHAPE_CROSS_ENTROPY',
    `${op}: ${op === 'nll' ? 'log probabilities' : 'logits'} are ${formatShape(x.type.shape)}, classes ${classes.type.dtype}${formatShape(classes.type.shape)}; classes must be integers ${formatShape(kept)}`,
    { op, logits: x.type.shape, classes: classes.type.shape, expected: kept, constraint: 'C1' },
  )

const classWeights = (op: string, weight: Value, classes: number): HeddleError =>
  errorHere(
    'SHAPE_CLASS_WEIGHT',
    `${op}: weight is ${formatShape(weight.type.shape)}, there are ${classes} classes; it must be ${formatShape([classes])}`,
    { op, weight: weight.type.shape, classes, constraint: 'C2' },
  )
