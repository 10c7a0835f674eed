// Values as Python writes them (`repr`): what PyTorch's texts show of numbers, strings, options and sizes.
// JavaScript has one kind of number: a whole one counts as a Python int, as everywhere in this package.
import { exponentText, nonFinite, placePoint, signOf } from './decimal.ts'

/** A Python float: `0.1`, `1.0`, `1e-05`, `1e+16`, `-0.0`, `nan`, `-inf`. */
export function reprFloat(value: number): string {
  const special = nonFinite(value)
  if (special !== undefined) return special
  const [, whole = '', fraction = '', power = ''] = /^(\d)\.?(\d*)e(.*)$/.exec(
    Math.abs(value).toExponential(),
  ) ?? ['']
  const exponent = Number(power)
  if (exponent < -4 || exponent >= 16) {
    return `${signOf(value)}${whole}${fraction && `.${fraction}`}${exponentText(exponent)}`
  }
  const text = placePoint(whole + fraction, exponent)
  return signOf(value) + (text.includes('.') ? text : `${text}.0`)
}

/** A number: whole ones as ints, others as floats. -0 is a float. */
export const reprNumber = (value: number): string =>
  Number.isInteger(value) && !Object.is(value, -0) ? BigInt(value).toString() : reprFloat(value)

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** A string in quotes: single ones, unless it contains them and no double ones. What does not print is escaped. */
export function reprString(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  let inner = ''
  for (const char of text) {
    if (char === quote) inner += `\\${quote}`
    else if (char in escapes) inner += escapes[char]
    else if (char !== ' ' && /[\p{C}\p{Z}]/u.test(char)) inner += escapedCode(char.codePointAt(0) ?? 0)
    else inner += char
  }
  return quote + inner + quote
}

function escapedCode(code: number): string {
  const digits = code.toString(16)
  if (code <= 0xff) return `\\x${digits.padStart(2, '0')}`
  return code <= 0xffff ? `\\u${digits.padStart(4, '0')}` : `\\U${digits.padStart(8, '0')}`
}

/** `(1, 2)`, `(1,)`, `()`. */
export const reprTuple = (items: readonly unknown[]): string =>
  `(${items.map(repr).join(', ')}${items.length === 1 ? ',' : ''})`

/** `[1, 2]`. */
export const reprList = (items: readonly unknown[]): string => `[${items.map(repr).join(', ')}]`

/** `torch.Size([2, 3])`. */
export const reprSize = (shape: readonly number[]): string => `torch.Size(${reprList(shape)})`

/**
 * Any value: null and undefined are `None`; lists are tuples, which options and layers have (`kernel_size=(3, 3)`); maps and plain
 * objects are dicts; everything else says its text itself. Values do not contain themselves.
 */
export function repr(value: unknown): string {
  if (value === null || value === undefined) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'number') return reprNumber(value)
  if (typeof value === 'string') return reprString(value)
  if (Array.isArray(value)) return reprTuple(value)
  if (value instanceof Map) return reprDict([...value])
  if (typeof value === 'object' && isPlain(value)) return reprDict(Object.entries(value))
  return String(value)
}

/** What `print` and `{}` show: as `repr`, but strings without quotes. */
export const str = (value: unknown): string => (typeof value === 'string' ? value : repr(value))

const reprDict = (entries: readonly (readonly [unknown, unknown])[]): string =>
  `{${entries.map(([key, value]) => `${repr(key)}: ${repr(value)}`).join(', ')}}`

/** Objects that have no text of their own; dtypes have one. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  const isBare = prototype === Object.prototype || prototype === null
  return isBare && !(Object.hasOwn(value, 'toString') && typeof value.toString === 'function')
}
