// Values laid over others where a mask holds. Nothing here depends on how many places that are, so masks may be data.

import { sizeOf } from '../dim.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { select, sub } from './elementwise.ts'
import { alignTo, asValue, builderOf, graphOf, type Operand, promote, shapeOf } from './operand.ts'

/**
 * `value` where the mask holds, x elsewhere, in the dtype of x.
 *
 * *Shapes*: all broadcast. *Dtypes*: the mask is bool, or numbers that are true where not 0; the value is converted. *Throws*
 * `SHAPE_BROADCAST`, `ATTR_NUMBER_RANGE`. *Gradient*: to x where the mask does not hold, to the value where it does.
 *
 * @example
 * maskedFill(x, lt(x, 0), 9) // x = [1, -2, 3] gives [1, 9, 3]
 */
export const maskedFill: (x: Value, mask: Value, value: Operand) => Value = traced(
  (x: Value, mask: Value, value: Operand): Value => {
    const b = builderOf('maskedFill', [asValue('maskedFill', x), asValue('maskedFill', mask, 1), value])
    const shape = shapeOf('maskedFill', [x, mask, value])
    const [laid, below] = alignTo('maskedFill', b, [value, x], x.type.dtype, shape) as readonly [Value, Value]
    return select(mask, laid, below)
  },
)

/**
 * The elements of `source`, one after the other, where the mask holds, x elsewhere, in the dtype of x.
 *
 * *Shapes*: x and the mask broadcast; the source has any shape, and is read in row-major order. Where it ends too early NaN is
 * read (0 for integers and bool). *Throws* `SHAPE_BROADCAST`. *Gradient*: to x where the mask does not hold, to the elements that
 * are used.
 *
 * @example
 * maskedScatter(x, lt(x, 0), literal(b, [7, 8, 9])) // x = [-1, 2, -3] gives [7, 2, 8]
 */
export const maskedScatter: (x: Value, mask: Value, source: Value) => Value = traced(
  (x: Value, mask: Value, source: Value): Value => {
    const b = graphOf('maskedScatter', [x, mask, source])
    const shape = shapeOf('maskedScatter', [x, mask])
    const [holds] = alignTo('maskedScatter', b, [promote(mask, 'bool')], 'i32', shape) as readonly [Value]
    const flat = (value: Value): Value => b.reshape(value, { shape: [sizeOf(value.type.shape)] })
    const used = b.cumulate(flat(holds), { axis: 0, combine: 'sum', reverse: false })
    const elements = b.gather(flat(promote(source, x.type.dtype)), sub(used, 1), { axis: 0 })
    return select(mask, b.reshape(elements, { shape }), x)
  },
)
