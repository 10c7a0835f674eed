// The one way in which a malformed kernel is reported.
import { HeddleError } from '../errors.ts'
import type { Kernel } from './kernel.ts'

/** `where` says which stage, value or buffer; `constraint` is the number of the invariant in `verify.ts`. */
export function kernelInvalid(kernel: Kernel, constraint: string, where: string, what: string): HeddleError {
  const place = where === '' ? '' : `${where}: `
  return new HeddleError('LOWER_KERNEL_INVALID', `kernel ${kernel.name}: ${place}${what} (${constraint})`, {
    details: { kernel: kernel.name, constraint, where },
  })
}
