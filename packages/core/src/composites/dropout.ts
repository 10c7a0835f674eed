// Dropout: parts of a value are replaced at random, and the rest is scaled so that means stay. The same key drops the same parts.

import { formatShape, type Shape } from '../dim.ts'
import type { HeddleError } from '../errors.ts'
import { zerosLike } from '../front/constants.ts'
import { add, asFloat, ge, mul, select } from '../front/elementwise.ts'
import { asValue, errorHere } from '../front/operand.ts'
import { randomBits } from '../front/random.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'

export interface DropoutOptions {
  /** Probability of being dropped, 0 to 1. */
  readonly rate: number
}

/** Takes a key (u32[2]) that is used for nothing else. */
export type Dropout = (x: Value, key: Value, options: DropoutOptions) => Value

/** `kept`, with probability `1 - rate` for each element of `shape`, which broadcasts; else `dropped`. */
function choose(key: Value, shape: Shape, rate: number, kept: Value, dropped: number): Value {
  return select(ge(randomBits(key, shape), Math.round(rate * 2 ** 32)), kept, dropped)
}

function scaledDropout(op: string, x: Value, key: Value, rate: number, shape: Shape): Value {
  asValue(op, key, 1)
  if (!(rate >= 0 && rate <= 1)) throw dropoutRate(op, rate) // C1
  if (rate === 0) return x
  if (rate === 1) return zerosLike(x)
  return choose(key, shape, rate, mul(x, 1 / (1 - rate)), 0)
}

/**
 * Sets each element to 0 with probability `rate`, and divides the others by 1 - rate.
 *
 * - C1 `0 <= rate <= 1`. Throws `ATTR_DROPOUT_RATE`.
 *
 * @example
 * dropout(x, key, { rate: 0.5 }) // x: f32[64, 10], key: u32[2] gives f32[64, 10]
 */
export const dropout: Dropout = traced((x: Value, key: Value, { rate }: DropoutOptions): Value => {
  const { shape } = asValue('dropout', x).type
  return scaledDropout('dropout', x, key, rate, shape)
})

/** One choice per channel of `[N, C, d…]`, or `[C, d…]`, with `spatial` axes d. */
function channelsOf(op: string, x: Value, spatial: number): Shape {
  const { shape } = asValue(op, x).type
  if (shape.length !== spatial + 2 && shape.length !== spatial + 1) throw dropoutChannels(op, shape, spatial) // C2
  return shape.map((dim, axis) => (axis < shape.length - spatial ? dim : 1))
}

const channelDropout = (op: string, spatial: number): Dropout =>
  traced(
    (x: Value, key: Value, { rate }: DropoutOptions): Value =>
      scaledDropout(op, x, key, rate, channelsOf(op, x, spatial)),
  )

/**
 * `dropout` of whole channels.
 *
 * *Shapes*: `x [N, C, L]` or `[C, L]`; kept. C1 as `dropout`; C2 x has so many axes. Throws `SHAPE_DROPOUT`.
 * *Source*: Tompson et al., Efficient object localization using convolutional networks (CVPR 2015), section 3.2.
 */
export const dropout1d: Dropout = channelDropout('dropout1d', 1)
/** `dropout` of whole channels of `x [N, C, H, W]` or `[C, H, W]`. Otherwise as `dropout1d`. */
export const dropout2d: Dropout = channelDropout('dropout2d', 2)
/** `dropout` of whole channels of `x [N, C, D, H, W]` or `[C, D, H, W]`. Otherwise as `dropout1d`. */
export const dropout3d: Dropout = channelDropout('dropout3d', 3)

/** What `selu` tends to for large negative numbers: -scale alpha. */
const saturated = -1.0507009873554805 * 1.6732632423543772

function keepingMoments(op: string, x: Value, key: Value, rate: number, shape: Shape): Value {
  asValue(op, key, 1)
  const value = asFloat(op, x)
  if (!(rate >= 0 && rate <= 1)) throw dropoutRate(op, rate) // C1
  if (rate === 0) return value
  if (rate === 1) return zerosLike(value)
  // a (x or saturated) + b has mean 0 and variance 1 if x has.
  const a = 1 / Math.sqrt((1 - rate) * (1 + rate * saturated ** 2))
  return add(mul(choose(key, shape, rate, value, saturated), a), -a * rate * saturated)
}

/**
 * Dropout for `selu`: elements become what selu is at -Infinity, not 0, and all are scaled and shifted so that mean 0 and
 * variance 1 stay. C1 as `dropout`.
 *
 * *Source*: Klambauer et al., Self-normalizing neural networks (NeurIPS 2017), section 3.
 *
 * @example
 * alphaDropout(x, key, { rate: 0.1 }) // x: f32[64, 10], key: u32[2] gives f32[64, 10]
 */
export const alphaDropout: Dropout = traced((x: Value, key: Value, { rate }: DropoutOptions): Value => {
  const { shape } = asValue('alphaDropout', x).type
  return keepingMoments('alphaDropout', x, key, rate, shape)
})

/**
 * `alphaDropout` of whole channels (axis 1).
 *
 * *Shapes*: `x [N, C, d…]`, two axes or more; kept. C2 throws `SHAPE_DROPOUT`.
 */
export const featureAlphaDropout: Dropout = traced(
  (x: Value, key: Value, { rate }: DropoutOptions): Value => {
    const { shape } = asValue('featureAlphaDropout', x).type
    if (shape.length < 2) throw dropoutChannels('featureAlphaDropout', shape, 0) // C2
    const channels = shape.map((dim, axis) => (axis < 2 ? dim : 1))
    return keepingMoments('featureAlphaDropout', x, key, rate, channels)
  },
)

const dropoutRate = (op: string, rate: number): HeddleError =>
  errorHere('ATTR_DROPOUT_RATE', `${op}: rate is ${rate}; it must be from 0 to 1`, {
    op,
    rate,
    constraint: 'C1',
  })

const dropoutChannels = (op: string, shape: Shape, spatial: number): HeddleError =>
  errorHere(
    'SHAPE_DROPOUT',
    `${op}: x is ${formatShape(shape)}; it must be [N, C${', d'.repeat(spatial)}]${spatial > 0 ? ', or that without N' : ' or longer'}`,
    { op, shape, constraint: 'C2' },
  )
