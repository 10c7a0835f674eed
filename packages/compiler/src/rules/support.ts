// What several topics of rules share: inputs of examples, constants of a type, and small facts about axes.
import {
  type Builder,
  type Dim,
  type DType,
  dtypes,
  isFloat,
  isOne,
  type Shape,
  shapesEqual,
  type TensorType,
  type Value,
} from '@heddle/core'

/** An input for an example. */
export const input = (b: Builder, name = 'x', shape: Shape = [2, 3], dtype: DType = 'f32'): Value =>
  b.input({ name, dtype, shape })

/** A constant of the type of `like`, rounded to its dtype. */
export const constant = (b: Builder, like: TensorType, value: number): Value =>
  b.full({ dtype: like.dtype, shape: like.shape, value: dtypes[like.dtype].round(value) })

export const isFloatValue = ({ type }: Value): boolean => isFloat(type.dtype)
export const range = (count: number): number[] => Array.from({ length: count }, (_, k) => k)
export const isIdentity = (perm: readonly number[]): boolean => perm.every((axis, k) => axis === k)
export const dimAt = (shape: Shape, axis: number): Dim => shape[axis] ?? 1
export const withoutAxes = (shape: Shape, axes: readonly number[]): Shape =>
  shape.filter((_, axis) => !axes.includes(axis))
export const isSorted = (axes: readonly number[]): boolean =>
  axes.every((axis, k) => k === 0 || axis > (axes[k - 1] ?? -1))
/** Axes whose extent is not 1, in order. */
export const wideAxes = (shape: Shape): readonly number[] =>
  range(shape.length).filter((axis) => !isOne(dimAt(shape, axis)))
/** Whether two shapes differ in axes of extent 1 only. */
export const sameButForUnits = (x: Shape, y: Shape): boolean =>
  shapesEqual(
    x.filter((dim) => !isOne(dim)),
    y.filter((dim) => !isOne(dim)),
  )
/** Axes on which an `expand` from `from` to `to` repeats. */
export const repeatedAxes = (from: Shape, to: Shape): readonly number[] =>
  range(from.length).filter((axis) => isOne(dimAt(from, axis)) && !isOne(dimAt(to, axis)))
