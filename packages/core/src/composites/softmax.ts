// Softmax and its relatives. The largest element is subtracted first, so that no exponential overflows. The derivatives of
// softmax and its logarithm are given in terms of the result, which is then all that backward keeps.

import { axesOf, resolveAxis } from '../front/axes.ts'
import { customVjp } from '../front/custom-vjp.ts'
import {
  abs,
  add,
  asFloat,
  div,
  eq,
  exp,
  log,
  mul,
  neg,
  select,
  stopGradient,
  sub,
} from '../front/elementwise.ts'
import { countOf, max, sum } from '../front/reduce.ts'
import { squeeze } from '../front/shape.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'

export interface SoftmaxOptions {
  /** The axis whose elements add up to 1. Default the last. */
  readonly axis?: number | undefined
}

/** `x` less its largest element along the axis. */
const shifted = (x: Value, axis: number): Value => sub(x, max(x, { axis, keepDims: true }))

/**
 * `e^x / Σ e^x` along an axis. Elements of -Infinity give 0; a row of nothing else gives NaN, as PyTorch's.
 *
 * Gradient: `y (dy - Σ y dy)`; keeps the result only.
 *
 * @example
 * softmax(x) // x = [0, 0, Math.log(2)] gives [0.25, 0.25, 0.5]
 */
export const softmax: (x: Value, options?: SoftmaxOptions) => Value = traced(
  (x: Value, { axis = -1 }: SoftmaxOptions = {}): Value => {
    const value = asFloat('softmax', x)
    const over = { axis: resolveAxis('softmax', axis, value.type.shape), keepDims: true }
    return customVjp({
      forward: (operand) => {
        const e = exp(shifted(operand, over.axis))
        const output = div(e, sum(e, over))
        return { output, residuals: output }
      },
      backward: (y: Value, dy: Value) => mul(y, sub(dy, sum(mul(y, dy), over))),
    })(value)
  },
)

/**
 * `softmax(-x)`: the smallest element has the largest share.
 *
 * @example
 * softmin(x) // x = [0, 0, Infinity] gives [0.5, 0.5, 0]
 */
export const softmin: (x: Value, options?: SoftmaxOptions) => Value = traced(
  (x: Value, options: SoftmaxOptions = {}): Value => softmax(neg(asFloat('softmin', x)), options),
)

/**
 * `log(softmax(x))` = x - log Σ e^x along an axis, accurate where softmax is nearly 0.
 *
 * Gradient: `dy - e^y Σ dy`; keeps the result only.
 *
 * @example
 * logSoftmax(x) // x = [0, 0] gives [-0.6931472, -0.6931472]
 */
export const logSoftmax: (x: Value, options?: SoftmaxOptions) => Value = traced(
  (x: Value, { axis = -1 }: SoftmaxOptions = {}): Value => {
    const value = asFloat('logSoftmax', x)
    const over = { axis: resolveAxis('logSoftmax', axis, value.type.shape), keepDims: true }
    return customVjp({
      forward: (operand) => {
        const y = shifted(operand, over.axis)
        const output = sub(y, log(sum(exp(y), over)))
        return { output, residuals: output }
      },
      backward: (y: Value, dy: Value) => sub(dy, mul(exp(y), sum(dy, over))),
    })(value)
  },
)

export interface LogSumExpOptions extends SoftmaxOptions {
  /** Several axes instead of one. */
  readonly axes?: readonly number[] | undefined
  readonly keepDims?: boolean | undefined
}

/**
 * `log Σ e^x` along one axis or several. All -Infinity gives -Infinity (as does nothing), a +Infinity gives +Infinity.
 *
 * *Gradient*: `softmax(x)`; NaN where all are -Infinity, as PyTorch's.
 *
 * @example
 * logSumExp(x) // x = [1000, 1000] gives 1000.6931
 */
export const logSumExp: (x: Value, options?: LogSumExpOptions) => Value = traced(
  (x: Value, { axis, axes, keepDims = false }: LogSumExpOptions = {}): Value => {
    const value = asFloat('logSumExp', x)
    const { shape } = value.type
    const over = axis === undefined && axes === undefined ? { axis: -1 } : { axis, axes }
    const reduced = axesOf('logSumExp', over, shape)
    // The largest of nothing is none: the sum is 0 whatever is subtracted.
    if (countOf(shape, reduced) === 0) return log(sum(value, { axes: reduced, keepDims }))
    const largest = stopGradient(max(value, { axes: reduced, keepDims: true }))
    // An infinite largest would make Infinity - Infinity.
    const offset = select(eq(abs(largest), Number.POSITIVE_INFINITY), 0, largest)
    const total = add(log(sum(exp(sub(value, offset)), { axes: reduced, keepDims: true })), offset)
    return keepDims ? total : squeeze(total, { axes: reduced })
  },
)
