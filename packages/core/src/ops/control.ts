// What the records of control flow share. Such an op runs regions; each of its results is a node of its own, told apart by
// the attribute `result` (`ir/siblings.ts`). Nothing here is computed by element: targets expand these ops or run plans.
import { z } from 'zod'
import { HeddleError, internalError } from '../errors.ts'
import type { NdArray } from '../interpret/nd-array.ts'
import { defineOp, type OpDef, type OpSpec, type RunRegion, variadic } from '../ir/define.ts'
import { isRegion, type Region, regionNodes } from '../ir/region.ts'
import { formatType, type TensorType, typesEqual } from '../ir/tensor-type.ts'
import type { Value } from '../ir/value.ts'

export const regionSchema: z.ZodType<Region> = z.custom<Region>(
  (value) => typeof value === 'object' && value !== null && isRegion(value),
  'must be a region',
)
export const countSchema: z.ZodType<number> = z.int().nonnegative()

type ControlSpec<A> = Pick<OpSpec<number, A>, 'summary' | 'why' | 'attrs' | 'infer' | 'vjp' | 'sameRun'> &
  Required<Pick<OpSpec<number, A>, 'evaluateResults'>>

/** Samples need regions, which need a builder: these ops are tested by programs. */
export const controlOp = <A>(name: string, spec: ControlSpec<A>): OpDef<number, A> =>
  defineOp<number, A>(name, {
    ...spec,
    kind: 'control',
    arity: variadic,
    evaluate: () => {
      throw internalError('interpreter', `${name} was evaluated without its siblings`)
    },
    lowering: { kind: 'control' },
    samples: [],
    errorSamples: [],
  })

/** Results of a body that runs once. */
export function resultsOf(
  siblings: readonly (readonly [body: Region, result: number])[],
  inputs: readonly NdArray[],
  run: RunRegion,
): readonly NdArray[] {
  const [first] = siblings
  if (first === undefined) return []
  const [body] = first
  const get = run(body, inputs)
  return siblings.map(([, result]) => get(body.results[result] as Value))
}

/** A region takes operands of these types, in this order. */
export function checkRegionInputs(
  op: string,
  what: string,
  region: Region,
  types: readonly TensorType[],
): void {
  if (region.inputs.length !== types.length) throw regionArity(op, what, region.inputs.length, types.length)
  region.inputs.forEach((input, k) => {
    const given = types[k]
    if (given !== undefined && !typesEqual(input.type, given))
      throw regionInput(op, what, k, input.type, given)
  })
}

/** The result of a region at a position. */
export function checkResult(op: string, result: number, count: number): void {
  if (result < 0 || result >= count) throw resultRange(op, result, count)
}

export const nodeAt = (op: string, region: Region, position: number): Value => {
  const nodes = regionNodes(region)
  const node = nodes[position]
  if (node === undefined) throw resultRange(op, position, nodes.length)
  return node
}

export function checkScalarBool(op: string, what: string, type: TensorType): void {
  if (type.dtype !== 'bool' || type.shape.length !== 0) throw notPredicate(op, what, type)
}

const regionArity = (op: string, what: string, found: number, given: number): HeddleError =>
  new HeddleError('GRAPH_REGION_INPUTS', `${op}: ${what} has ${found} inputs; the op hands in ${given}`, {
    details: { op, found, given },
  })

const regionInput = (
  op: string,
  what: string,
  k: number,
  input: TensorType,
  given: TensorType,
): HeddleError =>
  new HeddleError(
    'GRAPH_REGION_INPUTS',
    `${op}: input ${k} of ${what} is ${formatType(input)}; the op hands in ${formatType(given)}`,
    { details: { op, input: k, expected: input, given } },
  )

const resultRange = (op: string, result: number, count: number): HeddleError =>
  new HeddleError('ATTR_RESULT', `${op}: result ${result} does not exist; there are ${count}`, {
    details: { op, result, count },
  })

const notPredicate = (op: string, what: string, type: TensorType): HeddleError =>
  new HeddleError('DTYPE_PREDICATE', `${op}: ${what} is ${formatType(type)}; it must be a scalar bool[]`, {
    details: { op, type },
  })
