// Constants of every type of WebAssembly.
import type { Scalar } from '@heddle/core'
import type { FunctionBuilder } from '../encoder.ts'
import type { ValueType } from '../instructions.ts'

/** Pushes a constant; of a vector's lane type there is none. */
export function writeConstant(f: FunctionBuilder, type: ValueType, value: Scalar): void {
  if (type === 'i64') f.i64(BigInt(value))
  else if (type === 'f32') f.f32(Number(value))
  else if (type === 'f64') f.f64(Number(value))
  else f.i32(Number(value))
}
