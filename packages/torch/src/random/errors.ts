// What random functions refuse, in PyTorch's words.
import type { DType } from '@heddle/core'
import { dtypeOf } from '../dtypes.ts'
import { TorchError, type TorchErrorName } from '../errors.ts'

export const randomArgument = (
  text: string,
  details: Readonly<Record<string, unknown>> = {},
  name: TorchErrorName = 'RuntimeError',
): TorchError => new TorchError(name, 'TORCH_RANDOM_ARGUMENT', text, details)

/** A sampling function that does not give numbers of this dtype. */
export const notImplemented = (kernel: string, dtype: DType): TorchError =>
  randomArgument(`"${kernel}" not implemented for '${dtypeOf(dtype).title}'`, { dtype })

/** How C++ calls the dtypes; PyTorch's messages about bounds do so. */
export const cTypeNames: Readonly<Record<DType, string>> = {
  f32: 'float',
  f64: 'double',
  f16: 'c10::Half',
  bf16: 'c10::BFloat16',
  i64: 'long int',
  i32: 'int',
  i16: 'short int',
  i8: 'signed char',
  u8: 'unsigned char',
  u32: 'unsigned int',
  bool: 'bool',
}
