// Pieces that updates share.
import { add, mul, neg, type Value } from '@heddle/core'

/** The gradient, or against it, with the weight's own decay: `g + decay p`. */
export function direction(
  { param, grad, numbers }: { param: Value; grad: Value; numbers: { readonly decay: Value } },
  { maximize, decays }: { readonly maximize: boolean; readonly decays: boolean },
): Value {
  const along = maximize ? neg(grad) : grad
  return decays ? add(along, mul(numbers.decay, param)) : along
}

/** `decay x + weight y` */
export const blend = (x: Value, decay: Value, y: Value, weight: Value): Value =>
  add(mul(x, decay), mul(weight, y))

/** `decay x + weight y y` */
export const blendSquare = (x: Value, decay: Value, y: Value, weight: Value): Value =>
  add(mul(x, decay), mul(mul(weight, y), y))
