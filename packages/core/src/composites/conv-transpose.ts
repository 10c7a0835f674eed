// Transposed convolution: the exact transpose of convolution by the same weight, as `foldWindows` of a contraction. Its
// derivative by x is therefore a convolution, and the derivative of a convolution by x has this form.
import { formatShape, type Shape } from '../dim.ts'
import type { HeddleError } from '../errors.ts'
import { dot } from '../front/contract.ts'
import { asFloat } from '../front/elementwise.ts'
import { errorHere, graphOf } from '../front/operand.ts'
import { permute, reshape } from '../front/shape.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { withBias } from './convolution.ts'
import {
  axesFrom,
  batched,
  cropSpatial,
  type PerAxis,
  padSpatial,
  perSpatialAxis,
  type SpatialRank,
  spatialLetters,
  unbatched,
  windowLetters,
} from './spatial.ts'

export interface ConvTransposeOptions {
  /** One per output channel. */
  readonly bias?: Value | undefined
  /** Distance between the windows that are added up. Default 1. */
  readonly stride?: PerAxis | undefined
  /** Elements cut off on both sides: what the convolution had padded. Default 0. */
  readonly padding?: PerAxis | undefined
  /** Elements added after: which of the extents the convolution maps to that of x is meant. Default 0. */
  readonly outputPadding?: PerAxis | undefined
  /** Distance between elements of a window. Default 1. */
  readonly dilation?: PerAxis | undefined
  /** Channels are split into so many groups that do not see each other. Default 1. */
  readonly groups?: number | undefined
}

export type ConvolutionTranspose = (x: Value, weight: Value, options?: ConvTransposeOptions) => Value

const convolutionTranspose =
  (op: string, rank: SpatialRank): ConvolutionTranspose =>
  (x, weight, options = {}) => {
    const { bias, groups = 1 } = options
    graphOf(op, bias === undefined ? [x, weight] : [x, weight, bias])
    checkShapes(op, rank, x.type.shape, weight.type.shape, groups)
    // The least an option may be is also its default.
    const entries = (name: string, values: PerAxis | undefined, least: 0 | 1): readonly number[] =>
      perSpatialAxis(op, name, values ?? least, rank, least)
    const sizes = weight.type.shape.slice(2)
    const strides = entries('stride', options.stride, 1)
    const dilations = entries('dilation', options.dilation, 1)
    const padding = entries('padding', options.padding, 0)
    const after = entries('outputPadding', options.outputPadding, 0)
    if (after.some((amount, k) => amount >= Math.max(strides[k] ?? 1, dilations[k] ?? 1)))
      throw outputPadding(op, after, strides, dilations) // C3

    const columns = contract(batched(asFloat(op, x), rank), weight, groups) // [n, o, d…, k…]
    const counts = columns.type.shape.slice(2, 2 + rank)
    const whole = counts.map(
      (count, k) => (count - 1) * (strides[k] ?? 1) + ((sizes[k] ?? 1) - 1) * (dilations[k] ?? 1) + 1,
    )
    const extents = whole.map((dim, k) => dim - 2 * (padding[k] ?? 0) + (after[k] ?? 0))
    if (counts.includes(0) || extents.some((dim) => dim < 1)) throw extentsLeft(op, x.type.shape, extents) // C4
    const summed = x.builder.foldWindows(columns, {
      axes: axesFrom(2, rank),
      sizes,
      strides,
      dilations,
      shape: [...columns.type.shape.slice(0, 2), ...whole],
    })
    // What is added after makes up for what is cut off there.
    const more = after.map((amount, k) => amount - (padding[k] ?? 0))
    const none = padding.map(() => 0)
    const longer = padSpatial(
      summed,
      none,
      more.map((amount) => Math.max(0, amount)),
      0,
    )
    const y = cropSpatial(
      longer,
      padding,
      more.map((amount) => Math.max(0, -amount)),
    )
    return unbatched(withBias(op, y, bias), x.type.shape, rank)
  }

/** What each element of `x [n, c, d…]` adds to each element of its window: `[n, o, d…, k…]`. */
function contract(x: Value, weight: Value, groups: number): Value {
  const [n = 0, channels = 0, ...extents] = x.type.shape
  const [, outputs = 0, ...sizes] = weight.type.shape
  const rank = extents.length
  if (groups === 1) {
    const y = dot(weight, x, { leftContract: [0], rightContract: [1] }) // [o, k…, n, d…]
    return permute(y, [1 + rank, 0, ...axesFrom(2 + rank, rank), ...axesFrom(1, rank)])
  }
  const split = reshape(x, [n, groups, channels / groups, ...extents])
  const kernels = reshape(weight, [groups, channels / groups, outputs, ...sizes])
  const y = dot(kernels, split, { leftBatch: [0], rightBatch: [1], leftContract: [1], rightContract: [2] })
  // [g, o, k…, n, d…]
  const ordered = permute(y, [2 + rank, 0, 1, ...axesFrom(3 + rank, rank), ...axesFrom(2, rank)])
  return reshape(ordered, [n, groups * outputs, ...extents, ...sizes])
}

/**
 * Transposed two-dimensional convolution: every element of x adds its multiple of the weight to a window of y, `y[n, o, i s + p,
 * j s + q] += x[n, c, i, j] w[c, o, p, q]`. The weight is laid out as that of the convolution it transposes.
 *
 * Shapes: `x [N, C, H, W]` or one image `[C, H, W]`, `weight [C, O / groups, kh, kw]`, `bias [O]` → `[N, O, oh, ow]` or
 * `[O, oh, ow]`, where oh = (H - 1) stride - 2 padding + dilation (kh - 1) + outputPadding + 1.
 * - C1 x has 4 or 3 axes, the weight 4. C2 the weight has C rows, and groups divides C. Throw `SHAPE_CONV_TRANSPOSE`.
 * - C3 outputPadding is less than the stride or the dilation. Throws `ATTR_OUTPUT_PADDING`.
 * - C4 something is left of y. Throws `SHAPE_CONV_TRANSPOSE_EXTENT`.
 * - C5 the bias has one number per output channel. Throws `SHAPE_CONV_BIAS`.
 *
 * @example
 * convTranspose2d(x, weight, { stride: 2 }) // x: f32[64, 8, 7, 7], weight: f32[8, 4, 2, 2] gives f32[64, 4, 14, 14]
 */
export const convTranspose2d: ConvolutionTranspose = traced(convolutionTranspose('convTranspose2d', 2))

/**
 * Transposed one-dimensional convolution: `x [N, C, L]` or `[C, L]`, `weight [C, O / groups, k]`; otherwise as
 * `convTranspose2d`.
 */
export const convTranspose1d: ConvolutionTranspose = traced(convolutionTranspose('convTranspose1d', 1))

/**
 * Transposed three-dimensional convolution: `x [N, C, D, H, W]` or `[C, D, H, W]`, `weight [C, O / groups, kd, kh, kw]`;
 * otherwise as `convTranspose2d`.
 */
export const convTranspose3d: ConvolutionTranspose = traced(convolutionTranspose('convTranspose3d', 3))

function checkShapes(op: string, rank: SpatialRank, x: Shape, weight: Shape, groups: number): void {
  const channels = x.at(-rank - 1)
  const fits =
    (x.length === rank + 2 || x.length === rank + 1) && // C1
    weight.length === rank + 2 &&
    Number.isInteger(groups) &&
    groups >= 1 &&
    channels === weight[0] && // C2
    (channels ?? 0) % groups === 0
  if (!fits) throw transposeShapes(op, rank, x, weight, groups)
}

const transposeShapes = (
  op: string,
  rank: SpatialRank,
  x: Shape,
  weight: Shape,
  groups: number,
): HeddleError =>
  errorHere(
    'SHAPE_CONV_TRANSPOSE',
    `${op}: x is ${formatShape(x)}, weight ${formatShape(weight)}, groups ${groups}; x must be [N, C, ${spatialLetters(rank)}] or [C, ${spatialLetters(rank)}] and weight [C, O / groups, ${windowLetters(rank)}], with groups dividing C`,
    { op, x, weight, groups },
  )

const outputPadding = (
  op: string,
  amount: readonly number[],
  strides: readonly number[],
  dilations: readonly number[],
): HeddleError =>
  errorHere(
    'ATTR_OUTPUT_PADDING',
    `${op}: outputPadding ${formatShape(amount)} with stride ${formatShape(strides)} and dilation ${formatShape(dilations)}; it must be less than the greater of the two`,
    { op, amount, strides, dilations, constraint: 'C3' },
  )

const extentsLeft = (op: string, x: Shape, extents: readonly number[]): HeddleError =>
  errorHere(
    'SHAPE_CONV_TRANSPOSE_EXTENT',
    `${op}: of x ${formatShape(x)} the spatial extents ${formatShape(extents)} would be left; each must be at least 1. Less padding cuts off less.`,
    { op, x, extents, constraint: 'C4' },
  )
