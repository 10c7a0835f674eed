// Where a graph computes with values of dtypes that are only stored. No rule applies there: `widen-storage` says what is
// computed, and in which dtype, first.
import { computes, movesOnly, opRecord, type TensorType, type Value } from '@heddle/core'

const isStored = ({ dtype }: TensorType): boolean => !computes(dtype)

export const computesInStorage = (node: Value): boolean =>
  (isStored(node.type) || node.inputs.some(({ type }) => isStored(type))) && !movesOnly(opRecord(node.op))
