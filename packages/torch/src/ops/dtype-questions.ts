// What dtypes become together, whether one may be written into another, and the limits of their numbers.
import { dtypes } from '@heddle/core'
import {
  canCast as canCastCore,
  type DType,
  dtypeOf,
  promoteTypes as promoteCore,
  resultDType,
} from '../dtypes.ts'
import { argumentError, type TorchError } from '../errors.ts'
import { formatGeneral } from '../print/decimal.ts'
import { showAsText } from '../show.ts'
import type { Tensor } from '../tensor/tensor.ts'
import type { Argument } from './run.ts'

const typed = (operand: Argument | boolean): { type: Tensor['type_'] } | number =>
  typeof operand === 'number' ? operand : { type: typeof operand === 'boolean' ? truthType : operand.type_ }

const truthType = { id: -1, dtype: 'bool', shape: [], size: 1 } as const satisfies Tensor['type_']

/** The dtype in which operands of arithmetic meet: tensors by dtype and dimensions, numbers by category. */
export const resultType = (tensor1: Argument | boolean, tensor2: Argument | boolean): DType =>
  dtypeOf(resultDType([typed(tensor1), typed(tensor2)]))

/** Whether results of one dtype may be written in place into tensors of another. */
export const canCast = (from: DType, to: DType): boolean => canCastCore(from.core, to.core)

/** The smallest dtype for the numbers of both. */
export const promoteTypes = (type1: DType, type2: DType): DType =>
  dtypeOf(promoteCore(type1.core, type2.core))

const short = (value: number): string => formatGeneral(value, 6)

/** The limits of a float dtype. */
export class FInfo {
  readonly bits: number
  /** The distance from 1 to the next number. */
  readonly eps: number
  readonly max: number
  readonly min: number
  readonly smallestNormal: number
  readonly tiny: number
  /** Decimal digits that hold, as a number: `1e-6`. */
  readonly resolution: number
  /** The name of the dtype. */
  readonly dtype: string

  constructor(dtype: DType) {
    const { round } = dtypes[dtype.core]
    let digits = 0
    while (round(1 + 2 ** -(digits + 1)) !== 1) digits++
    const exponent = dtype.core === 'f16' ? 15 : dtype.core === 'f64' ? 1023 : 127
    this.bits = dtype.itemsize * 8
    this.eps = 2 ** -digits
    this.max = (2 - this.eps) * 2 ** exponent
    this.min = -this.max
    this.smallestNormal = 2 ** (1 - exponent)
    this.tiny = this.smallestNormal
    this.resolution = 10 ** -Math.floor(digits * Math.log10(2))
    this.dtype = dtype.name
  }

  toString(): string {
    const tiny = short(this.tiny)
    return `finfo(resolution=${short(this.resolution)}, min=${short(this.min)}, max=${short(this.max)}, eps=${short(this.eps)}, smallest_normal=${tiny}, tiny=${tiny}, dtype=${this.dtype})`
  }
}
showAsText(FInfo)

/** The limits of an integer dtype; those of int64 as near as a number comes. */
export class IInfo {
  readonly bits: number
  readonly max: number
  readonly min: number
  readonly dtype: string

  constructor(dtype: DType) {
    this.bits = dtype.itemsize * 8
    this.max = 2 ** (dtype.isSigned ? this.bits - 1 : this.bits) - 1
    this.min = dtype.isSigned ? -(2 ** (this.bits - 1)) : 0
    this.dtype = dtype.name
  }

  toString(): string {
    return `iinfo(min=${short(this.min)}, max=${short(this.max)}, dtype=${this.dtype})`
  }
}
showAsText(IInfo)

export function finfo(dtype: DType): FInfo {
  if (!dtype.isFloatingPoint) throw finfoDType()
  return new FInfo(dtype)
}

export function iinfo(dtype: DType): IInfo {
  if (dtype.isFloatingPoint) throw iinfoDType()
  if (dtype.core === 'bool') throw iinfoBool()
  return new IInfo(dtype)
}

const finfoDType = (): TorchError =>
  argumentError(
    "torch.finfo() requires a floating point input type. Use torch.iinfo to handle 'torch.finfo'",
    {},
    'TypeError',
  )
const iinfoDType = (): TorchError =>
  argumentError(
    "torch.iinfo() requires an integer input type. Use torch.finfo to handle 'torch.iinfo'",
    {},
    'TypeError',
  )
const iinfoBool = (): TorchError =>
  argumentError('torch.bool is not supported by torch.iinfo', {}, 'TypeError')
