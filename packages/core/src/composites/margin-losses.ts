// Losses with a margin: nothing is to pay where a score is right by more than the margin. At the margin itself the derivatives
// are PyTorch's: those of `clamp` (the whole slope) where it clamps, none where it compares.

import { formatShape, shapesEqual } from '../dim.ts'
import type { HeddleError } from '../errors.ts'
import {
  add,
  alignFloat,
  and,
  asFloat,
  cast,
  div,
  eq,
  ge,
  gt,
  le,
  lt,
  minimum,
  mul,
  ne,
  neg,
  select,
  sqrt,
  square,
  sub,
} from '../front/elementwise.ts'
import { isClass } from '../front/gather.ts'
import { asValue, errorHere, graphOf } from '../front/operand.ts'
import { mean, min, sum } from '../front/reduce.ts'
import { unsqueeze } from '../front/shape.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { logSigmoid } from './activations.ts'
import { type PairwiseDistanceOptions, pairwiseDistance } from './distances.ts'
import { type LossOptions, reduced } from './loss-reduction.ts'
import { type Loss, lossRange, positivePart } from './losses.ts'

export interface MarginOptions extends LossOptions {
  readonly margin?: number | undefined
}

/**
 * For a target of 1 the distance x, for -1 what it lacks to the margin (default 1): `max(0, margin - x)`. Shapes broadcast.
 *
 * *Gradient*: -1 at the margin. For any other target both are added, as PyTorch does.
 *
 * @example
 * hingeEmbedding(x, neg(onesLike(x)), { reduction: 'none' }) // x = [0.25, 2] gives [0.75, 0]
 */
export const hingeEmbedding: Loss<MarginOptions> = traced(
  (x: Value, target: Value, { margin = 1, reduction }: MarginOptions = {}): Value => {
    const [value, y] = alignFloat('hingeEmbedding', [x, target]) as readonly [Value, Value]
    const apart = select(ne(y, 1), positivePart(sub(margin, value)), 0)
    const together = select(ne(y, -1), value, 0)
    return reduced('hingeEmbedding', add(apart, together), reduction)
  },
)

/** Two predictions, whether they belong together, and options. */
export type PairLoss = (x: Value, y: Value, target: Value, options?: MarginOptions) => Value

/**
 * `1 - cos(x, y)` for a target of 1, `max(0, cos(x, y) - margin)` (margin 0 by default) for -1, along the last axis; 0 for any other.
 *
 * *Shapes*: `x […, k]`, `y […, k]`, `target […]`; they broadcast.
 * *Gradient*: the whole slope at the margin. Squared norms are increased by 1e-12, as PyTorch does, which keeps it finite at 0.
 *
 * @example
 * cosineEmbedding(x, y, target) // x and y: f32[8, 3], target: f32[8] gives f32[]
 */
export const cosineEmbedding: PairLoss = traced(
  (x: Value, y: Value, target: Value, { margin = 0, reduction }: MarginOptions = {}): Value => {
    const [left, right] = alignFloat('cosineEmbedding', [x, y]) as readonly [Value, Value]
    asValue('cosineEmbedding', target, 2)
    const along = (value: Value): Value => sum(value, { axis: -1 })
    const squares = (value: Value): Value => add(along(square(value)), Math.fround(1e-12))
    const cosine = div(along(mul(left, right)), sqrt(mul(squares(left), squares(right))))
    const apart = select(eq(target, -1), positivePart(sub(cosine, margin)), 0)
    return reduced('cosineEmbedding', add(select(eq(target, 1), sub(1, cosine), 0), apart), reduction)
  },
)

/**
 * `max(0, margin - target (x - y))`: a target of 1 wants x above y, -1 below, by the margin (default 0). Shapes broadcast.
 *
 * *Gradient*: the whole slope at the margin.
 *
 * @example
 * marginRanking(x, y, target, { margin: 1 }) // x, y and target: f32[8] gives f32[]
 */
export const marginRanking: PairLoss = traced(
  (x: Value, y: Value, target: Value, { margin = 0, reduction }: MarginOptions = {}): Value => {
    const [left, right, wanted] = alignFloat('marginRanking', [x, y, target]) as readonly [
      Value,
      Value,
      Value,
    ]
    return reduced('marginRanking', positivePart(sub(margin, mul(wanted, sub(left, right)))), reduction)
  },
)

/** What of `x` is above 0; the derivative at 0 is 0. */
const above = (x: Value): Value => select(gt(x, 0), x, 0)

export interface MultiMarginOptions extends MarginOptions {
  /** 1 (default) or 2: the power of what is lacking. */
  readonly p?: 1 | 2 | undefined
  /** One per class: factor of the loss of examples of that class. */
  readonly weight?: Value | undefined
}

/**
 * `Σ_i max(0, margin - x[class] + x[i])^p / C` over the other classes i; margin 1 by default.
 *
 * *Shapes*: `x [N, C]` and `classes [N]`, or `[C]` and `[]`. A class outside gives NaN.
 * - C1 shapes fit. Throws `SHAPE_MULTI_MARGIN`. C2 p is 1 or 2. Throws `ATTR_LOSS_RANGE`.
 *
 * *Gradient*: 0 at the margin.
 *
 * @example
 * multiMargin(x, y) // x: f32[8, 10], y: i32[8] gives f32[]
 */
export const multiMargin: Loss<MultiMarginOptions> = traced(
  (x: Value, classes: Value, { p = 1, margin = 1, weight, reduction }: MultiMarginOptions = {}): Value => {
    graphOf('multiMargin', [x, classes])
    const value = asFloat('multiMargin', x)
    const { shape } = value.type
    const count = shape.at(-1) ?? 0
    const isRow = shape.length === 1 || shape.length === 2
    const isFit =
      isRow &&
      shapesEqual(classes.type.shape, shape.slice(0, -1)) &&
      (weight === undefined || shapesEqual(weight.type.shape, [count]))
    if (!isFit) throw multiMarginShapes(x, classes, weight) // C1
    if (p !== 1 && p !== 2) throw lossRange('multiMargin', 'p', p, 'be 1 or 2') // C2
    const isOwn = isClass(classes, count, shape.length - 1)
    const ofOwn = (each: Value, keepDims: boolean): Value =>
      sum(select(isOwn, each, 0), { axis: -1, keepDims })
    const lacking = above(add(sub(margin, ofOwn(value, true)), value))
    const losses = sum(select(isOwn, 0, p === 1 ? lacking : square(lacking)), { axis: -1 })
    const scaled = div(weight === undefined ? losses : mul(losses, ofOwn(weight, false)), count)
    const isInside = and(ge(classes, 0), lt(classes, count))
    return reduced('multiMargin', select(isInside, scaled, Number.NaN), reduction)
  },
)

/**
 * `Σ max(0, 1 - x[j] + x[i]) / C` over the classes j that are named and those i that are not. The target names classes by number;
 * the first negative one ends the list. A class named twice counts twice.
 *
 * *Shapes*: `x` and `classes [N, C]` or `[C]`. Classes outside count for nothing.
 * - C1 shapes are equal, of one or two axes. Throws `SHAPE_MULTI_MARGIN`.
 *
 * *Gradient*: 0 at the margin.
 * *Numerics*: C² comparisons an example, none of them stored.
 *
 * @example
 * multilabelMargin(x, y) // x: f32[8, 10], y: i32[8, 10] gives f32[]
 */
export const multilabelMargin: Loss = traced(
  (x: Value, classes: Value, { reduction }: LossOptions = {}): Value => {
    const b = graphOf('multilabelMargin', [x, classes])
    const value = asFloat('multilabelMargin', x)
    const { shape, dtype } = value.type
    const isRow = shape.length === 1 || shape.length === 2
    if (!isRow || !shapesEqual(shape, classes.type.shape)) throw multilabelShapes(x, classes) // C1
    const count = shape.at(-1) ?? 0
    if (count === 0) return reduced('multilabelMargin', sum(value, { axis: -1 }), reduction)
    const place = b.iota({ dtype: 'i32', shape, axis: shape.length - 1 })
    const end = min(select(lt(classes, 0), place, count), { axis: -1, keepDims: true })
    const named = select(lt(place, end), classes, -1)
    // How often each class is named: [N, C]; then every named class j against every other i: [N, j, i].
    const times = sum(cast(isClass(named, count, shape.length), dtype), { axis: -2 })
    const lacking = above(sub(add(unsqueeze(value, { axis: -2 }), 1), unsqueeze(value, { axis: -1 })))
    const others = select(unsqueeze(le(times, 0), { axis: -2 }), lacking, 0)
    const losses = sum(mul(unsqueeze(times, { axis: -1 }), others), { axes: [-2, -1] })
    return reduced('multilabelMargin', div(losses, count), reduction)
  },
)

export interface MultilabelSoftMarginOptions extends LossOptions {
  /** One per class. */
  readonly weight?: Value | undefined
}

/**
 * Mean over the last axis of the binary cross entropies of logits. Shapes broadcast.
 *
 * @example
 * multilabelSoftMargin(x, target) // x and target: f32[8, 10] gives f32[]
 */
export const multilabelSoftMargin: Loss<MultilabelSoftMarginOptions> = traced(
  (x: Value, target: Value, { weight, reduction }: MultilabelSoftMarginOptions = {}): Value => {
    const [value, y] = alignFloat('multilabelSoftMargin', [x, target]) as readonly [Value, Value]
    const losses = neg(add(mul(y, logSigmoid(value)), mul(sub(1, y), logSigmoid(neg(value)))))
    const scaled = weight === undefined ? losses : mul(losses, weight)
    return reduced('multilabelSoftMargin', mean(scaled, { axis: -1 }), reduction)
  },
)

/**
 * `log(1 + e^(-target x))`, for targets of 1 and -1. Shapes broadcast.
 *
 * *Numerics*: as -logSigmoid, which does not overflow where e^(-target x) does.
 *
 * @example
 * softMargin(x, onesLike(x), { reduction: 'none' }) // x = [-200, 200] gives [200, 0]
 */
export const softMargin: Loss = traced((x: Value, target: Value, { reduction }: LossOptions = {}): Value => {
  const [value, y] = alignFloat('softMargin', [x, target]) as readonly [Value, Value]
  return reduced('softMargin', neg(logSigmoid(mul(y, value))), reduction)
})

export interface TripletMarginOptions extends MarginOptions, Pick<PairwiseDistanceOptions, 'p' | 'epsilon'> {
  /** Takes the distance from the positive to the negative instead, where it is smaller. Default false. */
  readonly swap?: boolean | undefined
}

/**
 * `max(0, |anchor - positive| - |anchor - negative| + margin)`, with `pairwiseDistance` along the last axis; margin 1 by default.
 *
 * *Shapes*: `[…, k]`, broadcasting → `[…]` for `none`.
 * *Gradient*: the whole slope at the margin; half each where the distances `swap` compares are equal.
 * *Source*: Balntas et al., Learning shallow convolutional feature descriptors with triplet losses (BMVC 2016).
 *
 * @example
 * tripletMargin(anchor, x, y) // anchor, x and y: f32[8, 3] gives f32[]
 */
export const tripletMargin: (
  anchor: Value,
  positive: Value,
  negative: Value,
  options?: TripletMarginOptions,
) => Value = traced(
  (anchor: Value, positive: Value, negative: Value, options: TripletMarginOptions = {}): Value => {
    const { margin = 1, p = 2, epsilon = 1e-6, swap = false, reduction } = options
    const distance = (x: Value, y: Value): Value => pairwiseDistance(x, y, { p, epsilon })
    const near = distance(anchor, positive)
    const straight = distance(anchor, negative)
    const far = swap ? minimum(straight, distance(positive, negative)) : straight
    return reduced('tripletMargin', positivePart(add(sub(near, far), margin)), reduction)
  },
)

const multiMarginShapes = (x: Value, classes: Value, weight: Value | undefined): HeddleError =>
  errorHere(
    'SHAPE_MULTI_MARGIN',
    `multiMargin: x is ${formatShape(x.type.shape)}, classes ${formatShape(classes.type.shape)}${weight === undefined ? '' : `, weight ${formatShape(weight.type.shape)}`}; they must be [N, C], [N] and [C], or [C], [] and [C]`,
    { x: x.type.shape, classes: classes.type.shape, weight: weight?.type.shape, constraint: 'C1' },
  )

const multilabelShapes = (x: Value, classes: Value): HeddleError =>
  errorHere(
    'SHAPE_MULTI_MARGIN',
    `multilabelMargin: x is ${formatShape(x.type.shape)}, classes ${formatShape(classes.type.shape)}; both must be [N, C] or both [C]`,
    { x: x.type.shape, classes: classes.type.shape, constraint: 'C1' },
  )
