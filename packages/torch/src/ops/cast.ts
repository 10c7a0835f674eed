// Conversion between dtypes as PyTorch does it.

import type { DType, Value } from '@heddle/core'
import * as core from '@heddle/core'

/** `x` in another dtype; the same value if it is in it already. */
export const castTo = (x: Value, dtype: DType): Value => (x.type.dtype === dtype ? x : core.cast(x, dtype))
