// Coordinates of grids: of all pairs of positions, of triangles of matrices, of combinations. They take vectors or extents, and are
// no methods.

import { dtypes as coreDTypes, writeElement } from '@heddle/core'
import { checked } from '../arguments/checked.ts'
import * as dtypes from '../dtypes.ts'
import { type DType, int64 } from '../dtypes.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { type Tensors, tensorsOf } from './aligned.ts'
import { type TensorOptions, tensorOfData, zeros } from './creation.ts'
import * as errors from './join-errors.ts'
import { stack } from './joins.ts'
import { maskedSelect } from './masks.ts'
import { isOptions } from './signature.ts'
import { expand, reshape, view } from './views.ts'

type Indexing = { indexing?: 'ij' | 'xy' }

/** Vectors expanded to a grid of all their combinations, one dimension for each; 'xy' exchanges the first two. */
export function meshgrid(...args: readonly (Tensor | readonly Tensor[] | Indexing)[]): readonly Tensor[] {
  const last = args.at(-1)
  const options: Indexing = isOptions(last) ? (last as Indexing) : {}
  const { indexing = 'ij' } = options
  const tensors = (isOptions(last) ? args.slice(0, -1) : args).flat() as readonly Tensor[]
  if (tensors.length === 0) throw errors.gridNothing()
  const [first] = tensors as [Tensor]
  const odd = tensors.find((each) => each.ndim > 1)
  if (odd !== undefined) throw errors.gridRank(String(odd.ndim))
  if (tensors.some((each) => each.dtype !== first.dtype)) throw errors.gridDtypes()
  if (indexing !== 'ij' && indexing !== 'xy') throw errors.gridIndexing(String(indexing))
  const isSwapped = indexing === 'xy' && tensors.length > 1
  const axes = isSwapped ? [tensors[1] as Tensor, first, ...tensors.slice(2)] : tensors
  const shape = axes.map((each) => each.numel())
  const grids = axes.map((each, axis) =>
    expand(
      view(
        each,
        shape.map((extent, at) => (at === axis ? extent : 1)),
      ),
      shape,
    ),
  )
  if (!isSwapped) return grids
  const [rows, columns, ...others] = grids as [Tensor, Tensor, ...Tensor[]]
  return [columns, rows, ...others]
}

function requireVector(tensor: Tensor): void {
  if (tensor.ndim !== 1) throw errors.vectorOnly(tensor.shape)
}

/** All combinations of elements of vectors, one a row. */
export function cartesianProd(...tensors: Tensors): Tensor {
  const list = tensorsOf(tensors)
  for (const each of list) requireVector(each)
  if (list.length === 1) return list[0] as Tensor
  return stack(
    meshgrid(list).map((grid) => reshape(grid, -1)),
    1,
  )
}

/** All ways to choose `r` elements of a vector in their order, one a row. */
export function combinations(
  input: Tensor,
  r: number | { r?: number; withReplacement?: boolean } = 2,
  withReplacement: boolean | { withReplacement?: boolean } = false,
): Tensor {
  const count = typeof r === 'number' ? r : (r.r ?? 2)
  const last = typeof r === 'number' ? withReplacement : r
  const repeats = typeof last === 'boolean' ? last : (last.withReplacement ?? false)
  requireVector(input)
  if (count < 0) throw errors.combinationsNegative(count)
  if (count === 0) return zeros([0], { dtype: input.dtype, device: input.device })
  const mask = chosen(input, count, repeats)
  return stack(
    meshgrid(new Array<Tensor>(count).fill(input)).map((grid) => maskedSelect(grid, mask)),
    1,
  )
}

/** Of a grid of positions, where they are in ascending order. */
function chosen(input: Tensor, count: number, repeats: boolean): Tensor {
  const extent = input.numel()
  const size = extent ** count
  const data = new Uint8Array(size)
  for (let place = 0; place < size; place++) {
    let rest = place
    let after = extent
    let isAscending = true
    for (let axis = 0; axis < count; axis++) {
      const position = rest % extent
      rest = Math.floor(rest / extent)
      if (after !== extent && (repeats ? position > after : position >= after)) isAscending = false
      after = position
    }
    data[place] = isAscending ? 1 : 0
  }
  return tensorOfData(dtypes.bool, new Array<number>(count).fill(extent), data, { device: input.device })
}

type IndicesOptions = TensorOptions & { offset?: number }
/** Rows and columns of a triangle: `(row, col, offset)`. */
export type Indices = (
  row: number,
  col: number,
  offset?: number | IndicesOptions,
  options?: IndicesOptions,
) => Tensor

const indices = (name: string, isInside: (row: number, col: number, offset: number) => boolean): Indices =>
  checked(name, (row, col, third = {}, fourth = {}) => {
    const options: IndicesOptions = typeof third === 'number' ? fourth : third
    const offset = typeof third === 'number' ? third : (options.offset ?? 0)
    if (row < 0) throw errors.indicesExtent('row', row)
    if (col < 0) throw errors.indicesExtent('col', col)
    const [rows, columns]: [number[], number[]] = [[], []]
    for (let i = 0; i < row; i++) {
      for (let j = 0; j < col; j++) {
        if (!isInside(i, j, offset)) continue
        rows.push(i)
        columns.push(j)
      }
    }
    const dtype: DType = options.dtype ?? int64
    const data = coreDTypes[dtype.core].allocate(rows.length * 2)
    ;[...rows, ...columns].forEach((position, at) => {
      writeElement(dtype.core, data, at, dtype === int64 ? BigInt(position) : position)
    })
    return tensorOfData(dtype, [2, rows.length], data, options)
  })

/** Positions on and below a diagonal. */
export const trilIndices: Indices = indices('tril_indices', (row, col, offset) => col <= row + offset)
/** Positions on and above a diagonal. */
export const triuIndices: Indices = indices('triu_indices', (row, col, offset) => col >= row + offset)
