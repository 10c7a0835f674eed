// PyTorch's dtypes, as far as the runtimes have them, and its rules of promotion. A dtype is one object, compared by identity.
import { type DType as CoreDType, commonDType, dtypes, isFloat } from '@heddle/core'

export interface DType {
  /** PyTorch's name: `float32`. */
  readonly name: string
  readonly isFloatingPoint: boolean
  /** How the compiler calls it. */
  readonly core: CoreDType
  /** The word of messages: `Float`. */
  readonly title: string
  /** `torch.float32` */
  toString(): string
}

const define = (name: string, core: CoreDType, title: string): DType =>
  Object.freeze({
    name,
    core,
    title,
    isFloatingPoint: isFloat(core),
    toString: () => `torch.${name}`,
  })

export const float32: DType = define('float32', 'f32', 'Float')
export const float64: DType = define('float64', 'f64', 'Double')
export const float16: DType = define('float16', 'f16', 'Half')
export const bfloat16: DType = define('bfloat16', 'bf16', 'BFloat16')
export const int64: DType = define('int64', 'i64', 'Long')
export const int32: DType = define('int32', 'i32', 'Int')
export const int16: DType = define('int16', 'i16', 'Short')
export const int8: DType = define('int8', 'i8', 'Char')
export const uint8: DType = define('uint8', 'u8', 'Byte')
export const bool: DType = define('bool', 'bool', 'Bool')

const uint32 = define('uint32', 'u32', 'UInt32')
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

interface Typed {
  readonly type: { readonly dtype: CoreDType; readonly shape: readonly number[] }
}

/** The dtype in which operands meet: tensors with dimensions, then 0-d tensors, then numbers. */
export const resultDType = (operands: readonly (Typed | number)[]): CoreDType =>
  commonDType('torch', operands)

/** 0 bool, 1 integer, 2 float. */
const categories = { bool: 0, int: 1, uint: 1, float: 2 } as const
const category = (dtype: CoreDType): number => categories[dtypes[dtype].kind]

/** Whether a result of one dtype may be written in place into a tensor of another. */
export const canCast = (from: CoreDType, to: CoreDType): boolean => category(from) <= category(to)
