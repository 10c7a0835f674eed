// PyTorch's dtypes and its rules of promotion. A dtype is one object, compared by identity.
import { type DType as CoreDType, dtypes, isFloat, type TypedArray, writeElement } from '@heddle/core'
import { defaultDTypeFloat } from './errors.ts'
import { showAsText } from './show.ts'

export class DType {
  /** PyTorch's name: `float32`. */
  readonly name: string
  /** How the compiler calls it. */
  readonly core: CoreDType
  /** The word of messages: `Float`. */
  readonly title: string
  readonly isFloatingPoint: boolean
  readonly isSigned: boolean
  /** Bytes of one element. */
  readonly itemsize: number

  constructor(name: string, core: CoreDType, title: string) {
    this.name = name
    this.core = core
    this.title = title
    this.isFloatingPoint = isFloat(core)
    this.isSigned = dtypes[core].kind === 'int' || isFloat(core)
    this.itemsize = dtypes[core].bytes
    Object.freeze(this)
  }

  /** `torch.float32` */
  toString(): string {
    return `torch.${this.name}`
  }
}
showAsText(DType)

export const float32: DType = new DType('float32', 'f32', 'Float')
export const float64: DType = new DType('float64', 'f64', 'Double')
export const float16: DType = new DType('float16', 'f16', 'Half')
export const bfloat16: DType = new DType('bfloat16', 'bf16', 'BFloat16')
export const int64: DType = new DType('int64', 'i64', 'Long')
export const int32: DType = new DType('int32', 'i32', 'Int')
export const int16: DType = new DType('int16', 'i16', 'Short')
export const int8: DType = new DType('int8', 'i8', 'Char')
export const uint8: DType = new DType('uint8', 'u8', 'Byte')
export const uint32: DType = new DType('uint32', 'u32', 'UInt32')
export const bool: DType = new DType('bool', 'bool', 'Bool')

const byCore: Readonly<Record<CoreDType, DType>> = {
  f32: float32,
  f64: float64,
  f16: float16,
  bf16: bfloat16,
  i64: int64,
  i32: int32,
  i16: int16,
  i8: int8,
  u8: uint8,
  u32: uint32,
  bool,
}

export const dtypeOf = (core: CoreDType): DType => byCore[core]

let defaultFloat = float32

/** The dtype of tensors made of fractions. */
export const getDefaultDtype = (): DType => defaultFloat
export function setDefaultDtype(dtype: DType): void {
  if (!dtype.isFloatingPoint) throw defaultDTypeFloat()
  defaultFloat = dtype
}

const categories = { bool: 0, int: 1, uint: 1, float: 2 } as const
/** 0 bool, 1 integer, 2 float. */
export const categoryOf = (dtype: CoreDType): number => categories[dtypes[dtype].kind]

/** Whether a result of one dtype may be written in place into a tensor of another. */
export const canCast = (from: CoreDType, to: CoreDType): boolean => categoryOf(from) <= categoryOf(to)

/** The dtype in which two dtypes meet. */
export function promoteTypes(x: CoreDType, y: CoreDType): CoreDType {
  if (x === y) return x
  const [left, right] = [categoryOf(x), categoryOf(y)]
  if (left !== right) return left > right ? x : y
  const [wide, narrow] = dtypes[x].bytes >= dtypes[y].bytes ? [x, y] : [y, x]
  if (left === 2) return dtypes[x].bytes === dtypes[y].bytes ? 'f32' : wide
  if (dtypes[wide].kind === dtypes[narrow].kind) return wide
  // An unsigned one with a signed one: signed, and wide enough for both.
  const unsigned = dtypes[x].kind === 'uint' ? x : y
  const signed = unsigned === x ? y : x
  if (dtypes[signed].bytes > dtypes[unsigned].bytes) return signed
  return unsigned === 'u8' ? 'i16' : 'i64'
}

interface Typed {
  readonly type: { readonly dtype: CoreDType; readonly shape: readonly number[] }
}

/** The dtype in which operands meet: tensors with dimensions, then 0-d tensors, then numbers; those lower decide by category only. */
export function resultDType(operands: readonly (Typed | number)[]): CoreDType {
  const byPriority: (CoreDType | undefined)[] = [undefined, undefined, undefined]
  for (const operand of operands) {
    const isNumber = typeof operand === 'number'
    const dtype = isNumber ? numberDType(operand) : operand.type.dtype
    const priority = isNumber ? 2 : operand.type.shape.length > 0 ? 0 : 1
    const before = byPriority[priority]
    byPriority[priority] = before === undefined ? dtype : promoteTypes(before, dtype)
  }
  const [axes, scalars, numbers] = byPriority
  return overrule(axes, overrule(scalars, numbers)) ?? defaultFloat.core
}

const numberDType = (value: number): CoreDType => (Number.isInteger(value) ? 'i64' : defaultFloat.core)

const overrule = (higher: CoreDType | undefined, lower: CoreDType | undefined): CoreDType | undefined => {
  if (higher === undefined || lower === undefined) return higher ?? lower
  return categoryOf(lower) > categoryOf(higher) ? lower : higher
}

/** One element of a dtype: whole for integers, rounded for floats. */
export function scalarOf(dtype: CoreDType, value: number | bigint): TypedArray {
  const data = dtypes[dtype].allocate(1)
  writeElement(dtype, data, 0, value)
  return data
}

/** A number as an element of a dtype: truncated and wrapped for integers, NaN and infinities 0 there; truth for bool. */
export function numberIn(dtype: CoreDType, value: number): number {
  if (isFloat(dtype)) return value
  if (dtype === 'bool') return value === 0 ? 0 : 1
  return Number.isFinite(value) ? Number(dtypes[dtype].round(Math.trunc(value))) : 0
}
