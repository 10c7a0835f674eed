// Data-dependent indexing: take slices at i32 positions, and its transpose.
// A position outside the axis reads NaN (0 for integers and bool) and adds nowhere; front ends that can check, do.
import { z } from 'zod'
import { dimEqual, formatShape, type Shape } from '../dim.ts'
import { type DType, isFloat } from '../dtype.ts'
import { HeddleError } from '../errors.ts'
import { forEachIndex, offsetOf, read, tabulate } from '../interpret/nd-array.ts'
import { defineOp, type OpDef, valueOfAccess } from '../ir/define.ts'
import { formatType, type TensorType } from '../ir/tensor-type.ts'
import { indexValue } from '../kernel/index-arithmetic.ts'
import { checkDType } from './pointwise.ts'
import type { AxisAttrs } from './reduce.ts'
import { checkAxis, dimAt } from './support.ts'

const missing = (dtype: DType): number => (isFloat(dtype) ? Number.NaN : 0)

/** `[…x before axis, …indices, …x after axis]` */
const gatheredShape = (x: Shape, indices: Shape, axis: number): Shape => [
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
      const position = read(indices, at.slice(axis, axis + rank))
      const inside = position >= 0 && position < dimAt(x.shape, axis)
      return inside ? read(x, [...at.slice(0, axis), position, ...at.slice(axis + rank)]) : missing(x.dtype)
    })
  },
  vjp: ({ b, inputs: [x, indices], cotangent, attrs }) => [
    b.scatterAdd(b.full({ ...x.type, value: 0 }), indices, cotangent, attrs),
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

/**
 * `y = base`, then `y[a…, indices[i…], c…] += updates[a…, i…, c…]`, in row-major order of the updates.
 *
 * Shapes: `base [a…, n, c…]`, `indices i32 [i…]`, `updates [a…, i…, c…]` → as base. f32, f64, i32, u32; kept.
 * - C1 indices are i32. C2 axis is an axis of base. C3 updates have the gathered shape and dtype. Throws `SHAPE_SCATTER`.
 * Positions outside 0 … n-1 add nothing.
 */
export const scatterAdd: OpDef<3, AxisAttrs> = defineOp('scatterAdd', {
  summary: 'adds slices at positions along an axis',
  kind: 'scatter',
  arity: 3,
  attrs: z.strictObject({ axis: z.int().nonnegative() }),
  infer: ([base, indices, updates], { axis }) => {
    checkDType('scatterAdd', base, 'numeric')
    checkIndices('scatterAdd', indices)
    checkAxis('scatterAdd', axis, base.shape)
    const expected = gatheredShape(base.shape, indices.shape, axis)
    const fits =
      updates.dtype === base.dtype &&
      updates.shape.length === expected.length &&
      updates.shape.every((dim, k) => dimEqual(dim, dimAt(expected, k)))
    if (!fits) throw scatterShape(base, updates, expected)
    return base
  },
  evaluate: ([base, indices, updates], { axis }) => {
    const result = { ...base, data: base.data.slice() }
    const rank = indices.shape.length
    forEachIndex(updates.shape, (at) => {
      const position = read(indices, at.slice(axis, axis + rank))
      if (position < 0 || position >= dimAt(base.shape, axis)) return
      const offset = offsetOf(base.shape, [...at.slice(0, axis), position, ...at.slice(axis + rank)])
      result.data[offset] = (result.data[offset] ?? 0) + read(updates, at)
    })
    return result
  },
  vjp: ({ b, inputs: [base, indices, updates], cotangent, attrs: { axis } }) => {
    const gathered = b.gather(cotangent, indices, { axis })
    // A position outside adds nowhere, so its update has no influence.
    const zero = b.full({ ...indices.type, value: 0 })
    const extent = b.full({ ...indices.type, value: dimAt(base.type.shape, axis) })
    const inside = b.and(b.le(zero, indices), b.lt(indices, extent))
    const kept = updates.type.shape.map((dim, k) =>
      k >= axis && k < axis + indices.type.shape.length ? dim : 1,
    )
    const mask = b.expand(b.reshape(inside, { shape: kept }), { shape: updates.type.shape })
    return [cotangent, null, b.select(mask, gathered, b.full({ ...gathered.type, value: 0 }))]
  },
  lowering: { kind: 'scatter', axis: ({ axis }) => axis },
  samples: [
    {
      inputs: [
        { dtype: 'f32', shape: [5, 3] },
        { dtype: 'i32', shape: [4], low: 0, high: 4, integers: true },
        { dtype: 'f32', shape: [4, 3] },
      ],
      attrs: { axis: 0 },
    },
    {
      inputs: [
        { dtype: 'f32', shape: [2, 4, 3] },
        { dtype: 'i32', shape: [2, 2], low: -1, high: 4, integers: true },
        { dtype: 'f32', shape: [2, 2, 2, 3] },
      ],
      attrs: { axis: 1 },
    },
    {
      inputs: [
        { dtype: 'i32', shape: [3], low: -5, high: 5, integers: true },
        { dtype: 'i32', shape: [6], low: 0, high: 2, integers: true },
        { dtype: 'i32', shape: [6], low: -5, high: 5, integers: true },
      ],
      attrs: { axis: 0 },
    },
  ],
  errorSamples: [
    {
      inputs: [
        { dtype: 'f32', shape: [5, 3] },
        { dtype: 'i32', shape: [4] },
        { dtype: 'f32', shape: [3, 3] },
      ],
      attrs: { axis: 0 },
      code: 'SHAPE_SCATTER',
    },
  ],
})

function checkIndices(op: string, indices: TensorType): void {
  if (indices.dtype !== 'i32') throw indicesDType(op, indices)
}

const indicesDType = (op: string, indices: TensorType): HeddleError =>
  new HeddleError('DTYPE_INDICES', `${op}: indices are ${formatType(indices)}; they must be i32`, {
    details: { op, indices, constraint: 'C1' },
  })

const scatterShape = (base: TensorType, updates: TensorType, expected: Shape): HeddleError =>
  new HeddleError(
    'SHAPE_SCATTER',
    `scatterAdd: updates are ${formatType(updates)}; for base ${formatType(base)} they must be ${base.dtype}${formatShape(expected)}`,
    { details: { base, updates, expected, constraint: 'C3' } },
  )
