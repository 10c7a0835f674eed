// Sliding windows and their transpose. Convolution is a contraction over windows, pooling a reduction over them; both
// derivatives are each other's op.
import { z } from 'zod'
import { addDims, dimEqual, floorDivideDim, formatShape, type Shape, subtractDims } from '../dim.ts'
import { HeddleError } from '../errors.ts'
import { addTo, forEachIndex, offsetOf, read, tabulate, zeros } from '../interpret/nd-array.ts'
import { defineOp, type OpDef } from '../ir/define.ts'
import {
  addIndex,
  indexConstant,
  quotientIndex,
  remainderIndex,
  scaleIndex,
} from '../kernel/index-arithmetic.ts'
import type { Guard, IndexExpression } from '../kernel/index-expression.ts'
import { checkDType } from './pointwise.ts'
import { axesSchema, checkAxes, dimAt, range } from './support.ts'

export interface WindowsAttrs {
  /** Axes the window slides along, sorted. */
  readonly axes: readonly number[]
  /** Extent of the window on each of those axes, at least 1. */
  readonly sizes: readonly number[]
  /** Distance between windows, at least 1. */
  readonly strides: readonly number[]
  /** Distance between the elements of a window, at least 1. */
  readonly dilations: readonly number[]
}

const windowsSchema: z.ZodType<WindowsAttrs> = z.strictObject({
  axes: axesSchema,
  sizes: axesSchema,
  strides: axesSchema,
  dilations: axesSchema,
})

/** Elements of an axis one window spans. */
const spanOf = ({ sizes, dilations }: WindowsAttrs, k: number): number =>
  ((sizes[k] ?? 1) - 1) * (dilations[k] ?? 1) + 1

function checkWindows(op: string, attrs: WindowsAttrs, shape: Shape): void {
  checkAxes(op, attrs.axes, shape)
  for (const [name, entries] of Object.entries({
    sizes: attrs.sizes,
    strides: attrs.strides,
    dilations: attrs.dilations,
  })) {
    const fits =
      entries.length === attrs.axes.length && entries.every((entry) => Number.isInteger(entry) && entry >= 1)
    if (!fits) throw windowsAttribute(op, name, entries, attrs.axes)
  }
  attrs.axes.forEach((axis, k) => {
    if (spanOf(attrs, k) > dimAt(shape, axis)) throw windowsSpan(op, axis, spanOf(attrs, k), shape)
  })
}

const countsOf = (attrs: WindowsAttrs, shape: Shape): Shape =>
  shape.map((dim, axis) => {
    const k = attrs.axes.indexOf(axis)
    return k < 0
      ? dim
      : addDims(floorDivideDim(subtractDims(dim, spanOf(attrs, k)), attrs.strides[k] ?? 1), 1)
  })

/**
 * `y[…, o, …, w] = x[…, o * stride + w * dilation, …]`: the window's axes come last, in the order of `axes`.
 *
 * Shapes: `x [s…]` → `y [counts…, sizes…]`, count = floor((s - span) / stride) + 1, span = (size - 1) * dilation + 1.
 * - C1 axes are sorted, distinct axes of x.
 * - C2 one size, stride and dilation per axis, each at least 1. Throws `ATTR_WINDOWS`.
 * - C3 a window fits: span <= s. Throws `SHAPE_WINDOWS_SPAN`.
 */
export const windows: OpDef<1, WindowsAttrs> = defineOp('windows', {
  summary: 'sliding windows over axes, as further axes',
  why: 'index arithmetic that repeats elements: convolutions and poolings read no copies (ADR 3)',
  kind: 'view',
  arity: 1,
  attrs: windowsSchema,
  infer: ([x], attrs) => {
    checkWindows('windows', attrs, x.shape)
    return { dtype: x.dtype, shape: [...countsOf(attrs, x.shape), ...attrs.sizes] }
  },
  evaluate: ([x], { axes, strides, dilations }, type) => {
    const rank = x.shape.length
    return tabulate(x.dtype, type.shape, (at) =>
      read(
        x,
        range(rank).map((axis) => {
          const k = axes.indexOf(axis)
          const i = at[axis] ?? 0
          return k < 0 ? i : i * (strides[k] ?? 1) + (at[rank + k] ?? 0) * (dilations[k] ?? 1)
        }),
      ),
    )
  },
  vjp: ({ b, inputs: [x], cotangent, attrs }) => [
    b.foldWindows(cotangent, { ...attrs, shape: x.type.shape }),
  ],
  lowering: {
    kind: 'pull',
    cost: 0,
    accesses: ({ at, attrs: { axes, strides, dilations }, inputs: [x] }) => {
      const rank = x?.shape.length ?? 0
      const index = range(rank).map((axis) => {
        const k = axes.indexOf(axis)
        const i = at[axis] ?? indexConstant(0)
        if (k < 0) return i
        const within = at[rank + k] ?? indexConstant(0)
        return addIndex(scaleIndex(i, strides[k] ?? 1), scaleIndex(within, dilations[k] ?? 1))
      })
      return [{ operand: 0, index, guards: [] }]
    },
    scalar: ({ values: [x = 0] }) => x,
  },
  samples: [
    {
      inputs: [{ dtype: 'f32', shape: [7] }],
      attrs: { axes: [0], sizes: [3], strides: [1], dilations: [1] },
    },
    {
      inputs: [{ dtype: 'f32', shape: [2, 6, 5] }],
      attrs: { axes: [1, 2], sizes: [2, 3], strides: [2, 1], dilations: [1, 1] },
    },
    {
      inputs: [{ dtype: 'f32', shape: [9] }],
      attrs: { axes: [0], sizes: [3], strides: [2], dilations: [2] },
    },
    { inputs: [{ dtype: 'i32', shape: [2, 3] }], attrs: { axes: [], sizes: [], strides: [], dilations: [] } },
  ],
  errorSamples: [
    {
      inputs: [{ dtype: 'f32', shape: [2] }],
      attrs: { axes: [0], sizes: [3], strides: [1], dilations: [1] },
      code: 'SHAPE_WINDOWS_SPAN',
    },
    {
      inputs: [{ dtype: 'f32', shape: [4] }],
      attrs: { axes: [0], sizes: [2], strides: [0], dilations: [1] },
      code: 'ATTR_WINDOWS',
    },
  ],
})

export interface FoldWindowsAttrs extends WindowsAttrs {
  /** Shape of the array the windows were taken from. */
  readonly shape: Shape
}

/**
 * Adds overlapping windows up: `y[…, i, …] = Σ x[…, o, …, w]` over all `o * stride + w * dilation = i`. The transpose of
 * `windows`; with stride = size it puts blocks back together.
 *
 * Shapes: `x [counts…, sizes…]` → `y [shape…]`.
 * - C1 x has the shape `windows` gives for `shape`. Throws `SHAPE_FOLD_WINDOWS`.
 */
export const foldWindows: OpDef<1, FoldWindowsAttrs> = defineOp('foldWindows', {
  summary: 'adds overlapping windows up',
  why: 'the derivative of windows as one sum per element, in a fixed order',
  kind: 'reduction',
  arity: 1,
  attrs: z.strictObject({
    axes: axesSchema,
    sizes: axesSchema,
    strides: axesSchema,
    dilations: axesSchema,
    shape: axesSchema,
  }),
  infer: ([x], attrs) => {
    checkDType('foldWindows', x, 'numeric')
    checkWindows('foldWindows', attrs, attrs.shape)
    const expected = [...countsOf(attrs, attrs.shape), ...attrs.sizes]
    const fits =
      x.shape.length === expected.length && x.shape.every((dim, axis) => dimEqual(dim, dimAt(expected, axis)))
    if (!fits) throw foldShape(x.shape, expected, attrs.shape) // C1
    return { dtype: x.dtype, shape: attrs.shape }
  },
  evaluate: ([x], { axes, strides, dilations, shape }) => {
    const result = zeros(x.dtype, shape)
    const rank = shape.length
    forEachIndex(x.shape, (at) => {
      const target = range(rank).map((axis) => {
        const k = axes.indexOf(axis)
        const i = at[axis] ?? 0
        return k < 0 ? i : i * (strides[k] ?? 1) + (at[rank + k] ?? 0) * (dilations[k] ?? 1)
      })
      const offset = offsetOf(shape, target)
      addTo(result, offset, read(x, at))
    })
    return result
  },
  vjp: ({ b, cotangent, attrs: { axes, sizes, strides, dilations } }) => [
    b.windows(cotangent, { axes, sizes, strides, dilations }),
  ],
  lowering: {
    kind: 'reduce',
    combine: () => 'sum',
    extents: ({ sizes }) => sizes,
    otherwise: 0,
    access: ({ at, over, attrs: { axes, strides, dilations, sizes, shape }, ranges }) => {
      const guards: Guard[] = []
      const counts = countsOf({ axes, strides, dilations, sizes }, shape)
      const outer = at.map((i, axis): IndexExpression => {
        const k = axes.indexOf(axis)
        if (k < 0) return i
        const stride = strides[k] ?? 1
        const shifted = addIndex(i, scaleIndex(over[k] ?? indexConstant(0), -(dilations[k] ?? 1)))
        guards.push({ index: shifted, low: 0, high: (dimAt(counts, axis) - 1) * stride + 1 })
        if (stride === 1) return shifted
        guards.push({ index: remainderIndex(shifted, stride, ranges), low: 0, high: 1 })
        return quotientIndex(shifted, stride, ranges)
      })
      return { operand: 0, index: [...outer, ...over], guards }
    },
  },
  samples: [
    {
      inputs: [{ dtype: 'f32', shape: [5, 3] }],
      attrs: { axes: [0], sizes: [3], strides: [1], dilations: [1], shape: [7] },
    },
    {
      inputs: [{ dtype: 'f32', shape: [2, 3, 3, 2, 3] }],
      attrs: { axes: [1, 2], sizes: [2, 3], strides: [2, 1], dilations: [1, 1], shape: [2, 6, 5] },
    },
    {
      inputs: [{ dtype: 'f32', shape: [3, 3] }],
      attrs: { axes: [0], sizes: [3], strides: [2], dilations: [2], shape: [9] },
    },
  ],
  errorSamples: [
    {
      inputs: [{ dtype: 'f32', shape: [4, 3] }],
      attrs: { axes: [0], sizes: [3], strides: [1], dilations: [1], shape: [7] },
      code: 'SHAPE_FOLD_WINDOWS',
    },
  ],
})

const windowsAttribute = (
  op: string,
  name: string,
  entries: readonly number[],
  axes: readonly number[],
): HeddleError =>
  new HeddleError(
    'ATTR_WINDOWS',
    `${op}: ${name} ${formatShape(entries)} for axes ${formatShape(axes)}; there must be one whole number >= 1 per axis`,
    { details: { op, name, entries, axes, constraint: 'C2' } },
  )

const windowsSpan = (op: string, axis: number, span: number, shape: Shape): HeddleError =>
  new HeddleError(
    'SHAPE_WINDOWS_SPAN',
    `${op}: a window spans ${span} elements of axis ${axis}, but ${formatShape(shape)} has ${dimAt(shape, axis)} there; pad the operand or take a smaller window`,
    { details: { op, axis, span, shape, constraint: 'C3' } },
  )

const foldShape = (found: Shape, expected: Shape, shape: Shape): HeddleError =>
  new HeddleError(
    'SHAPE_FOLD_WINDOWS',
    `foldWindows: operand ${formatShape(found)}, but the windows of ${formatShape(shape)} are ${formatShape(expected)}`,
    { details: { found, expected, shape, constraint: 'C1' } },
  )
