// Binary floats written in decimal as C and Python write them: from the exact binary value, ties to even. JavaScript's toFixed
// and toExponential break ties upward, so the digits are found here with big integers; exponents have at least two digits.

/** The magnitude of a finite number, exactly: `significand * 2^exponent`. */
export interface Magnitude {
  readonly significand: bigint
  readonly exponent: number
}

const word = new DataView(new ArrayBuffer(8))
const FRACTION = (1n << 52n) - 1n

/** The exact magnitude of a finite number. */
export function magnitude(value: number): Magnitude {
  word.setFloat64(0, value)
  const bits = word.getBigUint64(0)
  const biased = Number((bits >> 52n) & 0x7ffn)
  const fraction = bits & FRACTION
  if (biased === 0) return { significand: fraction, exponent: -1074 }
  return { significand: fraction + FRACTION + 1n, exponent: biased - 1075 }
}

/** `-` of negative numbers, of -0 too. */
export const signOf = (value: number): string => (value < 0 || Object.is(value, -0) ? '-' : '')

/** `nan`, `inf` or `-inf`; undefined for finite numbers. */
export function nonFinite(value: number): string | undefined {
  if (Number.isNaN(value)) return 'nan'
  return Number.isFinite(value) ? undefined : `${signOf(value)}inf`
}

/** `e+05`, `e-12`, `e+100`: at least so many digits. */
export const exponentText = (exponent: number, digits = 2): string =>
  `e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(digits, '0')}`

/** `%.{digits}f`: so many digits behind the point, and no point if none. */
export function formatFixed(value: number, digits: number): string {
  const special = nonFinite(value)
  if (special !== undefined) return special
  const text = scaled(value, digits)
    .toString()
    .padStart(digits + 1, '0')
  return signOf(value) + withPoint(text, text.length - digits)
}

/** `%.{digits}e`: one digit before the point and so many behind it. */
export function formatExponent(value: number, digits: number): string {
  const special = nonFinite(value)
  if (special !== undefined) return special
  const { text, exponent } = significant(value, digits + 1)
  return signOf(value) + withPoint(text, 1) + exponentText(exponent)
}

/** `%.{precision}g`: so many significant digits, without zeros at the end; exponents below -4 and from `precision` on. */
export function formatGeneral(value: number, precision: number): string {
  const special = nonFinite(value)
  if (special !== undefined) return special
  const count = Math.max(precision, 1)
  const { text, exponent } = significant(value, count)
  const kept = text.replace(/(?!^)0+$/, '')
  if (exponent < -4 || exponent >= count) return signOf(value) + withPoint(kept, 1) + exponentText(exponent)
  return signOf(value) + placePoint(kept, exponent)
}

/** The digits of a number at least 1e-4 or so: `digits` with the first one at `10^exponent`. */
export function placePoint(digits: string, exponent: number): string {
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`
  return withPoint(digits.padEnd(exponent + 1, '0'), exponent + 1)
}

const withPoint = (digits: string, before: number): string =>
  before === digits.length ? digits : `${digits.slice(0, before)}.${digits.slice(before)}`

/** Exactly `count` significant digits of a finite number, and the power of ten of the first one. */
function significant(value: number, count: number): { text: string; exponent: number } {
  if (value === 0) return { text: '0'.repeat(count), exponent: 0 }
  const exponent = decimalExponent(value)
  const text = scaled(value, count - 1 - exponent).toString()
  // Rounding up made one digit more: 9.99 is 10.0, which is 1.00e+01.
  if (text.length > count) return { text: text.slice(0, count), exponent: exponent + 1 }
  return { text, exponent }
}

/** The power of ten of the first digit of a finite number. */
export function decimalExponent(value: number): number {
  // So many digits that no double rounds up to a power of ten that it is not: it is further away than that.
  return Number(value.toExponential(30).split('e')[1])
}

/** The integer nearest to `|value| * 10^scale`, ties to even. */
function scaled(value: number, scale: number): bigint {
  const { significand, exponent } = magnitude(value)
  let numerator = significand
  let denominator = 1n
  if (scale >= 0) numerator *= 10n ** BigInt(scale)
  else denominator *= 10n ** BigInt(-scale)
  if (exponent >= 0) numerator <<= BigInt(exponent)
  else denominator <<= BigInt(-exponent)
  const quotient = numerator / denominator
  const twice = 2n * (numerator - quotient * denominator)
  const roundsUp = twice > denominator || (twice === denominator && (quotient & 1n) === 1n)
  return roundsUp ? quotient + 1n : quotient
}
