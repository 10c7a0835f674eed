// Reductions that ask or skip: whether all or any elements are not 0, how many are, sums and means of those that are not NaN.
import { isFloat } from '../dtype.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { customVjp } from './custom-vjp.ts'
import { asFloat, div, eq, isNan, mul, ne, select } from './elementwise.ts'
import { asValue, promote } from './operand.ts'
import { type Reduce, type ReduceOptions, sum } from './reduce.ts'

/**
 * Whether all elements over axes are not 0: a bool. True of nothing; NaN is not 0.
 *
 * @example
 * all(x, { axis: 1 }) // x = [[1, 0], [2, 3]] gives [false, true]
 */
export const all: Reduce = traced(
  (x: Value, options: ReduceOptions = {}): Value => eq(sum(eq(asValue('all', x), 0), options), 0),
)

/**
 * Whether any element over axes is not 0: a bool. False of nothing; NaN is not 0.
 *
 * @example
 * any(x, { axis: 1 }) // x = [[0, 0], [0, 3]] gives [false, true]
 */
export const any: Reduce = traced(
  (x: Value, options: ReduceOptions = {}): Value => ne(countNonzero(asValue('any', x), options), 0),
)

/**
 * How many elements over axes are not 0, i32; NaN is not 0.
 *
 * @example
 * countNonzero(x) // x = [0, 3, -1] gives 2
 */
export const countNonzero: Reduce = traced(
  (x: Value, options: ReduceOptions = {}): Value => sum(ne(asValue('countNonzero', x), 0), options),
)

/** Elements that are not NaN, others 0, which pass on 0 times their cotangent. */
function known(x: Value): Value {
  if (!isFloat(x.type.dtype)) return x
  return customVjp({
    forward: (operand) => {
      const isMissing = isNan(operand)
      return { output: select(isMissing, 0, operand), residuals: isMissing }
    },
    backward: (isMissing: Value, cotangent: Value) =>
      mul(cotangent, promote(eq(isMissing, 0), cotangent.type.dtype)),
  })(x)
}

/**
 * Sum over axes of the elements that are not NaN, 0 if none is left; bools count as i32. *Gradient*: 0 at NaN,
 * and NaN there for a cotangent that is not finite (as PyTorch's).
 *
 * @example
 * nanSum(x) // x = [1, NaN, 2] gives 3
 */
export const nanSum: Reduce = traced(
  (x: Value, options: ReduceOptions = {}): Value => sum(known(asValue('nanSum', x)), options),
)

/**
 * Mean over axes of the elements that are not NaN, NaN if none is left; integers and bools give f32.
 *
 * *Gradient*: 0 at NaN; NaN where none is left (as PyTorch's).
 *
 * @example
 * nanMean(x) // x = [1, NaN, 2] gives 1.5
 */
export const nanMean: Reduce = traced((x: Value, options: ReduceOptions = {}): Value => {
  const value = asFloat('nanMean', x)
  const count = sum(eq(isNan(value), 0), options)
  return div(sum(known(value), options), promote(count, value.type.dtype))
})
