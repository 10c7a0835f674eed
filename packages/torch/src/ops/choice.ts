// `where` as a method: elements of the tensor where a condition holds.
import type { Tensor } from '../tensor/tensor.ts'
import type { Argument } from './run.ts'
import { type Fn, fn } from './signature.ts'
import { where as whereCondition } from './where.ts'

type Choice = { condition: Tensor; other: Argument }

/** Elements of the tensor where the condition holds, else of `other`. */
export const where: Fn<Choice, ['condition', 'other']> = fn(
  'where',
  ['condition', 'other'],
  [],
  (self, { condition, other }) => whereCondition(condition, self, other),
)
