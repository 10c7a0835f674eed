// Views that move nothing: the same elements in the same order under another shape. What needs an array in memory can take the
// one behind them.
import { equalIndex, extent, indexAxis, linearize, opRecord, sizeOf, type Value } from '@heddle/core'

/** The value behind all views of `value` that keep every element at its place in row-major order. */
export function behindReshapes(value: Value): Value {
  let found = value
  while (keepsPlaces(found)) found = found.inputs[0] as Value
  return found
}

function keepsPlaces({ op, inputs, attrs, type }: Value): boolean {
  const { kind, lowering } = opRecord(op)
  const [operand] = inputs
  if (kind !== 'view' || lowering.kind !== 'pull' || operand === undefined || inputs.length !== 1)
    return false
  if (sizeOf(operand.type.shape) !== sizeOf(type.shape)) return false
  const shape = type.shape.map(extent)
  const ranges = (axis: number): number => shape[axis] ?? 1
  const at = shape.map((_, axis) => indexAxis(axis))
  const accesses = lowering.accesses({ at, attrs, inputs: [operand.type], type, ranges })
  const [access] = accesses
  if (access === undefined || accesses.length !== 1 || access.guards.length > 0) return false
  const from = linearize(access.index, operand.type.shape.map(extent), ranges)
  return equalIndex(from, linearize(at, shape, ranges))
}
