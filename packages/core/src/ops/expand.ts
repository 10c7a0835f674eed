// Repeats axes of extent 1: broadcasting, made explicit.
import { z } from 'zod'
import { dimEqual, formatShape, isOne, type Shape } from '../dim.ts'
import { HeddleError } from '../errors.ts'
import { read, tabulate } from '../interpret/nd-array.ts'
import { defineOp, type OpDef } from '../ir/define.ts'
import { indexConstant } from '../kernel/index-arithmetic.ts'
import type { ShapeAttrs } from './reshape.ts'
import { dimAt, range, shapeSchema } from './support.ts'

/** Axes of extent 1 in `from` that differ from `to`. */
const expandedAxes = (from: Shape, to: Shape): readonly number[] =>
  range(from.length).filter(
    (axis) => isOne(dimAt(from, axis)) && !dimEqual(dimAt(from, axis), dimAt(to, axis)),
  )

/**
 * Shapes: `x [s…]` → `y [shape…]` of the same rank; an axis of extent 1 may become any extent (0 too). Any dtype; kept.
 * - C1 ranks are equal and every axis is equal or 1 in x. Throws `SHAPE_EXPAND`.
 */
export const expand: OpDef<1, ShapeAttrs> = defineOp('expand', {
  summary: 'repeats axes of extent 1',
  why: 'index arithmetic',
  kind: 'view',
  arity: 1,
  attrs: z.strictObject({ shape: shapeSchema }),
  infer: ([x], { shape }) => {
    const fits = x.shape.every((dim, axis) => dimEqual(dim, dimAt(shape, axis)) || isOne(dim))
    if (shape.length !== x.shape.length || !fits) throw expandShape(x.shape, shape) // C1
    return { dtype: x.dtype, shape }
  },
  evaluate: ([x], { shape }) =>
    tabulate(x.dtype, shape, (at) =>
      read(
        x,
        at.map((position, axis) => (isOne(dimAt(x.shape, axis)) ? 0 : position)),
      ),
    ),
  vjp: ({ b, inputs: [x], cotangent, attrs: { shape } }) => {
    const axes = expandedAxes(x.type.shape, shape)
    return [b.reshape(b.reduceSum(cotangent, { axes }), { shape: x.type.shape })]
  },
  lowering: {
    kind: 'pull',
    cost: 0,
    accesses: ({ at, inputs: [x] }) => [
      {
        operand: 0,
        index: at.map((index, axis) => (isOne(dimAt(x?.shape ?? [], axis)) ? indexConstant(0) : index)),
        guards: [],
      },
    ],
    scalar: ({ values: [x = 0] }) => x,
  },
  samples: [
    { inputs: [{ dtype: 'f32', shape: [1, 3] }], attrs: { shape: [2, 3] } },
    { inputs: [{ dtype: 'f32', shape: [2, 1, 1] }], attrs: { shape: [2, 3, 4] } },
    { inputs: [{ dtype: 'i32', shape: [1] }], attrs: { shape: [0] } },
    { inputs: [{ dtype: 'f32', shape: [2, 3] }], attrs: { shape: [2, 3] } },
  ],
  errorSamples: [
    { inputs: [{ dtype: 'f32', shape: [2, 3] }], attrs: { shape: [4, 3] }, code: 'SHAPE_EXPAND' },
    { inputs: [{ dtype: 'f32', shape: [3] }], attrs: { shape: [2, 3] }, code: 'SHAPE_EXPAND' },
  ],
})

const expandShape = (from: Shape, to: Shape): HeddleError =>
  new HeddleError(
    'SHAPE_EXPAND',
    `expand: ${formatShape(from)} to ${formatShape(to)}; ranks must be equal and only axes of extent 1 may grow`,
    { details: { from, to, constraint: 'C1' } },
  )
