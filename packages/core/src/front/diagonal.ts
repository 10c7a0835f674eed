// Diagonals and triangles of matrices. A diagonal is a slice with steps of the flat matrix; a triangle is a choice by position.

import { formatShape, type Shape } from '../dim.ts'
import type { HeddleError } from '../errors.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { resolveAxes } from './axes.ts'
import { add, ge, le, select } from './elementwise.ts'
import { asValue, errorHere } from './operand.ts'
import { sum } from './reduce.ts'
import { moveAxis } from './shape.ts'

export interface OffsetOptions {
  /** Which diagonal: 0 the main one, above it positive, below it negative. Default 0. */
  readonly offset?: number | undefined
}

/** Keeps the elements of the last two axes for which `keeps(column, row + offset)` holds; 0 elsewhere. */
function triangle(
  op: string,
  x: Value,
  { offset = 0 }: OffsetOptions,
  keeps: (column: Value, limit: Value) => Value,
): Value {
  const { shape } = asValue(op, x).type
  const rank = shape.length
  if (rank < 2) throw matrixRank(op, shape, 'two axes or more')
  const plane = shape.slice(-2)
  const row = x.builder.iota({ dtype: 'i32', shape: plane, axis: 0 })
  const column = x.builder.iota({ dtype: 'i32', shape: plane, axis: 1 })
  const zero = x.builder.full({ dtype: x.type.dtype, shape: [], value: 0 })
  return select(keeps(column, add(row, offset)), x, zero)
}

/**
 * The lower triangle of the last two axes: what lies on or below a diagonal; 0 above it. Throws `SHAPE_MATRIX_RANK`.
 *
 * @example
 * tril(x) // x = [[1, 2], [3, 4]] gives [[1, 0], [3, 4]]
 */
export const tril: (x: Value, options?: OffsetOptions) => Value = traced(
  (x: Value, options: OffsetOptions = {}): Value => triangle('tril', x, options, le),
)

/**
 * The upper triangle of the last two axes: what lies on or above a diagonal; 0 below it. Throws `SHAPE_MATRIX_RANK`.
 *
 * @example
 * triu(x, { offset: 1 }) // x = [[1, 2], [3, 4]] gives [[0, 2], [0, 0]]
 */
export const triu: (x: Value, options?: OffsetOptions) => Value = traced(
  (x: Value, options: OffsetOptions = {}): Value => triangle('triu', x, options, ge),
)

export interface DiagonalOptions extends OffsetOptions {
  /** Axes of rows and of columns. Default the first two. */
  readonly axes?: readonly [number, number] | undefined
}

/**
 * A diagonal of the plane of two axes, which become one, the last. Empty beyond the corners. Throws `ATTR_AXES_REPEATED`,
 * `ATTR_AXIS_RANGE`.
 *
 * @example
 * diagonal(x, { offset: 1 }) // x = [[1, 2, 3], [4, 5, 6]] gives [2, 6]
 */
export const diagonal: (x: Value, options?: DiagonalOptions) => Value = traced(
  (x: Value, { offset = 0, axes = [0, 1] }: DiagonalOptions = {}): Value => {
    resolveAxes('diagonal', axes, asValue('diagonal', x).type.shape)
    const last = moveAxis(x, { from: axes, to: [-2, -1] })
    const { shape } = last.type
    const [rows = 0, columns = 0] = shape.slice(-2)
    const outer = shape.slice(0, -2)
    const length = Math.max(
      0,
      offset < 0 ? Math.min(rows + offset, columns) : Math.min(rows, columns - offset),
    )
    const start = length === 0 ? 0 : offset < 0 ? -offset * columns : offset
    const limit = length === 0 ? 0 : start + (length - 1) * (columns + 1) + 1
    const flat = x.builder.reshape(last, { shape: [...outer, rows * columns] })
    return x.builder.slice(flat, {
      starts: [...outer.map(() => 0), start],
      limits: [...outer, limit],
      steps: [...outer.map(() => 1), columns + 1],
    })
  },
)

/**
 * Matrices that hold the last axis of x on a diagonal and 0 elsewhere; `axes` are those of rows and columns of the result,
 * by default its last two. Throws `ATTR_AXES_REPEATED`, `ATTR_AXIS_RANGE`.
 *
 * @example
 * diagEmbed(x) // x = [1, 2] gives [[1, 0], [0, 2]]
 */
export const diagEmbed: (x: Value, options?: DiagonalOptions) => Value = traced(
  (x: Value, { offset = 0, axes = [-2, -1] }: DiagonalOptions = {}): Value => {
    const { shape } = asValue('diagEmbed', x).type
    if (shape.length === 0) throw matrixRank('diagEmbed', shape, 'an axis')
    const outer = shape.slice(0, -1)
    const length = shape.at(-1) ?? 0
    const size = length + Math.abs(offset)
    const start = length === 0 ? 0 : offset < 0 ? -offset * size : offset
    const covered = length === 0 ? 0 : (length - 1) * (size + 1) + 1
    const flat = x.builder.pad(x, {
      low: [...outer.map(() => 0), start],
      high: [...outer.map(() => 0), size * size - start - covered],
      interior: [...outer.map(() => 0), size],
      value: 0,
    })
    const matrices = x.builder.reshape(flat, { shape: [...outer, size, size] })
    resolveAxes('diagEmbed', axes, matrices.type.shape)
    return moveAxis(matrices, { from: [-2, -1], to: axes })
  },
)

/**
 * The diagonal of a matrix, or the matrix with a vector on its diagonal. Throws `SHAPE_MATRIX_RANK` for other ranks.
 *
 * @example
 * diag(x, { offset: -1 }) // x = [[1, 2], [3, 4]] gives [3]
 */
export const diag: (x: Value, options?: OffsetOptions) => Value = traced(
  (x: Value, options: OffsetOptions = {}): Value => {
    const { shape } = asValue('diag', x).type
    if (shape.length === 1) return diagEmbed(x, options)
    if (shape.length === 2) return diagonal(x, options)
    throw matrixRank('diag', shape, 'one axis or two')
  },
)

/**
 * The sum of the main diagonal of the last two axes. Throws `SHAPE_MATRIX_RANK`.
 *
 * @example
 * trace(x) // x = [[1, 2], [3, 4]] gives 5
 */
export const trace: (x: Value) => Value = traced((x: Value): Value => {
  const { shape } = asValue('trace', x).type
  if (shape.length < 2) throw matrixRank('trace', shape, 'two axes or more')
  return sum(diagonal(x, { axes: [-2, -1] }), { axis: -1 })
})

const matrixRank = (op: string, shape: Shape, needed: string): HeddleError =>
  errorHere(
    'SHAPE_MATRIX_RANK',
    `${op}: x ${formatShape(shape)} has ${shape.length} axes; it needs ${needed}`,
    {
      op,
      shape,
    },
  )
