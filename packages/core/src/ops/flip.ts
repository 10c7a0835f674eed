// Reverses axes.
import { z } from 'zod'
import { read, tabulate } from '../interpret/nd-array.ts'
import { defineOp, type OpDef } from '../ir/define.ts'
import { offsetIndex, scaleIndex } from '../kernel/index-arithmetic.ts'
import type { ReduceAttrs } from './reduce.ts'
import { axesSchema, checkAxes, dimAt } from './support.ts'

/** `y[…, i, …] = x[…, extent - 1 - i, …]` on every listed axis. Any dtype; kept. C1 axes are sorted, distinct axes of x. */
export const flip: OpDef<1, ReduceAttrs> = defineOp('flip', {
  summary: 'reverses axes',
  why: 'index arithmetic; steps of slice are positive',
  kind: 'view',
  arity: 1,
  attrs: z.strictObject({ axes: axesSchema }),
  infer: ([x], { axes }) => {
    checkAxes('flip', axes, x.shape)
    return x
  },
  evaluate: ([x], { axes }, type) =>
    tabulate(x.dtype, type.shape, (at) =>
      read(
        x,
        at.map((i, axis) => (axes.includes(axis) ? dimAt(x.shape, axis) - 1 - i : i)),
      ),
    ),
  vjp: ({ b, cotangent, attrs }) => [b.flip(cotangent, attrs)],
  lowering: {
    kind: 'pull',
    cost: 0,
    accesses: ({ at, attrs: { axes }, type }) => [
      {
        operand: 0,
        index: at.map((i, axis) =>
          axes.includes(axis) ? offsetIndex(scaleIndex(i, -1), dimAt(type.shape, axis) - 1) : i,
        ),
        guards: [],
      },
    ],
    scalar: ({ values: [x = 0] }) => x,
  },
  samples: [
    { inputs: [{ dtype: 'f32', shape: [4] }], attrs: { axes: [0] } },
    { inputs: [{ dtype: 'f32', shape: [2, 3] }], attrs: { axes: [0, 1] } },
    { inputs: [{ dtype: 'i32', shape: [0, 2] }], attrs: { axes: [0] } },
    { inputs: [{ dtype: 'f32', shape: [] }], attrs: { axes: [] } },
  ],
  errorSamples: [{ inputs: [{ dtype: 'f32', shape: [2] }], attrs: { axes: [1] }, code: 'ATTR_AXIS_RANGE' }],
})
