// Functions of `torch` that fill: `fill` makes a tensor; `fill_` and `zero_` are methods, too.
import type { Tensor } from '../tensor/tensor.ts'
import { filled, requireNumber } from './filled.ts'
import { type Argument, runElementwise } from './run.ts'

export { fill_, zero_ } from './conversion.ts'

/** A tensor of the same shape and dtype with every element `value`. */
export const fill = (input: Tensor, value: Argument): Tensor => {
  requireNumber(value)
  return runElementwise(filled, [input, value])
}
