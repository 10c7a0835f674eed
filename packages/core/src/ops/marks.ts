// Regions that only matter to derivatives: run, they are their bodies. `checkpoint` says that what is inside is not kept for
// backward, `customVjp` brings a derivative of its own. `barrier` keeps what is computed again from being taken for the first.
import { z } from 'zod'
import { HeddleError } from '../errors.ts'
import type { OpDef } from '../ir/define.ts'
import { defineOp, type NoAttrs } from '../ir/define.ts'
import type { Region } from '../ir/region.ts'
import { formatType, type TensorType, typesEqual } from '../ir/tensor-type.ts'
import type { Value } from '../ir/value.ts'
import { checkRegionInputs, checkResult, controlOp, countSchema, regionSchema, resultsOf } from './control.ts'
import { noAttrsSchema } from './pointwise.ts'
import { samePlace } from './support.ts'

export interface CheckpointAttrs {
  readonly body: Region
  /** Its nodes are never merged with others: what backward computes again. */
  readonly isolated: boolean
  readonly result: number
}

/**
 * The body applied to the operands; backward computes what it needs of the inside again.
 *
 * - C1 the body takes the operands. Throws `GRAPH_REGION_INPUTS`. C2 `result` is one of its results. Throws `ATTR_RESULT`.
 */
export const checkpoint: OpDef<number, CheckpointAttrs> = controlOp('checkpoint', {
  summary: 'a body whose inside is computed again for backward',
  why: 'says what backward does not keep',
  attrs: z.strictObject({ body: regionSchema, isolated: z.boolean(), result: countSchema }),
  infer: (inputs, { body, result }) => {
    checkRegionInputs('checkpoint', 'the body', body, inputs) // C1
    checkResult('checkpoint', result, body.results.length) // C2
    return (body.results[result] as Value).type
  },
  evaluateResults: (inputs, siblings, run) =>
    resultsOf(
      siblings.map(({ body, result }) => [body, result]),
      inputs,
      run,
    ),
  vjp: { byRegions: 'the derivative of the body, with the body computed again' },
})

export interface CustomVjpAttrs {
  /** From the operands to the outputs, then what backward needs. */
  readonly forward: Region
  /** From what it needs and the cotangents of the float outputs to the cotangents of the operands `wrt`. */
  readonly backward: Region
  /** Outputs; further results of `forward` are for backward only. */
  readonly outputs: number
  /** Operands that have cotangents, in the order of the results of `backward`. */
  readonly wrt: readonly number[]
  readonly result: number
}

/**
 * `forward` applied to the operands, with `backward` as its derivative.
 *
 * - C1 `forward` takes the operands. Throws `GRAPH_REGION_INPUTS`. C2 `result` is one of its results. Throws `ATTR_RESULT`.
 * - C3 a result of `backward` has the type of its operand. Throws `GRAD_CUSTOM_COTANGENT`.
 */
export const customVjp: OpDef<number, CustomVjpAttrs> = controlOp('customVjp', {
  summary: 'a body with a derivative given by the user',
  why: 'brings its derivative',
  attrs: z.strictObject({
    forward: regionSchema,
    backward: regionSchema,
    outputs: countSchema,
    wrt: z.array(countSchema).readonly(),
    result: countSchema,
  }),
  infer: (inputs, { forward, backward, wrt, result }) => {
    checkRegionInputs('customVjp', 'forward', forward, inputs) // C1
    checkResult('customVjp', result, forward.results.length) // C2
    wrt.forEach((operand, k) => {
      const [expected, found] = [inputs[operand], backward.results[k]?.type]
      if (expected === undefined || found === undefined || !typesEqual(expected, found))
        throw customCotangent(operand, expected, found) // C3
    })
    return (forward.results[result] as Value).type
  },
  evaluateResults: (inputs, siblings, run) =>
    resultsOf(
      siblings.map(({ forward, result }) => [forward, result]),
      inputs,
      run,
    ),
  vjp: { byRegions: 'the backward region' },
})

/** `y = x`, another node than `x`: equal computations before and after it stay two. */
export const barrier: OpDef<1, NoAttrs> = defineOp('barrier', {
  summary: 'x, never merged with x',
  why: 'keeps equal computations two',
  kind: 'elementwise',
  moves: true,
  arity: 1,
  attrs: noAttrsSchema,
  infer: ([x]) => x,
  evaluate: ([x]) => x,
  vjp: ({ cotangent }) => [cotangent],
  lowering: { kind: 'pull', cost: 0, accesses: samePlace, scalar: ({ values: [x = 0] }) => x },
  samples: [
    { inputs: [{ dtype: 'f32', shape: [2, 3] }], attrs: {} },
    { inputs: [{ dtype: 'i32', shape: [] }], attrs: {} },
  ],
  errorSamples: [],
})

const words = (type: TensorType | undefined): string => (type === undefined ? 'missing' : formatType(type))

const customCotangent = (
  operand: number,
  expected: TensorType | undefined,
  found: TensorType | undefined,
): HeddleError =>
  new HeddleError(
    'GRAD_CUSTOM_COTANGENT',
    `customVjp: operand ${operand} is ${words(expected)}, the cotangent that backward returns for it ${words(found)}; these must be equal`,
    { details: { operand, expected, found, constraint: 'C3' } },
  )
