// What PyTorch says of dtypes that a function does not take. Its CPU kernels have names of their own, which are part of the message.
import type { DType } from '@heddle/core'
import { dtypeOf } from '../dtypes.ts'
import { argumentError, type TorchError } from '../errors.ts'

interface Typed {
  readonly type: { readonly dtype: DType }
}

export const titleOf = ({ type: { dtype } }: Typed): string => dtypeOf(dtype).title

/** `"abs_cpu" not implemented for 'Bool'` */
export const notImplementedFor = (kernel: string, x: Typed): TorchError =>
  argumentError(`"${kernel}" not implemented for '${titleOf(x)}'`, { kernel, dtype: x.type.dtype })

/** Throws PyTorch's message for a kernel that has no form for bool. */
export function refuseBool(kernel: string, x: Typed): void {
  if (x.type.dtype === 'bool') throw notImplementedFor(kernel, x)
}

/** Throws PyTorch's message for a kernel that has forms for floats only. */
export function requireFloat(kernel: string, x: Typed): void {
  if (!dtypeOf(x.type.dtype).isFloatingPoint) throw notImplementedFor(kernel, x)
}
