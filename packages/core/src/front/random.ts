// Random numbers: pure functions of a key, equal on every runtime. A key is a u32[2] value and must be used once: `splitKey`
// makes several of one, and a program that draws anew each run keeps a key as state and steps it forward.

import { type Shape, sizeOf } from '../dim.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { add, cast, mul, sub } from './elementwise.ts'
import { asValue, constantOf } from './operand.ts'
import { narrow, take } from './slice.ts'

type FloatDType = 'f32' | 'f64'

/** 32 random bits per element, u32. Throws `DTYPE_RANDOM_KEY`. */
export const randomBits: (key: Value, shape: Shape) => Value = traced(
  (key: Value, shape: Shape): Value => asValue('randomBits', key).builder.randomBits(key, { shape }),
)

/**
 * Independent keys made of one, which must not be used again.
 *
 * @example
 * const [next, other] = splitKey(key, 2) // key: u32[2]
 * update(key, next)
 */
export const splitKey: (key: Value, count: number) => readonly Value[] = traced(
  (key: Value, count: number): readonly Value[] => {
    const words = randomBits(key, [count, 2])
    return Array.from({ length: count }, (_, index) => take(words, { axis: 0, index }))
  },
)

export interface UniformOptions {
  /** Inclusive. Default 0. */
  readonly low?: number | undefined
  /** Exclusive. Default 1. */
  readonly high?: number | undefined
  /** Default f32. */
  readonly dtype?: FloatDType | undefined
}

/** Uniform in [low, high), in steps of (high - low) / 2^24. */
export const randomUniform: (key: Value, shape: Shape, options?: UniformOptions) => Value = traced(
  (key: Value, shape: Shape, { low = 0, high = 1, dtype = 'f32' }: UniformOptions = {}): Value => {
    const unit = unitInterval(randomBits(key, shape), dtype)
    const [from, to] = [constantOf('randomUniform', dtype, low), constantOf('randomUniform', dtype, high)]
    const scaled = to - from === 1 ? unit : mul(unit, to - from)
    return from === 0 ? scaled : add(scaled, from)
  },
)

/** The upper 24 bits as multiples of 2^-24, exact in f32: [0, 1). */
function unitInterval(bits: Value, dtype: FloatDType): Value {
  const b = bits.builder
  const upper = b.shiftRight(bits, b.full({ ...bits.type, value: 8 }))
  return mul(cast(upper, dtype), 2 ** -24)
}

export interface NormalOptions {
  /** Default 0. */
  readonly mean?: number | undefined
  /** Standard deviation. Default 1. */
  readonly deviation?: number | undefined
  /** Default f32. */
  readonly dtype?: FloatDType | undefined
}

/**
 * Normal numbers by the Box-Muller transform: sqrt(-2 ln u) cos(2 pi v) with u in (0, 1], v in [0, 1).
 *
 * Numerics: values are within 5.8 deviations, as u is a multiple of 2^-24.
 */
export const randomNormal: (key: Value, shape: Shape, options?: NormalOptions) => Value = traced(
  (key: Value, shape: Shape, { mean = 0, deviation = 1, dtype = 'f32' }: NormalOptions = {}): Value => {
    const size = sizeOf(shape)
    const unit = unitInterval(randomBits(key, [2 * size]), dtype)
    const half = (index: number): Value => narrow(unit, { axis: 0, start: index * size, size })
    const b = key.builder
    const radius = b.sqrt(mul(b.log(sub(1, half(0))), -2))
    const normal = b.reshape(b.mul(radius, b.cos(mul(half(1), 2 * Math.PI))), { shape })
    const scaled = deviation === 1 ? normal : mul(normal, deviation)
    return mean === 0 ? scaled : add(scaled, mean)
  },
)
