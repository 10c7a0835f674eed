// How reductions combine two values, and the value that changes nothing when combined (exactly, to the sign of zero), so that
// accumulators can start from it instead of from the first value.
import { type Combine, type DType, dtypes, identityOf, isFloat, type Scalar } from '@heddle/core'
import type { FunctionBuilder } from '../encoder.ts'
import type { PlainInstruction } from '../instructions.ts'
import type { Library } from '../library.ts'
import { writeConstant } from './constant.ts'
import { integerExtreme, scalarType } from './scalar-ops.ts'
import { unsupported } from './unsupported.ts'

/** The combinations that are operations; the positions of extremes are not. */
export type Operation = Exclude<Combine, 'argmax' | 'argmin'>

export const isOperation = (combine: Combine): combine is Operation =>
  combine !== 'argmax' && combine !== 'argmin'

/** Whether the order in which values are combined shows in the result. */
export const dependsOnOrder = (combine: Combine, dtype: DType): boolean =>
  !isOperation(combine) || ((combine === 'sum' || combine === 'product') && dtypes[dtype].kind === 'float')

/** Pops two values (the accumulator first) and pushes their combination. */
export function writeCombine(
  f: FunctionBuilder,
  library: Library,
  { combine, dtype, vector }: { combine: Operation; dtype: DType; vector: boolean },
): void {
  if (vector) {
    f.op(vectorInstruction(combine, dtype))
    return
  }
  const { kind } = dtypes[dtype]
  if (kind === 'bool') f.op(combine === 'sum' || combine === 'max' ? 'i32.or' : 'i32.and')
  else if (combine === 'sum') f.op(`${scalarType[dtype]}.add`)
  else if (combine === 'product') f.op(`${scalarType[dtype]}.mul`)
  else if (dtype === 'f32' || dtype === 'f64') f.op(`${dtype}.${combine}`)
  else f.call(integerExtreme(library, combine, dtype))
}

function vectorInstruction(combine: Operation, dtype: DType): PlainInstruction {
  const parts = { sum: 'add', product: 'mul', min: 'min', max: 'max' } as const
  switch (dtype) {
    case 'f32':
      return `f32x4.${parts[combine]}`
    case 'i32':
    case 'u32': {
      if (combine === 'sum' || combine === 'product') return `i32x4.${parts[combine]}`
      return `i32x4.${combine}_${dtype === 'i32' ? 's' : 'u'}`
    }
    case 'bool':
      return combine === 'sum' || combine === 'max' ? 'v128.or' : 'v128.and'
    default:
      throw unsupported(combine, dtype)
  }
}

/** The neutral value. A sum of floats starts from -0, which keeps the sign of a sum of -0. */
const neutral = (combine: Operation, dtype: DType): Scalar =>
  combine === 'sum' && isFloat(dtype) ? -0 : identityOf(combine, dtype)

/** Pushes the neutral value. */
export function writeNeutral(f: FunctionBuilder, combine: Operation, dtype: DType, vector: boolean): void {
  const value = neutral(combine, dtype)
  if (!vector) writeConstant(f, scalarType[dtype], value)
  else if (dtype === 'f32') f.f32(Number(value)).op('f32x4.splat')
  else f.i32(dtype === 'bool' ? -Number(value) : Number(value)).op('i32x4.splat')
}
