// Whole matrices of derivatives, row by row or column by column, in a loop over one recorded sweep: the graph does not grow with
// the number of rows.
import {
  cast,
  eq,
  extent,
  formatType,
  HeddleError,
  iota,
  isFloat,
  locationOf,
  permute,
  reshape,
  type Shape,
  scan,
  sizeOf,
  traced,
  type Value,
} from '@heddle/core'
import { jvp } from './forward.ts'
import { gradient, vjp } from './gradient.ts'

/**
 * All derivatives of all elements of a value, `J[i…, j…] = d of[i…] / d wrt[j…]`.
 *
 * Shapes: for each value of `wrt [j…]` one of `[i…, j…]`, where `of` is `[i…]`. Dtypes: that of `of`.
 * - C1 `of` and every value of `wrt` are floats of one dtype. Throws `GRAD_NOT_FLOAT`, `GRAD_JACOBIAN_DTYPE`.
 *
 * Numerics: a reverse sweep for each element of `of`, or, where `wrt` have fewer elements, a forward sweep for each of those; in a
 * loop, so that memory is that of one sweep and the result.
 *
 * @example
 * const b = createBuilder()
 * const x = b.input({ name: 'x', dtype: 'f32', shape: [3] })
 * const [matrix] = jacobian(mul(x, x), [x]) // diagonal, 2 x
 * matrix.type.shape // => [3, 3]
 */
export const jacobian: (of: Value, wrt: readonly Value[]) => readonly Value[] = traced(
  (of: Value, wrt: readonly Value[]): readonly Value[] => {
    for (const value of [of, ...wrt]) if (!isFloat(value.type.dtype)) throw notFloat(value)
    for (const value of wrt) if (value.type.dtype !== of.type.dtype) throw dtypes(of, value)
    const columns = wrt.reduce((sum, { type }) => sum + sizeOf(type.shape), 0)
    return columns < sizeOf(of.type.shape) ? byColumns(of, wrt) : byRows(of, wrt)
  },
)

/**
 * Second derivatives of a scalar: `H[a][c][i…, j…] = d² of / (d wrt[a][i…] d wrt[c][j…])`.
 *
 * Shapes: `of` is a float scalar; a list for each value of `wrt`, of one value for each value of `wrt`.
 * Throws as `gradient` and `jacobian` do. For products with one direction `hvp` is much cheaper.
 *
 * @example
 * const b = createBuilder()
 * const x = b.input({ name: 'x', dtype: 'f32', shape: [3] })
 * const [[matrix]] = hessian(sum(mul(x, mul(x, x))), [x]) // diagonal, 6 x
 * matrix.type.shape // => [3, 3]
 */
export const hessian: (of: Value, wrt: readonly Value[]) => readonly (readonly Value[])[] = traced(
  (of: Value, wrt: readonly Value[]): readonly (readonly Value[])[] =>
    gradient(of, wrt).map((first) => jacobian(first, wrt)),
)

function byRows(of: Value, wrt: readonly Value[]): readonly Value[] {
  const { shape } = of.type
  const rows = perElement(of, (oneHot) => vjp([of], [oneHot], wrt))
  return rows.map((row, k) => reshape(row, [...shape, ...(wrt[k]?.type.shape ?? [])]))
}

function byColumns(of: Value, wrt: readonly Value[]): readonly Value[] {
  const { shape } = of.type
  return wrt.map((value, moved) => {
    const [columns = value] = perElement(value, (oneHot) => {
      const tangents = wrt.map((each, k) =>
        k === moved ? oneHot : each.builder.full({ ...each.type, value: 0 }),
      )
      return jvp([of], wrt, tangents)
    })
    const last = permute(columns, [...shape.map((_, axis) => axis + 1), 0])
    return reshape(last, [...shape, ...value.type.shape])
  })
}

/** What `sweep` gives for the unit vector of each element of `like`, stacked along a first axis. */
function perElement(like: Value, sweep: (oneHot: Value) => readonly Value[]): readonly Value[] {
  const { dtype, shape } = like.type
  const elements: Shape = [sizeOf(shape.map(extent))]
  const { ys } = scan(
    (_: readonly Value[], element: Value) => {
      const isHere = eq(iota(like.builder, { shape: elements, axis: 0 }), element)
      return { carry: [], y: sweep(reshape(cast(isHere, dtype), shape)) }
    },
    { init: [], xs: iota(like.builder, { shape: elements, axis: 0 }) },
  )
  return ys
}

const notFloat = (value: Value): HeddleError =>
  new HeddleError(
    'GRAD_NOT_FLOAT',
    `jacobian: cannot differentiate ${formatType(value.type)}; only floats have derivatives`,
    { details: { type: value.type, constraint: 'C1' }, location: locationOf(value.provenance) },
  )

const dtypes = (of: Value, value: Value): HeddleError =>
  new HeddleError(
    'GRAD_JACOBIAN_DTYPE',
    `jacobian: the value to differentiate is ${formatType(of.type)}, one to differentiate by ${formatType(value.type)}; their dtypes must be equal (cast one of them)`,
    { details: { of: of.type, wrt: value.type, constraint: 'C1' }, location: locationOf(of.provenance) },
  )
