// The branch: one of two regions, chosen by a scalar.
import { z } from 'zod'
import { HeddleError } from '../errors.ts'
import type { OpDef } from '../ir/define.ts'
import type { Region } from '../ir/region.ts'
import { formatType, type TensorType, typesEqual } from '../ir/tensor-type.ts'
import type { Value } from '../ir/value.ts'
import {
  checkRegionInputs,
  checkResult,
  checkScalarBool,
  controlOp,
  countSchema,
  regionSchema,
  resultsOf,
} from './control.ts'

export interface CondAttrs {
  readonly whenTrue: Region
  readonly whenFalse: Region
  /** Which result of the region chosen. */
  readonly result: number
}

/**
 * Runs `whenTrue` on the operands after the first if that one holds, else `whenFalse`.
 *
 * - C1 the first operand is bool[]. Throws `DTYPE_PREDICATE`.
 * - C2 both regions take the other operands. Throws `GRAPH_REGION_INPUTS`.
 * - C3 both have results of the same types. Throws `SHAPE_COND_RESULTS`. C4 `result` is one of them. Throws `ATTR_RESULT`.
 */
export const cond: OpDef<number, CondAttrs> = controlOp('cond', {
  summary: 'one of two bodies, chosen by a scalar',
  why: 'runs one body only',
  attrs: z.strictObject({ whenTrue: regionSchema, whenFalse: regionSchema, result: countSchema }),
  infer: ([predicate, ...operands], { whenTrue, whenFalse, result }) => {
    checkScalarBool('cond', 'the predicate', predicate ?? { dtype: 'f32', shape: [] }) // C1
    checkRegionInputs('cond', 'the body for true', whenTrue, operands) // C2
    checkRegionInputs('cond', 'the body for false', whenFalse, operands)
    checkBranches(whenTrue, whenFalse) // C3
    checkResult('cond', result, whenTrue.results.length) // C4
    return (whenTrue.results[result] as Value).type
  },
  evaluateResults: ([predicate, ...operands], siblings, run) => {
    const holds = predicate?.data[0] === 1
    const chosen = siblings.map(({ whenTrue, whenFalse, result }): [Region, number] => [
      holds ? whenTrue : whenFalse,
      result,
    ])
    return resultsOf(chosen, operands, run)
  },
  vjp: { byRegions: 'a branch between the derivatives of both regions, each computing its region again' },
})

function checkBranches(whenTrue: Region, whenFalse: Region): void {
  const count = Math.max(whenTrue.results.length, whenFalse.results.length)
  for (let k = 0; k < count; k++) {
    const [left, right] = [whenTrue.results[k]?.type, whenFalse.results[k]?.type]
    if (left === undefined || right === undefined || !typesEqual(left, right))
      throw branchTypes(k, left, right)
  }
}

const words = (type: TensorType | undefined): string => (type === undefined ? 'missing' : formatType(type))

const branchTypes = (
  k: number,
  then: TensorType | undefined,
  otherwise: TensorType | undefined,
): HeddleError =>
  new HeddleError(
    'SHAPE_COND_RESULTS',
    `cond: result ${k} is ${words(then)} where the predicate holds and ${words(otherwise)} where not; these must be equal`,
    { details: { result: k, then, otherwise, constraint: 'C3' } },
  )
