// Losses of regression: how far predictions are from numbers they should have been. Shapes broadcast; integers become f32.

import type { HeddleError } from '../errors.ts'
import {
  abs,
  add,
  alignFloat,
  div,
  exp,
  log,
  lt,
  mul,
  select,
  square,
  stopGradient,
  sub,
} from '../front/elementwise.ts'
import { clamp } from '../front/limits.ts'
import { errorHere } from '../front/operand.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { type LossOptions, reduced } from './loss-reduction.ts'

/** Prediction, what it should have been, and options. */
export type Loss<O = LossOptions> = (x: Value, target: Value, options?: O) => Value

type Pair = readonly [Value, Value]

/**
 * Squared difference. Shapes broadcast.
 *
 * @example
 * mse(prediction, target) // prediction and target: f32[100, 1] gives f32[]
 */
export const mse: Loss = traced((x: Value, target: Value, { reduction }: LossOptions = {}): Value => {
  const [value, wanted] = alignFloat('mse', [x, target]) as Pair
  return reduced('mse', square(sub(value, wanted)), reduction)
})

/**
 * Absolute difference. Shapes broadcast.
 *
 * *Gradient*: 0 where the two are equal.
 *
 * @example
 * l1(x, x) // x = [1, 2] gives 0
 */
export const l1: Loss = traced((x: Value, target: Value, { reduction }: LossOptions = {}): Value => {
  const [value, wanted] = alignFloat('l1', [x, target]) as Pair
  return reduced('l1', abs(sub(value, wanted)), reduction)
})

export interface SmoothL1Options extends LossOptions {
  /** Where the parabola ends. Default 1; 0 makes it `l1`. */
  readonly beta?: number | undefined
}

/**
 * `d² / (2 beta)` where |d| < beta, `|d| - beta / 2` elsewhere; d is the difference. Shapes broadcast.
 *
 * - C1 beta is not negative. Throws `ATTR_LOSS_RANGE`.
 *
 * *Gradient*: d / beta inside, the sign of d outside; 0 at 0, also with beta 0.
 * *Source*: Girshick, Fast R-CNN (ICCV 2015), section 2.3.
 *
 * @example
 * smoothL1(x, zeros(b, 'f32', [2]), { reduction: 'none' }) // x = [0.5, 3] gives [0.125, 2.5]
 */
export const smoothL1: Loss<SmoothL1Options> = traced(
  (x: Value, target: Value, { beta = 1, reduction }: SmoothL1Options = {}): Value => {
    if (!(beta >= 0)) throw lossRange('smoothL1', 'beta', beta, 'not be negative') // C1
    if (beta === 0) return l1(x, target, { reduction })
    const [value, wanted] = alignFloat('smoothL1', [x, target]) as Pair
    const difference = sub(value, wanted)
    const distance = abs(difference)
    const inside = mul(square(difference), 0.5 / beta)
    return reduced('smoothL1', select(lt(distance, beta), inside, sub(distance, beta / 2)), reduction)
  },
)

export interface HuberOptions extends LossOptions {
  /** Where the parabola ends. Default 1. */
  readonly delta?: number | undefined
}

/**
 * `d² / 2` where |d| < delta, `delta (|d| - delta / 2)` elsewhere; d is the difference. Shapes broadcast.
 *
 * - C1 delta is above 0. Throws `ATTR_LOSS_RANGE`.
 *
 * *Gradient*: d inside, delta times its sign outside.
 * *Source*: Huber, Robust estimation of a location parameter (1964).
 *
 * @example
 * huber(x, zeros(b, 'f32', [2]), { delta: 2, reduction: 'none' }) // x = [1, 3] gives [0.5, 4]
 */
export const huber: Loss<HuberOptions> = traced(
  (x: Value, target: Value, { delta = 1, reduction }: HuberOptions = {}): Value => {
    if (!(delta > 0)) throw lossRange('huber', 'delta', delta, 'be above 0') // C1
    const [value, wanted] = alignFloat('huber', [x, target]) as Pair
    const difference = sub(value, wanted)
    const distance = abs(difference)
    const inside = mul(square(difference), 0.5)
    const outside = mul(sub(distance, delta / 2), delta)
    return reduced('huber', select(lt(distance, delta), inside, outside), reduction)
  },
)

export interface PoissonNllOptions extends LossOptions {
  /** Whether x is the logarithm of the rate. Default true. */
  readonly logInput?: boolean | undefined
  /** Adds Stirling's approximation of log target! where the target is above 1. Default false. */
  readonly full?: boolean | undefined
  /** Added to a rate before its logarithm is taken. Default 1e-8. */
  readonly epsilon?: number | undefined
}

/**
 * Negative log likelihood of counts under a Poisson distribution: `e^x - target x`, or `x - target log(x + epsilon)` of a rate.
 * Shapes broadcast.
 *
 * @example
 * poissonNll(x, target) // x and target: f32[8] gives f32[]
 */
export const poissonNll: Loss<PoissonNllOptions> = traced(
  (x: Value, target: Value, options: PoissonNllOptions = {}): Value => {
    const { logInput = true, full = false, epsilon = 1e-8, reduction } = options
    const [value, wanted] = alignFloat('poissonNll', [x, target]) as Pair
    const losses = logInput
      ? sub(exp(value), mul(wanted, value))
      : sub(value, mul(wanted, log(add(value, epsilon))))
    if (!full) return reduced('poissonNll', losses, reduction)
    const stirling = add(sub(mul(wanted, log(wanted)), wanted), mul(log(mul(wanted, 2 * Math.PI)), 0.5))
    return reduced('poissonNll', add(losses, select(lt(1, wanted), stirling, 0)), reduction)
  },
)

export interface GaussianNllOptions extends LossOptions {
  /** Adds the constant log(2 π) / 2. Default false. */
  readonly full?: boolean | undefined
  /** A smaller variance counts as this. Default 1e-6. */
  readonly epsilon?: number | undefined
}

/**
 * Negative log likelihood under a normal distribution of given variance: `(log v + (x - target)² / v) / 2`. Shapes broadcast: a
 * variance for each row of x has a last axis of extent 1.
 *
 * *Gradient*: of a variance below epsilon the derivative at epsilon, as if it were not held there (PyTorch's).
 * *Source*: Nix and Weigend, Estimating the mean and variance of the target probability distribution (1994).
 *
 * @example
 * gaussianNll(x, target, variance) // x, target and variance: f32[8, 2] gives f32[]
 */
export const gaussianNll: (x: Value, target: Value, variance: Value, options?: GaussianNllOptions) => Value =
  traced((x: Value, target: Value, variance: Value, options: GaussianNllOptions = {}): Value => {
    const { full = false, epsilon = 1e-6, reduction } = options
    const [value, wanted, given] = alignFloat('gaussianNll', [x, target, variance]) as readonly [
      Value,
      Value,
      Value,
    ]
    const spread = atLeast(given, epsilon)
    const losses = mul(add(log(spread), div(square(sub(value, wanted)), spread)), 0.5)
    return reduced('gaussianNll', full ? add(losses, 0.5 * Math.log(2 * Math.PI)) : losses, reduction)
  })

/** `x`, or `low` where it is smaller; the derivative is 1 everywhere: held without being seen to be. */
export function atLeast(x: Value, low: number): Value {
  // x - x is 0 for the values and 1 for the derivative. Where x is not small it is not read.
  return select(lt(x, low), add(sub(x, stopGradient(x)), low), x)
}

/** What of `x` is above 0; the derivative at 0 is 1, as that of PyTorch's `clamp`. */
export const positivePart = (x: Value): Value => clamp(x, { low: 0 })

export const lossRange = (op: string, name: string, value: number, must: string): HeddleError =>
  errorHere('ATTR_LOSS_RANGE', `${op}: ${name} is ${value}; it must ${must}`, {
    op,
    name,
    value,
    constraint: 'C1',
  })
