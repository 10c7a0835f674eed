// Windows of images as the columns of a matrix, and the sum of such columns put back (PyTorch's unfold and fold). Both are
// `windows` and `foldWindows` under another shape, and each is the other's derivative.
import { formatShape, type Shape, sizeOf } from '../dim.ts'
import type { HeddleError } from '../errors.ts'
import { asValue, errorHere } from '../front/operand.ts'
import { permute, reshape } from '../front/shape.ts'
import { windows } from '../front/slice.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { batched, cropSpatial, type PerAxis, padSpatial, perSpatialAxis } from './spatial.ts'

export interface Im2colOptions {
  /** Extents of the window. */
  readonly size: PerAxis
  /** Distance between windows. Default 1. */
  readonly stride?: PerAxis | undefined
  /** Zeros on both sides. Default 0. */
  readonly padding?: PerAxis | undefined
  /** Distance between elements of a window. Default 1. */
  readonly dilation?: PerAxis | undefined
}

interface Layout {
  readonly sizes: readonly number[]
  readonly strides: readonly number[]
  readonly padding: readonly number[]
  readonly dilations: readonly number[]
}

const layoutOf = (op: string, { size, stride, padding, dilation }: Im2colOptions): Layout => ({
  sizes: perSpatialAxis(op, 'size', size, 2, 1),
  strides: perSpatialAxis(op, 'stride', stride ?? 1, 2, 1),
  padding: perSpatialAxis(op, 'padding', padding ?? 0, 2, 0),
  dilations: perSpatialAxis(op, 'dilation', dilation ?? 1, 2, 1),
})

/**
 * Each window of an image as a column: channels, then rows, then columns of the window run down it, windows run along the rows.
 *
 * Shapes: `x [N, C, H, W]` or `[C, H, W]` → `[N, C kh kw, windows]` or `[C kh kw, windows]`. Any dtype; kept.
 * - C1 x has 4 or 3 axes. Throws `SHAPE_IM2COL`. C2 a window fits into the padded image. Throws `SHAPE_WINDOWS_SPAN`.
 *
 * @example
 * im2col(x, { size: 2, stride: 2 }) // x: f32[5, 3, 4, 6] gives f32[5, 12, 6]
 */
export const im2col: (x: Value, options: Im2colOptions) => Value = traced(
  (x: Value, options: Im2colOptions): Value => {
    const { shape } = asValue('im2col', x).type
    if (shape.length !== 4 && shape.length !== 3) throw im2colShape(shape) // C1
    const { padding, ...sliding } = layoutOf('im2col', options)
    const padded = padSpatial(batched(x, 2), padding, padding, 0)
    const all = permute(windows(padded, { axes: [2, 3], ...sliding }), [0, 1, 4, 5, 2, 3]) // [n, c, kh, kw, oh, ow]
    const [n = 0, channels = 0, kh = 1, kw = 1, rows = 0, columns = 0] = all.type.shape
    return reshape(all, [...(shape.length === 3 ? [] : [n]), channels * kh * kw, rows * columns])
  },
)

export interface Col2imOptions extends Im2colOptions {
  /** Height and width of the image. */
  readonly outputSize: PerAxis
}

/**
 * Adds the columns of `im2col` up where they came from; what was padded is dropped.
 *
 * Shapes: `x [N, C kh kw, windows]` or `[C kh kw, windows]` → `[N, C, H, W]` or `[C, H, W]` with H and W of `outputSize`.
 * Dtypes: numbers; kept.
 * - C1 x has 3 or 2 axes, kh kw divides its rows, and it has a column for each window of the padded image. Throws
 *   `SHAPE_COL2IM`.
 * - C2 a window fits into the padded image. Throws `SHAPE_COL2IM`.
 *
 * @example
 * col2im(x, { size: 2, stride: 2, outputSize: [4, 6] }) // x: f32[5, 12, 6] gives f32[5, 3, 4, 6]
 */
export const col2im: (x: Value, options: Col2imOptions) => Value = traced(
  (x: Value, { outputSize, ...options }: Col2imOptions): Value => {
    const { shape } = asValue('col2im', x).type
    const { sizes, strides, padding, dilations } = layoutOf('col2im', options)
    const extents = perSpatialAxis('col2im', 'outputSize', outputSize, 2, 1)
    const padded = extents.map((dim, k) => dim + 2 * (padding[k] ?? 0))
    const counts = padded.map((dim, k) => {
      const span = ((sizes[k] ?? 1) - 1) * (dilations[k] ?? 1) + 1
      return Math.floor((dim - span) / (strides[k] ?? 1)) + 1
    })
    const [rows = 0, columns = 0] = shape.slice(-2)
    const fits =
      (shape.length === 3 || shape.length === 2) &&
      rows % sizeOf(sizes) === 0 &&
      counts.every((count) => count >= 1) &&
      columns === sizeOf(counts)
    if (!fits) throw col2imShape(shape, sizes, extents, counts)
    const n = shape.length === 3 ? (shape[0] ?? 0) : 1
    const channels = rows / sizeOf(sizes)
    const apart = reshape(x, [n, channels, ...sizes, ...counts])
    const summed = x.builder.foldWindows(permute(apart, [0, 1, 4, 5, 2, 3]), {
      axes: [2, 3],
      sizes,
      strides,
      dilations,
      shape: [n, channels, ...padded],
    })
    const image = cropSpatial(summed, padding, padding)
    return shape.length === 3 ? image : reshape(image, image.type.shape.slice(1))
  },
)

const im2colShape = (shape: Shape): HeddleError =>
  errorHere('SHAPE_IM2COL', `im2col: x is ${formatShape(shape)}; it must be [N, C, H, W] or [C, H, W]`, {
    shape,
    constraint: 'C1',
  })

const col2imShape = (
  shape: Shape,
  sizes: readonly number[],
  extents: readonly number[],
  counts: readonly number[],
): HeddleError =>
  errorHere(
    'SHAPE_COL2IM',
    `col2im: x is ${formatShape(shape)}; for windows of ${formatShape(sizes)} in an image of ${formatShape(extents)}, ${formatShape(counts)} of them, it must be [N, C * ${sizeOf(sizes)}, ${counts.some((count) => count < 1) ? 'at least one window' : sizeOf(counts)}] or without N`,
    { shape, sizes, extents, counts, constraint: 'C1' },
  )
