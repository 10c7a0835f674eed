// What functions of the host take: arrays with their values, so that the size of a result may depend on these. Given a value of a
// graph they say why that cannot be, and what can.
import { dtypes, type TypedArray } from '../dtype.ts'
import type { HeddleError } from '../errors.ts'
import { errorHere, isValue } from '../front/operand.ts'
import { formatType } from '../ir/tensor-type.ts'
import type { Value } from '../ir/value.ts'
import type { HostArray } from '../session/host-array.ts'

/** Throws `GRAPH_DYNAMIC_SIZE` for a value of a graph; `instead` names functions of values that do the like. */
export function asHostArray(op: string, x: HostArray | Value, instead: string): HostArray {
  if (isValue(x)) throw dynamicSize(op, x, instead)
  return x
}

/** The elements at offsets, in an array of their own. */
export function copyElements({ dtype, data }: HostArray, offsets: readonly number[]): TypedArray {
  const copy = dtypes[dtype].allocate(offsets.length)
  offsets.forEach((offset, at) => {
    copy[at] = data[offset] ?? 0
  })
  return copy
}

export const dynamicSize = (op: string, x: Value, instead: string): HeddleError =>
  errorHere(
    'GRAPH_DYNAMIC_SIZE',
    `${op}: the operand is ${formatType(x.type)}, a value of a graph; the size of the result depends on its elements, but all sizes of a compiled graph are fixed before it runs. Run the graph and call ${op} on its result, or stay inside with ${instead}.`,
    { op, type: x.type, instead },
  )
