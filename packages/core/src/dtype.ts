// The element types of arrays: their sizes, values and host storage. One table; everything about a dtype is a row of it.
// A value of any dtype is a JavaScript number that the dtype holds exactly (0 or 1 for bool), but for i64, whose values are
// bigints. Storage need not hold values as they are: bf16 is kept as raw bits, and read and written through its row.
// Float16Array is newer than most projects' `lib`: whoever reads the declarations of this file gets it with them.
/// <reference lib="esnext.float16" preserve="true" />

/** Name of an element type, as written in IR text: `f32[2, 3]`. */
export type DType = 'f32' | 'f64' | 'f16' | 'bf16' | 'i64' | 'i32' | 'i16' | 'i8' | 'u8' | 'u32' | 'bool'

/** The dtypes operations run in. Values of the others are stored only: they are computed with in one of these. */
export type ComputeDType = 'f32' | 'f64' | 'i64' | 'i32' | 'u32' | 'bool'

/** One value: a bigint if its dtype is i64, else a number. */
export type Scalar = number | bigint

/** Host storage whose elements are numbers. */
export type NumberArray =
  | Float32Array
  | Float64Array
  | Float16Array
  | Int32Array
  | Int16Array
  | Int8Array
  | Uint32Array
  | Uint16Array
  | Uint8Array

/** Host storage. Of bf16 a `Uint16Array` of its bits, of bool a `Uint8Array` of 0 and 1. */
export type TypedArray = NumberArray | BigInt64Array

/** What passes and runtimes may know about a dtype. */
export interface DTypeInfo {
  readonly kind: 'float' | 'int' | 'uint' | 'bool'
  /** Bytes of one element in host memory and in plans. */
  readonly bytes: number
  /** Where operations on its values run: itself, or for a dtype that is only stored a wider one that holds all its values. */
  readonly computesAs: ComputeDType
  /** Bits of a number's size: digits before it rounds (floats), or of the largest integer. */
  readonly significand: number
  /** Least and largest value: of floats infinite. */
  readonly lowest: Scalar
  readonly highest: Scalar
  readonly allocate: (size: number) => TypedArray
  /** A view of `size` elements at `byteOffset` of a buffer. */
  readonly view: (buffer: ArrayBufferLike, byteOffset: number, size: number) => TypedArray
  /**
   * Rounds a JavaScript number to the nearest value of this dtype, ties to even (wrapping for integers, `!= 0` for bool).
   * To f16 and bf16 by way of f32, as PyTorch. A value of i64 is given as a number, exact where that is a safe integer.
   */
  readonly round: (value: number) => number
}

/** A float stored in an array of its own, or an integer. */
interface Row extends Omit<DTypeInfo, 'allocate' | 'view' | 'bytes'> {
  readonly array: ArrayType
}

/** What every constructor of typed arrays can do. */
interface ArrayType {
  readonly BYTES_PER_ELEMENT: number
  new (size: number): TypedArray
  new (buffer: ArrayBufferLike, byteOffset: number, size: number): TypedArray
}

const stored = ({ array, ...row }: Row): DTypeInfo => ({
  ...row,
  bytes: array.BYTES_PER_ELEMENT,
  allocate: (size) => new array(size),
  view: (buffer, at, size) => new array(buffer, at, size),
})

const float = (
  array: ArrayType,
  computesAs: ComputeDType,
  significand: number,
  round: (value: number) => number,
): DTypeInfo =>
  stored({
    kind: 'float',
    array,
    computesAs,
    significand,
    lowest: Number.NEGATIVE_INFINITY,
    highest: Number.POSITIVE_INFINITY,
    round,
  })

const integer = (
  kind: 'int' | 'uint',
  array: ArrayType,
  computesAs: ComputeDType,
  round: (value: number) => number,
): DTypeInfo => {
  const bits = 8 * array.BYTES_PER_ELEMENT - (kind === 'int' ? 1 : 0)
  return stored({
    kind,
    array,
    computesAs,
    significand: bits,
    lowest: kind === 'int' ? -(2 ** bits) : 0,
    highest: 2 ** bits - 1,
    round,
  })
}

/** The nearest f16: rounded once more from f32. Infinite beyond 65,519. */
const roundToF16 = (value: number): number => Math.f16round(Math.fround(value))

const word = new Uint32Array(1)
const wordAsFloat = new Float32Array(word.buffer)

/** The bits of the nearest bf16: the upper half of an f32, rounded to even by the lower one. NaN is 0x7fc0. */
export function bf16ToBits(value: number): number {
  if (Number.isNaN(value)) return 0x7fc0
  wordAsFloat[0] = value
  const bits = word[0] ?? 0
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16
}

/** The value of bits of a bf16. */
export function bf16FromBits(bits: number): number {
  word[0] = bits << 16
  return wordAsFloat[0] ?? 0
}

export const dtypes: Readonly<Record<DType, DTypeInfo>> = {
  f32: float(Float32Array, 'f32', 24, Math.fround),
  f64: float(Float64Array, 'f64', 53, (value) => value),
  f16: float(Float16Array, 'f32', 11, roundToF16),
  bf16: float(Uint16Array, 'f32', 8, (value) => bf16FromBits(bf16ToBits(value))),
  i64: {
    ...integer('int', BigInt64Array, 'i64', (value) => Number(toI64(value))),
    lowest: -(2n ** 63n),
    highest: 2n ** 63n - 1n,
  },
  i32: integer('int', Int32Array, 'i32', (value) => value | 0),
  i16: integer('int', Int16Array, 'i32', (value) => (value << 16) >> 16),
  i8: integer('int', Int8Array, 'i32', (value) => (value << 24) >> 24),
  u8: integer('uint', Uint8Array, 'i32', (value) => value & 0xff),
  u32: integer('uint', Uint32Array, 'u32', (value) => value >>> 0),
  bool: stored({
    kind: 'bool',
    array: Uint8Array,
    computesAs: 'bool',
    significand: 1,
    lowest: 0,
    highest: 1,
    round: (value) => (value !== 0 ? 1 : 0),
  }),
}

/** All dtype names, in the order of the table. */
export const dtypeNames: readonly DType[] = Object.keys(dtypes).filter(
  (name): name is DType => name in dtypes,
)

/** The dtypes operations run in, in the order of the table. */
export const computeDTypes: readonly ComputeDType[] = dtypeNames.filter(computes)

export function computes(dtype: DType): dtype is ComputeDType {
  return dtypes[dtype].computesAs === dtype
}

export const isFloat = (dtype: DType): boolean => dtypes[dtype].kind === 'float'
export const isInteger = (dtype: DType): boolean =>
  dtypes[dtype].kind === 'int' || dtypes[dtype].kind === 'uint'

/** Whether every value of `from` is one of `to`, to the bit: nothing is lost on the way there, and back. */
export function holds(to: DType, from: DType): boolean {
  const [source, target] = [dtypes[from], dtypes[to]]
  if (from === to) return true
  if (source.kind === 'float') {
    // The exponents of f16 are within those of all others; bf16 has those of f32.
    return target.kind === 'float' && target.significand > source.significand && to !== 'f16'
  }
  if (target.kind === 'float') return source.significand <= target.significand
  return source.lowest >= target.lowest && source.highest <= target.highest
}

/** Whether a number may stand for a value of a dtype in a graph or kernel: a value of it, and if of i64 a safe integer. */
export const isValueOf = (dtype: DType, value: number): boolean =>
  Object.is(dtypes[dtype].round(value), value) && (dtype !== 'i64' || Number.isSafeInteger(value))

/** The value that a number stands for: of i64 a bigint. */
export const scalarOf = (dtype: DType, value: number): Scalar => (dtype === 'i64' ? toI64(value) : value)

/** A whole number as an i64: truncated and wrapped; 0 for what is not finite. */
function toI64(value: number): bigint {
  return Number.isFinite(value) ? BigInt.asIntN(64, BigInt(Math.trunc(value))) : 0n
}

/** The value of an element: of storage, or of an array that holds values as they are. `undefined` beyond its end. */
export function readElement(dtype: DType, data: TypedArray, at: number): Scalar | undefined {
  if (dtype !== 'bf16' || !(data instanceof Uint16Array)) return data[at]
  const bits = data[at]
  return bits === undefined ? undefined : bf16FromBits(bits)
}

/** Puts a value of `dtype` into storage, or into an array that holds values as they are. */
export function writeElement(dtype: DType, data: TypedArray, at: number, value: Scalar): void {
  if (data instanceof BigInt64Array) data[at] = BigInt(value)
  else data[at] = dtype === 'bf16' && data instanceof Uint16Array ? bf16ToBits(Number(value)) : Number(value)
}

/** Copies storage into storage of the same type, of which it must be a beginning. */
export function copyStorage(from: TypedArray, into: TypedArray): void {
  if (into instanceof BigInt64Array) into.set(from as BigInt64Array)
  else into.set(from as NumberArray)
}
