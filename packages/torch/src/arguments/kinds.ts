// Kinds of arguments, as far as PyTorch's argument parser tells them apart.
import { DType } from '../dtypes.ts'
import { Device } from '../engine/device.ts'
import { Generator } from '../random/generator.ts'
import { Tensor } from '../tensor/tensor.ts'

export const absent = 0
export const none = 1
export const int = 2
export const float = 3
export const bool = 4
export const str = 5
export const tensor = 6
/** A 0-d tensor that requires no gradient stands for a number. */
export const floatScalar = 7
export const intScalar = 8
export const emptyList = 9
export const intList = 10
/** It begins with an int. */
export const brokenIntList = 11
export const floatList = 12
export const tensorList = 13
/** It begins with a tensor. */
export const brokenTensorList = 14
export const strList = 15
export const otherList = 16
export const dtype = 17
export const device = 18
export const generator = 19
export const other = 20

/** There are fewer kinds than this. */
export const kindCount = 32

/** The kind of an argument; lists are looked through as far as it takes to tell. */
export function kindOf(argument: unknown): number {
  switch (typeof argument) {
    case 'number':
      return Number.isInteger(argument) ? int : float
    case 'undefined':
      return absent
    case 'boolean':
      return bool
    case 'string':
      return str
    case 'bigint':
      return int
    case 'object':
      break
    default:
      return other
  }
  if (argument instanceof Tensor) return argument.type_.shape.length === 0 ? kindOfScalar(argument) : tensor
  if (argument === null) return none
  if (Array.isArray(argument)) return kindOfList(argument)
  if (argument instanceof DType) return dtype
  if (argument instanceof Device) return device
  return argument instanceof Generator ? generator : other
}

function kindOfScalar(scalar: Tensor): number {
  if (scalar.requiresGrad) return tensor
  const { dtype } = scalar.type_
  return dtype.startsWith('f') || dtype === 'bf16' || dtype === 'bool' ? floatScalar : intScalar
}

function kindOfList(list: readonly unknown[]): number {
  if (list.length === 0) return emptyList
  switch (kindOf(list[0])) {
    case int:
      return list.every((each) => kindOf(each) === int) ? intList : brokenIntList
    case float:
      return floatList
    case tensor:
    case floatScalar:
    case intScalar:
      return list.every((each) => each instanceof Tensor) ? tensorList : brokenTensorList
    case str:
      return strList
    default:
      return otherList
  }
}
