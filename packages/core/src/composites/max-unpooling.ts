// The inverse of maximum pooling as far as there is one: each maximum is put back where it was, and all else is 0.
import { formatShape, type Shape, shapesEqual, sizeOf } from '../dim.ts'
import type { HeddleError } from '../errors.ts'
import { zeros } from '../front/constants.ts'
import { add, and, ge, lt, mul, select } from '../front/elementwise.ts'
import { positions } from '../front/gather.ts'
import { errorHere, graphOf } from '../front/operand.ts'
import { scatter } from '../front/scatter.ts'
import { reshape } from '../front/shape.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { type PerAxis, perSpatialAxis, type SpatialRank, spatialLetters } from './spatial.ts'

export interface MaxUnpoolOptions {
  /** Extents of the window that was pooled over. */
  readonly size: PerAxis
  /** Distance between windows. Default the size. */
  readonly stride?: PerAxis | undefined
  /** Default 0. */
  readonly padding?: PerAxis | undefined
  /** Extents of the image, where several are pooled to the same: less than a stride from `(n - 1) stride - 2 padding + size`. */
  readonly outputSize?: readonly number[] | undefined
}

function outputExtents(op: string, pooled: Shape, options: MaxUnpoolOptions): readonly number[] {
  const rank = pooled.length
  const sizes = perSpatialAxis(op, 'size', options.size, rank, 1)
  const strides = perSpatialAxis(op, 'stride', options.stride ?? sizes, rank, 1)
  const padding = perSpatialAxis(op, 'padding', options.padding ?? 0, rank, 0)
  const usual = pooled.map(
    (dim, k) => (dim - 1) * (strides[k] ?? 1) + (sizes[k] ?? 1) - 2 * (padding[k] ?? 0),
  )
  const given = options.outputSize ?? usual
  const fits =
    given.length === rank &&
    given.every(
      (dim, k) => Number.isInteger(dim) && dim > 0 && Math.abs(dim - (usual[k] ?? 0)) < (strides[k] ?? 1),
    )
  if (!fits) throw unpoolSize(op, given, usual, strides) // C3
  return given
}

const maxUnpool = (
  op: string,
  rank: SpatialRank,
): ((x: Value, indices: Value, options: MaxUnpoolOptions) => Value) =>
  traced((x: Value, indices: Value, options: MaxUnpoolOptions): Value => {
    const b = graphOf(op, [x, indices])
    const { shape, dtype } = x.type
    const isImage = shape.length === rank + 2 || shape.length === rank + 1
    if (!isImage || !shapesEqual(shape, indices.type.shape))
      throw unpoolShape(op, rank, shape, indices.type.shape) // C1
    const at = positions(op, indices)
    const extents = outputExtents(op, shape.slice(-rank), options)
    const planes = shape.slice(0, -rank)
    const [count, size] = [sizeOf(planes), sizeOf(extents)]
    const inPlanes = [count, sizeOf(shape.slice(-rank))]
    const within = reshape(at, inPlanes)
    const flat = add(within, mul(b.iota({ dtype: 'i32', shape: [count, 1], axis: 0 }), size))
    const isInside = and(ge(within, 0), lt(within, size))
    const places = reshape(select(isInside, flat, -1), [sizeOf(shape)])
    const spread = scatter(zeros(b, dtype, [count * size]), places, reshape(x, [sizeOf(shape)]))
    return reshape(spread, [...planes, ...extents])
  })

/**
 * Puts each element of x where `indices` say, in an image of zeros: what `maxPool2dWithIndices` gives, put back.
 *
 * Shapes: `x`, `indices` `[N, C, oh, ow]` or `[C, oh, ow]` → `[N, C, H, W]` or `[C, H, W]` with H = (oh - 1) stride - 2 padding +
 * size, or as `outputSize` says. Dtypes: any; that of x. Indices are i32.
 * - C1 x has 4 or 3 axes, and indices its shape. Throws `SHAPE_UNPOOL`. C2 indices are integers. Throws `DTYPE_INDICES`.
 * - C3 `outputSize` is less than a stride away from the extents above. Throws `ATTR_UNPOOL_SIZE`.
 * A position outside the image writes nothing; of several at one place the last stays.
 *
 * Gradient: to the element that stays (PyTorch's goes to all elements of a place, of which but one have no effect).
 *
 * @example
 * maxUnpool2d(x, indices, { size: 2 }) // x: f32[1, 8, 14, 14], indices: i32[1, 8, 14, 14] gives f32[1, 8, 28, 28]
 */
export const maxUnpool2d: (x: Value, indices: Value, options: MaxUnpoolOptions) => Value = maxUnpool(
  'maxUnpool2d',
  2,
)
/** `maxUnpool2d` of `[N, C, L]` or `[C, L]`. */
export const maxUnpool1d: (x: Value, indices: Value, options: MaxUnpoolOptions) => Value = maxUnpool(
  'maxUnpool1d',
  1,
)
/** `maxUnpool2d` of `[N, C, D, H, W]` or `[C, D, H, W]`. */
export const maxUnpool3d: (x: Value, indices: Value, options: MaxUnpoolOptions) => Value = maxUnpool(
  'maxUnpool3d',
  3,
)

const unpoolShape = (op: string, rank: SpatialRank, x: Shape, indices: Shape): HeddleError =>
  errorHere(
    'SHAPE_UNPOOL',
    `${op}: x is ${formatShape(x)}, indices ${formatShape(indices)}; both must be [N, C, ${spatialLetters(rank)}] or [C, ${spatialLetters(rank)}], of one shape`,
    { op, x, indices, constraint: 'C1' },
  )

const unpoolSize = (
  op: string,
  given: readonly number[],
  usual: readonly number[],
  strides: readonly number[],
): HeddleError =>
  errorHere(
    'ATTR_UNPOOL_SIZE',
    `${op}: the output would have extents ${formatShape(given)}; they must be positive and less than a stride ${formatShape(strides)} from ${formatShape(usual)}`,
    { op, given, usual, strides, constraint: 'C3' },
  )
