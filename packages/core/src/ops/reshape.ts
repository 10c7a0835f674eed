// The same elements in row-major order under another shape.
import { z } from 'zod'
import { formatShape, type Shape, sizeOf } from '../dim.ts'
import { HeddleError } from '../errors.ts'
import { defineOp, type OpDef } from '../ir/define.ts'
import { delinearize, linearize } from '../kernel/index-arithmetic.ts'
import { shapeSchema } from './support.ts'

export interface ShapeAttrs {
  readonly shape: Shape
}

/**
 * Shapes: `x [s…]` → `y [shape…]` with as many elements, in the same row-major order. Any dtype; kept.
 * - C1 `size(shape) = size(x)`. Throws `SHAPE_RESHAPE_SIZE`.
 */
export const reshape: OpDef<1, ShapeAttrs> = defineOp('reshape', {
  summary: 'the same elements under another shape',
  why: 'index arithmetic',
  kind: 'view',
  arity: 1,
  attrs: z.strictObject({ shape: shapeSchema }),
  infer: ([x], { shape }) => {
    if (sizeOf(shape) !== sizeOf(x.shape)) throw reshapeSize(x.shape, shape) // C1
    return { dtype: x.dtype, shape }
  },
  evaluate: ([x], { shape }) => ({ ...x, shape }),
  vjp: ({ b, inputs: [x], cotangent }) => [b.reshape(cotangent, { shape: x.type.shape })],
  lowering: {
    kind: 'pull',
    cost: 0,
    accesses: ({ at, attrs: { shape }, inputs: [x], ranges }) => [
      { operand: 0, index: delinearize(linearize(at, shape), x?.shape ?? [], ranges), guards: [] },
    ],
    scalar: ({ values: [x = 0] }) => x,
  },
  samples: [
    { inputs: [{ dtype: 'f32', shape: [2, 3] }], attrs: { shape: [3, 2] } },
    { inputs: [{ dtype: 'f32', shape: [2, 3, 4] }], attrs: { shape: [6, 4] } },
    { inputs: [{ dtype: 'i32', shape: [6] }], attrs: { shape: [1, 2, 1, 3] } },
    { inputs: [{ dtype: 'f32', shape: [1, 1] }], attrs: { shape: [] } },
    { inputs: [{ dtype: 'f32', shape: [0, 3] }], attrs: { shape: [2, 0] } },
  ],
  errorSamples: [
    { inputs: [{ dtype: 'f32', shape: [2, 3] }], attrs: { shape: [4] }, code: 'SHAPE_RESHAPE_SIZE' },
  ],
})

const reshapeSize = (from: Shape, to: Shape): HeddleError =>
  new HeddleError(
    'SHAPE_RESHAPE_SIZE',
    `reshape: ${formatShape(from)} has ${sizeOf(from)} elements, ${formatShape(to)} has ${sizeOf(to)}; these must be equal`,
    { details: { from, to, constraint: 'C1' } },
  )
