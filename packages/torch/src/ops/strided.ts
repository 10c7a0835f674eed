// Elements of memory at places that strides name: `asStrided`, and the way back of views that show elements more than once.
// Contents are brought into the order of memory first; places count from where these begin.

import type { DType, Value } from '@heddle/core'
import * as core from '@heddle/core'
import { contiguousStrides, isContiguous } from '../tensor/layout.ts'
import { reinterpret } from './bits.ts'
import { type Operation, operation } from './operation.ts'

export interface StridedOption {
  readonly shape: readonly number[]
  readonly strides: readonly number[]
  readonly offset: number
  /** As what the bytes are read. */
  readonly dtype: DType
  /** Where the elements of the operand lie. */
  readonly of: Places
}

interface Places {
  readonly strides: readonly number[]
  readonly offset: number
}

export const lookStrided: Operation<StridedOption> = operation({
  name: 'as_strided',
  node: 'AsStridedBackward0',
  build: ([operand], { shape, strides, offset, dtype, of }) => {
    const x = operand as Value
    const flat = reinterpret(inMemory(x, of), dtype)
    const start = offset - of.offset * bytesRatio(x.type.dtype, dtype)
    if (isAll(flat, shape, strides, start)) return core.reshape(flat, shape)
    return core.gather(flat, places(x, shape, strides, start))
  },
})

/** The operand with a part of it replaced. */
export const placeStrided: Operation<StridedOption> = operation({
  name: 'as_strided_scatter',
  node: 'AsStridedScatterBackward0',
  operands: ['self', 'src'],
  build: ([operand, written], { shape, strides, offset, dtype, of }) => {
    const x = operand as Value
    const flat = reinterpret(inMemory(x, of), dtype)
    const start = offset - of.offset * bytesRatio(x.type.dtype, dtype)
    const placed = isAll(flat, shape, strides, start)
      ? core.reshape(written as Value, flat.type.shape)
      : core.scatter(flat, places(x, shape, strides, start), written as Value)
    return fromMemory(reinterpret(placed, x.type.dtype), x.type.shape, of)
  },
})

/** Elements of the second dtype for one of the first. */
const bytesRatio = (from: DType, to: DType): number => core.dtypes[from].bytes / core.dtypes[to].bytes

/** Whether the places are all there are, in their order. */
const isAll = (flat: Value, shape: readonly number[], strides: readonly number[], start: number): boolean =>
  start === 0 && core.sizeOf(shape) === flat.type.shape[0] && isContiguous({ shape, strides, offset: 0 })

/** Positions of elements: the sum of index times stride over the dimensions. */
function places(x: Value, shape: readonly number[], strides: readonly number[], start: number): Value {
  const b = x.builder
  let sum: Value = b.full({ dtype: 'i32', shape, value: start })
  shape.forEach((extent, axis) => {
    const stride = strides[axis] as number
    if (extent > 1 && stride !== 0)
      sum = core.add(sum, core.mul(b.iota({ dtype: 'i32', shape, axis }), stride))
  })
  return sum
}

/** Dimensions from the widest stride to the narrowest, where the elements fill memory without gaps; else undefined. */
function denseOrder(shape: readonly number[], strides: readonly number[]): readonly number[] | undefined {
  const axes = shape.map((_, axis) => axis)
  const rank = (axis: number): number =>
    shape[axis] === 1 ? Number.POSITIVE_INFINITY : (strides[axis] as number)
  const order = axes.toSorted((x, y) => (rank(x) === rank(y) ? x - y : rank(y) - rank(x)))
  const dense = contiguousStrides(order.map((axis) => shape[axis] as number))
  const fits = order.every((axis, k) => shape[axis] === 1 || strides[axis] === dense[k])
  return fits || shape.includes(0) ? order : undefined
}

/** Elements in the order of memory, from the first of the operand on; between them zeros. */
function inMemory(x: Value, { strides }: Places): Value {
  const { shape, dtype } = x.type
  const order = denseOrder(shape, strides)
  if (order !== undefined) return core.reshape(core.permute(x, order), [core.sizeOf(shape)])
  const last = shape.reduce((sum, extent, axis) => sum + (extent - 1) * (strides[axis] as number), 0)
  return core.scatter(core.zeros(x.builder, dtype, [last + 1]), places(x, shape, strides, 0), x)
}

function fromMemory(flat: Value, shape: readonly number[], { strides }: Places): Value {
  const order = denseOrder(shape, strides)
  if (order === undefined) return core.gather(flat, places(flat, shape, strides, 0))
  const ordered = core.reshape(
    flat,
    order.map((axis) => shape[axis] as number),
  )
  return core.permute(
    ordered,
    order.map((_, axis) => order.indexOf(axis)),
  )
}
