// Arrays on the host: what running a program gives back. Plain data with a few ways to look at it.

import { formatShape, type Shape, sizeOf } from '../dim.ts'
import { type DType, dtypes, isFloat, readElement, type Scalar, type TypedArray } from '../dtype.ts'
import { HeddleError } from '../errors.ts'
import { type Nested, nest } from '../front/nested.ts'
import { shortest } from '../kernel/print-code.ts'

export interface HostArray {
  readonly dtype: DType
  readonly shape: Shape
  /** Row-major; bools are 0 and 1, bf16 its bits, i64 bigints. */
  readonly data: TypedArray
  /**
   * The one element there is (0 or 1 for a bool). Throws `SHAPE_ITEM` if there are more or none, `DTYPE_ITEM_RANGE` for an
   * i64 that no number holds safely.
   */
  item(): number
  /** Nested arrays of numbers; of booleans for bool, of bigints for i64. */
  toNested(): Nested
  /** Type and elements; of long axes only the ends. */
  toString(): string
}

/** A host array over `data`, which is not copied. */
export const hostArray = (dtype: DType, shape: Shape, data: TypedArray): HostArray =>
  new ArrayOnHost(dtype, shape, data)

// A class, because runs of microseconds make these: methods on a prototype cost nothing, and a console shows `toString`.
class ArrayOnHost implements HostArray {
  readonly dtype: DType
  readonly shape: Shape
  readonly data: TypedArray

  constructor(dtype: DType, shape: Shape, data: TypedArray) {
    this.dtype = dtype
    this.shape = shape
    this.data = data
  }

  item(): number {
    if (this.data.length !== 1) throw itemCount(this)
    const value = valueAt(this, 0)
    if (typeof value === 'bigint' && !Number.isSafeInteger(Number(value))) throw itemRange(this, value)
    return Number(value)
  }

  toNested(): Nested {
    const isBool = this.dtype === 'bool'
    return nest(this.shape, (at): Nested => (isBool ? this.data[at] === 1 : valueAt(this, at)))
  }

  toString(): string {
    return `${this.dtype}${formatShape(this.shape)}${this.shape.length > 1 ? '\n' : ' '}${format(this)}`
  }

  /** Node's console shows this instead of the fields. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

const valueAt = ({ dtype, data }: HostArray, at: number): Scalar => readElement(dtype, data, at) ?? Number.NaN

/** Elements beyond which axes are shortened, and how many are then kept at each end. */
const wholeSize = 1000
const ends = 3

function format(array: HostArray): string {
  const { dtype, shape, data } = array
  const isShort = data.length > wholeSize
  const element = (at: number): string => {
    const value = valueAt(array, at)
    if (dtype === 'bool') return value === 1 ? 'true' : 'false'
    if (Object.is(value, -0)) return '-0'
    if (typeof value === 'bigint' || !isFloat(dtype)) return String(value)
    if (dtypes[dtype].bytes === 2) return shortest(dtype, value)
    // The digits that it surely has.
    return String(Number(value.toPrecision(dtype === 'f64' ? 15 : 7)))
  }
  // Depth is the rank, which is small.
  const rows = (axis: number, offset: number): string => {
    const dim = shape[axis]
    if (dim === undefined) return element(offset)
    const stride = sizeOf(shape.slice(axis + 1))
    const row = (at: number): string => rows(axis + 1, offset + at * stride)
    const all = Array.from({ length: dim }, (_, at) => at)
    const shown =
      isShort && dim > 2 * ends
        ? [...all.slice(0, ends).map(row), '…', ...all.slice(-ends).map(row)]
        : all.map(row)
    const separator = axis === shape.length - 1 ? ', ' : `,\n${' '.repeat(axis + 1)}`
    return `[${shown.join(separator)}]`
  }
  return rows(0, 0)
}

const itemCount = ({ dtype, shape, data }: HostArray): HeddleError =>
  new HeddleError(
    'SHAPE_ITEM',
    `item: the array is ${dtype}${formatShape(shape)} with ${data.length} elements; it must have one. toNested gives all.`,
    { details: { dtype, shape } },
  )

const itemRange = ({ dtype, shape }: HostArray, value: bigint): HeddleError =>
  new HeddleError(
    'DTYPE_ITEM_RANGE',
    `item: the ${dtype}${formatShape(shape)} holds ${value}, which no number holds exactly for sure (beyond 2^53 - 1). data[0] is the bigint.`,
    { details: { dtype, value: `${value}` } },
  )
