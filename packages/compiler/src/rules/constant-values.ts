// What an op makes of constants, to the bit as runtimes compute it: elementwise ops by their own scalar code, each operation
// rounded to its dtype; ops that only move or choose elements by their reference meaning. Sums and products of floats are
// left alone: their order belongs to kernels.
import {
  applyScalar,
  castScalar,
  type DType,
  dtypes,
  internalError,
  isFloat,
  type NdArray,
  opRecord,
  readElement,
  type Scalar,
  type ScalarEmitter,
  scalarOf,
  sizeOf,
  type TypedArray,
  toNdArray,
  type Value,
  writeElement,
} from '@heddle/core'
import { computesInStorage } from '../rewrite/storage.ts'

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
      const value = scalarValue(
        node,
        operands.map((elements) => elements(at)),
      )
      writeElement(dtype, result, at, value)
    }
    return result
  }
  const { data } = opRecord(node.op).evaluate(node.inputs.map(arrayOf), node.attrs, node.type)
  for (let at = 0; at < result.length; at++) writeElement(dtype, result, at, data[at] ?? 0)
  return result
}

/** One element of an elementwise op, from one element of each operand; rounded once where it is only stored. */
export function scalarValue(node: Value, operands: readonly Scalar[]): Scalar {
  const { lowering } = opRecord(node.op)
  if (lowering.kind !== 'pull') throw internalError('fold-constants', `${node.op} is not computed by element`)
  const values = [...operands]
  const isStored = computesInStorage(node)
  const computed = (dtype: DType): DType => (isStored ? dtypes[dtype].computesAs : dtype)
  const types: DType[] = node.inputs.map((input) => computed(input.type.dtype))
  const push = (dtype: DType, value: Scalar): number => {
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
    constant: (dtype, value) => push(dtype, scalarOf(dtype, value)),
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
    dtypeOf: (id) => types[id] ?? computed(node.type.dtype),
    index: () => known('an index'),
    within: () => known('bounds'),
  }
  const result = lowering.scalar({
    k,
    values: operands.map((_, id) => id),
    accesses: [],
    at: [],
    attrs: node.attrs,
    type: { ...node.type, dtype: computed(node.type.dtype) },
  })
  const value = values[result] ?? Number.NaN
  return isStored ? castScalar(value, types[result] ?? node.type.dtype, node.type.dtype) : value
}

/** Reads one element of a constant. */
function elementsOf(value: Value): (at: number) => Scalar {
  if (value.op === 'full') {
    const { dtype, value: number } = (value as Value<'full'>).attrs
    const element = scalarOf(dtype, number)
    return () => element
  }
  const { dtype, data } = (value as Value<'literal'>).attrs
  return (at) => readElement(dtype, data, at) ?? Number.NaN
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
