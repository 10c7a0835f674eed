// Values laid over others where a mask holds. Nothing here depends on how many places that are, so masks may be data.

import { sizeOf } from '../dim.ts'
import { isFloat } from '../dtype.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { zeros } from './constants.ts'
import { customVjp } from './custom-vjp.ts'
import { select, sub } from './elementwise.ts'
import {
  alignTo,
  asValue,
  broadcastTo,
  builderOf,
  graphOf,
  type Operand,
  promote,
  shapeOf,
} from './operand.ts'
import { scatterAdd } from './scatter.ts'

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
    graphOf('maskedScatter', [x, mask, source])
    const shape = shapeOf('maskedScatter', [x, mask])
    const below = broadcastTo(x, shape)
    const holds = broadcastTo(promote(mask, 'bool'), shape)
    const elements = flat(promote(source, x.type.dtype))
    if (!isFloat(x.type.dtype)) return laidOver(below, holds, elements)
    return customVjp({
      forward: (given, where, values) => ({ output: laidOver(given, where, values), residuals: where }),
      // Which element went where is counted again: kept, it would be 4 bytes for each bool of the mask.
      backward: (where: Value, cotangent: Value) => {
        const places = select(flat(where), placesOf(where), -1)
        const none = zeros(where.builder, cotangent.type.dtype, elements.type.shape)
        return [select(where, 0, cotangent), null, scatterAdd(none, places, flat(cotangent))]
      },
    })(below, holds, elements)
  },
)

const flat = (x: Value): Value => x.builder.reshape(x, { shape: [sizeOf(x.type.shape)] })

/** At each place that holds, how many do before it, in row-major order. */
function placesOf(holds: Value): Value {
  const used = holds.builder.cumulate(flat(promote(holds, 'i32')), {
    axis: 0,
    combine: 'sum',
    reverse: false,
  })
  return sub(used, 1)
}

function laidOver(x: Value, holds: Value, elements: Value): Value {
  const read = x.builder.gather(elements, placesOf(holds), { axis: 0 })
  return select(holds, x.builder.reshape(read, { shape: x.type.shape }), x)
}
