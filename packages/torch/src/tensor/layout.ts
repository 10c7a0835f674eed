// Sizes, strides and offset: where a tensor's elements would be in memory. Contents do not depend on it; what PyTorch tells
// of it, and what may be viewed without a copy, does.
import { sizeOf } from '@heddle/core'

export interface Layout {
  readonly shape: readonly number[]
  readonly strides: readonly number[]
  /** Elements before the first. */
  readonly offset: number
}

/** Row-major strides; extents of 0 count as 1. */
export function contiguousStrides(shape: readonly number[]): readonly number[] {
  const strides = new Array<number>(shape.length)
  let stride = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride
    stride *= Math.max(shape[axis] as number, 1)
  }
  return strides
}

export const contiguous = (shape: readonly number[]): Layout => ({
  shape,
  strides: contiguousStrides(shape),
  offset: 0,
})

export function isContiguous({ shape, strides }: Layout): boolean {
  let expected = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const extent = shape[axis] as number
    if (extent === 0) return true
    if (extent !== 1 && strides[axis] !== expected) return false
    expected *= extent
  }
  return true
}

/** Strides of another shape over the same elements, or undefined where it would take a copy. */
export function viewStrides(
  { shape, strides }: Layout,
  wanted: readonly number[],
): readonly number[] | undefined {
  if (shape.includes(0)) return contiguousStrides(wanted)
  if (shape.length === 0) return wanted.map(() => 1)
  const found = new Array<number>(wanted.length)
  let at = wanted.length - 1
  let base = strides.at(-1) as number
  let elements = 1
  let viewed = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    elements *= shape[axis] as number
    const next = axis > 0 ? (shape[axis - 1] as number) : undefined
    const breaks = next !== undefined && next !== 1 && strides[axis - 1] !== elements * base
    if (next !== undefined && !breaks) continue
    while (at >= 0 && (viewed < elements || wanted[at] === 1)) {
      found[at] = viewed * base
      viewed *= wanted[at] as number
      at--
    }
    if (viewed !== elements) return undefined
    if (axis > 0) {
      base = strides[axis - 1] as number
      elements = 1
      viewed = 1
    }
  }
  return at === -1 ? found : undefined
}

/** Whether two places of a tensor may be one element, as in an expanded one. */
export const hasOverlap = ({ shape, strides }: Layout): boolean =>
  shape.some((extent, axis) => extent > 1 && strides[axis] === 0)

/** Dimensions from the widest stride to the narrowest, where elements fill memory without gaps; else undefined. */
export function denseOrder({ shape, strides }: Layout): readonly number[] | undefined {
  const axes = shape.map((_, axis) => axis)
  if (shape.includes(0)) return axes
  const widthOf = (axis: number): number =>
    shape[axis] === 1 ? Number.POSITIVE_INFINITY : (strides[axis] as number)
  const order = axes.toSorted((x, y) => (widthOf(x) === widthOf(y) ? x - y : widthOf(y) - widthOf(x)))
  const dense = contiguousStrides(order.map((axis) => shape[axis] as number))
  const fits = order.every((axis, k) => shape[axis] === 1 || strides[axis] === dense[k])
  return fits ? order : undefined
}

/** Of two looks at one memory, both without gaps: whether they have some elements in common, but are not the same look. */
export function meetsPartly(x: Layout, y: Layout): boolean {
  if (denseOrder(x) === undefined || denseOrder(y) === undefined) return false
  const [xSize, ySize] = [sizeOf(x.shape), sizeOf(y.shape)]
  if (xSize === 0 || ySize === 0) return false
  if (x.offset === y.offset && xSize === ySize)
    return (
      x.strides.length !== y.strides.length || x.strides.some((stride, axis) => stride !== y.strides[axis])
    )
  return x.offset < y.offset + ySize && y.offset < x.offset + xSize
}

/** Strides of a new tensor that keeps the memory order of another, without its gaps. */
export function preservedStrides(layout: Layout): readonly number[] {
  if (isContiguous(layout)) return contiguousStrides(layout.shape)
  const { shape, strides } = layout
  const order = shape.map((_, axis) => axis).filter((axis) => shape[axis] !== 1)
  order.sort((x, y) => (strides[x] as number) - (strides[y] as number))
  let expected = 1
  for (const axis of order) {
    if (strides[axis] !== expected) return iteratedStrides(shape, [strides])
    expected *= shape[axis] as number
  }
  return strides
}

/** Strides of a result whose operands have these strides along its dimensions, 0 where they are repeated. */
export function iteratedStrides(
  shape: readonly number[],
  operands: readonly (readonly number[])[],
): readonly number[] {
  // Dimensions from the narrowest stride to the widest, as PyTorch sorts them.
  const order = shape.map((_, axis) => shape.length - 1 - axis)
  for (let k = 1; k < order.length; k++) {
    let at = k
    for (let before = k - 1; before >= 0; before--) {
      const [inner, outer] = [order[before] as number, order[at] as number]
      const found = comparedStrides(shape, operands, inner, outer)
      if (found < 0) break
      if (found === 0) continue
      order[before] = outer
      order[at] = inner
      at = before
    }
  }
  return packedStrides(shape, order)
}

/** Strides of a dense tensor whose dimensions lie in memory in this order, the innermost first. */
function packedStrides(shape: readonly number[], order: readonly number[]): readonly number[] {
  const found = shape.map(() => 1)
  let next = 1
  for (const axis of order) {
    found[axis] = next
    next *= Math.max(shape[axis] as number, 1)
  }
  return found
}

/** Below 0 where the first belongs inside, above 0 where the second does. */
function comparedStrides(
  shape: readonly number[],
  operands: readonly (readonly number[])[],
  first: number,
  second: number,
): number {
  for (const strides of operands) {
    const [x, y] = [strides[first] as number, strides[second] as number]
    if (x === 0 || y === 0) continue
    if (x !== y) return x - y
    if ((shape[first] as number) > (shape[second] as number)) return 1
  }
  return 0
}

/** Strides of a dense tensor of `shape` whose dimensions lie in memory in the order of those of a layout. */
export function orderedStrides({ strides }: Layout, shape: readonly number[]): readonly number[] {
  const order = shape.map((_, axis) => axis)
  order.sort((x, y) => (strides[x] as number) - (strides[y] as number) || y - x)
  return packedStrides(shape, order)
}

/** Offsets of all elements, in row-major order. */
export function positions(shape: readonly number[], strides: readonly number[], offset: number): Int32Array {
  const found = new Int32Array(sizeOf(shape))
  const counter = shape.map(() => 0)
  let at = offset
  for (let k = 0; k < found.length; k++) {
    found[k] = at
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (counter[axis] as number) + 1
      at += strides[axis] as number
      if (next < (shape[axis] as number)) {
        counter[axis] = next
        break
      }
      at -= next * (strides[axis] as number)
      counter[axis] = 0
    }
  }
  return found
}
