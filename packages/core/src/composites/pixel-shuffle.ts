// Rearrangements between channels and pixels: reshapes and permutations only, no arithmetic.
import { formatShape, type Shape } from '../dim.ts'
import type { HeddleError } from '../errors.ts'
import { asValue, errorHere } from '../front/operand.ts'
import { permute, reshape } from '../front/shape.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'

export interface PixelShuffleOptions {
  /** Pixels along a side of the square that the channels of one pixel become. */
  readonly factor: number
}

const isFactor = (factor: number): boolean => Number.isInteger(factor) && factor >= 1

/**
 * Spreads each `factor²` channels over a square of pixels (sub-pixel convolution).
 *
 * Shapes: `x […, C factor², H, W]` → `[…, C, H factor, W factor]`. Any dtype; kept. Throws `SHAPE_PIXEL_SHUFFLE`.
 * Source: Shi et al., Real-time single image and video super-resolution (CVPR 2016), section 3.2.
 *
 * @example
 * pixelShuffle(x, { factor: 2 }) // x: f32[1, 12, 3, 4] gives f32[1, 3, 6, 8]
 */
export const pixelShuffle: (x: Value, options: PixelShuffleOptions) => Value = traced(
  (x: Value, { factor }: PixelShuffleOptions): Value => {
    const { shape } = asValue('pixelShuffle', x).type
    const [channels = 0, h = 0, w = 0] = shape.slice(-3)
    if (shape.length < 3 || !isFactor(factor) || channels % factor ** 2 !== 0)
      throw pixelShape('pixelShuffle', shape, factor, `[…, C * ${factor ** 2}, H, W]`)
    const outer = shape.slice(0, -3)
    const kept = channels / factor ** 2
    const split = reshape(x, [...outer, kept, factor, factor, h, w])
    return reshape(permute(split, inner(outer.length, [0, 3, 1, 4, 2])), [
      ...outer,
      kept,
      h * factor,
      w * factor,
    ])
  },
)

/**
 * Gathers each square of `factor` by `factor` pixels into channels: undoes `pixelShuffle`.
 *
 * Shapes: `x […, C, H factor, W factor]` → `[…, C factor², H, W]`. Any dtype; kept. Throws `SHAPE_PIXEL_SHUFFLE`.
 *
 * @example
 * pixelUnshuffle(x, { factor: 2 }) // x: f32[1, 3, 6, 8] gives f32[1, 12, 3, 4]
 */
export const pixelUnshuffle: (x: Value, options: PixelShuffleOptions) => Value = traced(
  (x: Value, { factor }: PixelShuffleOptions): Value => {
    const { shape } = asValue('pixelUnshuffle', x).type
    const [channels = 0, h = 0, w = 0] = shape.slice(-3)
    if (shape.length < 3 || !isFactor(factor) || h % factor !== 0 || w % factor !== 0)
      throw pixelShape('pixelUnshuffle', shape, factor, `[…, C, H * ${factor}, W * ${factor}]`)
    const outer = shape.slice(0, -3)
    const [rows, columns] = [h / factor, w / factor]
    const split = reshape(x, [...outer, channels, rows, factor, columns, factor])
    return reshape(permute(split, inner(outer.length, [0, 2, 4, 1, 3])), [
      ...outer,
      channels * factor ** 2,
      rows,
      columns,
    ])
  },
)

/** A permutation of the last axes that leaves the first ones where they are. */
const inner = (outer: number, perm: readonly number[]): readonly number[] => [
  ...Array.from({ length: outer }, (_, axis) => axis),
  ...perm.map((axis) => outer + axis),
]

export interface ChannelShuffleOptions {
  /** Channels are dealt out from so many groups in turn. */
  readonly groups: number
}

/**
 * Mixes the groups of channels, so that the next grouped convolution sees some of each.
 *
 * Shapes: `x [N, C, d…]` → the same. Any dtype; kept. Throws `SHAPE_CHANNEL_SHUFFLE`.
 * Source: Zhang et al., ShuffleNet (CVPR 2018), section 3.1.
 *
 * @example
 * channelShuffle(x, { groups: 2 }) // x: f32[1, 6, 4, 4] gives f32[1, 6, 4, 4]
 */
export const channelShuffle: (x: Value, options: ChannelShuffleOptions) => Value = traced(
  (x: Value, { groups }: ChannelShuffleOptions): Value => {
    const { shape } = asValue('channelShuffle', x).type
    const [n = 0, channels = 0, ...extents] = shape
    if (shape.length < 3 || !isFactor(groups) || channels % groups !== 0) throw channelShape(shape, groups)
    const split = reshape(x, [n, groups, channels / groups, ...extents])
    return reshape(permute(split, [0, 2, 1, ...extents.map((_, k) => 3 + k)]), shape)
  },
)

const pixelShape = (op: string, x: Shape, factor: number, wanted: string): HeddleError =>
  errorHere(
    'SHAPE_PIXEL_SHUFFLE',
    `${op}: x is ${formatShape(x)}, factor ${factor}; the factor must be a whole number of at least 1, and x ${wanted}`,
    { op, x, factor },
  )

const channelShape = (x: Shape, groups: number): HeddleError =>
  errorHere(
    'SHAPE_CHANNEL_SHUFFLE',
    `channelShuffle: x is ${formatShape(x)}, groups ${groups}; x must be [N, C, …] with a spatial axis or more, and groups divide C`,
    { x, groups },
  )
