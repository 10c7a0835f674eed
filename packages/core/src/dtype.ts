// The element types of arrays: their names, sizes and host storage. One table; everything about a dtype is a row of it.
// A bool is stored as one byte holding 0 or 1. Integer arithmetic wraps; nothing here rounds or converts values.

/** Name of an element type, as written in IR text: `f32[2, 3]`. */
export type DType = 'f32' | 'f64' | 'i32' | 'u32' | 'bool'

export type TypedArray = Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array

/** What passes may know about a dtype. */
export interface DTypeInfo {
  readonly kind: 'float' | 'int' | 'uint' | 'bool'
  /** Bytes of one element in host memory and in plans. */
  readonly bytes: number
  readonly allocate: (size: number) => TypedArray
  /** A view of `size` elements at `byteOffset` of a buffer. */
  readonly view: (buffer: ArrayBufferLike, byteOffset: number, size: number) => TypedArray
  /** Rounds a JavaScript number to the nearest value of this dtype (wrapping for integers, `!= 0` for bool). */
  readonly round: (value: number) => number
}

export const dtypes: Readonly<Record<DType, DTypeInfo>> = {
  f32: {
    kind: 'float',
    bytes: 4,
    allocate: (size) => new Float32Array(size),
    view: (buffer, at, size) => new Float32Array(buffer, at, size),
    round: Math.fround,
  },
  f64: {
    kind: 'float',
    bytes: 8,
    allocate: (size) => new Float64Array(size),
    view: (buffer, at, size) => new Float64Array(buffer, at, size),
    round: (value) => value,
  },
  i32: {
    kind: 'int',
    bytes: 4,
    allocate: (size) => new Int32Array(size),
    view: (buffer, at, size) => new Int32Array(buffer, at, size),
    round: (value) => value | 0,
  },
  u32: {
    kind: 'uint',
    bytes: 4,
    allocate: (size) => new Uint32Array(size),
    view: (buffer, at, size) => new Uint32Array(buffer, at, size),
    round: (value) => value >>> 0,
  },
  bool: {
    kind: 'bool',
    bytes: 1,
    allocate: (size) => new Uint8Array(size),
    view: (buffer, at, size) => new Uint8Array(buffer, at, size),
    round: (value) => (value !== 0 ? 1 : 0),
  },
}

/** All dtype names, in the order of the table. */
export const dtypeNames: readonly DType[] = Object.keys(dtypes).filter(
  (name): name is DType => name in dtypes,
)

export const isFloat = (dtype: DType): boolean => dtypes[dtype].kind === 'float'
export const isInteger = (dtype: DType): boolean =>
  dtypes[dtype].kind === 'int' || dtypes[dtype].kind === 'uint'
