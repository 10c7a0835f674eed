// What all losses share: one loss an example (or an element), and what becomes of them.

import type { HeddleError } from '../errors.ts'
import { errorHere } from '../front/operand.ts'
import { mean, sum } from '../front/reduce.ts'
import type { Value } from '../ir/value.ts'

/** One number: the mean (default) or the sum of the losses; `none` keeps them all. */
export type LossReduction = 'mean' | 'sum' | 'none'

export interface LossOptions {
  readonly reduction?: LossReduction | undefined
}

/** The mean of no losses is NaN, as PyTorch's. Throws `ATTR_REDUCTION` for a word that is none of the three. */
export function reduced(op: string, losses: Value, reduction: LossReduction = 'mean'): Value {
  switch (reduction) {
    case 'none':
      return losses
    case 'mean':
      return mean(losses)
    case 'sum':
      return sum(losses)
    default:
      throw unknownReduction(op, reduction)
  }
}

const unknownReduction = (op: string, reduction: never): HeddleError =>
  errorHere('ATTR_REDUCTION', `${op}: reduction is ${String(reduction)}; it must be mean, sum or none`, {
    op,
    reduction,
  })
