// Comparison of results with a bounded reference, or with each other to the bit. A disagreement is told by its worst
// element: where, both values, the distance in units in the last place, and what was allowed.
import type { DType, NdArray, Scalar, Shape, TypedArray } from '@heddle/core'
import { dtypes, formatShape, isFloat, readElement, writeElement } from '@heddle/core'
import type { Bounded } from './bounds.ts'

/** What a runtime gave: storage of a dtype, or its values in a list. */
export type Actual = TypedArray | readonly Scalar[]

export interface Disagreement {
  /** Elements that differ by more than allowed. */
  readonly count: number
  /** Position of the worst of them, row-major. */
  readonly at: number
  readonly actual: number
  readonly expected: number
  readonly allowed: number
  readonly message: string
}

/** Compares `actual`, row-major values of the reference's dtype, with a reference and its bounds. */
export function disagreement(
  name: string,
  actual: Actual,
  { value, bound }: Bounded,
): Disagreement | undefined {
  return worstOf(name, actual, value, (at) => bound[at] ?? Number.NaN)
}

/** Compares bit for bit; NaN equals NaN. */
export function bitDisagreement(name: string, actual: Actual, expected: NdArray): Disagreement | undefined {
  return worstOf(name, actual, expected, () => undefined)
}

/** Throws if results leave the bounds of the reference. */
export function expectWithin(name: string, actual: Actual, reference: Bounded): void {
  const found = disagreement(name, actual, reference)
  if (found !== undefined) throw new Error(found.message)
}

/** Throws if results differ in any bit. */
export function expectSameBits(name: string, actual: Actual, expected: NdArray): void {
  const found = bitDisagreement(name, actual, expected)
  if (found !== undefined) throw new Error(found.message)
}

/** `undefined` as a bound asks for the same bits. */
function worstOf(
  name: string,
  actual: Actual,
  { dtype, shape, data }: NdArray,
  boundAt: (at: number) => number | undefined,
): Disagreement | undefined {
  if (actual.length !== data.length) {
    const message = `${name}: ${actual.length} elements, expected ${data.length} of ${dtype}${formatShape(shape)}`
    return { count: data.length, at: 0, actual: Number.NaN, expected: Number.NaN, allowed: 0, message }
  }
  let count = 0
  let worst = -1
  let worstExcess = 0
  for (let at = 0; at < data.length; at++) {
    const excess = excessOf(valueAt(dtype, actual, at), data[at] ?? Number.NaN, boundAt(at))
    if (excess <= 0) continue
    count++
    if (excess > worstExcess || worst < 0) {
      worst = at
      worstExcess = excess
    }
  }
  if (worst < 0) return undefined
  const found = {
    at: worst,
    actual: Number(valueAt(dtype, actual, worst)),
    expected: Number(data[worst] ?? Number.NaN),
  }
  const allowed = boundAt(worst) ?? 0
  const message = describe({ name, dtype, shape, count, size: data.length, allowed, ...found })
  return { ...found, count, allowed, message }
}

/** How many times the allowed distance is exceeded, Infinity where there is no distance; 0 if it is not. */
function excessOf(actual: Scalar, expected: Scalar, bound: number | undefined): number {
  if (bound === undefined) return Object.is(actual, expected) ? 0 : distance(actual, expected)
  if (bound === Number.POSITIVE_INFINITY || Object.is(actual, expected) || actual === expected) return 0
  const found = Math.abs(difference(actual, expected))
  if (found <= bound) return 0
  return Number.isNaN(found) || bound === 0 ? Number.POSITIVE_INFINITY : found / bound
}

/** Of two values that differ; zeros of different sign differ by the least. */
function distance(actual: Scalar, expected: Scalar): number {
  const found = Math.abs(difference(actual, expected))
  return Number.isNaN(found) ? Number.POSITIVE_INFINITY : Math.max(found, Number.MIN_VALUE)
}

/** Of bigints exact before it is a number. */
const difference = (x: Scalar, y: Scalar): number =>
  typeof x === 'bigint' && typeof y === 'bigint' ? Number(x - y) : Number(x) - Number(y)

const valueAt = (dtype: DType, actual: Actual, at: number): Scalar =>
  (ArrayBuffer.isView(actual) ? readElement(dtype, actual, at) : actual[at]) ?? Number.NaN

interface Facts {
  readonly name: string
  readonly dtype: DType
  readonly shape: Shape
  readonly count: number
  readonly size: number
  readonly at: number
  readonly actual: number
  readonly expected: number
  readonly allowed: number
}

function describe({ name, dtype, shape, count, size, at, actual, expected, allowed }: Facts): string {
  const index = indexOf(at, shape)
  const ulps = isFloat(dtype) ? `, ${ulpsBetween(dtype, actual, expected)} ulp apart` : ''
  const limit = allowed === 0 ? 'they must be equal' : `at most ${allowed} is allowed`
  const off = Math.abs(actual - expected)
  return `${name}: ${count} of ${size} elements of ${dtype}${formatShape(shape)} differ; worst at ${formatShape(index)}: ${show(actual)}, expected ${show(expected)} (off by ${off}${ulps}; ${limit})`
}

const show = (value: number): string => (Object.is(value, -0) ? '-0' : String(value))

function indexOf(at: number, shape: Shape): readonly number[] {
  const index: number[] = []
  let rest = at
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const dim = shape[axis] ?? 1
    index.unshift(rest % dim)
    rest = Math.floor(rest / dim)
  }
  return index
}

/** Representable numbers between two values of a float dtype, about: the distance in spacings at the larger one. */
export function ulpsBetween(dtype: DType, x: number, y: number): number {
  if (Object.is(x, y) || x === y) return 0
  const digits = dtypes[dtype].significand - 1
  const least = (dtype === 'f64' ? -1022 : dtype === 'f16' ? -14 : -126) - digits
  const magnitude = Math.max(Math.abs(x), Math.abs(y))
  if (!Number.isFinite(magnitude)) return Number.POSITIVE_INFINITY
  const spacing = 2 ** Math.max(least, Math.floor(Math.log2(magnitude)) - digits)
  return Math.round((Math.abs(x - y) / spacing) * 100) / 100
}

/** The values as a runtime holds them: rounded to the dtype. */
export function toHostArray({ dtype, data }: NdArray): TypedArray {
  const { allocate, round } = dtypes[dtype]
  const result = allocate(data.length)
  for (let at = 0; at < data.length; at++) {
    const value = data[at] ?? 0
    writeElement(dtype, result, at, typeof value === 'bigint' ? value : round(value))
  }
  return result
}
