// Logic on whether elements are 0, and on their bits.

import type { DType, Value } from '@heddle/core'
import * as core from '@heddle/core'
import { notImplementedFor } from './dtype-errors.ts'
import type { Operand } from './operation.ts'
import { type FromNumber, pointwise } from './pointwise.ts'
import { inCommon } from './promotion.ts'
import { operandOf, type ScalarOr } from './scalar-operand.ts'

type Other = { other: ScalarOr }
type Binary = FromNumber<Other, ['other']>
type Build = (x: Operand, y: Operand) => Value

const binary = (name: string, build: Build, choose?: (dtype: DType) => DType): Binary =>
  pointwise(
    { name, node: null, build: (operands) => inCommon(operands, build, choose) },
    ['other'],
    [],
    ({ other }: Other) => ({ operands: [operandOf(other)] }),
  )

/** Whether neither is 0. */
export const logicalAnd: Binary = binary('logical_and', core.logicalAnd)
/** Whether one is not 0. */
export const logicalOr: Binary = binary('logical_or', core.logicalOr)
/** Whether exactly one is not 0. */
export const logicalXor: Binary = binary('logical_xor', core.logicalXor)

/** Dtypes whose bits count: all but floats, and bool where the kernel has it. */
const whole =
  (kernel: string, takesBool: boolean) =>
  (dtype: DType): DType => {
    if (core.isFloat(dtype) || (dtype === 'bool' && !takesBool))
      throw notImplementedFor(kernel, { type: { dtype } })
    return dtype
  }

export const bitwiseAnd: Binary = binary('bitwise_and', core.and, whole('bitwise_and_cpu', true))
export const bitwiseOr: Binary = binary('bitwise_or', core.or, whole('bitwise_or_cpu', true))
export const bitwiseXor: Binary = binary('bitwise_xor', core.xor, whole('bitwise_xor_cpu', true))
/** `self * 2 ** other`, wrapped. */
export const bitwiseLeftShift: Binary = binary(
  'bitwise_left_shift',
  core.shiftLeft,
  whole('lshift_cpu', false),
)
/** `self / 2 ** other`, rounded down. */
export const bitwiseRightShift: Binary = binary(
  'bitwise_right_shift',
  core.shiftRight,
  whole('rshift_cpu', false),
)
