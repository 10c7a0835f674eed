// Random whole numbers: `random_`, `randint` and `randperm`. PyTorch takes plain remainders of 32 or 64 random bits.
import { type DType, dtypes, isFloat, type TypedArray } from '@heddle/core'
import { dtypeOf } from '../dtypes.ts'
import { cTypeNames, notImplemented, randomArgument } from './errors.ts'
import type { Generator } from './generator.ts'
import { storeBigInto, storeInto } from './storing.ts'

const twoTo32 = 2n ** 32n
const lowestI64 = -(2n ** 63n)

/** Dtypes whose ranges may need 64 random bits. f16 is not among them. */
const isWide = (dtype: DType): boolean =>
  dtype === 'i64' || dtype === 'f64' || dtype === 'f32' || dtype === 'bf16'

/**
 * Fills `data` with whole numbers of the dtype's own range, as `random_()`: of integers 0 … the largest one, of floats 0 … 2^digits,
 * of bool 0 and 1. f64 and i64 take two words per element, the others one. Any dtype.
 */
export function fillRandom(generator: Generator, dtype: DType, data: TypedArray): void {
  const { significand } = dtypes[dtype]
  if (dtype === 'f64') fillRemainders(generator, dtype, data, 2n ** 53n + 1n, 0n, true)
  else if (dtype === 'i64') fillRemainders(generator, dtype, data, 2n ** 63n, 0n, true)
  else if (dtype === 'bool') fillRemainders(generator, dtype, data, 2n, 0n, false)
  else
    fillRemainders(generator, dtype, data, 2n ** BigInt(significand) + (isFloat(dtype) ? 1n : 0n), 0n, false)
}

/**
 * Fills `data` with whole numbers from [from, to), as `random_(from, to)` and `randint`; without `to` up to the dtype's largest one
 * (of floats 2^digits). Any dtype. For floats the bounds move inward to values that the dtype has.
 * Throws `TORCH_RANDOM_ARGUMENT` for an empty range and for bounds beyond the dtype.
 */
export function fillRandomBetween(
  generator: Generator,
  dtype: DType,
  data: TypedArray,
  from: number | bigint,
  to?: number | bigint,
): void {
  const given = { from: BigInt(from), to: to === undefined ? undefined : BigInt(to) }
  if (given.to === undefined && given.from === lowestI64) {
    fillAll64(generator, dtype, data)
    return
  }
  const { first, last } = inclusiveRange(dtype, given.from, given.to)
  const range = last - first + 1n
  fillRemainders(generator, dtype, data, range, first, isWide(dtype) && range >= twoTo32)
}

/** The least and the greatest number to draw. */
function inclusiveRange(
  dtype: DType,
  from: bigint,
  to: bigint | undefined,
): { readonly first: bigint; readonly last: bigint } {
  if (to === undefined) {
    const last = isFloat(dtype) ? 2n ** BigInt(dtypes[dtype].significand) : BigInt(dtypes[dtype].highest)
    const first = isFloat(dtype) ? raised(dtype, from) : from
    if (isFloat(dtype) && first >= last) {
      throw randomArgument(
        `random_ expects 'from' casted to dtype to be less than or equal to 'to_inc' casted to dtype, but got from=${first} > to_inc=${last}`,
        { from, to },
      )
    }
    checkInside(dtype, first, last)
    return { first, last }
  }
  if (from >= to) {
    throw randomArgument(`random_ expects 'from' to be less than 'to', but got from=${from} >= to=${to}`, {
      from,
      to,
    })
  }
  const [first, end] = isFloat(dtype) ? [raised(dtype, from), lowered(dtype, to)] : [from, to]
  if (first >= end) {
    throw randomArgument(
      `random_ expects 'from' casted to dtype to be less than 'to' casted to dtype, but got from=${first} >= to=${end}`,
      { from, to },
    )
  }
  checkInside(dtype, first, end - 1n)
  return { first, last: end - 1n }
}

/** The distance of the values that a float dtype has around a whole number. */
function spacing(dtype: DType, value: bigint): bigint {
  const digits = (value < 0n ? -value : value).toString(2).length
  return 2n ** BigInt(Math.max(0, digits - dtypes[dtype].significand))
}

/** The dtype's value for a whole number; where that is infinite the number, which lies beyond the dtype's bounds. */
function rounded(dtype: DType, value: bigint): bigint {
  const nearest = dtypes[dtype].round(Number(value))
  return Number.isFinite(nearest) ? BigInt(nearest) : value
}

/** `from`, moved up if the dtype would round the number above it to below. */
function raised(dtype: DType, from: bigint): bigint {
  const above = rounded(dtype, from + 1n)
  return above < from ? above + spacing(dtype, from + 1n) : from
}

/** `to`, moved down if the dtype would round the number below it up to it. */
function lowered(dtype: DType, to: bigint): bigint {
  const below = rounded(dtype, to - 1n)
  return below >= to ? below - spacing(dtype, to - 1n) : to
}

function checkInside(dtype: DType, first: bigint, last: bigint): void {
  if (isFloat(dtype) && dtype !== 'f16') return // i64 has no numbers beyond them
  const { lowest, highest } = dtype === 'f16' ? { lowest: -65504, highest: 65504 } : dtypes[dtype]
  const outside = (value: bigint): boolean => value < lowest || value > highest
  const text = (name: string): string => `${name} is out of bounds for ${cTypeNames[dtype]}`
  if (outside(first)) throw randomArgument(text('from'), { from: first, lowest, highest })
  if (outside(last)) throw randomArgument(text('to - 1'), { last, lowest, highest })
}

/** 64 bits as a signed number. */
function fillAll64(generator: Generator, dtype: DType, data: TypedArray): void {
  if (!isWide(dtype)) {
    throw randomArgument(
      'random_full_64_bits_range_kernel_cpu handles only int64, double, float and bfloat16',
      { dtype },
    )
  }
  const store = storeBigInto(dtype, data)
  for (let at = 0; at < data.length; at++) store(at, BigInt.asIntN(64, generator.word64()))
}

/** `base + bits % range`, of 64 bits or of 32. */
function fillRemainders(
  generator: Generator,
  dtype: DType,
  data: TypedArray,
  range: bigint,
  base: bigint,
  from64: boolean,
): void {
  const isSafe = base >= Number.MIN_SAFE_INTEGER && base + range <= Number.MAX_SAFE_INTEGER
  const [least, count] = [Number(base), Number(range)]
  if (!isSafe || (from64 && count > largestDivisor)) {
    const store = storeBigInto(dtype, data)
    const bits = from64 ? () => generator.word64() : () => BigInt(generator.word())
    for (let at = 0; at < data.length; at++) store(at, BigInt.asIntN(64, (bits() % range) + base))
    return
  }
  const store = storeInto(dtype, data)
  if (from64) for (let at = 0; at < data.length; at++) store(at, least + remainder64(generator, count))
  else if (count === 2 ** 32) for (let at = 0; at < data.length; at++) store(at, least + generator.word())
  else {
    const divisor = count >>> 0
    for (let at = 0; at < data.length; at++) store(at, least + (generator.word() % divisor))
  }
}

const largestDivisor = 2 ** 37

/** 64 bits modulo a number up to 2^37, sixteen bits at a time: no step exceeds 53 bits. */
function remainder64(generator: Generator, divisor: number): number {
  const high = generator.word() % divisor
  const low = generator.word()
  const middle = (high * 65536 + (low >>> 16)) % divisor
  return (middle * 65536 + (low & 0xffff)) % divisor
}

/** From this size on a permutation takes 64 bits per element, since PyTorch 2.1. */
const largePermutation = Math.floor((2 ** 32 - 1) / 20)

/**
 * Fills `data` with a permutation of 0 … n - 1, as `randperm`. Dtypes: all but bool; n - 1 words (none for n = 0 and 1).
 * Throws `TORCH_RANDOM_ARGUMENT` if the dtype does not hold every number.
 *
 * `largeFrom` is the size from which on the algorithm of large permutations runs.
 */
export function fillPermutation(
  generator: Generator,
  dtype: DType,
  data: TypedArray,
  largeFrom: number = largePermutation,
): void {
  const size = data.length
  if (dtype === 'bool') throw notImplemented('randperm', dtype)
  checkPermutationSize(dtype, size)
  const order = new Int32Array(size)
  if (size < largeFrom) shuffle(generator, order)
  else shuffleInsideOut(generator, order)
  const store = storeInto(dtype, data)
  for (let at = 0; at < size; at++) store(at, order[at] as number)
}

/** bf16 is not checked: PyTorch repeats rounded numbers there. */
function checkPermutationSize(dtype: DType, size: number): void {
  if (isFloat(dtype)) {
    const limit = 2 ** dtypes[dtype].significand + 1
    if (dtype === 'bf16' || size <= limit) return
    throw randomArgument(`n cannot be greater than ${limit} for ${dtypeOf(dtype).title} type.`, {
      size,
      limit,
    })
  }
  if (size - 1 > Number(dtypes[dtype].highest)) {
    throw randomArgument(
      `value cannot be converted to type ${dtypes[dtype].kind}${8 * dtypes[dtype].bytes}_t without overflow`,
      {
        size,
      },
    )
  }
}

/** Fisher and Yates, from the front. */
function shuffle(generator: Generator, order: Int32Array): void {
  const size = order.length
  for (let at = 0; at < size; at++) order[at] = at
  for (let at = 0; at < size - 1; at++) {
    const other = at + (generator.word() % ((size - at) >>> 0))
    const moved = order[at] as number
    order[at] = order[other] as number
    order[other] = moved
  }
}

/** The variant that needs no filled array, with 64 bits for each place. */
function shuffleInsideOut(generator: Generator, order: Int32Array): void {
  for (let at = 0; at < order.length; at++) {
    const other = remainder64(generator, at + 1)
    order[at] = order[other] as number
    order[other] = at
  }
}
