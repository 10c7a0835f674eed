// The loop whose number of steps depends on values.
import type { HeddleError } from '../errors.ts'
import { traced } from '../ir/provenance.ts'
import { formatType, typesEqual } from '../ir/tensor-type.ts'
import type { Value } from '../ir/value.ts'
import { builderAround, recordBody, typesOf, unionOf } from './body.ts'
import { errorHere } from './operand.ts'
import { type Leaf, leavesLike, leavesOf, type Tree, treeOf } from './tree.ts'

export interface WhileLoopOptions {
  /** Most steps. Default: no limit but the condition. */
  readonly limit?: number | undefined
}

type WhileLoop = <C extends Tree>(
  condition: (carry: C) => Value,
  body: (carry: C) => C,
  init: C,
  options?: WhileLoopOptions,
) => C

/**
 * Runs a body as long as a condition on what it carries holds.
 *
 * Shapes: `init [c…]`; the condition gives `[]`; the body keeps what it carries.
 * - C1 the condition gives bool[]. Throws `DTYPE_PREDICATE`.
 * - C2 what is carried keeps its form and types. Throws `GRAPH_TREE`, `SHAPE_LOOP_CARRY`.
 * - C3 `limit` is a whole number. Throws `ATTR_WHILE_LIMIT`.
 *
 * Runs where the target's steps may hold plans (`capabilities.loops`); others refuse with `LOWER_WHILE_UNSUPPORTED`. Where the
 * host does not share the device's memory (WebGL2), it waits for the device before every step, to read the condition.
 *
 * Gradient: none in reverse; differentiating throws `GRAD_WHILE_LOOP`. `scan` with a bound has one.
 *
 * @example
 * const halving = program('halving', ({ input }) => ({
 *   y: whileLoop((x: Value) => gt(x, 1), (x: Value) => div(x, 2), input('x', 'f32', [])),
 * }))
 * const session = await compile(halving, { backend: cpu() })
 * const { y } = await session.run({ x: 100 })
 * y.toNested() // => 0.78125
 */
export const whileLoop: WhileLoop = traced(
  (condition: Body, body: Body, init: unknown, { limit }: WhileLoopOptions = {}): unknown => {
    if (limit !== undefined && (!Number.isInteger(limit) || limit < 0)) throw badLimit(limit)
    const carries = leavesOf('whileLoop', 'init', init)
    const around = builderAround('whileLoop', carries)
    const inputs = typesOf(
      'carry',
      carries.map(({ value }) => value.type),
    )
    const run = (each: Body) =>
      recordBody('whileLoop', around, inputs, (values) => each(treeOf(init, values)))
    const [test, step] = [run(condition), run(body)]
    const holds = leavesOf('whileLoop', 'the condition', test.returned)
    const next = leavesLike('whileLoop', 'carry', step.returned, init)
    next.forEach((leaf, k) => {
      checkCarry(leaf, carries[k] as Leaf)
    })
    const captured = unionOf(test.captured, step.captured)
    const attrs = {
      condition: test.finish(holds.map(test.own), captured),
      body: step.finish(next.map(step.own), captured),
      carries: carries.length,
      ...(limit === undefined ? {} : { limit }),
    }
    const operands = [...carries.map(({ value }) => value), ...captured]
    return treeOf(
      init,
      carries.map((_, result) => around.whileLoop(...operands, { ...attrs, result })),
    )
  },
) as WhileLoop

type Body = (carry: unknown) => unknown

function checkCarry(next: Leaf, before: Leaf): void {
  if (!typesEqual(next.value.type, before.value.type)) throw carryType(next, before)
}

const carryType = (next: Leaf, before: Leaf): HeddleError =>
  errorHere(
    'SHAPE_LOOP_CARRY',
    `whileLoop: ${next.path} is ${formatType(next.value.type)} after a step, ${before.path} is ${formatType(before.value.type)}; what is carried keeps its dtype and shape`,
    { carry: next.path, before: before.value.type, next: next.value.type, constraint: 'C2' },
  )

const badLimit = (limit: number): HeddleError =>
  errorHere('ATTR_WHILE_LIMIT', `whileLoop: limit is ${limit}; it must be a whole number, at least 0`, {
    limit,
    constraint: 'C3',
  })
