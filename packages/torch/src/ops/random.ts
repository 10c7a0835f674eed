// Tensors of random numbers, drawn at once from PyTorch's generator, in the order of the calls.
import { type DType as CoreDType, dtypes, sizeOf, type TypedArray } from '@heddle/core'
import { getDefaultDtype } from '../dtypes.ts'
import { defaultGenerator } from '../random/default-generator.ts'
import type { Generator } from '../random/generator.ts'
import { fillNormal } from '../random/normal.ts'
import { fillUniform } from '../random/uniform.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { type TensorOptions, tensorOfData } from './creation.ts'
import { type SizesAnd, sizesAnd } from './signature.ts'

export interface RandomOptions extends TensorOptions {
  readonly generator?: Generator
}

function drawn(
  args: SizesAnd<RandomOptions>,
  draw: (generator: Generator, dtype: CoreDType, data: TypedArray) => void,
): Tensor {
  const { sizes, options = {} } = sizesAnd<RandomOptions>(args)
  const { dtype = getDefaultDtype(), generator = defaultGenerator } = options
  const data = dtypes[dtype.core].allocate(sizeOf(sizes))
  draw(generator, dtype.core, data)
  return tensorOfData(dtype, sizes, data, options)
}

/** Uniform in [0, 1). */
export const rand = (...args: SizesAnd<RandomOptions>): Tensor => drawn(args, fillUniform)

/** Standard normal. */
export const randn = (...args: SizesAnd<RandomOptions>): Tensor => drawn(args, fillNormal)
