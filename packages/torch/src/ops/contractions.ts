// Sums of products over dimensions that are paired: by number (`tensordot`), in a row (`multiDot`). They are no methods.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import type { Tensor } from '../tensor/tensor.ts'
import { resolveDim } from './dims.ts'
import { operation } from './operation.ts'
import { isOptions } from './options.ts'
import { type Out, takingOut } from './out.ts'
import * as errors from './product-errors.ts'
import { mm } from './products.ts'
import { sum } from './reductions.ts'
import { run } from './run.ts'
import { permute } from './transposes.ts'
import { reshape } from './views.ts'

type Lists = readonly [readonly number[], readonly number[]]
export type ContractedDims = number | Lists | { readonly dims?: number | Lists }

type Tensordot = (
  a: Tensor,
  b: Tensor,
  dims?: ContractedDims | (Out & { readonly dims?: number | Lists }),
  options?: Out,
) => Tensor

/** The sum of products over the last `dims` dimensions of `a` and the first of `b`, or over dimensions that lists pair. */
export const tensordot: Tensordot = takingOut('tensordot', (a, b, dims = 2) => {
  const given = isOptions(dims) && 'dims' in dims ? (dims.dims ?? 2) : (dims as number | Lists)
  if (typeof given === 'number' && given < 0) throw errors.tensordotCount(given)
  const [first, second] = typeof given === 'number' ? paired(given) : given
  if (first.length !== second.length) throw errors.tensordotLists()
  const left = first.map((dim) => resolveDim(dim, a.ndim))
  const right = second.map((dim) => resolveDim(dim, b.ndim))
  let [x, y] = [a, b]
  left.forEach((axis, k) => {
    const [own, other] = [a.shape[axis] as number, b.shape[right[k] as number] as number]
    if (own === other) return
    // A single position stands for all, so the other side is summed.
    if (other === 1) x = sum(x, axis, true)
    else if (own === 1) y = sum(y, right[k] as number, true)
    else throw errors.tensordotPair({ own, first: first[k] as number, other, second: second[k] as number })
  })
  return contracted(x, y, left, right)
})

const paired = (count: number): Lists => [
  Array.from({ length: count }, (_, k) => k - count),
  Array.from({ length: count }, (_, k) => k),
]

function contracted(x: Tensor, y: Tensor, left: readonly number[], right: readonly number[]): Tensor {
  const free = ({ shape }: Tensor, taken: readonly number[]): number[] =>
    [...shape.keys()].filter((axis) => !taken.includes(axis))
  const [rows, columns] = [free(x, left), free(y, right)]
  const extents = (tensor: Tensor, axes: readonly number[]): number[] =>
    axes.map((axis) => tensor.shape[axis] as number)
  const inner = core.sizeOf(extents(x, left))
  const [rowExtents, columnExtents] = [extents(x, rows), extents(y, columns)]
  const first = reshape(permute(x, [...rows, ...left]), [core.sizeOf(rowExtents), inner])
  const second = reshape(permute(y, [...right, ...columns]), [inner, core.sizeOf(columnExtents)])
  return reshape(mm(first, second), [...rowExtents, ...columnExtents])
}

const chained = operation({
  name: 'linalg_multi_dot',
  node: 'ViewBackward0',
  build: (operands) => core.chainMatmul(operands as readonly Value[]),
})

/** The product of several matrices in the order that takes the fewest multiplications; vectors may be first and last. */
export const multiDot: (tensors: readonly Tensor[], options?: Out) => Tensor = takingOut(
  'linalg_multi_dot',
  (tensors) => {
    const count = tensors.length
    if (count < 2) throw errors.multiDotCount(count)
    tensors.forEach((each, place) => {
      const isEnd = place === 0 || place === count - 1
      if (isEnd ? each.ndim !== 1 && each.ndim !== 2 : each.ndim !== 2)
        throw errors.multiDotRank(place, isEnd ? '1D or 2D' : '2D', each.ndim)
    })
    if (tensors.some(({ dtype }) => dtype !== tensors[0]?.dtype)) throw errors.multiDotTypes()
    for (let place = 0; place + 1 < count; place++) {
      const [left, right] = [tensors[place] as Tensor, tensors[place + 1] as Tensor]
      if (left.shape.at(-1) !== right.shape[0]) throw errors.multiDotShapes(place, left.shape, right.shape)
    }
    return run(chained, tensors)
  },
)

/** `multiDot` of matrices; one alone is given back. */
export const chainMatmul: (...matrices: readonly (Tensor | Out)[]) => Tensor = takingOut(
  'chain_matmul',
  (...matrices) => {
    const [only] = matrices
    return matrices.length === 1 ? (only as Tensor) : multiDot(matrices as readonly Tensor[])
  },
)
