// Data-dependent writing: slices combined with a base at i32 positions, one after the other. The counterpart of `gather`.
// A position outside the axis writes nothing; of several assignments to one place the last stays.
import { z } from 'zod'
import { dimEqual, formatShape, type Shape } from '../dim.ts'
import { type DType, isFloat, type Scalar } from '../dtype.ts'
import { HeddleError } from '../errors.ts'
import { forEachIndex, offsetOf, put, read, readNumber } from '../interpret/nd-array.ts'
import { applyScalar } from '../interpret/scalar.ts'
import { defineOp, type OpDef } from '../ir/define.ts'
import { formatType, type TensorType } from '../ir/tensor-type.ts'
import { type ScatterCombine, scatterOps } from '../kernel/kernel.ts'
import {
  checkPositions,
  type GatherAttrs,
  gatheredShape,
  gatherSchema,
  placeIndex,
  positionIndex,
} from './gather.ts'
import { checkDType } from './pointwise.ts'
import { scatterVjp } from './scatter-vjp.ts'
import { dimAt } from './support.ts'

export interface ScatterAttrs extends GatherAttrs {
  readonly combine: ScatterCombine
}

/** One combination in the reference: floats in float64, everything else in its dtype. */
function combined(combine: ScatterCombine, dtype: DType, there: Scalar, update: Scalar): Scalar {
  if (combine === 'assign') return update
  return applyScalar(scatterOps[combine], isFloat(dtype) ? 'f64' : dtype, dtype, [there, update])
}

/**
 * `y = base`, then `y[b…, a…, indices[b…, i…], c…] = combine(that, updates[b…, a…, i…, c…])`, in row-major order of the updates.
 *
 * Shapes: `base [b…, a…, n, c…]`, `indices i32 [b…, i…]`, `updates [b…, a…, i…, c…]` → as base. Any dtype to assign, numbers
 * otherwise.
 * - C1 indices are i32. C2 axis is an axis of base. C3 the first `batch` axes are before it and have the same extents in base and
 *   indices. Throws `DTYPE_INDICES`, `ATTR_AXIS_RANGE`, `SHAPE_GATHER_BATCH`.
 * - C4 updates have the gathered shape and dtype. Throws `SHAPE_SCATTER`.
 * Positions outside 0 … n-1 write nothing. Minimum and maximum are NaN if either side is.
 *
 * Gradient: `add` passes on to both; `assign` to the last update of a place, and to the base where nothing was written;
 * `multiply` is exact with zeros; ties of `minimum` and `maximum` share equally. PyTorch's, but for repeated assignments,
 * where PyTorch gives every update of a place the cotangent of the last: a derivative that its documentation calls incorrect.
 */
export const scatter: OpDef<3, ScatterAttrs> = defineOp('scatter', {
  summary: 'combines slices with a base at positions along an axis',
  why: 'writes where data says',
  kind: 'scatter',
  arity: 3,
  attrs: z.strictObject({
    ...gatherSchema,
    combine: z.enum(['add', 'assign', 'multiply', 'minimum', 'maximum']),
  }),
  infer: ([base, indices, updates], attrs) => {
    checkDType('scatter', base, attrs.combine === 'assign' ? 'any' : 'numeric')
    checkPositions('scatter', base, indices, attrs)
    const expected = gatheredShape(base.shape, indices.shape, attrs)
    const fits =
      updates.dtype === base.dtype &&
      updates.shape.length === expected.length &&
      updates.shape.every((dim, k) => dimEqual(dim, dimAt(expected, k)))
    if (!fits) throw scatterShape(base, updates, expected)
    return base
  },
  evaluate: ([base, indices, updates], attrs, type) => {
    const result = { ...base, data: base.data.slice() }
    const rank = indices.shape.length
    forEachIndex(updates.shape, (at) => {
      const position = readNumber(indices, positionIndex(at, attrs, rank))
      if (position < 0 || position >= dimAt(base.shape, attrs.axis)) return
      const offset = offsetOf(base.shape, placeIndex(at, position, attrs, rank))
      const there = result.data[offset] ?? 0
      put(result.data, offset, combined(attrs.combine, type.dtype, there, read(updates, at)))
    })
    return result
  },
  vjp: scatterVjp,
  lowering: {
    kind: 'scatter',
    axis: ({ axis }) => axis,
    batch: ({ batch = 0 }) => batch,
    combine: ({ combine }) => combine,
  },
  samples: [
    {
      inputs: [
        { dtype: 'f32', shape: [2, 3, 4, 2] },
        { dtype: 'i32', shape: [2, 3], low: 0, high: 4, integers: true },
        { dtype: 'f32', shape: [2, 3, 3, 2] },
      ],
      attrs: { axis: 2, batch: 1, combine: 'assign' },
    },
    ...(['add', 'assign', 'multiply', 'minimum', 'maximum'] as const).flatMap((combine) => [
      {
        inputs: [
          { dtype: 'f32', shape: [5, 3], low: 0.5, high: 2 },
          { dtype: 'i32', shape: [4], low: 0, high: 4, integers: true },
          { dtype: 'f32', shape: [4, 3], low: 0.5, high: 2 },
        ],
        attrs: { axis: 0, combine },
      } as const,
      {
        inputs: [
          { dtype: 'f32', shape: [2, 4, 3], low: -2, high: 2 },
          { dtype: 'i32', shape: [2, 2], low: -1, high: 4, integers: true },
          { dtype: 'f32', shape: [2, 2, 2, 3], low: -2, high: 2 },
        ],
        attrs: { axis: 1, combine },
      } as const,
      {
        inputs: [
          { dtype: 'f32', shape: [2, 3, 4], low: 0.5, high: 2 },
          { dtype: 'i32', shape: [2, 3, 5], low: -1, high: 4, integers: true },
          { dtype: 'f32', shape: [2, 3, 5], low: 0.5, high: 2 },
        ],
        attrs: { axis: 2, batch: 2, combine },
      } as const,
      {
        inputs: [
          { dtype: 'i32', shape: [3], low: -5, high: 5, integers: true },
          { dtype: 'i32', shape: [6], low: 0, high: 2, integers: true },
          { dtype: 'i32', shape: [6], low: -5, high: 5, integers: true },
        ],
        attrs: { axis: 0, combine },
      } as const,
    ]),
    {
      inputs: [
        { dtype: 'bool', shape: [3, 2] },
        { dtype: 'i32', shape: [], low: 0, high: 2, integers: true },
        { dtype: 'bool', shape: [2] },
      ],
      attrs: { axis: 0, combine: 'assign' },
    },
    {
      inputs: [
        { dtype: 'f32', shape: [3, 2] },
        { dtype: 'i32', shape: [0] },
        { dtype: 'f32', shape: [0, 2] },
      ],
      attrs: { axis: 0, combine: 'maximum' },
    },
  ],
  errorSamples: [
    {
      inputs: [
        { dtype: 'f32', shape: [5, 3] },
        { dtype: 'i32', shape: [4] },
        { dtype: 'f32', shape: [3, 3] },
      ],
      attrs: { axis: 0, combine: 'add' },
      code: 'SHAPE_SCATTER',
    },
    {
      inputs: [
        { dtype: 'bool', shape: [5] },
        { dtype: 'i32', shape: [4] },
        { dtype: 'bool', shape: [4] },
      ],
      attrs: { axis: 0, combine: 'maximum' },
      code: 'DTYPE_OPERAND',
    },
    {
      inputs: [
        { dtype: 'f32', shape: [5] },
        { dtype: 'f32', shape: [4] },
        { dtype: 'f32', shape: [4] },
      ],
      attrs: { axis: 0, combine: 'assign' },
      code: 'DTYPE_INDICES',
    },
  ],
})

const scatterShape = (base: TensorType, updates: TensorType, expected: Shape): HeddleError =>
  new HeddleError(
    'SHAPE_SCATTER',
    `scatter: updates are ${formatType(updates)}; for base ${formatType(base)} they must be ${base.dtype}${formatShape(expected)}`,
    { details: { base, updates, expected, constraint: 'C4' } },
  )
