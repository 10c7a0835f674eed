// Data-dependent reading: slices at i32 positions. Its counterpart is `scatter`.
// A position outside the axis reads NaN (0 for integers and bool); front ends that can check, do.
import { z } from 'zod'
import type { Shape } from '../dim.ts'
import { type DType, isFloat } from '../dtype.ts'
import { HeddleError } from '../errors.ts'
import { read, readNumber, tabulate } from '../interpret/nd-array.ts'
import { defineOp, type OpDef, valueOfAccess } from '../ir/define.ts'
import { formatType, type TensorType } from '../ir/tensor-type.ts'
import { indexValue } from '../kernel/index-arithmetic.ts'
import type { AxisAttrs } from './reduce.ts'
import { checkAxis, dimAt } from './support.ts'

const missing = (dtype: DType): number => (isFloat(dtype) ? Number.NaN : 0)

/** `[…x before axis, …indices, …x after axis]` */
export const gatheredShape = (x: Shape, indices: Shape, axis: number): Shape => [
  ...x.slice(0, axis),
  ...indices,
  ...x.slice(axis + 1),
]

/**
 * `y[a…, i…, c…] = x[a…, indices[i…], c…]`: slices of x at positions along `axis` (numpy.take).
 *
 * Shapes: `x [a…, n, c…]`, `indices i32 [i…]` → `y [a…, i…, c…]`. Any dtype; that of x.
 * - C1 indices are i32. Throws `DTYPE_INDICES`. C2 axis is an axis of x.
 * Positions outside 0 … n-1 read NaN, or 0 for integers and bool.
 */
export const gather: OpDef<2, AxisAttrs> = defineOp('gather', {
  summary: 'slices at positions along an axis',
  kind: 'gather',
  arity: 2,
  attrs: z.strictObject({ axis: z.int().nonnegative() }),
  infer: ([x, indices], { axis }) => {
    checkIndices('gather', indices)
    checkAxis('gather', axis, x.shape)
    return { dtype: x.dtype, shape: gatheredShape(x.shape, indices.shape, axis) }
  },
  evaluate: ([x, indices], { axis }, type) => {
    const rank = indices.shape.length
    return tabulate(x.dtype, type.shape, (at) => {
      const position = readNumber(indices, at.slice(axis, axis + rank))
      const inside = position >= 0 && position < dimAt(x.shape, axis)
      return inside ? read(x, [...at.slice(0, axis), position, ...at.slice(axis + rank)]) : missing(x.dtype)
    })
  },
  vjp: ({ b, inputs: [x, indices], cotangent, attrs }) => [
    b.scatter(b.full({ ...x.type, value: 0 }), indices, cotangent, { ...attrs, combine: 'add' }),
    null,
  ],
  lowering: {
    kind: 'pull',
    cost: 2,
    accesses: ({ at, attrs: { axis }, inputs: [x, indices] }) => {
      const rank = indices?.shape.length ?? 0
      const position = indexValue(valueOfAccess(0))
      return [
        { operand: 1, index: at.slice(axis, axis + rank), guards: [] },
        {
          operand: 0,
          index: [...at.slice(0, axis), position, ...at.slice(axis + rank)],
          guards: [{ index: position, low: 0, high: dimAt(x?.shape ?? [], axis) }],
        },
      ]
    },
    scalar: ({ k, values: [, x = 0], accesses, type }) =>
      k.call(
        'select',
        type.dtype,
        k.within(accesses[1]?.guards ?? []),
        x,
        k.constant(type.dtype, missing(type.dtype)),
      ),
  },
  samples: [
    {
      inputs: [
        { dtype: 'f32', shape: [5, 3] },
        { dtype: 'i32', shape: [4], low: 0, high: 4, integers: true },
      ],
      attrs: { axis: 0 },
    },
    {
      inputs: [
        { dtype: 'f32', shape: [2, 4, 3] },
        { dtype: 'i32', shape: [2, 2], low: 0, high: 3, integers: true },
      ],
      attrs: { axis: 1 },
    },
    {
      inputs: [
        { dtype: 'i32', shape: [3] },
        { dtype: 'i32', shape: [], low: 0, high: 2, integers: true },
      ],
      attrs: { axis: 0 },
    },
    {
      inputs: [
        { dtype: 'f32', shape: [3, 2] },
        { dtype: 'i32', shape: [5], low: -2, high: 4, integers: true },
      ],
      attrs: { axis: 0 },
    },
    {
      inputs: [
        { dtype: 'f32', shape: [3, 2] },
        { dtype: 'i32', shape: [0] },
      ],
      attrs: { axis: 1 },
    },
  ],
  errorSamples: [
    {
      inputs: [
        { dtype: 'f32', shape: [3] },
        { dtype: 'f32', shape: [2] },
      ],
      attrs: { axis: 0 },
      code: 'DTYPE_INDICES',
    },
    {
      inputs: [
        { dtype: 'f32', shape: [3] },
        { dtype: 'i32', shape: [2] },
      ],
      attrs: { axis: 1 },
      code: 'ATTR_AXIS_RANGE',
    },
  ],
})

/** Positions are i32. Throws `DTYPE_INDICES`. */
export function checkIndices(op: string, indices: TensorType): void {
  if (indices.dtype !== 'i32') throw indicesDType(op, indices)
}

const indicesDType = (op: string, indices: TensorType): HeddleError =>
  new HeddleError('DTYPE_INDICES', `${op}: indices are ${formatType(indices)}; they must be i32`, {
    details: { op, indices, constraint: 'C1' },
  })
