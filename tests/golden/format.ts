// The form of the golden files, and how their arrays are read. `tools/golden/golden.py` writes them and says what is meant.
import type { DType, NdArray, Scalar, Shape } from '@heddle/core'
import { dtypeNames, toNdArray } from '@heddle/core'
import type { GoldenClass } from '@heddle/testkit'

export interface GoldenFile {
  readonly source: string
  readonly cases: readonly GoldenCase[]
}

export interface GoldenCase {
  readonly name: string
  /** Name of the function in core. */
  readonly call: string
  readonly operands: readonly Argument[]
  readonly options?: Readonly<Record<string, Argument>>
  readonly inputs: readonly GoldenInput[]
  /** The code ours throws; then there is nothing below. */
  readonly error?: string
  readonly outputs?: Readonly<Record<string, GoldenArray>>
  /** Of the float outputs, by their names; the gradients are of the sum of output * cotangent. */
  readonly cotangents?: Readonly<Record<string, GoldenArray>>
  /** By position of the input. */
  readonly gradients?: Readonly<Record<string, GoldenArray>>
  /** Bytes PyTorch keeps for backward where there are gradients: 4 an element, 1 for bools. */
  readonly saved?: number
  /** Gradients of the sum of gradient * seed. */
  readonly second?: {
    readonly seeds: Readonly<Record<string, GoldenArray>>
    readonly gradients: Readonly<Record<string, GoldenArray>>
  }
  /** f64 is meant as such, and not as "a float". */
  readonly exact?: true
  /** Zeros of different sign differ. */
  readonly signed?: true
  readonly tolerance?: GoldenClass
}

/** An operand or option: plain data, or a tensor by its position among the inputs. */
export type Argument =
  | number
  | string
  | boolean
  | null
  | readonly Argument[]
  | { readonly input: number }
  | { readonly number: string }
  | { readonly builder: true }
  /** `null` itself; a bare null stands for an argument that is left out. */
  | { readonly null: true }
  | { readonly fields: Readonly<Record<string, Argument>> }

export interface GoldenArray {
  /** `f64[2,3]` */
  readonly type: string
  /** Numbers with commas between, or a letter, a colon and base64 of little-endian float64 (d), float32 (f) or int64 (q). */
  readonly data: string
}

export interface GoldenInput extends GoldenArray {
  /** From this array to the operand. */
  readonly moves?: readonly Move[]
}

export type Move =
  | { readonly limits: Shape; readonly steps: readonly number[] }
  | { readonly reshape: Shape }
  | { readonly expand: Shape }
  | { readonly permute: readonly number[] }

/** An array whose dtype may be one PyTorch has and core has not. */
export interface Decoded {
  readonly dtype: string
  readonly shape: Shape
  /** Of i64 bigints. */
  readonly data: readonly Scalar[]
}

export function decode({ type, data }: GoldenArray): Decoded {
  const [, dtype = '', extents = ''] = /^(\w+)\[([\d,]*)\]$/.exec(type) ?? []
  const shape = extents === '' ? [] : extents.split(',').map(Number)
  const scalar: (text: string | bigint) => Scalar = dtype === 'i64' ? BigInt : Number
  const items = /^[dfq]:/.test(data) ? unpack(data) : data === '' ? [] : data.split(',')
  return { dtype, shape, data: items.map((item) => (typeof item === 'number' ? item : scalar(item))) }
}

function unpack(data: string): readonly Scalar[] {
  const { buffer } = Uint8Array.from(atob(data.slice(2)), (letter) => letter.charCodeAt(0))
  if (data.startsWith('d')) return [...new Float64Array(buffer)]
  return [...(data.startsWith('f') ? new Float32Array(buffer) : new BigInt64Array(buffer))]
}

/** The dtype in which core holds an array of the file; `float` stands for f64 unless the case is about dtypes. */
export function dtypeOf(dtype: string, float: DType): DType {
  if (dtype === 'f64') return float
  const found = dtypeNames.find((name) => name === dtype)
  if (found === undefined) throw new Error(`core has no dtype ${dtype}`)
  return found
}

export const toArray = (array: GoldenArray, float: DType): NdArray => {
  const { dtype, shape, data } = decode(array)
  return toNdArray(dtypeOf(dtype, float), shape, data)
}
