// Takes a box, with steps.
import { z } from 'zod'
import { ceilDivideDim, formatShape, type Shape, subtractDims } from '../dim.ts'
import { HeddleError } from '../errors.ts'
import { read, tabulate } from '../interpret/nd-array.ts'
import { defineOp, type OpDef } from '../ir/define.ts'
import { offsetIndex, scaleIndex } from '../kernel/index-arithmetic.ts'
import { axesSchema, checkPerAxis, dimAt } from './support.ts'

export interface SliceAttrs {
  /** First position per axis, inclusive. */
  readonly starts: readonly number[]
  /** End per axis, exclusive. */
  readonly limits: readonly number[]
  /** Distance between positions taken, at least 1. */
  readonly steps: readonly number[]
}

/**
 * `y[i…] = x[starts + i * steps …]`.
 *
 * Shapes: `x [s…]` → `y [ceil((limits - starts) / steps)…]`. Any dtype; kept.
 * - C1 one start, limit and step per axis. Throws `ATTR_PER_AXIS`.
 * - C2 `0 <= start <= limit <= extent` and `step >= 1`. Throws `ATTR_SLICE_RANGE`.
 */
export const slice: OpDef<1, SliceAttrs> = defineOp('slice', {
  summary: 'takes a box, with steps',
  why: 'index arithmetic',
  kind: 'view',
  arity: 1,
  attrs: z.strictObject({ starts: axesSchema, limits: axesSchema, steps: axesSchema }),
  infer: ([x], { starts, limits, steps }) => {
    for (const [name, entries] of Object.entries({ starts, limits, steps }))
      checkPerAxis('slice', name, entries, x.shape)
    const shape = x.shape.map((dim, axis) => {
      const [start, limit, step] = [starts[axis] ?? 0, limits[axis] ?? 0, steps[axis] ?? 1]
      if (!(start >= 0 && start <= limit && limit <= dim && step >= 1))
        throw sliceRange(axis, start, limit, step, x.shape)
      return ceilDivideDim(subtractDims(limit, start), step)
    })
    return { dtype: x.dtype, shape }
  },
  evaluate: ([x], { starts, steps }, type) =>
    tabulate(x.dtype, type.shape, (at) =>
      read(
        x,
        at.map((i, axis) => (starts[axis] ?? 0) + i * (steps[axis] ?? 1)),
      ),
    ),
  // The gaps a step left are zeros: padding inside.
  vjp: ({ b, inputs: [x], output, cotangent, attrs: { starts, steps } }) => {
    const covered = output.type.shape.map((dim, axis) => (dim === 0 ? 0 : (dim - 1) * (steps[axis] ?? 1) + 1))
    const high = covered.map((span, axis) => dimAt(x.type.shape, axis) - (starts[axis] ?? 0) - span)
    return [b.pad(cotangent, { low: starts, high, interior: steps.map((step) => step - 1), value: 0 })]
  },
  lowering: {
    kind: 'pull',
    cost: 0,
    accesses: ({ at, attrs: { starts, steps } }) => [
      {
        operand: 0,
        index: at.map((index, axis) => offsetIndex(scaleIndex(index, steps[axis] ?? 1), starts[axis] ?? 0)),
        guards: [],
      },
    ],
    scalar: ({ values: [x = 0] }) => x,
  },
  samples: [
    { inputs: [{ dtype: 'f32', shape: [5] }], attrs: { starts: [1], limits: [4], steps: [1] } },
    { inputs: [{ dtype: 'f32', shape: [6, 5] }], attrs: { starts: [0, 1], limits: [6, 5], steps: [2, 3] } },
    { inputs: [{ dtype: 'i32', shape: [4] }], attrs: { starts: [2], limits: [2], steps: [1] } },
    { inputs: [{ dtype: 'f32', shape: [] }], attrs: { starts: [], limits: [], steps: [] } },
  ],
  errorSamples: [
    {
      inputs: [{ dtype: 'f32', shape: [4] }],
      attrs: { starts: [1], limits: [5], steps: [1] },
      code: 'ATTR_SLICE_RANGE',
    },
    {
      inputs: [{ dtype: 'f32', shape: [4] }],
      attrs: { starts: [0], limits: [4], steps: [0] },
      code: 'ATTR_SLICE_RANGE',
    },
    {
      inputs: [{ dtype: 'f32', shape: [4] }],
      attrs: { starts: [], limits: [4], steps: [1] },
      code: 'ATTR_PER_AXIS',
    },
  ],
})

const sliceRange = (axis: number, start: number, limit: number, step: number, shape: Shape): HeddleError =>
  new HeddleError(
    'ATTR_SLICE_RANGE',
    `slice: axis ${axis} of ${formatShape(shape)} from ${start} to ${limit} in steps of ${step}; 0 <= start <= limit <= ${dimAt(shape, axis)} and step >= 1 must hold`,
    { details: { axis, start, limit, step, shape, constraint: 'C2' } },
  )
