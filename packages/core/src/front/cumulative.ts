// Running sums, products and extremes of users: every element with all before it along an axis.
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import type { CumulateAttrs } from '../ops/cumulate.ts'
import { asFloat } from './elementwise.ts'
import { asValue, promote } from './operand.ts'
import { both, type RowOptions, rowOf, type ValuesWithIndices } from './row.ts'
import { taken } from './sort.ts'

/** One value in, one of the same shape out. */
export type Cumulate = (x: Value, options?: CumulateOptions) => Value

export interface CumulateOptions extends RowOptions {
  /** From the end of the axis to its start. Default false. */
  readonly reverse?: boolean | undefined
}

const cumulate = (
  name: string,
  combine: CumulateAttrs['combine'],
  operandOf: (x: Value) => Value,
): Cumulate =>
  traced((x: Value, { axis, reverse = false }: CumulateOptions = {}): Value => {
    const row = rowOf(name, operandOf(asValue(name, x)), axis)
    return row.restore(row.x.builder.cumulate(row.x, { axis: row.axis, combine, reverse }))
  })

/** Bools count as i32. */
const counted = (x: Value): Value => (x.type.dtype === 'bool' ? promote(x, 'i32') : x)

/**
 * Sum of each element and all before it along an axis.
 *
 * *Shapes*: that of x. *Dtypes*: numbers, kept; bools count as i32. *Throws* `ATTR_AXIS_RANGE`. *Gradient*: the running sum from the
 * other end. *Numerics*: floats accumulate in float64, integers wrap.
 *
 * @example
 * cumSum(x) // x = [1, 2, 3] gives [1, 3, 6]
 */
export const cumSum: Cumulate = cumulate('cumSum', 'sum', counted)

/**
 * Product of each element and all before it along an axis.
 *
 * *Shapes*: that of x. *Dtypes*: numbers, kept; bools count as i32. *Throws* `ATTR_AXIS_RANGE`. *Gradient*: exact with any number
 * of zeros, at every order: nothing is divided; so at an infinite element it is the product of the others, where PyTorch has NaN.
 * *Numerics*: floats accumulate in float64, integers wrap.
 *
 * @example
 * cumProd(x) // x = [1, 2, 3] gives [1, 2, 6]
 */
export const cumProd: Cumulate = cumulate('cumProd', 'product', counted)

/**
 * `log Σ e^x` of each element and all before it along an axis. No exponential overflows; -Infinity before the first number stays.
 *
 * *Shapes*: that of x. *Dtypes*: floats, kept; integers and bools give f32. *Throws* `ATTR_AXIS_RANGE`. *Gradient*: NaN at -Infinity
 * before the first number, as PyTorch's, and at +Infinity and before it, where PyTorch's is NaN at +Infinity only. *Numerics*:
 * accumulates in float64.
 *
 * @example
 * logCumSumExp(x) // x = [0, 0] gives [0, 0.693147]
 */
export const logCumSumExp: Cumulate = cumulate('logCumSumExp', 'logsumexp', (x) => asFloat('logCumSumExp', x))

const cumulatePosition = (
  name: string,
  combine: 'max' | 'min',
): ((x: Value, options?: RowOptions) => ValuesWithIndices) =>
  traced((x: Value, { axis }: RowOptions = {}): ValuesWithIndices => {
    const row = rowOf(name, x, axis)
    const numbers = counted(row.x)
    const indices = numbers.builder.cumulatePosition(numbers, { axis: row.axis, combine })
    return both(taken(row, indices), row.restore)
  })

/**
 * The largest of each element and all before it along an axis, with its position: the last of equal ones. From the first NaN on
 * all are NaN, at the position of the last one.
 *
 * *Shapes*: those of x. *Dtypes*: any; kept, positions i32. *Throws* `ATTR_AXIS_RANGE`. *Gradient*: goes to the position returned.
 *
 * @example
 * cumMax(x).values // x = [1, 3, 2] gives [1, 3, 3]
 */
export const cumMax: (x: Value, options?: RowOptions) => ValuesWithIndices = cumulatePosition('cumMax', 'max')

/**
 * The smallest of each element and all before it along an axis, with its position; in all else as `cumMax`.
 *
 * @example
 * cumMin(x).values // x = [2, 3, 1] gives [2, 2, 1]
 */
export const cumMin: (x: Value, options?: RowOptions) => ValuesWithIndices = cumulatePosition('cumMin', 'min')
