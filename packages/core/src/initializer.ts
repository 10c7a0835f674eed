// How a state starts: plain data, so that a graph can be stored and started elsewhere with the same numbers; and those
// numbers. They depend on the initializer, the seed and the name of the state only, never on order, and are equal to the last
// bit everywhere: beside + - * / and sqrt, which are exact by definition, no function of the host is used.
import { formatShape, type Shape, sizeOf } from './dim.ts'
import { type DType, dtypes, isFloat, type TypedArray, writeElement } from './dtype.ts'
import { HeddleError } from './errors.ts'
import { hashString } from './ir/structural-key.ts'
import { threefry } from './ops/random-bits.ts'

export type Initializer =
  | { readonly kind: 'constant'; readonly value: number }
  /** Uniform in [low, high). */
  | { readonly kind: 'uniform'; readonly low: number; readonly high: number }
  | { readonly kind: 'normal'; readonly mean: number; readonly deviation: number }
  /** Given values, row-major. */
  | { readonly kind: 'values'; readonly values: readonly number[] }

/** Values of the state `name` under `seed` (a whole number from 0 to 2^53 - 1). Throws `INPUT_SHAPE`, `INPUT_RANGE`. */
export function materialize(
  initializer: Initializer,
  dtype: DType,
  shape: Shape,
  seed: number,
  name: string,
): TypedArray {
  const size = sizeOf(shape)
  const data = dtypes[dtype].allocate(size)
  const { round } = dtypes[dtype]
  const fill = (valueAt: (at: number) => number): TypedArray => {
    for (let at = 0; at < size; at++) writeElement(dtype, data, at, valueAt(at))
    return data
  }
  switch (initializer.kind) {
    case 'constant': {
      const value = round(initializer.value)
      return fill(() => value)
    }
    case 'values': {
      const { values } = initializer
      if (values.length !== size) throw valuesCount(name, shape, values.length)
      return fill((at) => round(values[at] ?? 0))
    }
    case 'uniform': {
      const { low, high } = initializer
      const word = wordsOf(seed, name)
      return fill((at) => {
        const value = round(low + (high - low) * (word(at) / 2 ** 32))
        // Rounding may reach the excluded bound.
        return isFloat(dtype) && value >= high ? round(low) : value
      })
    }
    case 'normal': {
      const { mean, deviation } = initializer
      const word = wordsOf(seed, name)
      return fill((at) => round(mean + deviation * normalOf(word(2 * at), word(2 * at + 1))))
    }
    default:
      return initializer satisfies never
  }
}

/** 32-bit words of one state: the seed is one key word and part of the other, the name the rest. */
function wordsOf(seed: number, name: string): (position: number) => number {
  if (!Number.isSafeInteger(seed) || seed < 0) throw seedRange(seed)
  const first = (hashString(name) ^ Math.floor(seed / 2 ** 32)) >>> 0
  return (position) => threefry(first, seed >>> 0, position)
}

/** Box-Muller: sqrt(-2 ln u) cos(2 pi v), u in (0, 1], v in [0, 1), both in steps of 2^-32. */
function normalOf(first: number, second: number): number {
  return Math.sqrt(-2 * naturalLog((first + 1) / 2 ** 32)) * cosineOfTurn(second / 2 ** 32)
}

/** ln x for x in (0, 1]: ln(m 2^e) = e ln 2 + 2 (t + t^3/3 + t^5/5 + …), t = (m - 1) / (m + 1). */
function naturalLog(x: number): number {
  let exponent = 0
  let m = x
  while (m < Math.SQRT1_2) {
    m *= 2
    exponent--
  }
  const t = (m - 1) / (m + 1) // |t| <= 0.172: 12 terms leave 1e-19
  let series = 0
  for (let power = 23; power >= 1; power -= 2) series = series * t * t + 1 / power
  return exponent * Math.LN2 + 2 * t * series
}

/** cos(2 pi turn) for turn in [0, 1), by Taylor series of the remainder to the quarter turn. */
function cosineOfTurn(turn: number): number {
  const quarter = Math.floor(turn * 4)
  const angle = (turn * 4 - quarter) * (Math.PI / 2)
  let cosine = 0
  let sine = 0
  for (let term = 22; term >= 2; term -= 2) {
    cosine = (-(1 + cosine) * angle * angle) / (term * (term - 1))
    sine = (-(1 + sine) * angle * angle) / (term * (term + 1))
  }
  const cos = 1 + cosine
  const sin = angle * (1 + sine)
  return [cos, -sin, -cos, sin][quarter] ?? cos
}

const valuesCount = (name: string, shape: Shape, count: number): HeddleError =>
  new HeddleError(
    'INPUT_SHAPE',
    `state '${name}' ${formatShape(shape)} holds ${sizeOf(shape)} elements, its initializer has ${count} values; these must be equal`,
    { details: { name, shape, count } },
  )

const seedRange = (seed: number): HeddleError =>
  new HeddleError('INPUT_RANGE', `seed is ${seed}; it must be a whole number from 0 to 2^53 - 1`, {
    details: { seed },
  })
