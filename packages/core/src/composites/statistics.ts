// Deviations and norms. Where the result is 0 its root has no derivative: it is 0 there, as PyTorch has it.
import type { Shape } from '../dim.ts'
import type { HeddleError } from '../errors.ts'
import { axesOf } from '../front/axes.ts'
import { abs, asFloat, cast, eq, ne, pow, select, sqrt, square } from '../front/elementwise.ts'
import { errorHere } from '../front/operand.ts'
import {
  countOf,
  max,
  mean,
  min,
  type ReduceOptions,
  sum,
  type VarianceOptions,
  variance,
} from '../front/reduce.ts'
import { traced } from '../ir/provenance.ts'
import { formatType } from '../ir/tensor-type.ts'
import type { Value } from '../ir/value.ts'

/** A root of x that is 0 with derivative 0 where x is. */
function rootOf(x: Value, root: (x: Value) => Value): Value {
  const isZero = eq(x, 0)
  return select(isZero, 0, root(select(isZero, 1, x)))
}

/**
 * Standard deviation over axes: the root of `variance`; integers and bools give f32.
 *
 * *Shapes*: the axes go, or stay with extent 1. *Throws* `ATTR_AXIS_RANGE`, `ATTR_AXES_REPEATED`. *Gradient*: 0 where the deviation is 0.
 *
 * @example
 * std(x) // x = [1, 3, 5] gives 2
 */
export const std: (x: Value, options?: VarianceOptions) => Value = traced(
  (x: Value, options: VarianceOptions = {}): Value => rootOf(variance(asFloat('std', x), options), sqrt),
)

export interface VarianceAndMean {
  readonly variance: Value
  readonly mean: Value
}

/**
 * `variance` and `mean` over axes, in one walk; integers and bools give f32.
 *
 * @example
 * varMean(x, { correction: 0 }).variance // x = [1, 3, 5, 7] gives 5
 */
export const varMean: (x: Value, options?: VarianceOptions) => VarianceAndMean = traced(
  (x: Value, options: VarianceOptions = {}): VarianceAndMean => {
    const value = asFloat('varMean', x)
    return { variance: variance(value, options), mean: meanOf(value, options) }
  },
)

export interface DeviationAndMean {
  readonly std: Value
  readonly mean: Value
}

/**
 * `std` and `mean` over axes, in one walk; integers and bools give f32.
 *
 * @example
 * stdMean(x).mean // x = [1, 3, 5] gives 3
 */
export const stdMean: (x: Value, options?: VarianceOptions) => DeviationAndMean = traced(
  (x: Value, options: VarianceOptions = {}): DeviationAndMean => {
    const value = asFloat('stdMean', x)
    return { std: std(value, options), mean: meanOf(value, options) }
  },
)

const meanOf = (x: Value, { correction: _, ...options }: VarianceOptions): Value => mean(x, options)

export interface NormOptions extends ReduceOptions {
  /**
   * `(Σ|x|^p)^(1/p)`. 0 counts elements that are not 0, Infinity is the largest size, -Infinity the smallest. Default 2.
   */
  readonly p?: number | undefined
}

/**
 * The p-norm over axes; integers and bools give f32.
 *
 * *Shapes*: the axes go, or stay with extent 1.
 * - C1 p is not NaN. Throws `ATTR_NORM_P`. C2 with p below 0 or infinite, the axes hold elements. Throws `SHAPE_REDUCE_EMPTY`.
 *
 * *Gradient*: 0 where the norm is 0, and at elements that are 0; ties of the largest (smallest) size share equally. NaN where the
 * norm is (with an infinite p PyTorch's is 0 there).
 *
 * @example
 * norm(x) // x = [3, -4] gives 5
 */
export const norm: (x: Value, options?: NormOptions) => Value = traced(
  (x: Value, { p = 2, ...options }: NormOptions = {}): Value => {
    const value = asFloat('norm', x)
    const { dtype, shape } = value.type
    if (Number.isNaN(p)) throw normP(p) // C1
    const axes = axesOf('norm', options, shape)
    if ((p < 0 || p === Number.POSITIVE_INFINITY) && countOf(shape, axes) === 0)
      throw normEmpty(value, axes, p) // C2
    switch (p) {
      case 0:
        return cast(sum(ne(value, 0), options), dtype)
      case 1:
        return sum(abs(value), options)
      case 2:
        return rootOf(sum(square(value), options), sqrt)
      case Number.POSITIVE_INFINITY:
        return max(abs(value), options)
      case Number.NEGATIVE_INFINITY:
        return min(abs(value), options)
      default:
        return rootOf(sum(sizesTo(p, value), options), (total) => pow(total, 1 / p))
    }
  },
)

/** `|x|^p`, with derivative 0 where x is 0, whatever p. */
function sizesTo(p: number, x: Value): Value {
  const isZero = eq(x, 0)
  return select(isZero, p > 0 ? 0 : Number.POSITIVE_INFINITY, pow(abs(select(isZero, 1, x)), p))
}

const normP = (p: number): HeddleError =>
  errorHere('ATTR_NORM_P', `norm: p is ${p}; it must be a number`, { p, constraint: 'C1' })

const normEmpty = (x: Value, axes: Shape, p: number): HeddleError =>
  errorHere(
    'SHAPE_REDUCE_EMPTY',
    `norm: axes [${axes.join(', ')}] of ${formatType(x.type)} hold no elements; the norm of nothing has no value with p = ${p}`,
    { op: 'norm', shape: x.type.shape, axes, p, constraint: 'C2' },
  )
