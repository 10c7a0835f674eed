// What normalisations share: centred and scaled to unit variance over axes, then scaled and shifted by parameters.

import { type Shape, shapesEqual } from '../dim.ts'
import { add, mul, rsqrt, square, sub } from '../front/elementwise.ts'
import { mean } from '../front/reduce.ts'
import { reshape } from '../front/shape.ts'
import type { Value } from '../ir/value.ts'

/** What a result is multiplied by, and what is added to it then. */
export interface AffineOptions {
  readonly weight?: Value | undefined
  readonly bias?: Value | undefined
  /** Added to what a root is taken of. Default 1e-5. */
  readonly epsilon?: number | undefined
}

export interface Standardized {
  readonly output: Value
  /** With reduced axes of extent 1. */
  readonly mean: Value
  /** Divided by the count, not by one less. */
  readonly variance: Value
}

/** (x - mean) / sqrt(variance + epsilon) over axes; the mean of squares is taken around the mean, in two passes. */
export function standardized(x: Value, axes: readonly number[], epsilon: number): Standardized {
  const centre = mean(x, { axes, keepDims: true })
  const centred = sub(x, centre)
  const spread = mean(square(centred), { axes, keepDims: true })
  return { output: mul(centred, rsqrt(add(spread, epsilon))), mean: centre, variance: spread }
}

/** `x weight + bias`; the two broadcast. */
export function affine(x: Value, { weight, bias }: AffineOptions): Value {
  const scaled = weight === undefined ? x : mul(x, weight)
  return bias === undefined ? scaled : add(scaled, bias)
}

/** One number per channel, shaped so that it broadcasts along axis 1 of so many axes. */
export const alongChannels = (perChannel: Value, rank: number): Value =>
  reshape(perChannel, [-1, ...new Array<number>(rank - 2).fill(1)])

/** Both parameters of one number per channel, along axis 1. */
export const affineOfChannels = ({ weight, bias }: AffineOptions, rank: number): AffineOptions => ({
  weight: weight === undefined ? undefined : alongChannels(weight, rank),
  bias: bias === undefined ? undefined : alongChannels(bias, rank),
})

/** Whether the parameters given have one number per channel. */
export const areOfChannels = ({ weight, bias }: AffineOptions, channels: number): boolean =>
  [weight, bias].every((value) => value === undefined || shapesEqual(value.type.shape, [channels]))

/** Axes of a shape from `first` on. */
export const axesFrom = (first: number, shape: Shape): readonly number[] =>
  shape.map((_, axis) => axis).filter((axis) => axis >= first)
