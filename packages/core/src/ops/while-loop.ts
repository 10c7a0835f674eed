// The unbounded loop: runs while a condition on what is carried holds. Forward only: how many steps there will be is not
// known before, so there is nothing to keep a backward pass's values in.
import { z } from 'zod'
import { HeddleError } from '../errors.ts'
import type { NdArray } from '../interpret/nd-array.ts'
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
} from './control.ts'

export interface WhileLoopAttrs {
  /** From carries and constants to one bool[]. */
  readonly condition: Region
  /** From carries and constants to the next carries. */
  readonly body: Region
  /** Operands carried from step to step; they come first, all others are constants. */
  readonly carries: number
  /** Most steps; without it there is no end but the condition's. */
  readonly limit?: number | undefined
  /** Which carry. */
  readonly result: number
}

/**
 * Runs `body` while `condition` holds.
 *
 * - C1 both regions take carries and constants. Throws `GRAPH_REGION_INPUTS`.
 * - C2 the condition gives one bool[]. Throws `DTYPE_PREDICATE`.
 * - C3 what is carried keeps its type. Throws `SHAPE_LOOP_CARRY`. C4 `result` is a carry. Throws `ATTR_RESULT`.
 */
export const whileLoop: OpDef<number, WhileLoopAttrs> = controlOp('whileLoop', {
  summary: 'a body run while a condition holds',
  why: 'runs as often as data says',
  attrs: z.strictObject({
    condition: regionSchema,
    body: regionSchema,
    carries: countSchema,
    limit: countSchema.optional(),
    result: countSchema,
  }),
  infer: (inputs, { condition, body, carries, result }) => {
    checkRegionInputs('whileLoop', 'the condition', condition, inputs) // C1
    checkRegionInputs('whileLoop', 'the body', body, inputs)
    const [holds] = condition.results
    checkScalarBool('whileLoop', 'the condition', holds?.type ?? { dtype: 'f32', shape: [] }) // C2
    inputs.slice(0, carries).forEach((before, k) => {
      const next = body.results[k]?.type
      if (next === undefined || !typesEqual(before, next)) throw carryType(k, before, next) // C3
    })
    checkResult('whileLoop', result, carries) // C4
    return inputs[result] as TensorType
  },
  evaluateResults: (inputs, siblings, run) => {
    const [first] = siblings
    if (first === undefined) return []
    const { condition, body, carries, limit = Number.POSITIVE_INFINITY } = first
    const constants = inputs.slice(carries)
    const [holds] = condition.results
    let carried = inputs.slice(0, carries)
    for (let step = 0; step < limit; step++) {
      const test = run(condition, [...carried, ...constants])(holds as Value)
      if (test.data[0] !== 1) break
      carried = body.results.slice(0, carries).map(run(body, [...carried, ...constants]))
    }
    return siblings.map(({ result }) => carried[result] as NdArray)
  },
  vjp: { byRegions: 'not differentiable in reverse: GRAD_WHILE_LOOP' },
})

const carryType = (k: number, before: TensorType, next: TensorType | undefined): HeddleError =>
  new HeddleError(
    'SHAPE_LOOP_CARRY',
    `whileLoop: carry ${k} begins as ${formatType(before)} and is ${next === undefined ? 'missing' : formatType(next)} after a step; these must be equal`,
    { details: { carry: k, before, next, constraint: 'C3' } },
  )
