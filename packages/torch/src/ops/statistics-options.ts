// Arguments of variances and deviations: PyTorch's older ones (`unbiased`) and its newer one (`correction`).
import { argumentError, type TorchError } from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { type Dims, resolveDims } from './dims.ts'
import { type Arguments, parse } from './signature.ts'

type SpreadParams = { dim?: Dims | null; unbiased?: boolean; keepdim?: boolean; correction?: number | null }
/** `x.var(dim, unbiased, keepdim)`, `x.var(unbiased)`, `x.var({ dim, correction, keepdim })`. */
export type SpreadArguments<Others = unknown> =
  | Arguments<SpreadParams & Others, ['dim', 'unbiased', 'keepdim']>
  | [unbiased: boolean]

export interface SpreadOptions {
  readonly axes: readonly number[]
  readonly keepDims: boolean
  readonly correction: number
}

/** Arguments of `var` and its like. Throws PyTorch's message for dtypes without fractions. */
export function spreadOf(
  name: string,
  self: Tensor,
  args: SpreadArguments,
  subject: string = name,
): SpreadOptions {
  const positional = typeof args[0] === 'boolean' ? (['unbiased'] as const) : newest
  const params = parse<SpreadParams>(name, positional, ['dim', 'unbiased', 'keepdim', 'correction'], args)
  const { dim, unbiased = true, keepdim = false, correction } = params
  if (!self.dtype.isFloatingPoint) throw spreadDType(subject)
  return {
    axes: resolveDims(dim, self.ndim),
    keepDims: keepdim,
    correction: correction ?? (unbiased ? 1 : 0),
  }
}
const newest = ['dim', 'unbiased', 'keepdim'] as const

const spreadDType = (subject: string): TorchError =>
  argumentError(`${subject} only support floating point and complex dtypes`)
