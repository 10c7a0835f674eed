// What tests of structure ask for: the ops that a value is made of, operands first.
import { postOrder } from '../ir/traverse.ts'
import type { Value } from '../ir/value.ts'

export const opsOf = (value: Value): readonly string[] => postOrder([value]).map(({ op }) => op)
