// The fewest decimal digits that name a float among those of its format, as NumPy prints floats: f16 and f32 have fewer than the
// double they are equal to. With a limit the digits are those of the exact value, rounded there, ties to even.
// Source: Steele and White, "How to print floating-point numbers accurately" (1990), free-format algorithm, in big integers.
import { decimalExponent, magnitude } from './decimal.ts'

/** Float formats by the digits of their significands and the power of two of their least one. */
const formats = {
  f16: { bits: 11, least: -24 },
  f32: { bits: 24, least: -149 },
  f64: { bits: 53, least: -1074 },
} as const

export type FloatFormat = keyof typeof formats

/** A decimal: the first digit counts `10^exponent`. */
export interface Decimal {
  readonly digits: string
  readonly exponent: number
}

/** Where digits end at the latest, and before which digit they do not: counted as significant ones, or behind the point. */
export interface DigitLimits {
  readonly counts: 'significant' | 'fractional'
  readonly most: number
  readonly fewest?: number
}

/** The digits of a finite number of `format`. */
export function shortestDigits(
  value: number,
  format: FloatFormat,
  { counts, most, fewest = 0 }: DigitLimits = { counts: 'significant', most: Number.POSITIVE_INFINITY },
): Decimal {
  if (value === 0) return { digits: '0', exponent: 0 }
  const start = interval(value, format)
  const { inclusive, unit } = start
  let { rest, below, above, exponent } = start

  const first = exponent
  let digits = ''
  for (;;) {
    const digit = rest / unit
    rest %= unit
    const isLow = inclusive ? rest <= below : rest < below
    const isHigh = inclusive ? rest + above >= unit : rest + above > unit
    const count = counts === 'significant' ? digits.length + 1 : -exponent
    if (count >= most || ((isLow || isHigh) && count >= fewest)) {
      const twice = 2n * rest
      const isNearerUp = twice > unit || (twice === unit && (digit & 1n) === 1n)
      const roundsUp = isLow === isHigh ? isNearerUp : isHigh
      return carried(digits, digit + (roundsUp ? 1n : 0n), first)
    }
    digits += digit
    rest *= 10n
    below *= 10n
    above *= 10n
    exponent--
  }
}

interface Interval {
  /** The value, and how far it is to the ends of what rounds to it, all in `unit`s of `10^exponent`; `rest < 10 unit`. */
  readonly rest: bigint
  readonly below: bigint
  readonly above: bigint
  readonly unit: bigint
  readonly exponent: number
  /** Whether the ends round to the value too: those of an even significand do. */
  readonly inclusive: boolean
}

function interval(value: number, format: FloatFormat): Interval {
  const { bits, least } = formats[format]
  const whole = magnitude(value)
  const top = whole.significand.toString(2).length + whole.exponent
  const step = Math.max(top - bits, least)
  const significand = whole.significand >> BigInt(step - whole.exponent)
  // Below a power of two numbers lie twice as close.
  const isNarrow = significand === 1n << BigInt(bits - 1) && step > least

  const exponent = decimalExponent(value)
  let unit = 4n
  let scale = 1n
  if (step >= 0) scale <<= BigInt(step)
  else unit <<= BigInt(-step)
  if (exponent >= 0) unit *= 10n ** BigInt(exponent)
  else scale *= 10n ** BigInt(-exponent)
  return {
    rest: 4n * significand * scale,
    below: (isNarrow ? 1n : 2n) * scale,
    above: 2n * scale,
    unit,
    exponent,
    inclusive: (significand & 1n) === 0n,
  }
}

/** `digits` and a last one, which may be 10. */
function carried(digits: string, last: bigint, exponent: number): Decimal {
  const length = digits.length + 1
  const text = (BigInt(digits || '0') * 10n + last).toString().padStart(length, '0')
  return { digits: text.replace(/(?!^)0+$/, ''), exponent: exponent + text.length - length }
}
