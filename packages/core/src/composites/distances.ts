// Distances and angles between vectors. Their derivatives at 0 are PyTorch's: 0, not NaN, as those of `norm`.

import { formatShape } from '../dim.ts'
import type { HeddleError } from '../errors.ts'
import {
  abs,
  add,
  alignFloat,
  asFloat,
  div,
  eq,
  mul,
  select,
  sqrt,
  square,
  stopGradient,
  sub,
} from '../front/elementwise.ts'
import { asValue, errorHere } from '../front/operand.ts'
import { max, sum } from '../front/reduce.ts'
import { squeeze, unsqueeze } from '../front/shape.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { atLeast, lossRange } from './losses.ts'
import { norm } from './statistics.ts'

/** `norm` along an axis; that of no elements is 0, whatever p (as PyTorch has distances). */
export function lengthAlong(x: Value, p: number, axis: number, keepDims: boolean): Value {
  const isEmpty = p === Number.POSITIVE_INFINITY && x.type.shape.includes(0)
  return isEmpty ? sum(x, { axis, keepDims }) : norm(x, { p, axis, keepDims })
}

export interface CosineSimilarityOptions {
  /** The axis vectors lie along. Default 1, as PyTorch's. */
  readonly axis?: number | undefined
  /** A norm below this counts as this. Default 1e-8. */
  readonly epsilon?: number | undefined
}

/**
 * Cosine of the angle between vectors: `Σ (x / |x|) (y / |y|)`. Shapes broadcast.
 *
 * *Gradient*: norms are differentiated as if they were not held at epsilon, so that it is finite for a vector of zeros.
 *
 * @example
 * cosineSimilarity(x, y) // x: f32[8, 3], y: f32[8, 3] gives f32[8]
 */
export const cosineSimilarity: (x: Value, y: Value, options?: CosineSimilarityOptions) => Value = traced(
  (x: Value, y: Value, { axis = 1, epsilon = 1e-8 }: CosineSimilarityOptions = {}): Value => {
    const [left, right] = alignFloat('cosineSimilarity', [x, y]) as readonly [Value, Value]
    const unit = (value: Value): Value =>
      div(value, sqrt(atLeast(sum(square(value), { axis, keepDims: true }), epsilon ** 2)))
    return sum(mul(unit(left), unit(right)), { axis })
  },
)

export interface PairwiseDistanceOptions {
  /** Order of the norm. Default 2. */
  readonly p?: number | undefined
  /** Added to every difference, so that none is 0. Default 1e-6. */
  readonly epsilon?: number | undefined
  /** The axis of the vectors stays with extent 1. Default false. */
  readonly keepDims?: boolean | undefined
}

/**
 * Norm of `x - y + epsilon` over the last axis. Shapes broadcast.
 *
 * *Gradient*: 0 where the distance is 0 (with epsilon 0); for p Infinity shared among tied elements.
 *
 * @example
 * pairwiseDistance(x, y, { p: 1 }) // x: f32[8, 3], y: f32[8, 3] gives f32[8]
 */
export const pairwiseDistance: (x: Value, y: Value, options?: PairwiseDistanceOptions) => Value = traced(
  (x: Value, y: Value, { p = 2, epsilon = 1e-6, keepDims = false }: PairwiseDistanceOptions = {}): Value => {
    const [left, right] = alignFloat('pairwiseDistance', [x, y]) as readonly [Value, Value]
    return lengthAlong(add(sub(left, right), epsilon), p, -1, keepDims)
  },
)

/**
 * Distances between every row of x and every row of y. Leading axes broadcast.
 *
 * *Shapes*: `x […, m, k]`, `y […, n, k]` → `[…, m, n]`.
 * - C1 both have two axes or more, and equal last ones. Throws `SHAPE_CDIST`. C2 p is not negative. Throws `ATTR_LOSS_RANGE`.
 *
 * *Gradient*: 0 where the distance is 0; for p Infinity every tied element has the whole (as PyTorch's `cdist`).
 * *Numerics*: differences are taken before they are squared; nothing of size m n k is stored.
 *
 * @example
 * cdist(x, y) // x: f32[5, 3], y: f32[7, 3] gives f32[5, 7]
 */
export const cdist: (x: Value, y: Value, options?: { readonly p?: number | undefined }) => Value = traced(
  (x: Value, y: Value, { p = 2 }: { readonly p?: number | undefined } = {}): Value => {
    const [left, right] = [asFloat('cdist', x), asFloat('cdist', asValue('cdist', y, 1))]
    const ranks = [left.type.shape.length, right.type.shape.length]
    if (Math.min(...ranks) < 2 || left.type.shape.at(-1) !== right.type.shape.at(-1)) throw cdistShapes(x, y) // C1
    if (!(p >= 0)) throw lossRange('cdist', 'p', p, 'not be negative') // C2
    const difference = sub(unsqueeze(left, { axis: -2 }), unsqueeze(right, { axis: -3 }))
    if (p !== Number.POSITIVE_INFINITY || difference.type.shape.includes(0))
      return lengthAlong(difference, p, -1, false)
    const distance = abs(difference)
    const largest = stopGradient(max(distance, { axis: -1, keepDims: true }))
    // 0, with the derivative of every tied element.
    const ties = select(eq(distance, largest), sub(distance, stopGradient(distance)), 0)
    return add(squeeze(largest, { axis: -1 }), sum(ties, { axis: -1 }))
  },
)

const cdistShapes = (x: Value, y: Value): HeddleError =>
  errorHere(
    'SHAPE_CDIST',
    `cdist: x is ${formatShape(x.type.shape)}, y is ${formatShape(y.type.shape)}; they must be […, m, k] and […, n, k]`,
    { left: x.type.shape, right: y.type.shape, constraint: 'C1' },
  )
