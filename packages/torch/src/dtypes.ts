// PyTorch's dtypes, as far as the runtimes have them, and its rules of promotion. A dtype is one object, compared by identity.
import type { DType as CoreDType } from '@heddle/core'

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
    isFloatingPoint: core === 'f32' || core === 'f64',
    toString: () => `torch.${name}`,
  })

export const float32: DType = define('float32', 'f32', 'Float')
export const float64: DType = define('float64', 'f64', 'Double')
export const int32: DType = define('int32', 'i32', 'Int')
export const bool: DType = define('bool', 'bool', 'Bool')

const uint32 = define('uint32', 'u32', 'UInt32')
const byCore: Readonly<Record<CoreDType, DType>> = {
  f32: float32,
  f64: float64,
  i32: int32,
  u32: uint32,
  bool,
}

export const dtypeOf = (core: CoreDType): DType => byCore[core]

/** 0 bool, 1 integer, 2 float: a lower priority changes a result's dtype only by a higher category. */
const category = (dtype: CoreDType): number =>
  dtype === 'bool' ? 0 : dtype === 'i32' || dtype === 'u32' ? 1 : 2
const ranks: Readonly<Record<CoreDType, number>> = { bool: 0, i32: 1, u32: 2, f32: 3, f64: 4 }

const larger = (x: CoreDType | undefined, y: CoreDType): CoreDType =>
  x === undefined || ranks[y] > ranks[x] ? y : x

interface Typed {
  readonly type: { readonly dtype: CoreDType; readonly shape: readonly number[] }
}

/** The dtype in which operands meet: tensors with dimensions, then 0-d tensors, then numbers. */
export function resultDType(operands: readonly (Typed | number)[]): CoreDType {
  const found: (CoreDType | undefined)[] = [undefined, undefined, undefined]
  for (const operand of operands) {
    if (typeof operand === 'number') found[2] = larger(found[2], Number.isInteger(operand) ? 'i32' : 'f32')
    else {
      const place = operand.type.shape.length > 0 ? 0 : 1
      found[place] = larger(found[place], operand.type.dtype)
    }
  }
  let result: CoreDType | undefined
  for (const dtype of found) {
    if (dtype === undefined) continue
    if (result === undefined || category(dtype) > category(result)) result = dtype
  }
  return result ?? 'f32'
}

/** Whether a result of one dtype may be written in place into a tensor of another. */
export const canCast = (from: CoreDType, to: CoreDType): boolean => category(from) <= category(to)
