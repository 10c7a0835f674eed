// The ways PyTorch lets one write arguments: trailing positional ones may stand in an options object, sizes may be a list or
// spread, dimensions may count from the end.
import { sizeOf } from '@heddle/core'
import { dimRange, invalidView, repeatedDim } from './errors.ts'

export type Dims = number | readonly number[]

export interface ReduceOptions {
  readonly dim?: Dims | null
  readonly keepdim?: boolean
}

export interface Reduction {
  /** Sorted; all of them where none were named. */
  readonly axes: readonly number[]
  readonly keepdim: boolean
  readonly isWhole: boolean
}

const isList = (candidate: unknown): candidate is readonly number[] => Array.isArray(candidate)

export function resolveDim(dim: number, rank: number): number {
  const span = Math.max(rank, 1)
  if (!Number.isInteger(dim) || dim < -span || dim >= span) throw dimRange(dim, rank)
  return dim < 0 ? dim + span : dim
}

/** `sum()`, `sum(1, true)`, `sum([0, 1])`, `sum({ dim: 1, keepdim: true })`. */
export function reductionOf(
  given: Dims | ReduceOptions | null | undefined,
  keepdim: boolean | undefined,
  rank: number,
): Reduction {
  if (typeof given === 'object' && given !== null && !isList(given)) {
    return reductionOf(given.dim, given.keepdim ?? keepdim, rank)
  }
  const all = Array.from({ length: rank }, (_, axis) => axis)
  if (given === undefined || given === null) {
    return { axes: all, keepdim: keepdim ?? false, isWhole: keepdim !== true }
  }
  const dims = (typeof given === 'number' ? [given] : given).map((dim) => resolveDim(dim, rank))
  const repeated = dims.find((dim, k) => dims.indexOf(dim) !== k)
  if (repeated !== undefined) throw repeatedDim(repeated)
  const axes = dims.length === 0 ? all : dims.filter((dim) => dim < rank).sort((x, y) => x - y)
  return { axes, keepdim: keepdim ?? false, isWhole: false }
}

/** `view(3, 2)` and `view([3, 2])`. */
export const sizesOf = (sizes: readonly (number | readonly number[])[]): readonly number[] => sizes.flat()

/** A shape with one extent left open (-1) worked out. Throws PyTorch's message where it does not fit. */
export function inferShape(shape: readonly number[], size: number): readonly number[] {
  const open = shape.filter((dim) => dim === -1).length
  if (open === 0) {
    if (sizeOf(shape) !== size) throw invalidView(shape, size)
    return shape
  }
  const rest = sizeOf(shape.filter((dim) => dim !== -1))
  if (open > 1 || rest === 0 || size % rest !== 0) throw invalidView(shape, size)
  return shape.map((dim) => (dim === -1 ? size / rest : dim))
}
