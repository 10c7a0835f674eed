// Sums of weighted operands, and logarithms that are multiplied: formulas whose rounding or whose zeros need care.
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { customVjp } from './custom-vjp.ts'
import {
  abs,
  add,
  alignFloat,
  and,
  type Binary,
  div,
  eq,
  isNan,
  le,
  log,
  log1p,
  lt,
  mul,
  select,
  sub,
} from './elementwise.ts'
import { align, type Operand } from './operand.ts'

/**
 * From x to y by `weight`: `x + weight (y - x)`.
 *
 * Shapes: all three broadcast. Dtypes: floats; integers become f32.
 *
 * Gradient: `1 - weight`, `weight`, and `y - x`. Numerics: counted from the nearer end, so that weight 1 gives y exactly.
 *
 * @example
 * lerp(x, 10, 0.25) // x = [0, 2] gives [2.5, 4]
 */
export const lerp: (x: Operand, y: Operand, weight: Operand) => Value = traced(
  (x: Operand, y: Operand, weight: Operand): Value => {
    const [from, to, share] = alignFloat('lerp', [x, y, weight]) as readonly [Value, Value, Value]
    const whole = sub(to, from)
    const fromEnd = sub(to, mul(whole, sub(1, share)))
    return select(lt(abs(share), 0.5), add(from, mul(share, whole)), fromEnd)
  },
)

export interface ScaledTermOptions {
  /** Factor of the term. Default 1. */
  readonly value?: number | undefined
}

/**
 * `x + value y z`. Shapes: broadcast. Dtypes: promoted. Gradient: `1`, `value z`, `value y`.
 *
 * @example
 * addcmul(x, x, x, { value: 0.5 }) // x = [2, 4] gives [4, 12]
 */
export const addcmul: (x: Operand, y: Operand, z: Operand, options?: ScaledTermOptions) => Value = traced(
  (x: Operand, y: Operand, z: Operand, { value = 1 }: ScaledTermOptions = {}): Value => {
    const [sum, left, right] = align('addcmul', [x, y, z]) as readonly [Value, Value, Value]
    return add(sum, mul(value === 1 ? left : mul(value, left), right))
  },
)

/**
 * `x + value y / z`. Shapes: broadcast. Dtypes: floats; integers become f32. Gradient: `1`, `value / z`, `-value y / z^2`.
 *
 * @example
 * addcdiv(x, x, 2, { value: 3 }) // x = [2, 4] gives [5, 10]
 */
export const addcdiv: (x: Operand, y: Operand, z: Operand, options?: ScaledTermOptions) => Value = traced(
  (x: Operand, y: Operand, z: Operand, { value = 1 }: ScaledTermOptions = {}): Value => {
    const [sum, left, right] = alignFloat('addcdiv', [x, y, z]) as readonly [Value, Value, Value]
    return add(sum, div(value === 1 ? left : mul(value, left), right))
  },
)

/**
 * `x log(y + shift)`, and 0 where x is 0 and y not NaN. Derivatives are formulas of their own: where x is 0 the logarithm matters
 * to the derivative, and not to the value.
 */
const timesLogarithm = (name: string, shift: 0 | 1): Binary =>
  traced((x: Operand, y: Operand): Value => {
    const operands = alignFloat(name, [x, y])
    const logarithm = shift === 0 ? log : log1p
    return customVjp({
      forward: (left, right) => {
        // Not by a product with 0: compilers of shaders take one for 0, whatever the other factor.
        const ofZero = select(isNan(right), right, 0)
        return {
          output: select(eq(left, 0), ofZero, mul(left, logarithm(right))),
          residuals: [left, right] as const,
        }
      },
      backward: ([left, right]: readonly [Value, Value], cotangent: Value) => {
        const isFlat = and(eq(left, 0), le(right, -shift))
        return [
          select(isFlat, 0, mul(cotangent, logarithm(select(isFlat, 1, right)))),
          div(mul(cotangent, left), shift === 0 ? right : add(right, 1)),
        ]
      },
    })(...operands)
  })

/**
 * `x log(y)`, and 0 where x is 0 unless y is NaN: the terms of an entropy.
 *
 * Shapes: broadcast. Dtypes: floats; integers become f32.
 *
 * Gradient: `log y` by x, 0 where x is 0 and y is not above 0; `x / y` by y, which is NaN at x = y = 0 (as PyTorch's). Both are
 * factors of the cotangent: where `log y` is infinite a cotangent of 0 gives NaN, where PyTorch has 0.
 *
 * @example
 * xlogy(x, x) // x = [0, 1] gives [0, 0]
 */
export const xlogy: Binary = timesLogarithm('xlogy', 0)
/**
 * `x log(1 + y)`, and 0 where x is 0 unless y is NaN. Gradient: as `xlogy`, with 1 + y for y.
 *
 * @example
 * xlog1py(x, -1) // x = [0] gives [0]
 */
export const xlog1py: Binary = timesLogarithm('xlog1py', 1)
