// Dimensions as users name them: one, several or none, counted from either end.
import { sizeOf } from '@heddle/core'
import { dimRange, inferredTwice, invalidExtent, invalidView, repeatedDim } from '../errors.ts'

export type Dims = number | readonly number[]

const isList = (dims: Dims): dims is readonly number[] => typeof dims !== 'number'

/** A dimension as a position; 0-d tensors count as having one. Throws PyTorch's IndexError. */
export function resolveDim(dim: number, rank: number): number {
  const span = Math.max(rank, 1)
  if (!Number.isInteger(dim) || dim < -span || dim >= span) throw dimRange(dim, rank)
  return dim < 0 ? dim + span : dim
}

/** Positions, sorted; all of them for none. Throws where one is named twice. */
export function resolveDims(dims: Dims | null | undefined, rank: number): readonly number[] {
  const all = Array.from({ length: rank }, (_, axis) => axis)
  if (dims === null || dims === undefined) return all
  const found = (isList(dims) ? dims : [dims]).map((dim) => resolveDim(dim, rank))
  const repeated = found.find((dim, k) => found.indexOf(dim) !== k)
  if (repeated !== undefined) throw repeatedDim(repeated)
  return found.length === 0 ? all : found.filter((dim) => dim < rank).sort((x, y) => x - y)
}

/** A shape with one extent left open (-1) worked out. Throws PyTorch's message where it does not fit. */
export function inferShape(shape: readonly number[], size: number): readonly number[] {
  const negative = shape.find((dim) => dim < -1)
  if (negative !== undefined) throw invalidExtent(negative)
  const open = shape.filter((dim) => dim === -1).length
  if (open === 0) {
    if (sizeOf(shape) !== size || shape.some((dim) => dim < 0)) throw invalidView(shape, size)
    return shape
  }
  const rest = sizeOf(shape.filter((dim) => dim !== -1))
  if (open > 1) throw inferredTwice()
  if (rest === 0 || size % rest !== 0) throw invalidView(shape, size)
  return shape.map((dim) => (dim === -1 ? size / rest : dim))
}
