// Activation functions of straight pieces. A choice by comparison gives each piece its own derivative, and at a corner that
// of the piece the corner belongs to, which is PyTorch's. NaN stays NaN. Integers stay integers where the pieces allow it.

import { formatShape } from '../dim.ts'
import type { HeddleError } from '../errors.ts'
import { resolveAxis } from '../front/axes.ts'
import {
  add,
  and,
  asFloat,
  div,
  eq,
  le,
  lt,
  mul,
  select,
  stopGradient,
  sub,
  type Unary,
} from '../front/elementwise.ts'
import { asValue, errorHere, graphOf } from '../front/operand.ts'
import { reshape } from '../front/shape.ts'
import { narrow } from '../front/slice.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { sigmoid } from './activations.ts'

/**
 * `x` where it is above 0, else 0. NaN stays NaN.
 *
 * Gradient: 0 at 0, as PyTorch's.
 *
 * @example
 * relu(x) // x = [-1, 0, 2] gives [0, 0, 2]
 */
export const relu: Unary = traced((x: Value): Value => select(le(x, 0), 0, x))

export interface HardtanhOptions {
  /** Default -1. */
  readonly low?: number | undefined
  /** Default 1. */
  readonly high?: number | undefined
}

/**
 * `x` between `low` and `high`.
 *
 * Gradient: 1 between the bounds, 0 at and beyond them (as PyTorch's; that of `clamp` is 1 at the bounds).
 *
 * @example
 * hardtanh(x) // x = [-2, 0.5, 2] gives [-1, 0.5, 1]
 */
export const hardtanh: (x: Value, options?: HardtanhOptions) => Value = traced(
  (x: Value, { low = -1, high = 1 }: HardtanhOptions = {}): Value =>
    select(le(x, low), low, select(le(high, asValue('hardtanh', x)), high, x)),
)

/**
 * `x` between 0 and 6. Gradient: 1 between, 0 at the corners (as PyTorch's).
 *
 * @example
 * relu6(x) // x = [-1, 3, 7] gives [0, 3, 6]
 */
export const relu6: Unary = traced((x: Value): Value => hardtanh(x, { low: 0, high: 6 }))

/**
 * `(x + 3) / 6` between 0 and 1. Gradient: 1/6 for x between -3 and 3, 0 at the corners and at NaN (as
 * PyTorch's).
 *
 * @example
 * hardsigmoid(x) // x = [-3, 0, 1.5, 9] gives [0, 0.5, 0.75, 1]
 */
export const hardsigmoid: Unary = traced((x: Value): Value => {
  const value = asFloat('hardsigmoid', x)
  const shifted = add(value, 3)
  const isBetween = and(lt(-3, value), lt(value, 3))
  return div(select(isBetween, shifted, stopGradient(relu6(shifted))), 6)
})

/**
 * `x hardsigmoid(x)`: 0 below -3, x above 3, `x (x + 3) / 6` between; NaN at -Infinity (as PyTorch's).
 *
 * Gradient: `x / 3 + 1/2` between and at the corners (as PyTorch's).
 *
 * @example
 * hardswish(x) // x = [-3, 1, 3, 9] gives [0, 0.666667, 3, 9]
 */
export const hardswish: Unary = traced((x: Value): Value => {
  const value = asFloat('hardswish', x)
  const isBetween = and(le(-3, value), le(value, 3))
  // Beyond the corners the curve is not of x: it would overflow.
  const held = select(isBetween, value, 0)
  const curve = div(mul(held, add(held, 3)), 6)
  const beyond = select(lt(value, -3), 0, value)
  return select(isBetween, curve, select(eq(value, Number.NEGATIVE_INFINITY), Number.NaN, beyond))
})

export interface LeakyReluOptions {
  /** Slope where x is not above 0. Default 0.01. */
  readonly negativeSlope?: number | undefined
}

/**
 * `x` above 0, else `negativeSlope x`.
 *
 * Gradient: the slope; `negativeSlope` at 0 (as PyTorch's).
 *
 * @example
 * leakyRelu(x, { negativeSlope: 0.5 }) // x = [-2, 0, 2] gives [-1, 0, 2]
 */
export const leakyRelu: (x: Value, options?: LeakyReluOptions) => Value = traced(
  (x: Value, { negativeSlope = 0.01 }: LeakyReluOptions = {}): Value => {
    const value = asFloat('leakyRelu', x)
    return select(lt(0, value), value, mul(value, negativeSlope))
  },
)

/**
 * `x` above 0, else `weight x`, with a learned weight.
 *
 * Shapes: x `[N, C, ...]`; weight `[C]`, or one element for all.
 * - C1 weight has one axis, of extent 1 or C (of extent 1 if x has fewer than two axes). Throws `SHAPE_PRELU`.
 *
 * Gradient: 1 or weight by x, weight at 0; by weight x where it is not above 0, summed (as PyTorch's).
 *
 * @example
 * prelu(x, literal(b, [0.5])) // x = [-2, 0, 2] gives [-1, 0, 2]
 */
export const prelu: (x: Value, weight: Value) => Value = traced((x: Value, weight: Value): Value => {
  graphOf('prelu', [x, weight])
  const value = asFloat('prelu', x)
  const { shape } = value.type
  const [count] = weight.type.shape
  const isPerChannel = shape.length > 1 && count === shape[1]
  if (weight.type.shape.length !== 1 || !(count === 1 || isPerChannel)) throw preluWeight(x, weight) // C1
  const slope = isPerChannel
    ? reshape(weight, [count ?? 1, ...shape.slice(2).map(() => 1)])
    : reshape(weight, [])
  return select(lt(0, value), value, mul(value, slope))
})

export interface ShrinkOptions {
  /** Half the width of what becomes 0. Default 0.5. */
  readonly lambda?: number | undefined
}

/**
 * `x` moved by `lambda` towards 0, and 0 within `lambda` of it. NaN stays NaN (PyTorch 1.13 loses it and gives 0).
 *
 * Gradient: 1, and 0 where the result is 0 (as PyTorch's).
 *
 * @example
 * softshrink(x) // x = [-2, 0.5, 1] gives [-1.5, 0, 0.5]
 */
export const softshrink: (x: Value, options?: ShrinkOptions) => Value = traced(
  (x: Value, { lambda = 0.5 }: ShrinkOptions = {}): Value => {
    const value = asFloat('softshrink', x)
    const above = select(lt(lambda, value), sub(value, lambda), value)
    return select(isWithin(value, lambda), 0, select(lt(value, -lambda), add(value, lambda), above))
  },
)

/**
 * `x`, and 0 within `lambda` of 0.
 *
 * Gradient: 1, and 0 where the result is 0 (as PyTorch's).
 *
 * @example
 * hardshrink(x) // x = [-2, 0.5, 1] gives [-2, 0, 1]
 */
export const hardshrink: (x: Value, options?: ShrinkOptions) => Value = traced(
  (x: Value, { lambda = 0.5 }: ShrinkOptions = {}): Value => {
    const value = asFloat('hardshrink', x)
    return select(isWithin(value, lambda), 0, value)
  },
)

const isWithin = (x: Value, size: number): Value => and(le(-size, x), le(x, size))

export interface ThresholdOptions {
  readonly threshold: number
  /** In the place of x where it is not above the threshold. */
  readonly value: number
}

/**
 * `x` above the threshold, else `value`.
 *
 * Gradient: 1 above, 0 at and below (as PyTorch's).
 *
 * @example
 * threshold(x, { threshold: 1, value: -5 }) // x = [0, 1, 2] gives [-5, -5, 2]
 */
export const threshold: (x: Value, options: ThresholdOptions) => Value = traced(
  (x: Value, { threshold: limit, value }: ThresholdOptions): Value =>
    select(le(asValue('threshold', x), limit), value, x),
)

export interface GluOptions {
  /** The axis that is halved. Default the last. */
  readonly axis?: number | undefined
}

/**
 * The first half of an axis times `sigmoid` of the second: a gated linear unit.
 *
 * - C1 the extent of the axis is even. Throws `SHAPE_GLU`.
 *
 * Source: Dauphin et al., Language modeling with gated convolutional networks (2017).
 *
 * @example
 * glu(x) // x: f32[3, 8] gives f32[3, 4]
 */
export const glu: (x: Value, options?: GluOptions) => Value = traced(
  (x: Value, { axis = -1 }: GluOptions = {}): Value => {
    const value = asFloat('glu', x)
    const along = resolveAxis('glu', axis, value.type.shape)
    const extent = value.type.shape[along] ?? 0
    if (extent % 2 !== 0) throw gluExtent(value, along, extent) // C1
    const size = extent / 2
    const half = (start: number): Value => narrow(value, { axis: along, start, size })
    return mul(half(0), sigmoid(half(size)))
  },
)

const preluWeight = (x: Value, weight: Value): HeddleError =>
  errorHere(
    'SHAPE_PRELU',
    `prelu: weight is ${formatShape(weight.type.shape)}, x is ${formatShape(x.type.shape)}; weight must be [1]${x.type.shape.length > 1 ? ` or [${x.type.shape[1]}]` : ''}`,
    { x: x.type.shape, weight: weight.type.shape, constraint: 'C1' },
  )

const gluExtent = (x: Value, axis: number, extent: number): HeddleError =>
  errorHere(
    'SHAPE_GLU',
    `glu: axis ${axis} of ${formatShape(x.type.shape)} has extent ${extent}; it is cut in halves and must be even`,
    { shape: x.type.shape, axis, extent, constraint: 'C1' },
  )
