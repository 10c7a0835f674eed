// Maps with a weight: affine and bilinear.

import { formatShape, shapesEqual } from '../dim.ts'
import type { HeddleError } from '../errors.ts'
import { asNumbers, dot } from '../front/contract.ts'
import { add, mul } from '../front/elementwise.ts'
import { errorHere, graphOf } from '../front/operand.ts'
import { unsqueeze } from '../front/shape.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'

/**
 * `x weightᵀ + bias`, with the weight laid out as PyTorch's.
 *
 * *Shapes*: `x […, in]`, `weight [out, in]`, `bias [out]` → `[…, out]`. Throws `SHAPE_LINEAR`.
 *
 * @example
 * linear(x, weight, bias) // x: f32[64, 784], weight: f32[10, 784], bias: f32[10] gives f32[64, 10]
 */
export const linear: (x: Value, weight: Value, bias?: Value) => Value = traced(
  (x: Value, weight: Value, bias?: Value): Value => {
    graphOf('linear', bias === undefined ? [x, weight] : [x, weight, bias])
    const [features, columns] = [x.type.shape.at(-1), weight.type.shape[1]]
    if (weight.type.shape.length !== 2 || features !== columns) throw linearShapes(x, weight)
    const y = dot(x, weight, { leftContract: [-1], rightContract: [1] })
    return bias === undefined ? y : add(y, bias)
  },
)

/**
 * `x1ᵀ weight[o] x2 + bias[o]` for each output o.
 *
 * *Shapes*: `x1 […, in1]`, `x2 […, in2]`, `weight [out, in1, in2]`, `bias [out]` → `[…, out]`.
 * - C1 leading axes of x1 and x2 are equal, and last ones as the weight has them. Throws `SHAPE_BILINEAR`.
 *
 * @example
 * bilinear(x, y, weight) // x: f32[64, 3], y: f32[64, 4], weight: f32[5, 3, 4] gives f32[64, 5]
 */
export const bilinear: (x1: Value, x2: Value, weight: Value, bias?: Value) => Value = traced(
  (x1: Value, x2: Value, weight: Value, bias?: Value): Value => {
    const [u, v, w] = asNumbers('bilinear', [x1, x2, weight]) as readonly [Value, Value, Value]
    const [left, right] = [u.type.shape, v.type.shape]
    const fits =
      w.type.shape.length === 3 &&
      shapesEqual(left.slice(0, -1), right.slice(0, -1)) &&
      shapesEqual([left.at(-1) ?? -1, right.at(-1) ?? -1], w.type.shape.slice(1))
    if (!fits) throw bilinearShapes(x1, x2, weight) // C1
    // Products of elements first, which backward computes again from x1 and x2: […, in1, in2]
    const products = mul(unsqueeze(u, { axis: -1 }), unsqueeze(v, { axis: -2 }))
    const y = dot(products, w, { leftContract: [-2, -1], rightContract: [1, 2] })
    return bias === undefined ? y : add(y, bias)
  },
)

const linearShapes = (x: Value, weight: Value): HeddleError =>
  errorHere(
    'SHAPE_LINEAR',
    `linear: x is ${formatShape(x.type.shape)}, weight ${formatShape(weight.type.shape)}; weight must be [out, ${x.type.shape.at(-1) ?? 'in'}], with as many columns as the last axis of x`,
    { x: x.type.shape, weight: weight.type.shape },
  )

const bilinearShapes = (x1: Value, x2: Value, weight: Value): HeddleError =>
  errorHere(
    'SHAPE_BILINEAR',
    `bilinear: x1 is ${formatShape(x1.type.shape)}, x2 ${formatShape(x2.type.shape)}, weight ${formatShape(weight.type.shape)}; they must be […, in1], […, in2] with equal leading axes, and [out, in1, in2]`,
    { x1: x1.type.shape, x2: x2.type.shape, weight: weight.type.shape, constraint: 'C1' },
  )
