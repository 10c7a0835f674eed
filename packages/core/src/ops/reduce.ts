// Reductions: every listed axis is removed. `reduceMax` and `reduceMin` share the cotangent among ties (PyTorch's amax).
import { z } from 'zod'
import { formatShape, sizeOf } from '../dim.ts'
import { isFloat, type Scalar } from '../dtype.ts'
import { HeddleError } from '../errors.ts'
import { forEachIndex, type NdArray, offsetOf, tabulate } from '../interpret/nd-array.ts'
import { castScalar } from '../interpret/scalar.ts'
import { type Access, type AccessArgs, defineOp, type OpDef, type VjpArgs } from '../ir/define.ts'
import type { TensorType } from '../ir/tensor-type.ts'
import type { Value } from '../ir/value.ts'
import type { IndexExpression } from '../kernel/index-expression.ts'
import type { Combine } from '../kernel/kernel.ts'
import { checkDType, type DTypeClass } from './pointwise.ts'
import { axesSchema, checkAxes, checkAxis, dimAt, onAxes, range, spread, withoutAxes } from './support.ts'

export interface ReduceAttrs {
  /** Axes removed, sorted. None: the operand itself. */
  readonly axes: readonly number[]
}

interface ReduceRow {
  readonly summary: string
  readonly why: string
  readonly takes: DTypeClass
  readonly combine: 'sum' | 'product' | 'min' | 'max'
  /** The formula on float64 values. */
  readonly f: (values: readonly number[]) => number
  /** The formula on integers, as bigints; wraps if it leaves the dtype. */
  readonly integer: (values: readonly bigint[]) => bigint
  readonly vjp: (args: VjpArgs<1, ReduceAttrs>) => readonly [Value | null]
}

const identity = { sum: 0, product: 1, min: 0, max: 0 } as const

/** Operand index: `over` on the reduced axes, `at` on the others. */
function operandAt({
  at,
  over,
  axes,
  rank,
}: {
  readonly at: readonly IndexExpression[]
  readonly over: readonly IndexExpression[]
  readonly axes: readonly number[]
  readonly rank: number
}): readonly IndexExpression[] {
  let next = 0
  return range(rank).map((axis) => {
    const position = axes.indexOf(axis)
    const index = position >= 0 ? over[position] : at[next++]
    return index ?? { constant: 0, terms: [] }
  })
}

const accessAt =
  (axesOf: (attrs: never) => readonly number[]) =>
  ({
    at,
    over,
    attrs,
    inputs,
  }: AccessArgs<unknown> & { readonly over: readonly IndexExpression[] }): Access => ({
    operand: 0,
    index: operandAt({ at, over, axes: axesOf(attrs as never), rank: inputs[0]?.shape.length ?? 0 }),
    guards: [],
  })

function valuesAlong(x: NdArray, axes: readonly number[], at: readonly number[]): Scalar[] {
  const kept = range(x.shape.length).filter((axis) => !axes.includes(axis))
  const index = new Array<number>(x.shape.length).fill(0)
  kept.forEach((axis, position) => {
    index[axis] = at[position] ?? 0
  })
  const values: Scalar[] = []
  forEachIndex(onAxes(x.shape, axes), (over) => {
    axes.forEach((axis, position) => {
      index[axis] = over[position] ?? 0
    })
    values.push(x.data[offsetOf(x.shape, index)] ?? 0)
  })
  return values
}

function reduction(name: string, row: ReduceRow): OpDef<1, ReduceAttrs> {
  const needsElements = row.combine === 'min' || row.combine === 'max'
  const span = needsElements ? { low: -2, high: 2 } : { low: 0.5, high: 1.5 }
  return defineOp<1, ReduceAttrs>(name, {
    summary: row.summary,
    why: row.why,
    kind: 'reduction',
    arity: 1,
    attrs: z.strictObject({ axes: axesSchema }),
    // C1 axes are sorted, distinct axes of x. C2 for max and min: no listed axis has extent 0 (an empty extreme has no value).
    infer: ([x], { axes }) => {
      checkDType(name, x, row.takes)
      checkAxes(name, axes, x.shape)
      if (needsElements && sizeOf(onAxes(x.shape, axes)) === 0) throw reduceEmpty(name, x, axes)
      return { dtype: x.dtype, shape: withoutAxes(x.shape, axes) }
    },
    evaluate: ([x], { axes }, type) =>
      tabulate(x.dtype, type.shape, (at) => {
        const values = valuesAlong(x, axes, at)
        return isFloat(x.dtype)
          ? row.f(values.map(Number))
          : castScalar(BigInt.asIntN(64, row.integer(values.map(BigInt))), 'i64', x.dtype)
      }),
    vjp: row.vjp,
    lowering: {
      kind: 'reduce',
      combine: () => row.combine,
      extents: ({ axes }, x) => onAxes(x.shape, axes),
      access: accessAt((attrs: ReduceAttrs) => attrs.axes),
      otherwise: identity[row.combine],
    },
    samples: [
      { inputs: [{ dtype: 'f32', shape: [2, 3], ...span }], attrs: { axes: [1] } },
      { inputs: [{ dtype: 'f32', shape: [3, 4], ...span }], attrs: { axes: [0] } },
      { inputs: [{ dtype: 'f32', shape: [2, 3, 4], ...span }], attrs: { axes: [0, 2] } },
      { inputs: [{ dtype: 'f32', shape: [67], ...span }], attrs: { axes: [0] } },
      { inputs: [{ dtype: 'f32', shape: [2, 2], ...span }], attrs: { axes: [] } },
      { inputs: [{ dtype: 'f32', shape: [], ...span }], attrs: { axes: [] } },
      { inputs: [{ dtype: 'i32', shape: [3, 5], low: -3, high: 3, integers: true }], attrs: { axes: [1] } },
      { inputs: [{ dtype: 'f32', shape: [0, 3], ...span }], attrs: { axes: [1] } },
    ],
    errorSamples: [
      { inputs: [{ dtype: 'f32', shape: [2, 3] }], attrs: { axes: [2] }, code: 'ATTR_AXIS_RANGE' },
      { inputs: [{ dtype: 'f32', shape: [2, 3] }], attrs: { axes: [1, 1] }, code: 'ATTR_AXES_ORDER' },
      { inputs: [{ dtype: 'bool', shape: [2] }], attrs: { axes: [0] }, code: 'DTYPE_OPERAND' },
      ...(needsElements
        ? [
            {
              inputs: [{ dtype: 'f32', shape: [0, 2] }],
              attrs: { axes: [0] },
              code: 'SHAPE_REDUCE_EMPTY',
            } as const,
          ]
        : []),
    ],
  })
}

/** `dx = dy` at every tied extreme, divided by their number. */
function shareAmongTies({
  b,
  inputs: [x],
  output,
  cotangent,
  attrs: { axes },
}: VjpArgs<1, ReduceAttrs>): readonly [Value] {
  const { shape } = x.type
  const isExtreme = b.cast(b.eq(x, spread(b, output, shape, axes)), { dtype: x.type.dtype })
  const count = b.reduceSum(isExtreme, { axes })
  return [b.mul(isExtreme, spread(b, b.div(cotangent, count), shape, axes))]
}

export const reduceSum: OpDef<1, ReduceAttrs> = reduction('reduceSum', {
  summary: 'sum over axes; 0 over no elements',
  why: 'sums in an order that the kernel fixes',
  takes: 'numeric',
  combine: 'sum',
  f: (values) => values.reduce((sum, value) => sum + value, 0),
  integer: (values) => values.reduce((sum, value) => sum + value, 0n),
  vjp: ({ b, inputs: [x], cotangent, attrs: { axes } }) => [spread(b, cotangent, x.type.shape, axes)],
})

export const reduceProduct: OpDef<1, ReduceAttrs> = reduction('reduceProduct', {
  summary: 'product over axes; 1 over no elements',
  why: 'multiplies in one pass; its derivative is exact with zeros',
  takes: 'numeric',
  combine: 'product',
  f: (values) => values.reduce((product, value) => product * value, 1),
  integer: (values) => values.reduce((product, value) => BigInt.asIntN(64, product * value), 1n),
  // dx = dy y / x; where x is 0 the product of the others is meant: computed by replacing zeros, exact for any number of them.
  vjp: ({ b, inputs: [x], cotangent, attrs: { axes } }) => {
    const { type } = x
    const zero = b.full({ ...type, value: 0 })
    const one = b.full({ ...type, value: 1 })
    const isZero = b.eq(x, zero)
    const zeros = b.reduceSum(b.select(isZero, one, zero), { axes })
    const ofOthers = b.reduceProduct(b.select(isZero, one, x), { axes })
    const limit = (count: number): Value =>
      b.full({ dtype: type.dtype, shape: zeros.type.shape, value: count })
    const none = b.full({ dtype: type.dtype, shape: zeros.type.shape, value: 0 })
    const whenNone = b.select(b.eq(zeros, limit(0)), ofOthers, none)
    const whenOne = b.select(b.eq(zeros, limit(1)), ofOthers, none)
    const back = (y: Value): Value => spread(b, b.mul(cotangent, y), type.shape, axes)
    return [b.select(isZero, back(whenOne), b.div(back(whenNone), b.select(isZero, one, x)))]
  },
})

const extremeOf = (values: readonly bigint[], isBetter: (x: bigint, y: bigint) => boolean): bigint =>
  values.reduce((best, value) => (isBetter(value, best) ? value : best))

export const reduceMax: OpDef<1, ReduceAttrs> = reduction('reduceMax', {
  summary: 'largest over axes; NaN if one is; ties share the derivative',
  why: 'one pass',
  takes: 'numeric',
  combine: 'max',
  f: (values) => values.reduce((most, value) => Math.max(most, value)),
  integer: (values) => extremeOf(values, (value, most) => value > most),
  vjp: shareAmongTies,
})

export const reduceMin: OpDef<1, ReduceAttrs> = reduction('reduceMin', {
  summary: 'smallest over axes; NaN if one is; ties share the derivative',
  why: 'one pass; -max(-x) is wrong for the least integer',
  takes: 'numeric',
  combine: 'min',
  f: (values) => values.reduce((least, value) => Math.min(least, value)),
  integer: (values) => extremeOf(values, (value, least) => value < least),
  vjp: shareAmongTies,
})

export interface AxisAttrs {
  readonly axis: number
}

function positionOf(
  name: 'argMax' | 'argMin',
  why: string,
  combine: Combine,
  isBetter: (x: Scalar, y: Scalar) => boolean,
): OpDef<1, AxisAttrs> {
  return defineOp<1, AxisAttrs>(name, {
    summary: `i32 position of the ${name === 'argMax' ? 'largest' : 'smallest'} along an axis; the first of ties, of NaNs the first`,
    why,
    kind: 'reduction',
    arity: 1,
    attrs: z.strictObject({ axis: z.int().nonnegative() }),
    // C1 axis is an axis of x. C2 its extent is not 0.
    infer: ([x], { axis }) => {
      checkDType(name, x, 'numeric')
      checkAxis(name, axis, x.shape)
      if (dimAt(x.shape, axis) === 0) throw reduceEmpty(name, x, [axis])
      return { dtype: 'i32', shape: withoutAxes(x.shape, [axis]) }
    },
    evaluate: ([x], { axis }, type) =>
      tabulate('i32', type.shape, (at) => {
        const values = valuesAlong(x, [axis], at)
        const nan = values.findIndex((value) => Number.isNaN(value))
        if (nan >= 0) return nan
        return values.reduce<number>((best, value, k) => (isBetter(value, values[best] ?? 0) ? k : best), 0)
      }),
    vjp: { notDifferentiable: 'the result is a position' },
    lowering: {
      kind: 'reduce',
      combine: () => combine,
      extents: ({ axis }, x) => onAxes(x.shape, [axis]),
      access: accessAt((attrs: AxisAttrs) => [attrs.axis]),
      otherwise: 0,
    },
    samples: [
      { inputs: [{ dtype: 'f32', shape: [3, 5] }], attrs: { axis: 1 } },
      { inputs: [{ dtype: 'f32', shape: [4, 3] }], attrs: { axis: 0 } },
      { inputs: [{ dtype: 'i32', shape: [40], low: -3, high: 3, integers: true }], attrs: { axis: 0 } },
    ],
    errorSamples: [
      { inputs: [{ dtype: 'f32', shape: [2] }], attrs: { axis: 1 }, code: 'ATTR_AXIS_RANGE' },
      { inputs: [{ dtype: 'f32', shape: [2, 0] }], attrs: { axis: 1 }, code: 'SHAPE_REDUCE_EMPTY' },
    ],
  })
}

export const argMax: OpDef<1, AxisAttrs> = positionOf(
  'argMax',
  'one pass; looking for the maximum takes two',
  'argmax',
  (x, y) => x > y,
)
export const argMin: OpDef<1, AxisAttrs> = positionOf(
  'argMin',
  'one pass; argMax(-x) is wrong for the least integer',
  'argmin',
  (x, y) => x < y,
)

const reduceEmpty = (op: string, x: TensorType, axes: readonly number[]): HeddleError =>
  new HeddleError(
    'SHAPE_REDUCE_EMPTY',
    `${op}: axes ${formatShape(axes)} of ${formatShape(x.shape)} hold no elements; an extreme of nothing has no value`,
    { details: { op, shape: x.shape, axes, constraint: 'C2' } },
  )
