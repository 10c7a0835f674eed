// Where values belong in sorted rows: a binary search in all places at once, as many steps as the row's length has binary digits.
import { formatShape, sizeOf } from '../dim.ts'
import type { HeddleError } from '../errors.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { takeAlongAxis } from './along-axis.ts'
import { add, and, bitwiseNot, le, lt, select, shiftRight } from './elementwise.ts'
import { asValue, builderOf, commonDType, constantOf, errorHere, type Operand, promote } from './operand.ts'

export interface SearchOptions {
  /** Behind equal elements instead of before them. Default false. */
  readonly right?: boolean | undefined
}

export interface SearchSortedOptions extends SearchOptions {
  /** Positions that sort the rows, as `argSort` gives them, where they are not sorted themselves. */
  readonly sorter?: Value | undefined
}

/**
 * For each value, how many elements of a sorted row are smaller (`right`: or equal): where it can be inserted.
 *
 * *Shapes*: sorted `[n]` and values of any shape; or sorted `[s…, n]` and values `[s…, m]`. Positions have the shape of the values.
 * *Dtypes*: any, the two meet as for `add`; positions i32. NaN goes behind everything.
 * - C1 sorted has one axis, or those of the values but for the last extent. Throws `SHAPE_SEARCH_SORTED`.
 * - C2 the sorter has the shape of sorted. Throws `SHAPE_SEARCH_SORTED`.
 *
 * *Gradient*: none, it is a position.
 *
 * @example
 * searchSorted(x, 2) // x = [1, 2, 2, 3] gives 1
 */
export const searchSorted: (sorted: Value, values: Operand, options?: SearchSortedOptions) => Value = traced(
  (sorted: Value, values: Operand, { right = false, sorter }: SearchSortedOptions = {}): Value => {
    const b = builderOf('searchSorted', [asValue('searchSorted', sorted), values])
    const dtype = commonDType('searchSorted', [sorted, values])
    const sought =
      typeof values === 'number'
        ? b.full({ dtype, shape: [], value: constantOf('searchSorted', dtype, values) })
        : promote(values, dtype)
    if (sorter !== undefined && formatShape(sorter.type.shape) !== formatShape(sorted.type.shape))
      throw sorterShape(sorted, sorter) // C2
    const rows = sorter === undefined ? sorted : takeAlongAxis(sorted, sorter, { axis: -1 })
    return search(comparable(promote(rows, dtype)), comparable(sought), right)
  },
)

/**
 * For each value, the interval between sorted boundaries it lies in: `searchSorted` with the operands exchanged.
 *
 * *Shapes*: any, boundaries `[n]`; positions have the shape of x. *Dtypes*: as `searchSorted`.
 * - C1 boundaries have one axis. Throws `SHAPE_SEARCH_SORTED`.
 *
 * @example
 * bucketize(x, literal(b, [0, 10])) // x = [-5, 5, 15] gives [0, 1, 2]
 */
export const bucketize: (x: Operand, boundaries: Value, options?: SearchOptions) => Value = traced(
  (x: Operand, boundaries: Value, { right }: SearchOptions = {}): Value => {
    const { shape } = asValue('bucketize', boundaries, 1).type
    if (shape.length !== 1)
      throw searchShapes('bucketize', boundaries, typeof x === 'number' ? [] : x.type.shape)
    return searchSorted(boundaries, x, { right })
  },
)

const comparable = (x: Value): Value => (x.type.dtype === 'bool' ? promote(x, 'i32') : x)

function search(sorted: Value, values: Value, right: boolean): Value {
  const b = values.builder
  const { shape } = values.type
  const rows = sorted.type.shape.slice(0, -1)
  const length = sorted.type.shape.at(-1)
  const isOneRow = sorted.type.shape.length === 1
  if (length === undefined || (!isOneRow && formatShape(rows) !== formatShape(shape.slice(0, -1))))
    throw searchShapes('searchSorted', sorted, shape) // C1
  const flat = b.reshape(sorted, { shape: [sizeOf(sorted.type.shape)] })
  const start = isOneRow ? 0 : rowStarts(values, length)
  // The answer is at least `low` and at most `high`.
  let low = b.full({ dtype: 'i32', shape, value: 0 })
  let high = b.full({ dtype: 'i32', shape, value: length })
  for (let left = length; left > 0; left = Math.floor(left / 2)) {
    const middle = shiftRight(add(low, high), 1)
    const element = b.gather(flat, add(middle, start), { axis: 0 })
    // Not "smaller": a NaN sought is behind everything, and so is one found.
    const isBehind = bitwiseNot(right ? lt(values, element) : le(values, element))
    const isOpen = lt(low, high)
    const next = select(and(isOpen, isBehind), add(middle, 1), low)
    high = select(and(isOpen, bitwiseNot(isBehind)), middle, high)
    low = next
  }
  return low
}

/** Where the row that belongs to each value begins in the flattened rows. */
function rowStarts({ builder: b, type: { shape } }: Value, length: number): Value {
  const count = sizeOf(shape.slice(0, -1))
  const numbers = b.reshape(b.iota({ dtype: 'i32', shape: [count], axis: 0 }), {
    shape: [...shape.slice(0, -1), 1],
  })
  const starts = b.mul(numbers, b.full({ ...numbers.type, value: length }))
  return b.expand(starts, { shape })
}

const searchShapes = (op: string, sorted: Value, values: readonly number[]): HeddleError =>
  errorHere(
    'SHAPE_SEARCH_SORTED',
    `${op}: sorted is ${formatShape(sorted.type.shape)}, values are ${formatShape(values)}; sorted must have one axis${op === 'bucketize' ? '' : ', or be equal but for the last one'}`,
    { op, sorted: sorted.type.shape, values, constraint: 'C1' },
  )

const sorterShape = (sorted: Value, sorter: Value): HeddleError =>
  errorHere(
    'SHAPE_SEARCH_SORTED',
    `searchSorted: sorted is ${formatShape(sorted.type.shape)}, its sorter ${formatShape(sorter.type.shape)}; these must be equal`,
    { sorted: sorted.type.shape, sorter: sorter.type.shape, constraint: 'C2' },
  )
