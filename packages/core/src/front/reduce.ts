// Reductions of users: over one axis, several or all, keeping the reduced axes with extent 1 if asked.

import { type Shape, sizeOf } from '../dim.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { type AxesOptions, axesOf, resolveAxis } from './axes.ts'
import { asFloat, square } from './elementwise.ts'
import { asValue, broadcastTo, constantOf, promote } from './operand.ts'

export interface ReduceOptions extends AxesOptions {
  /** Reduced axes stay with extent 1. Default false. */
  readonly keepDims?: boolean | undefined
}

/** One value in; without options all axes are reduced. */
export type Reduce = (x: Value, options?: ReduceOptions) => Value

/** Restores reduced axes with extent 1. */
export function keepReduced(y: Value, shape: Shape, axes: readonly number[]): Value {
  if (axes.length === 0) return y
  return y.builder.reshape(y, { shape: shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim)) })
}

const reduce = (
  name: string,
  op: 'reduceSum' | 'reduceProduct' | 'reduceMax' | 'reduceMin',
  keepsBools: boolean,
): Reduce =>
  traced((x: Value, options: ReduceOptions = {}): Value => {
    const value = asValue(name, x)
    const { dtype, shape } = value.type
    const axes = axesOf(name, options, shape)
    const operand = dtype === 'bool' ? promote(value, 'i32') : value
    const reduced = operand.builder[op](operand, { axes })
    const result = keepsBools ? promote(reduced, dtype) : reduced
    return options.keepDims === true ? keepReduced(result, shape, axes) : result
  })

/**
 * Sum over axes, 0 over nothing; bools count as i32.
 *
 * @example
 * sum(x, { axis: -1, keepDims: true }) // x: f32[2, 3] gives f32[2, 1]
 */
export const sum: Reduce = reduce('sum', 'reduceSum', false)
/**
 * Product over axes, 1 over nothing; bools count as i32.
 *
 * Gradient: the product of the others, by division where no element is 0, so that NaN and infinities are in all of them. (PyTorch
 * multiplies the others as soon as any row holds a 0.)
 */
export const prod: Reduce = reduce('prod', 'reduceProduct', false)
/** Largest over axes; NaN if one is. Ties share the derivative. Over nothing: throws `SHAPE_REDUCE_EMPTY`. */
export const max: Reduce = reduce('max', 'reduceMax', true)
/** Smallest over axes; NaN if one is. Ties share the derivative. Over nothing: throws `SHAPE_REDUCE_EMPTY`. */
export const min: Reduce = reduce('min', 'reduceMin', true)

/** Elements reduced into one. */
export const countOf = (shape: Shape, axes: readonly number[]): number =>
  sizeOf(axes.map((axis) => shape[axis] ?? 1))

/** Mean over axes; integers and bools give f32. NaN over nothing. */
export const mean: Reduce = traced((x: Value, options: ReduceOptions = {}): Value => {
  const value = asFloat('mean', x)
  const { shape } = value.type
  return scaled(sum(value, options), countOf(shape, axesOf('mean', options, shape)))
})

export interface VarianceOptions extends ReduceOptions {
  /** The sum of squares is divided by the count less this: 1 (default, as PyTorch) for a sample, 0 for a population. */
  readonly correction?: number | undefined
}

/**
 * Mean squared distance from the mean over axes; integers and bools give f32. Gradient: NaN where an element is infinite (PyTorch's
 * is infinite at the finite ones).
 */
export const variance: (x: Value, options?: VarianceOptions) => Value = traced(
  (x: Value, { correction = 1, ...options }: VarianceOptions = {}): Value => {
    const value = asFloat('variance', x)
    const { shape } = value.type
    const axes = axesOf('variance', options, shape)
    const centre = broadcastTo(mean(value, { axes, keepDims: true }), shape)
    const squares = square(value.builder.sub(value, centre))
    return scaled(sum(squares, options), Math.max(0, countOf(shape, axes) - correction))
  },
)

/** `x / count`. */
function scaled(x: Value, count: number): Value {
  const b = x.builder
  return b.div(x, b.full({ ...x.type, value: constantOf('mean', x.type.dtype, count) }))
}

export interface AxisOptions {
  /** `all`: of all elements, in row-major order. Default: the last axis. */
  readonly axis?: number | 'all' | undefined
  readonly keepDims?: boolean | undefined
}

const positionOf = (op: 'argMax' | 'argMin'): ((x: Value, options?: AxisOptions) => Value) =>
  traced((x: Value, { axis = -1, keepDims = false }: AxisOptions = {}): Value => {
    const given = asValue(op, x)
    const value = given.type.dtype === 'bool' ? promote(given, 'i32') : given
    const { shape } = value.type
    if (axis === 'all') {
      const flat = value.builder.reshape(value, { shape: [sizeOf(shape)] })
      const position = value.builder[op](flat, { axis: 0 })
      return keepDims ? value.builder.reshape(position, { shape: shape.map(() => 1) }) : position
    }
    const resolved = resolveAxis(op, axis, shape)
    const position = value.builder[op](value, { axis: resolved })
    return keepDims ? keepReduced(position, shape, [resolved]) : position
  })

/**
 * Position of the largest along an axis, or of all elements, i32: the first of ties, and of NaNs.
 *
 * @example
 * argMax(x, { axis: 'all' }) // x = [[1, 3], [5, 2]] gives 2
 */
export const argMax: (x: Value, options?: AxisOptions) => Value = positionOf('argMax')
/** Position of the smallest along an axis, or of all elements, i32: the first of ties, and of NaNs. */
export const argMin: (x: Value, options?: AxisOptions) => Value = positionOf('argMin')
