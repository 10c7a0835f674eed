// The permutation that sorts rows. Stable; NaN is greater than all numbers and equal to itself, -0 equals 0: PyTorch's order.
import { z } from 'zod'
import { extent, multiplyDims, type Shape, sizeOf } from '../dim.ts'
import { isFloat, type Scalar, type TypedArray } from '../dtype.ts'
import { zeros } from '../interpret/nd-array.ts'
import type { Builder } from '../ir/builder.ts'
import { defineOp, type HostArgs, type OpDef } from '../ir/define.ts'
import type { Value } from '../ir/value.ts'
import { forEachRow } from './rows.ts'
import { checkAxis, dimAt, isNan, range } from './support.ts'

export interface ArgSortAttrs {
  readonly axis: number
  /** Largest first; equal elements keep their order all the same. */
  readonly descending: boolean
}

/**
 * `y[…, k, …]`: the position in x, along `axis`, of the element that comes k-th.
 *
 * Shapes: `x [s…]` → `y i32 [s…]`. Any dtype. C1 `axis` is an axis of x.
 */
export const argSort: OpDef<1, ArgSortAttrs> = defineOp('argSort', {
  summary: 'i32 positions that sort along an axis; stable, NaN is the largest',
  why: 'n log n; what is made of parallel ops compares all pairs',
  kind: 'host',
  arity: 1,
  attrs: z.strictObject({ axis: z.int().nonnegative(), descending: z.boolean() }),
  infer: ([x], { axis }) => {
    checkAxis('argSort', axis, x.shape)
    return { dtype: 'i32', shape: x.shape }
  },
  evaluate: ([x], { axis, descending }, type) => {
    const result = zeros('i32', type.shape)
    const sign = descending ? -1 : 1
    forEachRow(x.shape, axis, (start, length, stride) => {
      const at = (k: number): Scalar => x.data[start + k * stride] ?? 0
      const order = range(length).sort((i, j) => sign * compareElements(at(i), at(j)))
      order.forEach((position, k) => {
        result.data[start + k * stride] = position
      })
    })
    return result
  },
  vjp: { notDifferentiable: 'the result is a position' },
  lowering: { kind: 'host', run, expansion: { covers: 'some sizes', build: countSmaller } },
  samples: [
    { inputs: [{ dtype: 'f32', shape: [3, 5] }], attrs: { axis: 1, descending: false } },
    { inputs: [{ dtype: 'f32', shape: [37] }], attrs: { axis: 0, descending: true } },
    { inputs: [{ dtype: 'f32', shape: [2, 4, 3] }], attrs: { axis: 1, descending: false } },
    {
      inputs: [{ dtype: 'i32', shape: [40], low: -3, high: 3, integers: true }],
      attrs: { axis: 0, descending: true },
    },
    {
      inputs: [{ dtype: 'u32', shape: [2, 9], low: 0, high: 4, integers: true }],
      attrs: { axis: 1, descending: false },
    },
    { inputs: [{ dtype: 'bool', shape: [11] }], attrs: { axis: 0, descending: false } },
    { inputs: [{ dtype: 'f32', shape: [600] }], attrs: { axis: 0, descending: false } },
    { inputs: [{ dtype: 'f32', shape: [2, 0] }], attrs: { axis: 1, descending: false } },
    { inputs: [{ dtype: 'f32', shape: [0, 2] }], attrs: { axis: 1, descending: false } },
  ],
  errorSamples: [
    {
      inputs: [{ dtype: 'f32', shape: [2] }],
      attrs: { axis: 1, descending: false },
      code: 'ATTR_AXIS_RANGE',
    },
  ],
})

/** Negative where x comes first in the order of sorts, 0 where they are equal. */
export function compareElements(x: Scalar, y: Scalar): number {
  if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y))
  return x < y ? -1 : x > y ? 1 : 0
}

/** Row by row: the numbers as ascending keys beside their positions, merged together, and the NaNs where they belong. */
function run({
  inputs: [x],
  output,
  attrs: { axis, descending },
  types: [type],
}: HostArgs<ArgSortAttrs>): void {
  if (x === undefined || type === undefined) return
  if (x instanceof BigInt64Array) {
    sortBigints(x, output, type.shape, { axis, descending })
    return
  }
  const length = extent(dimAt(type.shape, axis))
  const row = { keys: new Float64Array(length), positions: new Int32Array(length) }
  const spare = { keys: new Float64Array(length), positions: new Int32Array(length) }
  const nans = new Int32Array(length)
  forEachRow(type.shape, axis, (start, _, stride) => {
    let numberCount = 0
    let nanCount = 0
    for (let k = 0; k < length; k++) {
      const value = x[start + k * stride] ?? 0
      if (Number.isNaN(value)) nans[nanCount++] = k
      else {
        // Negated, the order of what is largest first ascends, and equal elements still keep theirs.
        row.keys[numberCount] = descending ? -value : value
        row.positions[numberCount++] = k
      }
    }
    const { positions } = mergeSort(row, spare, numberCount)
    const firstNumber = descending ? nanCount : 0
    const firstNan = descending ? 0 : numberCount
    for (let k = 0; k < numberCount; k++) output[start + (firstNumber + k) * stride] = positions[k] ?? 0
    for (let k = 0; k < nanCount; k++) output[start + (firstNan + k) * stride] = nans[k] ?? 0
  })
}

/** Keys that no float64 holds: the host's own stable sort. */
function sortBigints(
  x: BigInt64Array,
  output: TypedArray,
  shape: Shape,
  { axis, descending }: ArgSortAttrs,
): void {
  const sign = descending ? -1 : 1
  forEachRow(shape, axis, (start, length, stride) => {
    const order = Int32Array.from({ length }, (_, k) => k)
    order.sort(
      (i, j) => sign * compareElements(x[start + i * stride] ?? 0n, x[start + j * stride] ?? 0n) || i - j,
    )
    for (let k = 0; k < length; k++) output[start + k * stride] = order[k] ?? 0
  })
}

/** Keys, and beside each the position it came from: moved together, so that both are read one after the other. */
interface Keyed {
  readonly keys: Float64Array
  readonly positions: Int32Array
}

/** Elements sorted alone before they are merged. */
const blockLength = 8

/** Sorts the first `count` elements of `row`, stably; gives whichever of the two holds the result. */
function mergeSort(row: Keyed, spare: Keyed, count: number): Keyed {
  for (let low = 0; low < count; low += blockLength)
    insertionSort(row, low, Math.min(low + blockLength, count))
  let [from, to] = [row, spare]
  for (let width = blockLength; width < count; width *= 2) {
    for (let low = 0; low < count; low += 2 * width) {
      merge(from, to, { low, middle: Math.min(low + width, count), high: Math.min(low + 2 * width, count) })
    }
    ;[from, to] = [to, from]
  }
  return from
}

function insertionSort({ keys, positions }: Keyed, low: number, high: number): void {
  for (let k = low + 1; k < high; k++) {
    const key = keys[k] ?? 0
    const position = positions[k] ?? 0
    let at = k
    for (; at > low && (keys[at - 1] ?? 0) > key; at--) {
      keys[at] = keys[at - 1] ?? 0
      positions[at] = positions[at - 1] ?? 0
    }
    keys[at] = key
    positions[at] = position
  }
}

interface Halves {
  readonly low: number
  readonly middle: number
  readonly high: number
}

/** Joins two sorted neighbours; of equal keys the left one comes first. */
function merge(from: Keyed, to: Keyed, { low, middle, high }: Halves): void {
  const { keys, positions } = from
  let left = low
  let right = middle
  for (let k = low; k < high; k++) {
    const takesRight = right < high && (left >= middle || (keys[right] ?? 0) < (keys[left] ?? 0))
    const at = takesRight ? right++ : left++
    to.keys[k] = keys[at] ?? 0
    to.positions[k] = positions[at] ?? 0
  }
}

/** Longest row that is sorted by counting, and most pairs of elements compared. */
const countedLength = 512
const countedPairs = 2 ** 22

/**
 * A row is sorted by counting, for each element, those that come before it; the positions are the inverse of these ranks. All
 * pairs of a row are compared, at once.
 */
function countSmaller({
  b,
  inputs: [x],
  attrs: { axis, descending },
}: {
  readonly b: Builder
  readonly inputs: readonly Value[]
  readonly attrs: ArgSortAttrs
}): Value | undefined {
  if (x === undefined) return undefined
  const { shape } = x.type
  const length = extent(dimAt(shape, axis))
  if (length === 0 || length > countedLength || multiplyDims(sizeOf(shape), length) > countedPairs)
    return undefined
  const keys = x.type.dtype === 'bool' ? b.cast(x, { dtype: 'i32' }) : x
  const pairs = [...shape.slice(0, axis + 1), length, ...shape.slice(axis + 1)]
  const own = alongPairs(b, keys, axis, pairs, 'first')
  const other = alongPairs(b, keys, axis, pairs, 'second')
  const [small, large] = descending ? [own, other] : [other, own]
  const position = (on: number): Value => b.iota({ dtype: 'i32', shape: pairs, axis: on })
  const isBefore = b.lt(position(axis + 1), position(axis))
  const isSame = b.and(isBefore, isEqualKey(b, own, other))
  const precedes = b.or(isLess(b, small, large), isSame)
  const ranks = b.reduceSum(b.cast(precedes, { dtype: 'i32' }), { axes: [axis + 1] })
  // ranks[…, i, …] = k says that the element at i comes k-th: the position of the k-th is the one i of that rank.
  const isAt = b.eq(alongPairs(b, ranks, axis, pairs, 'second'), position(axis))
  const zero = b.full({ dtype: 'i32', shape: pairs, value: 0 })
  return b.reduceSum(b.select(isAt, position(axis + 1), zero), { axes: [axis + 1] })
}

/** A row's elements along the first or the second of the two axes that stand for pairs of them. */
function alongPairs(b: Builder, x: Value, axis: number, pairs: Shape, on: 'first' | 'second'): Value {
  const one = on === 'first' ? axis + 1 : axis
  return b.expand(b.reshape(x, { shape: pairs.map((dim, each) => (each === one ? 1 : dim)) }), {
    shape: pairs,
  })
}

function isLess(b: Builder, x: Value, y: Value): Value {
  if (!isFloat(x.type.dtype)) return b.lt(x, y)
  return b.or(b.lt(x, y), b.and(b.eq(x, x), isNan(b, y)))
}

function isEqualKey(b: Builder, x: Value, y: Value): Value {
  return isFloat(x.type.dtype) ? b.or(b.eq(x, y), b.and(isNan(b, x), isNan(b, y))) : b.eq(x, y)
}
