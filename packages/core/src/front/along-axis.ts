// One position per element, along an axis: the other coordinates are the element's own. The axis goes last, and all others are
// those that a gather, or a scatter, has in common with its positions.

import { formatShape, type Shape, shapesEqual } from '../dim.ts'
import { isFloat, type Scalar } from '../dtype.ts'
import type { HeddleError } from '../errors.ts'
import { identityOf } from '../interpret/kernel.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import type { ScatterCombine } from '../kernel/kernel.ts'
import { resolveAxis } from './axes.ts'
import { floorDivide } from './division.ts'
import { eq, select } from './elementwise.ts'
import { positions } from './gather.ts'
import { index, indexAssign } from './indexing.ts'
import {
  asValue,
  broadcastShapes,
  broadcastTo,
  builderOf,
  constantOf,
  constantValue,
  errorHere,
  graphOf,
  type Operand,
} from './operand.ts'

/** Order of axes that puts `axis` last; `undo` takes it back. Every other axis is one that all operands have in common. */
function lastAxis(
  rank: number,
  axis: number,
): { readonly perm: readonly number[]; readonly undo: readonly number[] } {
  const axes = Array.from({ length: rank }, (_, each) => each)
  const perm = [...axes.filter((each) => each !== axis), axis]
  return { perm, undo: axes.map((each) => perm.indexOf(each)) }
}

/** Attributes that look up the last axis, whatever the others. */
const alongLast = (rank: number): { readonly axis: number; readonly batch?: number } =>
  rank === 1 ? { axis: 0 } : { axis: rank - 1, batch: rank - 1 }

/**
 * `y[…, i, …] = x[…, indices[…, i, …], …]`: one position per element. A position outside the axis reads NaN (0 for integers and
 * bool).
 *
 * *Shapes*: equal ranks; x and indices broadcast but on the axis. *Dtypes*: any; that of x. *Throws* `SHAPE_TAKE_ALONG_AXIS`,
 * `DTYPE_INDICES`. *Source*: PyTorch's `take_along_dim`, and `gather` where extents are equal (slice x to those of the indices).
 *
 * @example
 * takeAlongAxis(x, argMax(x, { keepDims: true }), { axis: -1 }) // x = [[1, 3], [5, 2]] gives [[3], [5]]
 */
export const takeAlongAxis: (x: Value, indices: Value, options: { readonly axis: number }) => Value = traced(
  (x: Value, indices: Value, { axis }: { readonly axis: number }): Value => {
    const b = graphOf('takeAlongAxis', [x, indices])
    const { shape } = x.type
    const resolved = resolveAxis('takeAlongAxis', axis, shape)
    const at = positions('takeAlongAxis', indices)
    const own = at.type.shape
    const fits =
      own.length === shape.length &&
      own.every((dim, each) => each === resolved || dim === shape[each] || dim === 1 || shape[each] === 1)
    if (!fits) throw alongAxis(x, indices, resolved)
    const rank = shape.length
    const common = broadcastShapes(
      'takeAlongAxis',
      [shape, own].map((each) => replaced(each, resolved, 1)),
    )
    const { perm, undo } = lastAxis(rank, resolved)
    const last = (value: Value): Value =>
      b.permute(broadcastTo(value, replaced(common, resolved, value.type.shape[resolved] ?? 1)), { perm })
    return b.permute(b.gather(last(x), last(at), alongLast(rank)), { perm: undo })
  },
)

/** A shape with another extent on one axis. */
const replaced = (shape: Shape, axis: number, extent: number): Shape =>
  shape.map((dim, each) => (each === axis ? extent : dim))

export interface ScatterAlongAxisOptions {
  readonly axis: number
  /** What happens where something is: it is replaced (`assign`, the default), or combined with the update. */
  readonly combine?: ScatterCombine | undefined
}

/**
 * `y = base`, then `y[…, indices[…, i, …], …] = updates[…, i, …]` or a combination: one position per update, the counterpart of
 * `takeAlongAxis`. A position outside the axis writes nothing.
 *
 * *Shapes*: equal ranks; the indices are no longer than the base but on the axis, and no longer than the updates, of which the
 * rest is not used; a number is written everywhere. *Dtypes*: any to assign, numbers otherwise; that of base. *Throws*
 * `SHAPE_ALONG_AXIS`, `DTYPE_INDICES`. *Gradient*: as `scatter`. *Source*: PyTorch's `scatter`, `scatter_add`.
 *
 * @example
 * scatterAlongAxis(x, argMax(x, { keepDims: true }), 0, { axis: 1 }) // x = [[1, 3], [5, 2]] gives [[1, 0], [0, 2]]
 */
export const scatterAlongAxis: (
  base: Value,
  indices: Value,
  updates: Operand,
  options: ScatterAlongAxisOptions,
) => Value = traced(
  (base: Value, indices: Value, updates: Operand, options: ScatterAlongAxisOptions): Value => {
    const { write, values } = alongAxisOf('scatterAlongAxis', [base, indices, updates], options.axis)
    return write(base, values, options.combine ?? 'assign')
  },
)

export interface ScatterReduceOptions {
  readonly axis: number
  readonly reduction: 'sum' | 'prod' | 'mean' | 'max' | 'min'
  /** Whether what is there takes part; otherwise it only stays where nothing is written. Default true. */
  readonly includeBase?: boolean | undefined
}

/**
 * The updates of each place reduced, with the base or without: `scatterAlongAxis` for reductions.
 *
 * *Shapes*, *Throws*: as `scatterAlongAxis`. *Dtypes*: numbers; that of base; the mean of integers rounds down. *Gradient*: ties
 * share equally; products are exact with zeros. *Source*: PyTorch's `scatter_reduce`.
 *
 * @example
 * scatterReduce(x, cast(x, 'i32'), x, { axis: 0, reduction: 'max' }) // x = [1, 0, 2] gives [1, 1, 2]
 */
export const scatterReduce: (
  base: Value,
  indices: Value,
  updates: Operand,
  options: ScatterReduceOptions,
) => Value = traced(
  (
    base: Value,
    indices: Value,
    updates: Operand,
    { axis, reduction, includeBase = true }: ScatterReduceOptions,
  ): Value => {
    const { write, values } = alongAxisOf('scatterReduce', [base, indices, updates], axis)
    const { dtype } = base.type
    const [combine, kind] = reductions[reduction]
    const constant = (like: Value, value: Scalar): Value =>
      constantValue('scatterReduce', like.builder, like.type.dtype, like.type.shape, value)
    // Where something is written the base is first replaced by what changes nothing.
    const start = includeBase ? base : write(base, constant(values, identityOf(kind, dtype)), 'assign')
    const reduced = write(start, values, combine)
    if (reduction !== 'mean') return reduced
    const ones = constant(values, 1)
    const counts = write(constant(base, includeBase ? 1 : 0), ones, 'add')
    const count = includeBase ? counts : select(eq(counts, 0), constant(base, 1), counts)
    return isFloat(dtype) ? base.builder.div(reduced, count) : floorDivide(reduced, count)
  },
)

const reductions = {
  sum: ['add', 'sum'],
  mean: ['add', 'sum'],
  prod: ['multiply', 'product'],
  max: ['maximum', 'max'],
  min: ['minimum', 'min'],
} as const

interface Writer {
  /** `into`, a value like the base, with values like the indices written. */
  readonly write: (into: Value, values: Value, combine: ScatterCombine) => Value
  /** The updates at the indices. */
  readonly values: Value
}

function alongAxisOf(
  op: string,
  [base, indices, updates]: readonly [Value, Value, Operand],
  axis: number,
): Writer {
  const b = builderOf(op, [asValue(op, base), indices, updates])
  const { shape, dtype } = base.type
  const resolved = resolveAxis(op, axis, shape)
  const at = positions(op, indices)
  const own = at.type.shape
  const given = typeof updates === 'number' ? own : updates.type.shape
  const fits =
    own.length === shape.length &&
    given.length === shape.length &&
    own.every((dim, each) => (each === resolved || dim <= (shape[each] ?? 0)) && dim <= (given[each] ?? 0))
  if (!fits) throw scatterExtents(op, [shape, own, given], resolved)
  const values =
    typeof updates === 'number'
      ? b.full({ dtype, shape: own, value: constantOf(op, dtype, updates) })
      : b.slice(updates, { starts: own.map(() => 0), limits: own, steps: own.map(() => 1) })
  const { perm, undo } = lastAxis(shape.length, resolved)
  const last = (x: Value): Value => b.permute(x, { perm })
  // The indices may be those of a corner of the base: the rest stays.
  const corner = replaced(own, resolved, shape[resolved] ?? 1)
  const isWhole = shapesEqual(corner, shape)
  const ranges = corner.map((limit) => ({ limit }))
  return {
    values,
    write: (into, written, combine) => {
      const part = isWhole ? into : index(into, ...ranges)
      const attrs = { ...alongLast(shape.length), combine }
      const result = b.permute(b.scatter(last(part), last(at), last(written), attrs), { perm: undo })
      return isWhole ? result : indexAssign(into, ranges, result)
    },
  }
}

const alongAxis = (x: Value, indices: Value, axis: number): HeddleError =>
  errorHere(
    'SHAPE_TAKE_ALONG_AXIS',
    `takeAlongAxis: x ${formatShape(x.type.shape)}, indices ${formatShape(indices.type.shape)}; they must be equal, or 1, but for axis ${axis}`,
    { x: x.type.shape, indices: indices.type.shape, axis },
  )

const scatterExtents = (
  op: string,
  [base, indices, updates]: readonly [Shape, Shape, Shape],
  axis: number,
): HeddleError =>
  errorHere(
    'SHAPE_ALONG_AXIS',
    `${op}: base ${formatShape(base)}, indices ${formatShape(indices)}, updates ${formatShape(updates)}; ranks must be equal, and no extent of the indices longer than that of the updates nor, but for axis ${axis}, of the base`,
    { op, base, indices, updates, axis },
  )
