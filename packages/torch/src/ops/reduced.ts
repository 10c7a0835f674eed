// What reductions share: the dimensions they go over, and PyTorch's words for dimensions with nothing in them.
import type { DType as CoreDType } from '@heddle/core'
import type { DType } from '../dtypes.ts'
import { argumentError, type TorchError } from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { type Dims, resolveDim, resolveDims } from './dims.ts'

export type Reduced = { dim?: Dims | null; keepdim?: boolean; dtype?: DType | null }

export interface Axes {
  readonly axes: readonly number[]
  readonly keepDims: boolean
  /** No dimension was named: another overload, whose node has another number. */
  readonly isWhole: boolean
  readonly dtype: CoreDType | undefined
}

export function axesOf(self: Tensor, { dim, keepdim = false, dtype }: Reduced): Axes {
  const isWhole = dim === undefined && !keepdim
  return { axes: resolveDims(dim, self.ndim), keepDims: keepdim, isWhole, dtype: dtype?.core }
}

/** One dimension; of a 0-d tensor there is none to go over. */
export interface AlongDim {
  readonly dim: number
  readonly keepDims: boolean
}

export const alongDim = (self: Tensor, dim: number, keepdim = false): AlongDim => ({
  dim: resolveDim(dim, self.ndim),
  keepDims: keepdim,
})

/** The axes of one dimension, for core, where 0-d values have none. */
export const axesAlong = (rank: number, dim: number): readonly number[] => (rank === 0 ? [] : [dim])

/** Throws where a dimension holds nothing, of which `name` has no value. */
export function requireElements(name: string, self: Tensor, dim: number, given: number = dim): void {
  if (self.ndim > 0 && self.shape[dim] === 0) throw emptyDim(name, given)
}

/** Throws where there are no elements and no dimension was named. */
export function requireAny(
  name: string,
  self: Tensor,
  kind: 'RuntimeError' | 'IndexError',
  hint: string,
): void {
  if (self.numel() === 0)
    throw argumentError(
      `${name}(): Expected reduction dim to be specified for input.numel() == 0.${hint}`,
      {},
      kind,
    )
}

export const specifyDim = " Specify the reduction dim with the 'dim' argument."

const emptyDim = (name: string, dim: number): TorchError =>
  argumentError(`${name}: Expected reduction dim ${dim} to have non-zero size.`, { dim }, 'IndexError')
