// The bounded loop: what `scan` records. One step after the other; what is carried goes from step to step, sequences are read
// row by row, any value of the body can be stacked.
import { z } from 'zod'
import { formatShape } from '../dim.ts'
import { HeddleError, internalError } from '../errors.ts'
import { type NdArray, rowOf, setRow, toNdArray, zeros } from '../interpret/nd-array.ts'
import type { OpDef } from '../ir/define.ts'
import { createRegion, type Region } from '../ir/region.ts'
import { formatType, type TensorType, typesEqual } from '../ir/tensor-type.ts'
import type { Value } from '../ir/value.ts'
import { checkRegionInputs, controlOp, countSchema, nodeAt, regionSchema } from './control.ts'
import { range } from './support.ts'

export interface LoopAttrs {
  /** Inputs: the position (i32), what is carried, one row of each sequence, constants. Its first results are what is carried next. */
  readonly body: Region
  /** Operands carried from step to step; they come first. */
  readonly carries: number
  /** Operands read row by row; they come next. All others are constants. */
  readonly sequences: number
  /** Steps. */
  readonly length: number
  /** Positions go from last to first; stacks and sequences keep their order. */
  readonly reverse: boolean
  /** Below `carries`: what is carried after the last step. Else: the stack of the body's node at position `result - carries`. */
  readonly result: number
}

/**
 * Runs `body` for each position `0 … length-1`.
 *
 * Shapes: carries `[c…]`, sequences `[length, s…]`, constants any. Results: a carry `[c…]`, a stack `[length, v…]`.
 * - C1 the body takes the position, carries, rows and constants, of the operands' types. Throws `GRAPH_REGION_INPUTS`.
 * - C2 a sequence has `length` rows. Throws `SHAPE_LOOP_SEQUENCE`.
 * - C3 what is carried keeps its type. Throws `SHAPE_LOOP_CARRY`.
 * - C4 `result` is a carry or a node of the body. Throws `ATTR_RESULT`.
 */
export const loop: OpDef<number, LoopAttrs> = controlOp('loop', {
  summary: 'a body run for each position; carries go from step to step, values are stacked',
  why: 'a body that runs as often as said, and has a derivative',
  attrs: z.strictObject({
    body: regionSchema,
    carries: countSchema,
    sequences: countSchema,
    length: countSchema,
    reverse: z.boolean(),
    result: countSchema,
  }),
  infer: (inputs, { body, carries, sequences, length, result }) => {
    const rows = inputs.slice(carries, carries + sequences).map((type, k): TensorType => {
      if (type.shape[0] !== length) throw sequenceRows(k, type, length) // C2
      return { dtype: type.dtype, shape: type.shape.slice(1) }
    })
    const position: TensorType = { dtype: 'i32', shape: [] }
    const handed = [position, ...inputs.slice(0, carries), ...rows, ...inputs.slice(carries + sequences)]
    checkRegionInputs('loop', 'the body', body, handed) // C1
    for (const k of range(carries)) {
      const [before, next] = [inputs[k], body.results[k]?.type]
      if (before === undefined || next === undefined || !typesEqual(before, next))
        throw carryType(k, before, next) // C3
    }
    const carried = inputs[result]
    if (result < carries && carried !== undefined) return carried
    const { dtype, shape } = nodeAt('loop', body, result - carries).type // C4
    return { dtype, shape: [length, ...shape] }
  },
  evaluateResults: (inputs, siblings, run) => {
    const [first] = siblings
    if (first === undefined) return []
    const { carries, sequences, length, reverse } = first
    const body = joinedBody(siblings)
    const rows = inputs.slice(carries, carries + sequences)
    const constants = inputs.slice(carries + sequences)
    const stacked = siblings.map(stackedNode)
    const stacks = stacked.map((node) =>
      node === undefined ? undefined : zeros(node.type.dtype, [length, ...node.type.shape]),
    )
    let carried = inputs.slice(0, carries)
    for (let step = 0; step < length; step++) {
      const at = reverse ? length - 1 - step : step
      const position = toNdArray('i32', [], [at])
      const get = run(body, [position, ...carried, ...rows.map((each) => rowOf(each, at)), ...constants])
      stacked.forEach((node, k) => {
        const stack = stacks[k]
        if (node !== undefined && stack !== undefined) setRow(stack, at, get(node))
      })
      carried = body.results.slice(0, carries).map(get)
    }
    return siblings.map(({ result }, k) => stacks[k] ?? (carried[result] as NdArray))
  },
  // Bodies of one builder with the same inputs that carry the same on: whatever else they keep, it is one run.
  sameRun: (x, y) => {
    const isSameStep =
      x.body === y.body ||
      (equalLists(x.body.inputs, y.body.inputs) &&
        equalLists(x.body.results.slice(0, x.carries), y.body.results.slice(0, y.carries)))
    const { carries, sequences, length, reverse } = x
    const isSameRange = length === y.length && reverse === y.reverse
    return isSameRange && carries === y.carries && sequences === y.sequences && isSameStep
  },
  vjp: { byRegions: 'a loop in the other direction over the derivative of the body' },
})

/** The node of the body that a loop stacks; `undefined` for a loop that gives a carry. */
export const stackedNode = ({ body, carries, result }: LoopAttrs): Value | undefined =>
  result < carries ? undefined : nodeAt('loop', body, result - carries)

/** The body of a run of siblings: its results are the carries and everything that one of them stacks. */
export function joinedBody(siblings: readonly LoopAttrs[]): Region {
  const [first] = siblings
  if (first === undefined) throw internalError('loop', 'a run has no siblings')
  const { body, carries } = first
  const isOne = siblings.every((each) => each.body === body)
  if (isOne) return body
  const stacked = siblings.map(stackedNode).filter((node) => node !== undefined)
  return createRegion(body.inputs, [...body.results.slice(0, carries), ...new Set(stacked)])
}

const equalLists = (x: readonly Value[], y: readonly Value[]): boolean =>
  x.length === y.length && x.every((value, k) => value === y[k])

const sequenceRows = (k: number, type: TensorType, length: number): HeddleError =>
  new HeddleError(
    'SHAPE_LOOP_SEQUENCE',
    `loop: sequence ${k} is ${formatShape(type.shape)}; its first axis must be the ${length} steps`,
    { details: { sequence: k, shape: type.shape, length, constraint: 'C2' } },
  )

const words = (type: TensorType | undefined): string => (type === undefined ? 'missing' : formatType(type))

const carryType = (k: number, before: TensorType | undefined, next: TensorType | undefined): HeddleError =>
  new HeddleError(
    'SHAPE_LOOP_CARRY',
    `loop: carry ${k} begins as ${words(before)} and is ${words(next)} after a step; these must be equal`,
    { details: { carry: k, before, next, constraint: 'C3' } },
  )
