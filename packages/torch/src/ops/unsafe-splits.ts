// Splits whose pieces are no views for autograd: each may be written to, and none may be used once another was.

import type { Tensor } from '../tensor/tensor.ts'
import { chunk, split, splitWithSizes } from './parts.ts'
import type { Plain } from './signature.ts'
import { unsafely } from './view-copies.ts'

/** `chunk` into such pieces. */
export const unsafeChunk: Plain<{ chunks: number; dim?: number }, ['chunks', 'dim'], readonly Tensor[]> =
  unsafely(chunk.method)
/** `split` into such pieces. */
export const unsafeSplit: Plain<
  { splitSize: number | readonly number[]; dim?: number },
  ['splitSize', 'dim'],
  readonly Tensor[]
> = unsafely(split.method)
/** `splitWithSizes` into such pieces. */
export const unsafeSplitWithSizes: Plain<
  { splitSizes: readonly number[]; dim?: number },
  ['splitSizes', 'dim'],
  readonly Tensor[]
> = unsafely(splitWithSizes.method)
