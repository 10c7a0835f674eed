// The bounded, differentiable loop.
import { formatShape } from '../dim.ts'
import type { HeddleError } from '../errors.ts'
import { traced } from '../ir/provenance.ts'
import { regionPositions } from '../ir/region.ts'
import { formatType, type TensorType, typesEqual } from '../ir/tensor-type.ts'
import type { Value } from '../ir/value.ts'
import { builderAround, recordBody, typesOf } from './body.ts'
import { describe, errorHere, isValue } from './operand.ts'
import { type Leaf, leavesLike, leavesOf, type Tree, treeOf } from './tree.ts'

export interface ScanOptions<C, X> {
  /** What the first step carries. */
  readonly init: C
  /** Read row by row: step `i` gets row `i` of every value. */
  readonly xs?: X
  /** Steps; needed only without `xs`. */
  readonly length?: number | undefined
  /** From the last row to the first; `ys` keep the order of `xs`. Default false. */
  readonly reverse?: boolean | undefined
}

export interface ScanStep<C, Y> {
  /** What the next step carries: of the form, dtypes and shapes of `init`. */
  readonly carry: C
  /** What is stacked. */
  readonly y?: Y
}

export interface ScanResult<C, Y> {
  /** What the last step carried on. */
  readonly carry: C
  /** The `y` of all steps, stacked along a first axis. */
  readonly ys: Y
}

type Scan = <C extends Tree, X extends Tree | undefined = undefined, Y extends Tree | undefined = undefined>(
  body: (carry: C, x: X, position: Value) => ScanStep<C, Y>,
  options: ScanOptions<C, X>,
) => ScanResult<C, Y>

/**
 * Runs a body once per row of `xs`, handing what it carries from step to step.
 *
 * The body is recorded once; it may use any value around it, and gets the position of its step (i32) as third argument.
 *
 * Shapes: `init [c…]`, `xs [length, x…]`; the body sees `[c…]` and `[x…]`; `carry [c…]`, `ys [length, y…]`.
 * Dtypes: any; kept.
 * - C1 what is carried keeps its form and types. Throws `GRAPH_TREE`, `SHAPE_SCAN_CARRY`.
 * - C2 all of `xs` have one number of rows, which is `length` if that is given. Throws `SHAPE_SCAN_LENGTH`.
 * - C3 the body returns `{ carry, y }`, or `{ carry }`. Throws `GRAPH_SCAN_BODY`.
 *
 * One step of a plan where the target's steps may hold plans (`capabilities.loops`), unrolled elsewhere.
 *
 * Gradient: of `init`, of `xs`, and of all float values around the body that it uses. Backward is a loop in the other
 * direction; what it needs of the forward steps is stacked, unless it costs less to compute it again from what is stacked.
 *
 * @example
 * const sums = program('sums', ({ b, input }) => {
 *   const { ys } = scan((sum: Value, x: Value) => ({ carry: add(sum, x), y: add(sum, x) }), {
 *     init: full(b, 'f32', [], 0),
 *     xs: input('x', 'f32', [4]),
 *   })
 *   return { ys }
 * })
 * const session = await compile(sums, { backend: cpu() })
 * const { ys } = await session.run({ x: [1, 2, 3, 4] })
 * ys.toNested() // => [1, 3, 6, 10]
 */
export const scan: Scan = traced(
  (
    body: Body,
    { init, xs, length: given, reverse = false }: ScanOptions<unknown, unknown>,
  ): ScanResult<unknown, unknown> => {
    const carries = leavesOf('scan', 'init', init)
    const sequences = leavesOf('scan', 'xs', xs)
    const around = builderAround('scan', [...carries, ...sequences])
    const length = lengthOf(sequences, given)
    const inputs: readonly (readonly [string, TensorType])[] = [
      ['position', { dtype: 'i32', shape: [] }],
      ...typesOf('carry', carries.map(typeOf)),
      ...typesOf(
        'x',
        sequences.map(({ value: { type } }) => ({ dtype: type.dtype, shape: type.shape.slice(1) })),
      ),
    ]
    const recorded = recordBody('scan', around, inputs, ([position, ...values]) =>
      body(
        treeOf(init, values.slice(0, carries.length)),
        treeOf(xs, values.slice(carries.length)),
        position as Value,
      ),
    )
    const { returned } = recorded
    if (!isStep(returned)) throw notAStep(returned)
    const next = leavesLike('scan', 'carry', returned.carry, init)
    next.forEach((leaf, k) => {
      checkCarry(leaf, carries[k] as Leaf)
    })
    const stacked = leavesOf('scan', 'y', returned.y).map(recorded.own)
    const region = recorded.finish([...next.map(recorded.own), ...stacked], recorded.captured)
    const operands = [...[...carries, ...sequences].map(({ value }) => value), ...recorded.captured]
    const positions = regionPositions(region)
    const result = (k: number): Value =>
      around.loop(...operands, {
        body: region,
        carries: carries.length,
        sequences: sequences.length,
        length,
        reverse,
        result: k,
      })
    return {
      carry: treeOf(
        init,
        carries.map((_, k) => result(k)),
      ),
      ys: treeOf(
        returned.y,
        stacked.map((value) => result(carries.length + (positions.get(value) ?? 0))),
      ),
    }
  },
) as Scan

type Body = (carry: unknown, x: unknown, position: Value) => ScanStep<unknown, unknown>

const typeOf = ({ value }: Leaf): TensorType => value.type

function isStep(returned: unknown): returned is ScanStep<unknown, unknown> {
  const isRecord = typeof returned === 'object' && returned !== null && !Array.isArray(returned)
  return isRecord && !isValue(returned) && 'carry' in returned
}

function lengthOf(sequences: readonly Leaf[], given: number | undefined): number {
  const [first] = sequences
  const length = given ?? first?.value.type.shape[0]
  if (length === undefined || !Number.isInteger(length) || length < 0) throw noLength(first, given)
  for (const leaf of sequences) if (leaf.value.type.shape[0] !== length) throw rowCount(leaf, length)
  return length
}

function checkCarry(next: Leaf, before: Leaf): void {
  if (!typesEqual(next.value.type, before.value.type)) throw carryType(next, before)
}

const notAStep = (returned: unknown): HeddleError =>
  errorHere(
    'GRAPH_SCAN_BODY',
    `scan: the body returned ${describe(returned)}; it must return { carry, y }, or { carry } if nothing is to be stacked`,
    { constraint: 'C3' },
  )

const carryType = (next: Leaf, before: Leaf): HeddleError =>
  errorHere(
    'SHAPE_SCAN_CARRY',
    `scan: ${next.path} is ${formatType(next.value.type)} after a step, ${before.path} is ${formatType(before.value.type)}; what is carried keeps its dtype and shape`,
    { carry: next.path, before: before.value.type, next: next.value.type, constraint: 'C1' },
  )

const noLength = (first: Leaf | undefined, given: number | undefined): HeddleError =>
  errorHere(
    'SHAPE_SCAN_LENGTH',
    first === undefined || given !== undefined
      ? `scan: length is ${given}; without xs it must be given, as a whole number, at least 0`
      : `scan: ${first.path} is ${formatType(first.value.type)}, which has no rows to step through`,
    { length: given, constraint: 'C2' },
  )

const rowCount = ({ path, value }: Leaf, length: number): HeddleError =>
  errorHere(
    'SHAPE_SCAN_LENGTH',
    `scan: ${path} is ${formatShape(value.type.shape)}; it must have ${length} rows, one per step`,
    { path, shape: value.type.shape, length, constraint: 'C2' },
  )
