// A part of the program whose inside is not kept for backward.
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { builderAround, recordBody, typesOf } from './body.ts'
import { asValue } from './operand.ts'
import { leavesOf, type Tree, treeOf } from './tree.ts'

type Checkpoint = <R extends Tree>(body: (...operands: Value[]) => R, ...operands: readonly Value[]) => R

/**
 * `body(...operands)`, whose backward computes the inside again instead of keeping it.
 *
 * Kept are the operands, and values around the body that it uses; the price is one more forward run of the body.
 *
 * Gradient: that of the body.
 *
 * @example
 * const b = createBuilder()
 * const x = b.input({ name: 'x', dtype: 'f32', shape: [1000] })
 * const y = checkpoint((x) => exp(sin(exp(sin(x)))), x)
 * savedForBackward([y], gradient(sum(y), [x])).values.length // => 1
 */
export const checkpoint: Checkpoint = traced((body: Body, ...operands: readonly Value[]): unknown => {
  const leaves = operands.map((value, k) => ({
    path: `operand ${k}`,
    value: asValue('checkpoint', value, k),
  }))
  const around = builderAround('checkpoint', leaves)
  const inputs = typesOf(
    'x',
    operands.map(({ type }) => type),
  )
  const recorded = recordBody('checkpoint', around, inputs, (values) => body(...values))
  const results = leavesOf('checkpoint', 'the result', recorded.returned)
  const region = recorded.finish(results.map(recorded.own), recorded.captured)
  const values = [...operands, ...recorded.captured]
  return treeOf(
    recorded.returned,
    results.map((_, result) => around.checkpoint(...values, { body: region, isolated: false, result })),
  )
}) as Checkpoint

type Body = (...operands: Value[]) => unknown
