// Gives dtypes that are only stored (f16, bf16, i16, i8, u8) a computation: an op with operands of them becomes the same op
// on operands cast to what they compute as, and its result is cast back, which rounds (or wraps) once. Ops that only move
// values take them as they are. Afterwards no op computes in a dtype that is only stored: a reduction of f16 sums in f32.
import {
  dtypes,
  type Graph,
  mapRoots,
  nodesOf,
  type TensorType,
  type Value,
  withProvenance,
} from '@heddle/core'
import { computesInStorage } from '../rewrite/storage.ts'

/** The same graph where nothing computes in a dtype that is only stored. */
export function widenStorage(graph: Graph): Graph {
  const order = nodesOf(graph)
  if (!order.some(computesInStorage)) return graph
  const replaced = new Map<Value, Value>()
  for (const node of order) {
    const inputs = node.inputs.map((operand) => replaced.get(operand) ?? operand)
    const isWidened = computesInStorage(node)
    if (!isWidened && inputs.every((operand, k) => operand === node.inputs[k])) continue
    replaced.set(
      node,
      withProvenance(node.provenance, () =>
        isWidened ? widened(node, inputs) : node.builder.make(node.op, inputs, node.attrs),
      ),
    )
  }
  return mapRoots(graph, (value) => replaced.get(value) ?? value)
}

function widened({ builder, op, attrs, type }: Value, inputs: readonly Value[]): Value {
  const operands = inputs.map((operand) => converted(operand, dtypes[operand.type.dtype].computesAs))
  return converted(builder.make(op, operands, attrs), type.dtype)
}

const converted = (value: Value, dtype: TensorType['dtype']): Value =>
  value.type.dtype === dtype ? value : value.builder.cast(value, { dtype })
