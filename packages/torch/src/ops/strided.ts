// Elements of memory at places that strides name: `asStrided`, and the way back of views that show elements more than once.
// Contents are brought into the order of memory first; places count from where these begin.

import type { DType, Value } from '@heddle/core'
import * as core from '@heddle/core'
import { denseOrder, hasOverlap, isContiguous } from '../tensor/layout.ts'
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
    const part = written as Value
    if (isAll(flat, shape, strides, start)) return back(core.reshape(part, flat.type.shape), x, of)
    const at = places(x, shape, strides, start)
    // Where an element is shown more than once, what was changed is what counts: places outside are not written to.
    const isRepeated = hasOverlap({ shape, strides, offset: 0 })
    const changed = isRepeated ? core.select(core.ne(part, core.gather(flat, at)), at, -1) : at
    return back(core.scatter(flat, changed, part), x, of)
  },
})

const back = (flat: Value, { type: { shape, dtype } }: Value, of: Places): Value =>
  fromMemory(reinterpret(flat, dtype), shape, of)

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

/** Elements in the order of memory, from the first of the operand on; between them zeros. */
function inMemory(x: Value, { strides }: Places): Value {
  const { shape, dtype } = x.type
  const order = denseOrder({ shape, strides, offset: 0 })
  if (order !== undefined) return core.reshape(core.permute(x, order), [core.sizeOf(shape)])
  const last = shape.reduce((sum, extent, axis) => sum + (extent - 1) * (strides[axis] as number), 0)
  return core.scatter(core.zeros(x.builder, dtype, [last + 1]), places(x, shape, strides, 0), x)
}

function fromMemory(flat: Value, shape: readonly number[], { strides }: Places): Value {
  const order = denseOrder({ shape, strides, offset: 0 })
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
