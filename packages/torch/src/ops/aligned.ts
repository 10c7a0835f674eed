// Functions of several tensors that give views of each: in one shape, or with dimensions in front. They are no methods.

import type { Tensor } from '../tensor/tensor.ts'
import { requireBroadcast } from './promotion.ts'
import { unsqueeze } from './transposes.ts'
import { expand, reshape } from './views.ts'

/** Tensors one after the other, or a list of them. */
export type Tensors = readonly Tensor[] | readonly [readonly Tensor[]]

export const tensorsOf = (args: Tensors): readonly Tensor[] =>
  (args as readonly (Tensor | readonly Tensor[])[]).flat()

const sameShape = (x: readonly number[], y: readonly number[]): boolean =>
  x.length === y.length && x.every((extent, axis) => extent === y[axis])

/** The shape all shapes broadcast to. Throws PyTorch's message where there is none. */
export function broadcastShapes(...shapes: (readonly number[])[]): readonly number[] {
  return shapes.reduce((common, shape) => {
    requireBroadcast(common, shape)
    const rank = Math.max(common.length, shape.length)
    return Array.from({ length: rank }, (_, axis) => {
      const [x, y] = [common.at(axis - rank) ?? 1, shape.at(axis - rank) ?? 1]
      const own = axis - rank + common.length < 0 ? 1 : x
      const other = axis - rank + shape.length < 0 ? 1 : y
      return own === 1 ? other : own
    })
  }, [])
}

/** All tensors expanded to one shape. */
export function broadcastTensors(...tensors: Tensors): readonly Tensor[] {
  const list = tensorsOf(tensors)
  const shape = broadcastShapes(...list.map((each) => each.shape))
  return list.map((each) => (sameShape(each.shape, shape) ? each : expand(each, shape)))
}

/** With at least so many dimensions: of one tensor, or of each of several. */
export interface AtLeast {
  (tensor: Tensor): Tensor
  (...tensors: readonly Tensor[] | readonly [readonly Tensor[]]): readonly Tensor[]
}

const atLeast = (raise: (tensor: Tensor) => Tensor): AtLeast => {
  function call(...args: Tensors): Tensor | readonly Tensor[] {
    const [only] = args
    if (args.length === 1 && !Array.isArray(only)) return raise(only as Tensor)
    return tensorsOf(args).map(raise)
  }
  return call as AtLeast
}

/** Numbers as vectors of one element. */
export const atleast1d: AtLeast = atLeast((x) => (x.ndim === 0 ? reshape(x, 1) : x))
/** Vectors as matrices of one row. */
export const atleast2d: AtLeast = atLeast((x) =>
  x.ndim === 0 ? reshape(x, 1, 1) : x.ndim === 1 ? unsqueeze(x, 0) : x,
)
/** Vectors as stacks with one row, matrices as stacks with one layer, behind. */
export const atleast3d: AtLeast = atLeast((x) => {
  if (x.ndim === 0) return reshape(x, 1, 1, 1)
  if (x.ndim === 1) return unsqueeze(unsqueeze(x, 0), -1)
  return x.ndim === 2 ? unsqueeze(x, -1) : x
})
