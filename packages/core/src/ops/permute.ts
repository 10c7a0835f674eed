// Reorders axes.
import { z } from 'zod'
import { formatShape, type Shape } from '../dim.ts'
import { HeddleError } from '../errors.ts'
import { read, tabulate } from '../interpret/nd-array.ts'
import { defineOp, type OpDef } from '../ir/define.ts'
import { indexConstant } from '../kernel/index-arithmetic.ts'
import { axesSchema, dimAt, invert } from './support.ts'

export interface PermuteAttrs {
  readonly perm: readonly number[]
}

/**
 * Permutes the axes of an array: `y[i[perm[0]], …, i[perm[r-1]]] = x[i[0], …, i[r-1]]`.
 *
 * Shapes: `x [d0, …, d(r-1)]` → `y [d(perm[0]), …, d(perm[r-1])]`. Any dtype; kept.
 * - C1 `perm` is a permutation of `0 … rank(x)-1`. Throws `ATTR_PERMUTE_PERM`.
 *
 * Source: StableHLO `transpose` (same convention as `numpy.transpose`).
 */
export const permute: OpDef<1, PermuteAttrs> = defineOp('permute', {
  summary: 'reorders axes',
  why: 'index arithmetic',
  kind: 'view',
  arity: 1,
  attrs: z.strictObject({ perm: axesSchema }),
  infer: ([x], { perm }) => {
    if (perm.length !== x.shape.length || invert(perm).includes(-1)) throw permutePerm(perm, x.shape) // C1
    return { dtype: x.dtype, shape: perm.map((axis) => dimAt(x.shape, axis)) }
  },
  evaluate: ([x], { perm }, type) =>
    tabulate(x.dtype, type.shape, (at) =>
      read(
        x,
        invert(perm).map((position) => at[position] ?? 0),
      ),
    ),
  vjp: ({ b, cotangent, attrs: { perm } }) => [b.permute(cotangent, { perm: invert(perm) })],
  lowering: {
    kind: 'pull',
    cost: 0,
    accesses: ({ at, attrs: { perm } }) => [
      { operand: 0, index: invert(perm).map((position) => at[position] ?? indexConstant(0)), guards: [] },
    ],
    scalar: ({ values: [x = 0] }) => x,
  },
  samples: [
    { inputs: [{ dtype: 'f32', shape: [2, 3] }], attrs: { perm: [1, 0] } },
    { inputs: [{ dtype: 'f32', shape: [2, 3, 4] }], attrs: { perm: [2, 0, 1] } },
    { inputs: [{ dtype: 'bool', shape: [2, 3] }], attrs: { perm: [1, 0] } },
    { inputs: [{ dtype: 'f32', shape: [] }], attrs: { perm: [] } },
  ],
  errorSamples: [
    { inputs: [{ dtype: 'f32', shape: [2, 3] }], attrs: { perm: [0, 0] }, code: 'ATTR_PERMUTE_PERM' },
    { inputs: [{ dtype: 'f32', shape: [2, 3] }], attrs: { perm: [1, 0, 2] }, code: 'ATTR_PERMUTE_PERM' },
  ],
})

const permutePerm = (perm: readonly number[], shape: Shape): HeddleError =>
  new HeddleError(
    'ATTR_PERMUTE_PERM',
    `permute: perm ${formatShape(perm)} for operand ${formatShape(shape)}; it must name each of the ${shape.length} axes once`,
    { details: { perm, shape, constraint: 'C1' } },
  )
