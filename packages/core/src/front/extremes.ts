// Extremes that say where they are, and both at once. `max` and `min` share the derivative among ties; these give it to the one
// they return.
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { asValue, promote } from './operand.ts'
import { max, min, type ReduceOptions } from './reduce.ts'
import { both, type ReduceRowOptions, rowOf, type ValuesWithIndices } from './row.ts'
import { taken } from './sort.ts'

type Extreme = (x: Value, options?: ReduceRowOptions) => ValuesWithIndices

const withIndex = (name: string, op: 'argMax' | 'argMin'): Extreme =>
  traced((x: Value, { axis, keepDims }: ReduceRowOptions = {}): ValuesWithIndices => {
    const row = rowOf(name, x, axis)
    const numbers = row.x.type.dtype === 'bool' ? promote(row.x, 'i32') : row.x
    const b = numbers.builder
    const kept = row.x.type.shape.map((dim, each) => (each === row.axis ? 1 : dim))
    const indices = b.reshape(b[op](numbers, { axis: row.axis }), { shape: kept })
    return both(taken(row, indices), (y) => row.reduce(y, keepDims))
  })

/**
 * The largest along an axis with its position: the first of ties, and of NaNs.
 *
 * *Shapes*: x `[…, n, …]` → `[…]`. *Dtypes*: any; kept, positions i32. *Throws* `ATTR_AXIS_RANGE`, `SHAPE_REDUCE_EMPTY`.
 * *Gradient*: all to the position returned (PyTorch's `max(dim)`); `max` shares it among ties.
 *
 * @example
 * maxWithIndex(x).indices // x = [1, 3, 3] gives 1
 */
export const maxWithIndex: Extreme = withIndex('maxWithIndex', 'argMax')

/**
 * The smallest along an axis with its position; in all else as `maxWithIndex`.
 *
 * @example
 * minWithIndex(x).values // x = [4, 2, 3] gives 2
 */
export const minWithIndex: Extreme = withIndex('minWithIndex', 'argMin')

export interface MinMax {
  readonly min: Value
  readonly max: Value
}

/**
 * Smallest and largest over axes: what `min` and `max` give, in one walk.
 *
 * *Shapes*, *Dtypes*, *Throws*, *Gradient*: theirs.
 *
 * @example
 * aminmax(x).max // x = [4, 2, 3] gives 4
 */
export const aminmax: (x: Value, options?: ReduceOptions) => MinMax = traced(
  (x: Value, options: ReduceOptions = {}): MinMax => {
    const value = asValue('aminmax', x)
    return { min: min(value, options), max: max(value, options) }
  },
)
