// Data-dependent reading: slices at i32 positions. Its counterpart is `scatter`.
// A position outside the axis reads NaN (0 for integers and bool); front ends that can check, do.
import { z } from 'zod'
import { dimEqual, formatShape, type Shape } from '../dim.ts'
import { type DType, isFloat } from '../dtype.ts'
import { HeddleError } from '../errors.ts'
import { read, readNumber, tabulate } from '../interpret/nd-array.ts'
import { defineOp, type OpDef, valueOfAccess } from '../ir/define.ts'
import { formatType, type TensorType } from '../ir/tensor-type.ts'
import { indexValue } from '../kernel/index-arithmetic.ts'
import { checkAxis, dimAt } from './support.ts'

const missing = (dtype: DType): number => (isFloat(dtype) ? Number.NaN : 0)

export interface GatherAttrs {
  readonly axis: number
  /** First axes that x and the indices have in common: each of their places has positions of its own. Default 0. */
  readonly batch?: number | undefined
}

export const gatherSchema: {
  readonly axis: z.ZodType<number>
  readonly batch: z.ZodOptional<z.ZodType<number>>
} = { axis: z.int().nonnegative(), batch: z.int().positive().optional() }

/** `[…x before axis, …indices behind the batch, …x after axis]` */
export const gatheredShape = (x: Shape, indices: Shape, { axis, batch = 0 }: GatherAttrs): Shape => [
  ...x.slice(0, axis),
  ...indices.slice(batch),
  ...x.slice(axis + 1),
]

/** The index into the indices (of rank `rank`) that belongs to an index of what is gathered, or of updates. */
export function positionIndex<T>(
  at: readonly T[],
  { axis, batch = 0 }: GatherAttrs,
  rank: number,
): readonly T[] {
  return [...at.slice(0, batch), ...at.slice(axis, axis + rank - batch)]
}

/** The index into x, whose coordinate on the axis is `position`. */
export function placeIndex<T>(
  at: readonly T[],
  position: T,
  { axis, batch = 0 }: GatherAttrs,
  rank: number,
): readonly T[] {
  return [...at.slice(0, axis), position, ...at.slice(axis + rank - batch)]
}

/**
 * `y[b…, a…, i…, c…] = x[b…, a…, indices[b…, i…], c…]`: slices of x at positions along `axis`.
 *
 * Shapes: `x [b…, a…, n, c…]`, `indices i32 [b…, i…]` → `y [b…, a…, i…, c…]`. Any dtype; that of x.
 * - C1 indices are i32. Throws `DTYPE_INDICES`. C2 axis is an axis of x.
 * - C3 the first `batch` axes are before `axis` and have the same extents in both. Throws `SHAPE_GATHER_BATCH`.
 * Positions outside 0 … n-1 read NaN, or 0 for integers and bool.
 */
export const gather: OpDef<2, GatherAttrs> = defineOp('gather', {
  summary: 'slices at positions along an axis',
  why: 'reads where data says',
  kind: 'gather',
  arity: 2,
  attrs: z.strictObject(gatherSchema),
  infer: ([x, indices], attrs) => {
    checkPositions('gather', x, indices, attrs)
    return { dtype: x.dtype, shape: gatheredShape(x.shape, indices.shape, attrs) }
  },
  evaluate: ([x, indices], attrs, type) => {
    const rank = indices.shape.length
    return tabulate(x.dtype, type.shape, (at) => {
      const position = readNumber(indices, positionIndex(at, attrs, rank))
      const inside = position >= 0 && position < dimAt(x.shape, attrs.axis)
      return inside ? read(x, placeIndex(at, position, attrs, rank)) : missing(x.dtype)
    })
  },
  vjp: ({ b, inputs: [x, indices], cotangent, attrs }) => [
    b.scatter(b.full({ ...x.type, value: 0 }), indices, cotangent, { ...attrs, combine: 'add' }),
    null,
  ],
  lowering: {
    kind: 'pull',
    cost: 2,
    accesses: ({ at, attrs, inputs: [x, indices] }) => {
      const rank = indices?.shape.length ?? 0
      const position = indexValue(valueOfAccess(0))
      return [
        { operand: 1, index: positionIndex(at, attrs, rank), guards: [] },
        {
          operand: 0,
          index: placeIndex(at, position, attrs, rank),
          guards: [{ index: position, low: 0, high: dimAt(x?.shape ?? [], attrs.axis) }],
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
        { dtype: 'f32', shape: [3, 5] },
        { dtype: 'i32', shape: [3, 2], low: -1, high: 5, integers: true },
      ],
      attrs: { axis: 1, batch: 1 },
    },
    {
      inputs: [
        { dtype: 'f32', shape: [2, 3, 4, 2] },
        { dtype: 'i32', shape: [2, 3], low: 0, high: 3, integers: true },
      ],
      attrs: { axis: 2, batch: 1 },
    },
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
        { dtype: 'f32', shape: [2, 3] },
        { dtype: 'i32', shape: [3, 2] },
      ],
      attrs: { axis: 1, batch: 1 },
      code: 'SHAPE_GATHER_BATCH',
    },
    {
      inputs: [
        { dtype: 'f32', shape: [2, 3] },
        { dtype: 'i32', shape: [2, 3] },
      ],
      attrs: { axis: 1, batch: 2 },
      code: 'SHAPE_GATHER_BATCH',
    },
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

/** C1 to C3, of `gather` and of `scatter`. */
export function checkPositions(op: string, x: TensorType, indices: TensorType, attrs: GatherAttrs): void {
  if (indices.dtype !== 'i32') throw indicesDType(op, indices)
  const { axis, batch = 0 } = attrs
  checkAxis(op, axis, x.shape)
  const common = x.shape.slice(0, batch)
  const fits = batch <= axis && common.every((dim, k) => dimEqual(dim, indices.shape[k] ?? -1))
  if (!fits) throw gatherBatch(op, [x.shape, indices.shape], attrs)
}

const indicesDType = (op: string, indices: TensorType): HeddleError =>
  new HeddleError('DTYPE_INDICES', `${op}: indices are ${formatType(indices)}; they must be i32`, {
    details: { op, indices, constraint: 'C1' },
  })

const gatherBatch = (op: string, [x, indices]: readonly [Shape, Shape], attrs: GatherAttrs): HeddleError =>
  new HeddleError(
    'SHAPE_GATHER_BATCH',
    `${op}: the first ${attrs.batch} axes of ${formatShape(x)} and indices ${formatShape(indices)} are in common, and axis ${attrs.axis} is looked up; common axes come before it and are equally long`,
    { details: { op, x, indices, ...attrs, constraint: 'C3' } },
  )
