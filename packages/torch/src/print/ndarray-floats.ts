// How NumPy formats the floats of an array: the shortest digits that name each, at most 8 behind the point, in one form for all
// (NumPy's `floatmode='maxprec'`, `precision=8`).
import { exponentText, nonFinite, placePoint, signOf } from './decimal.ts'
import { type DigitLimits, type FloatFormat, shortestDigits } from './shortest.ts'

const PRECISION = 8

/** A number in its parts: `-12`, `5`, and `e+05` or nothing. */
interface Parts {
  readonly whole: string
  readonly fraction: string
  readonly exponent: string
}

/** The texts of all elements, of one length, with the points in one column. `-0.` keeps its sign. */
export function arrayFloatTexts(values: readonly number[], format: FloatFormat): string[] {
  const finite = values.filter(Number.isFinite)
  const isScientific = needsExponents(finite, format)
  const first = (value: number): Parts =>
    isScientific
      ? scientificParts(value, format, { counts: 'significant', most: PRECISION + 1 })
      : fixedParts(value, format, { counts: 'fractional', most: PRECISION })

  const parts = finite.map(first)
  const right = widest(parts.map(({ fraction }) => fraction))
  let left = widest(parts.map(({ whole }) => whole))
  const exponents = widest(parts.map(({ exponent }) => exponent))
  const tail = right + exponents + (finite.length > 0 ? 1 : 0)
  const special = values.filter((value) => !Number.isFinite(value)).map((value) => nonFinite(value) ?? '')
  left = Math.max(left, widest(special) - tail)

  // With exponents all have the digits of the longest, be they behind the shortest ones, and exponents as long.
  const exact: DigitLimits = { counts: 'significant', most: right + 1, fewest: right + 1 }
  const exponentDigits = exponents - 'e+'.length
  return values.map((value) => {
    const text = nonFinite(value)
    if (text !== undefined) return text.padStart(left + tail)
    if (!isScientific) {
      const { whole, fraction } = first(value)
      return `${whole.padStart(left)}.${fraction.padEnd(right)}`
    }
    const { whole, fraction, exponent } = scientificParts(value, format, exact, exponentDigits)
    return `${whole.padStart(left)}.${fraction.padEnd(right, '0')}${exponent}`
  })
}

/** A float of NumPy alone: `0.1`, `1.0`, `1e-05`, `1e+16`. */
export function scalarFloatText(value: number, format: FloatFormat): string {
  const special = nonFinite(value)
  if (special !== undefined) return special
  if (value !== 0 && (Math.abs(value) >= 1e16 || Math.abs(value) < 1e-4)) {
    const { whole, fraction, exponent } = scientificParts(value, format)
    return `${whole}${fraction && `.${fraction}`}${exponent}`
  }
  const { whole, fraction } = fixedParts(value, format)
  return `${whole}.${fraction || '0'}`
}

/** Magnitudes decide, whose ratio is rounded as the array's own division does. */
function needsExponents(finite: readonly number[], format: FloatFormat): boolean {
  let least = Number.POSITIVE_INFINITY
  let most = 0
  for (const value of finite) {
    if (value === 0) continue
    least = Math.min(least, Math.abs(value))
    most = Math.max(most, Math.abs(value))
  }
  if (most === 0) return false
  return most >= 1e8 || least < 1e-4 || rounded(most / least, format) > 1000
}

function rounded(ratio: number, format: FloatFormat): number {
  if (format === 'f64') return ratio
  return format === 'f32' ? Math.fround(ratio) : Math.f16round(Math.fround(ratio))
}

function scientificParts(
  value: number,
  format: FloatFormat,
  limits?: DigitLimits,
  exponentDigits?: number,
): Parts {
  const { digits, exponent } = shortestDigits(value, format, limits)
  return {
    whole: signOf(value) + digits.slice(0, 1),
    fraction: digits.slice(1),
    exponent: exponentText(exponent, exponentDigits),
  }
}

function fixedParts(value: number, format: FloatFormat, limits?: DigitLimits): Parts {
  const { digits, exponent } = shortestDigits(value, format, limits)
  const [whole = '', fraction = ''] = placePoint(digits, exponent).split('.')
  return { whole: signOf(value) + whole, fraction, exponent: '' }
}

const widest = (texts: readonly string[]): number =>
  texts.reduce((width, text) => Math.max(width, text.length), 0)
