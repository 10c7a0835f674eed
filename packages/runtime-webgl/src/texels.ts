// Elements of arrays as texels hold them, and back. Texels are f32, i32 and u32: narrower dtypes are kept in them as values; i64
// is kept in 32 bits, and refused where its values need more.
import { type DType, dtypes, HeddleError, readElement, type TypedArray, writeElement } from '@heddle/core'
import { formatOf, type TexelFormat } from './storage.ts'

export function texelArray(format: TexelFormat, size: number): TypedArray {
  switch (format) {
    case 'f32':
      return new Float32Array(size)
    case 'i32':
      return new Int32Array(size)
    case 'u32':
      return new Uint32Array(size)
    default:
      return format satisfies never
  }
}

/** Whether texels hold elements of a dtype just as arrays do. */
const isKept = (dtype: DType): boolean => dtype === formatOf(dtype)

/** What to upload. Shared memory is copied: WebGL does not read from it. Throws `BACKEND_NARROWED_RANGE`. */
export function toTexels(dtype: DType, data: TypedArray, where = ''): TypedArray {
  if (isKept(dtype)) {
    const isShared = typeof SharedArrayBuffer !== 'undefined' && data.buffer instanceof SharedArrayBuffer
    return isShared ? data.slice() : data
  }
  const texels = texelArray(formatOf(dtype), data.length)
  for (let at = 0; at < data.length; at++) {
    const value = Number(readElement(dtype, data, at))
    if (dtype === 'i64' && !fitsTexel(value)) throw outOfRange(`${where}element ${at}`, String(data[at]))
    texels[at] = dtype === 'bool' && value !== 0 ? 1 : value
  }
  return texels
}

/** The elements of a dtype in what was read: `size` of them, the rest is padding. */
export function fromTexels(dtype: DType, texels: TypedArray, size: number): TypedArray {
  if (isKept(dtype)) return texels.length === size ? texels : texels.slice(0, size)
  const data = dtypes[dtype].allocate(size)
  for (let at = 0; at < size; at++) writeElement(dtype, data, at, texels[at] ?? 0)
  return data
}

const fitsTexel = (value: number): boolean => (value | 0) === value

/** A constant of a shader: values of i64 must be within 32 bits. */
export function checkConstant(dtype: DType, value: number, where: string): void {
  if (dtype === 'i64' && !fitsTexel(value)) throw outOfRange(`a constant in ${where}`, String(value))
}

const outOfRange = (what: string, value: string): HeddleError =>
  new HeddleError(
    'BACKEND_NARROWED_RANGE',
    `webgl: ${what} of i64 is ${value}; WebGL2 keeps i64 in 32 bits, from ${dtypes.i32.lowest} to ${dtypes.i32.highest}`,
    { details: { dtype: 'i64', value } },
  )
