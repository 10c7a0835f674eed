// Functions that take parts of arrays, join them, or slide windows over them. Surrounding them is `pad.ts`.

import { formatShape, type Shape } from '../dim.ts'
import type { HeddleError } from '../errors.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { type AxesOptions, axesOf, resolveAxis } from './axes.ts'
import { asValue, commonDType, errorHere, graphOf, promote } from './operand.ts'
import { unsqueeze } from './shape.ts'

export interface SliceOptions {
  /** First position per axis, counted from the end if negative. Default 0. */
  readonly starts?: readonly number[] | undefined
  /** End per axis, exclusive, counted from the end if negative. Default the extent. */
  readonly limits?: readonly number[] | undefined
  /** Distance between positions taken, at least 1. Default 1. */
  readonly steps?: readonly number[] | undefined
}

/**
 * A box of x, with steps; lists may be shorter than the rank, later axes are then taken whole. Nothing is clamped. Throws
 * `ATTR_SLICE_RANGE`, `ATTR_PER_AXIS`.
 *
 * @example
 * slice(x, { starts: [1, -2], steps: [1, 2] }) // x: f32[5, 6] gives f32[4, 1]
 */
export const slice: (x: Value, options: SliceOptions) => Value = traced(
  (x: Value, { starts = [], limits = [], steps = [] }: SliceOptions): Value => {
    const { shape } = asValue('slice', x).type
    const absolute = (
      positions: readonly number[],
      otherwise: (dim: number) => number,
    ): readonly number[] => {
      if (positions.length > shape.length) throw perAxis('slice', positions, shape)
      return shape.map((dim, axis) => {
        const position = positions[axis] ?? otherwise(dim)
        return position < 0 ? position + dim : position
      })
    }
    if (steps.length > shape.length) throw perAxis('slice', steps, shape)
    return x.builder.slice(x, {
      starts: absolute(starts, () => 0),
      limits: absolute(limits, (dim) => dim),
      steps: shape.map((_, axis) => steps[axis] ?? 1),
    })
  },
)

export interface NarrowOptions {
  readonly axis: number
  /** First position, counted from the end if negative. */
  readonly start: number
  /** Positions taken. */
  readonly size: number
}

/** `size` positions of one axis from `start` on. Throws `ATTR_SLICE_RANGE`. */
export const narrow: (x: Value, options: NarrowOptions) => Value = traced(
  (x: Value, { axis, start, size }: NarrowOptions): Value => {
    const { shape } = asValue('narrow', x).type
    const resolved = resolveAxis('narrow', axis, shape)
    const first = start < 0 ? start + (shape[resolved] ?? 0) : start
    return x.builder.slice(x, {
      starts: shape.map((_, each) => (each === resolved ? first : 0)),
      limits: shape.map((dim, each) => (each === resolved ? first + size : dim)),
      steps: shape.map(() => 1),
    })
  },
)

export interface TakeOptions {
  readonly axis: number
  /** The position, counted from the end if negative. */
  readonly index: number
}

/**
 * One position of an axis, which is removed.
 *
 * @example
 * take(x, { axis: 0, index: -1 }) // x = [[1, 2], [3, 4]] gives [3, 4]
 */
export const take: (x: Value, options: TakeOptions) => Value = traced(
  (x: Value, { axis, index }: TakeOptions): Value => {
    const { shape } = asValue('take', x).type
    const resolved = resolveAxis('take', axis, shape)
    const extent = shape[resolved] ?? 0
    if (!Number.isInteger(index) || index < -extent || index >= extent)
      throw takeIndex(index, resolved, shape)
    const row = narrow(x, { axis: resolved, start: index, size: 1 })
    return x.builder.reshape(row, { shape: shape.filter((_, each) => each !== resolved) })
  },
)

/** Joins values along an axis (default 0), in the dtype they have in common. */
export const concat: (values: readonly Value[], options?: { readonly axis?: number }) => Value = traced(
  (values: readonly Value[], { axis = 0 }: { readonly axis?: number } = {}): Value =>
    join('concat', values, resolveAxis('concat', axis, values[0]?.type.shape ?? [])),
)

function join(op: string, values: readonly Value[], axis: number): Value {
  const b = graphOf(op, values)
  const dtype = commonDType(op, values)
  return b.concat(...values.map((value) => promote(value, dtype)), { axis })
}

/**
 * Joins values of one shape along an axis that is added (default the first).
 *
 * @example
 * stack([x, y]) // x, y: f32[3] give f32[2, 3]
 */
export const stack: (values: readonly Value[], options?: { readonly axis?: number }) => Value = traced(
  (values: readonly Value[], { axis = 0 }: { readonly axis?: number } = {}): Value => {
    graphOf('stack', values)
    const position = resolveAxis('stack', axis, [1, ...(values[0]?.type.shape ?? [])])
    return join(
      'stack',
      values.map((value) => unsqueeze(value, { axis: position })),
      position,
    )
  },
)

/** Reverses axes; all without options. */
export const flip: (x: Value, options?: AxesOptions) => Value = traced(
  (x: Value, options: AxesOptions = {}): Value =>
    asValue('flip', x).builder.flip(x, { axes: axesOf('flip', options, x.type.shape) }),
)

export interface WindowsOptions {
  /** Axes the window slides along, in ascending order. */
  readonly axes: readonly number[]
  /** Extent of the window on each of them. */
  readonly sizes: readonly number[]
  /** Distance between windows. Default 1. */
  readonly strides?: readonly number[] | undefined
  /** Distance between elements of a window. Default 1. */
  readonly dilations?: readonly number[] | undefined
}

/**
 * Sliding windows: the axes slid along count windows, and the window's own axes come last. Throws `SHAPE_WINDOWS_SPAN`,
 * `ATTR_WINDOWS`.
 *
 * @example
 * windows(x, { axes: [-1], sizes: [3] }) // x: f32[2, 5] gives f32[2, 3, 3]
 */
export const windows: (x: Value, options: WindowsOptions) => Value = traced(
  (x: Value, { axes, sizes, strides, dilations }: WindowsOptions): Value => {
    const { shape } = asValue('windows', x).type
    return x.builder.windows(x, {
      axes: axes.map((axis) => resolveAxis('windows', axis, shape)),
      sizes,
      strides: strides ?? sizes.map(() => 1),
      dilations: dilations ?? sizes.map(() => 1),
    })
  },
)

const perAxis = (op: string, entries: readonly number[], shape: Shape): HeddleError =>
  errorHere(
    'ATTR_PER_AXIS',
    `${op}: ${formatShape(entries)} has ${entries.length} entries, x ${formatShape(shape)} has ${shape.length} axes; give one per axis or fewer`,
    { op, entries, shape },
  )

const takeIndex = (index: number, axis: number, shape: Shape): HeddleError =>
  errorHere(
    'ATTR_TAKE_INDEX',
    `take: index ${index} on axis ${axis} of ${formatShape(shape)}; it must be from ${-(shape[axis] ?? 0)} to ${(shape[axis] ?? 0) - 1}`,
    { index, axis, shape },
  )
