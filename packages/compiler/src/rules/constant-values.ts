// What an op makes of constants, to the bit as runtimes compute it: elementwise ops by their own scalar code, each operation
// rounded to its dtype; ops that only move or choose elements by their reference meaning. Sums and products of floats are
// left alone: their order belongs to kernels.
import {
  applyScalar,
  type DType,
  dtypes,
  internalError,
  isFloat,
  type NdArray,
  opRecord,
  type ScalarEmitter,
  sizeOf,
  type TypedArray,
  toNdArray,
  type Value,
} from '@heddle/core'

/** Whether all elements are known now. Ramps are not constants here: a kernel makes them without reading memory. */
export const isConstant = (value: Value): value is Value<'full' | 'literal'> =>
  value.op === 'full' || value.op === 'literal'

/** Ops whose reference computes nothing that could round. */
const isExactByReference = (node: Value): boolean => {
  switch (opRecord(node.op).kind) {
    case 'view':
    case 'gather':
    case 'random':
      return true
    case 'reduction':
      return !isFloat(node.inputs[0]?.type.dtype ?? 'f32') || isExtreme(node)
    default:
      return false
  }
}

const isExtreme = ({ op }: Value): boolean => ['reduceMax', 'reduceMin', 'argMax', 'argMin'].includes(op)

/** Whether `foldedData` knows this node's elements. */
export const isFoldable = (node: Value): boolean =>
  node.inputs.length > 0 &&
  node.inputs.every(isConstant) &&
  (opRecord(node.op).kind === 'elementwise' || isExactByReference(node))

/** The elements of a foldable node, of the dtype's own array type. */
export function foldedData(node: Value): TypedArray {
  const { dtype, shape } = node.type
  const result = dtypes[dtype].allocate(sizeOf(shape))
  if (opRecord(node.op).kind === 'elementwise') {
    const operands = node.inputs.map(elementsOf)
    for (let at = 0; at < result.length; at++) {
      result[at] = scalarValue(
        node,
        operands.map((elements) => elements(at)),
      )
    }
    return result
  }
  const { data } = opRecord(node.op).evaluate(node.inputs.map(arrayOf), node.attrs, node.type)
  result.set(data)
  return result
}

/** One element of an elementwise op, from one element of each operand. */
export function scalarValue(node: Value, operands: readonly number[]): number {
  const { lowering } = opRecord(node.op)
  if (lowering.kind !== 'pull') throw internalError('fold-constants', `${node.op} is not computed by element`)
  const values = [...operands]
  const types: DType[] = node.inputs.map((input) => input.type.dtype)
  const push = (dtype: DType, value: number): number => {
    types.push(dtype)
    return values.push(value) - 1
  }
  const known = (what: string): never => {
    throw internalError(
      'fold-constants',
      `${node.op} asks for ${what}, which an elementwise op does not have`,
    )
  }
  const k: ScalarEmitter = {
    constant: push,
    call: (op, dtype, ...args) =>
      push(
        dtype,
        applyScalar(
          op,
          dtype,
          types[args[0] ?? 0] ?? dtype,
          args.map((id) => values[id] ?? Number.NaN),
        ),
      ),
    dtypeOf: (id) => types[id] ?? node.type.dtype,
    index: () => known('an index'),
    within: () => known('bounds'),
  }
  const result = lowering.scalar({
    k,
    values: operands.map((_, id) => id),
    accesses: [],
    at: [],
    attrs: node.attrs,
    type: node.type,
  })
  return values[result] ?? Number.NaN
}

/** Reads one element of a constant. */
function elementsOf(value: Value): (at: number) => number {
  if (value.op === 'full') {
    const { value: element } = (value as Value<'full'>).attrs
    return () => element
  }
  const { data } = (value as Value<'literal'>).attrs
  return (at) => data[at] ?? Number.NaN
}

function arrayOf(value: Value): NdArray {
  const { dtype, shape } = value.type
  const elements = elementsOf(value)
  return toNdArray(
    dtype,
    shape,
    Array.from({ length: sizeOf(shape) }, (_, at) => elements(at)),
  )
}
