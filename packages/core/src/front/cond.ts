// The branch by a scalar.
import type { HeddleError } from '../errors.ts'
import { traced } from '../ir/provenance.ts'
import type { Region } from '../ir/region.ts'
import { formatType, typesEqual } from '../ir/tensor-type.ts'
import type { Value } from '../ir/value.ts'
import { builderAround, recordBody, typesOf, unionOf } from './body.ts'
import { errorHere } from './operand.ts'
import { type Leaf, leavesLike, leavesOf, type Tree, treeOf } from './tree.ts'

type Cond = <R extends Tree, A extends Tree | undefined = undefined>(
  predicate: Value,
  whenTrue: (operands: A) => R,
  whenFalse: (operands: A) => R,
  operands?: A,
) => R

/**
 * The results of one of two bodies: `whenTrue` if the predicate holds, else `whenFalse`.
 *
 * Both are recorded; they get `operands` and may use any value around them. Targets that can branch run the chosen one only;
 * others run both and select.
 *
 * Shapes: `predicate []`; results of any shape, the same from both.
 * - C1 the predicate is bool[]. Throws `DTYPE_PREDICATE`.
 * - C2 both bodies return one form, of the same types. Throws `GRAPH_TREE`, `SHAPE_COND_RESULTS`.
 *
 * Gradient: of operands and of values around the bodies, through the chosen body only: what the other one would give, a NaN
 * say, does not matter. Backward computes the chosen body again.
 *
 * @example
 * const root = program('root', ({ input }) => {
 *   const x = input('x', 'f32', [])
 *   return { y: cond(gt(x, 0), () => sqrt(x), () => zerosLike(x)) }
 * })
 * const session = await compile(root, { backend: cpu() })
 * const { y } = await session.run({ x: -4 })
 * y.toNested() // => 0
 */
export const cond: Cond = traced(
  (predicate: Value, whenTrue: Body, whenFalse: Body, operands: unknown): unknown => {
    const leaves = leavesOf('cond', 'operands', operands)
    const given: Leaf = {
      path: 'predicate',
      value: leavesOf('cond', 'predicate', predicate)[0]?.value as Value,
    }
    const around = builderAround('cond', [given, ...leaves])
    const inputs = typesOf(
      'x',
      leaves.map(({ value }) => value.type),
    )
    const run = (body: Body) => recordBody('cond', around, inputs, (values) => body(treeOf(operands, values)))
    const [left, right] = [run(whenTrue), run(whenFalse)]
    const results = leavesOf('cond', 'the result for true', left.returned)
    const others = leavesLike('cond', 'the result for false', right.returned, left.returned)
    results.forEach((leaf, k) => {
      checkTypes(leaf, others[k] as Leaf)
    })
    const captured = unionOf(left.captured, right.captured)
    const regions: { readonly whenTrue: Region; readonly whenFalse: Region } = {
      whenTrue: left.finish(results.map(left.own), captured),
      whenFalse: right.finish(others.map(right.own), captured),
    }
    const values = [given.value, ...leaves.map(({ value }) => value), ...captured]
    return treeOf(
      left.returned,
      results.map((_, result) => around.cond(...values, { ...regions, result })),
    )
  },
) as Cond

type Body = (operands: unknown) => unknown

function checkTypes(left: Leaf, right: Leaf): void {
  if (!typesEqual(left.value.type, right.value.type)) throw resultTypes(left, right)
}

const resultTypes = (left: Leaf, right: Leaf): HeddleError =>
  errorHere(
    'SHAPE_COND_RESULTS',
    `cond: ${left.path} is ${formatType(left.value.type)}, ${right.path} ${formatType(right.value.type)}; both bodies must give the same dtypes and shapes`,
    { whenTrue: left.value.type, whenFalse: right.value.type, constraint: 'C2' },
  )
