// The error for what this backend cannot express; its capabilities keep a compiler from asking for it.
import { type DType, HeddleError } from '@heddle/core'

export function unsupported(op: string, dtype: DType): HeddleError {
  return new HeddleError(
    'BACKEND_UNSUPPORTED',
    `${op}: has dtype ${dtype}; the WebAssembly runtime has no such operation for it.`,
    { details: { op, dtype } },
  )
}
