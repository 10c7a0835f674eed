// Where a transformed image looks: the grid of positions that `gridSample` reads.
import { formatShape, type Shape } from '../dim.ts'
import type { HeddleError } from '../errors.ts'
import { literal } from '../front/constants.ts'
import { add, asFloat, mul } from '../front/elementwise.ts'
import { errorHere } from '../front/operand.ts'
import { reshape } from '../front/shape.ts'
import { take } from '../front/slice.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'

export interface AffineGridOptions {
  /** Shape of the images to be made: `[N, C, H, W]` or `[N, C, D, H, W]`. */
  readonly size: Shape
  /** Whether -1 and 1 are the centres of the elements at the corners, instead of their outer edges. Default false. */
  readonly alignCorners?: boolean | undefined
}

/** Centres of `n` elements between -1 and 1. */
const centres = (n: number, alignCorners: boolean): readonly number[] =>
  Array.from({ length: n }, (_, k) => {
    if (n === 1) return 0
    return alignCorners ? (2 * k) / (n - 1) - 1 : (2 * k + 1) / n - 1
  })

/**
 * Positions `theta (x, y, 1)` for every element of an image, from -1 to 1 on each axis, the last axis of the image first.
 *
 * Shapes: `theta [N, 2, 3]`, `size [N, C, H, W]` → `[N, H, W, 2]`; `theta [N, 3, 4]`, `size [N, C, D, H, W]` → `[N, D, H, W, 3]`.
 * Dtypes: floats; kept. Others give f32. Throws `SHAPE_AFFINE_GRID`.
 * Source: Jaderberg et al., Spatial transformer networks (NeurIPS 2015), section 3.2.
 *
 * @example
 * affineGrid(theta, { size: [4, 1, 28, 28] }) // theta: f32[4, 2, 3] gives f32[4, 28, 28, 2]
 */
export const affineGrid: (theta: Value, options: AffineGridOptions) => Value = traced(
  (theta: Value, { size, alignCorners = false }: AffineGridOptions): Value => {
    const value = asFloat('affineGrid', theta)
    const extents = size.slice(2)
    const rank = extents.length
    const [n = 0, ...matrix] = value.type.shape
    const fits =
      (rank === 2 || rank === 3) &&
      matrix.length === 2 &&
      matrix[0] === rank &&
      matrix[1] === rank + 1 &&
      size[0] === n &&
      extents.every((dim) => Number.isInteger(dim) && dim >= 1)
    if (!fits) throw gridShape(value.type.shape, size)
    const ones = extents.map(() => 1)
    /** What each output coordinate has of one input coordinate: a column of theta, `[N, 1…, rank]`. */
    const column = (k: number): Value => reshape(take(value, { axis: 2, index: k }), [n, ...ones, rank])
    let grid = column(rank)
    extents.forEach((dim, axis) => {
      const shape = [...ones.map((_, each) => (each === axis ? dim : 1)), 1]
      const { dtype } = value.type
      const along = literal(theta.builder, [...centres(dim, alignCorners)], { dtype })
      grid = add(mul(column(rank - 1 - axis), reshape(along, shape)), grid)
    })
    return grid
  },
)

const gridShape = (theta: Shape, size: Shape): HeddleError =>
  errorHere(
    'SHAPE_AFFINE_GRID',
    `affineGrid: theta is ${formatShape(theta)}, size ${formatShape(size)}; they must be [N, 2, 3] and [N, C, H, W], or [N, 3, 4] and [N, C, D, H, W], with extents of at least 1`,
    { theta, size },
  )
