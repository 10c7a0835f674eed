// Distinct elements, or slices, on the host: as many as there are.
import { sizeOf } from '../dim.ts'
import { readElement, type Scalar } from '../dtype.ts'
import { resolveAxis } from '../front/axes.ts'
import { traced } from '../ir/provenance.ts'
import { compareElements } from '../ops/arg-sort.ts'
import { type HostArray, hostArray } from '../session/host-array.ts'
import { asHostArray, copyElements } from './host-operand.ts'

export interface UniqueOptions {
  /** Slices along an axis are compared instead of elements. */
  readonly axis?: number | undefined
}

export interface Unique {
  readonly values: HostArray
  /** Where in `values` each element is (of the shape of x), or each slice. */
  readonly inverse: HostArray
  /** How often each of `values` occurs. */
  readonly counts: HostArray
}

/**
 * The distinct elements in ascending order, or the distinct slices along an axis in lexicographic order. NaNs all differ and come
 * last; -0 is 0, whichever comes first.
 *
 * *Shapes*: → values `[count]`, or that of x with `count` slices. *Dtypes*: that of x; positions and counts i32. *Throws*
 * `ATTR_AXIS_RANGE`, `GRAPH_DYNAMIC_SIZE` for a value of a graph.
 *
 * @example
 * unique(hostArray('i32', [4], Int32Array.of(3, 1, 3, 2))).values.toNested() // => [1, 2, 3]
 */
export const unique: (x: HostArray, options?: UniqueOptions) => Unique = traced(
  (x: HostArray, { axis }: UniqueOptions = {}): Unique => {
    const slices = slicesOf('unique', asHostArray('unique', x, instead), axis)
    const order = Int32Array.from({ length: slices.count }, (_, k) => k)
    return runsOf(
      slices,
      order.sort((i, j) => slices.compare(i, j) || i - j),
    )
  },
)

/**
 * The elements without those equal to the one before, or the slices along an axis. NaNs all differ.
 *
 * *Shapes*, *Dtypes*, *Throws*: as `unique`.
 *
 * @example
 * uniqueConsecutive(hostArray('i32', [4], Int32Array.of(1, 1, 2, 1))).counts.toNested() // => [2, 1, 1]
 */
export const uniqueConsecutive: (x: HostArray, options?: UniqueOptions) => Unique = traced(
  (x: HostArray, { axis }: UniqueOptions = {}): Unique => {
    const slices = slicesOf('uniqueConsecutive', asHostArray('uniqueConsecutive', x, instead), axis)
    return runsOf(
      slices,
      Int32Array.from({ length: slices.count }, (_, k) => k),
    )
  },
)

const instead = 'sort, which keeps all elements'

interface Slices {
  readonly x: HostArray
  /** Undefined: each element is a slice. */
  readonly axis: number | undefined
  readonly count: number
  readonly compare: (i: number, j: number) => number
  /** Offsets of the elements of slices, one slice after the other, laid out for the result. */
  readonly offsets: (slices: readonly number[]) => readonly number[]
}

function slicesOf(op: string, x: HostArray, given: number | undefined): Slices {
  const { dtype, shape, data } = x
  const valueAt = (at: number): Scalar => readElement(dtype, data, at) ?? 0
  const axis = given === undefined ? undefined : resolveAxis(op, given, shape)
  const count = axis === undefined ? data.length : (shape[axis] ?? 1)
  const inner = axis === undefined ? 1 : sizeOf(shape.slice(axis + 1))
  const outer = axis === undefined ? 1 : sizeOf(shape.slice(0, axis))
  const compare = (i: number, j: number): number => {
    for (let block = 0; block < outer; block++) {
      for (let at = 0; at < inner; at++) {
        const start = block * count * inner + at
        const order = compareElements(valueAt(start + i * inner), valueAt(start + j * inner))
        if (order !== 0) return order
      }
    }
    return 0
  }
  const offsets = (chosen: readonly number[]): readonly number[] => {
    const found: number[] = []
    for (let block = 0; block < outer; block++) {
      for (const slice of chosen) {
        for (let at = 0; at < inner; at++) found.push((block * count + slice) * inner + at)
      }
    }
    return found
  }
  return { x, axis, count, compare, offsets }
}

/** One value for each run of equal slices in the order given. */
function runsOf(slices: Slices, order: Int32Array): Unique {
  const { x, axis, count } = slices
  const firsts: number[] = []
  const counts: number[] = []
  const inverse = new Int32Array(count)
  order.forEach((slice, k) => {
    const before = order[k - 1]
    if (before === undefined || !isSame(slices, before, slice)) {
      firsts.push(slice)
      counts.push(0)
    }
    const run = firsts.length - 1
    counts[run] = (counts[run] ?? 0) + 1
    inverse[slice] = run
  })
  const shape =
    axis === undefined ? [firsts.length] : x.shape.map((dim, each) => (each === axis ? firsts.length : dim))
  return {
    values: hostArray(x.dtype, shape, copyElements(x, slices.offsets(firsts))),
    inverse: hostArray('i32', axis === undefined ? x.shape : [count], inverse),
    counts: hostArray('i32', [counts.length], Int32Array.from(counts)),
  }
}

/** Equal, and without NaN: a NaN equals nothing. */
function isSame({ x, compare, offsets }: Slices, i: number, j: number): boolean {
  return compare(i, j) === 0 && !offsets([i]).some((at) => Number.isNaN(readElement(x.dtype, x.data, at)))
}
