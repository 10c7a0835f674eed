// Functions that repeat elements: whole arrays, each element, or one array along the axes of others. Movements only: nothing is
// copied unless the repeats differ from element to element.

import { formatShape, isDim, type Shape } from '../dim.ts'
import type { HeddleError } from '../errors.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { resolveAxis } from './axes.ts'
import { asValue, errorHere, graphOf } from './operand.ts'

/**
 * The whole of x repeated along each axis.
 *
 * *Shapes*: `counts` aligns with the last axes of x; axes either lacks count once and have extent 1. *Throws* `ATTR_REPEATS`.
 * *Source*: numpy.tile, PyTorch's `tile` and, for one count per axis or more, `repeat`.
 *
 * @example
 * tile(x, [2, 2]) // x = [1, 2] gives [[1, 2, 1, 2], [1, 2, 1, 2]]
 */
export const tile: (x: Value, counts: readonly number[]) => Value = traced(
  (x: Value, counts: readonly number[]): Value => {
    const { shape } = asValue('tile', x).type
    if (!counts.every(isDim)) throw repeats('tile', counts, 'counts are whole and not negative')
    const rank = Math.max(shape.length, counts.length)
    const dims = [...ones(rank - shape.length), ...shape]
    const times = [...ones(rank - counts.length), ...counts]
    const b = x.builder
    const spread = b.reshape(x, { shape: dims.flatMap((dim) => [1, dim]) })
    const repeated = b.expand(spread, { shape: dims.flatMap((dim, axis) => [times[axis] ?? 1, dim]) })
    return b.reshape(repeated, { shape: dims.map((dim, axis) => dim * (times[axis] ?? 1)) })
  },
)

const ones = (count: number): Shape => new Array<number>(count).fill(1)

/**
 * Each position of an axis repeated, next to itself.
 *
 * *Shapes*: `repeats` is a number, or a list with one number per position; the axis grows to their sum. Without `axis` x is
 * flattened first. *Throws* `ATTR_REPEATS`. Repeats that are data would make the size of the result data.
 *
 * @example
 * repeatInterleave(x, [1, 0, 2]) // x = [1, 2, 3] gives [1, 3, 3]
 */
export const repeatInterleave: (
  x: Value,
  repeats: number | readonly number[],
  options?: { readonly axis?: number | undefined },
) => Value = traced(
  (
    x: Value,
    counts: number | readonly number[],
    { axis }: { readonly axis?: number | undefined } = {},
  ): Value => {
    const b = asValue('repeatInterleave', x).builder
    if (axis === undefined && x.type.shape.length !== 1)
      return repeatInterleave(b.reshape(x, { shape: [x.type.shape.reduce((n, dim) => n * dim, 1)] }), counts)
    const { shape } = x.type
    const at = resolveAxis('repeatInterleave', axis ?? 0, shape)
    const extent = shape[at] ?? 1
    const list = typeof counts === 'number' ? [counts] : counts
    if (!list.every(isDim)) throw repeats('repeatInterleave', list, 'repeats are whole and not negative')
    const [before, after] = [shape.slice(0, at), shape.slice(at + 1)]
    const [count] = list
    if (list.length === 1 && count !== undefined) {
      const apart = b.reshape(x, { shape: [...before, extent, 1, ...after] })
      const repeated = b.expand(apart, { shape: [...before, extent, count, ...after] })
      return b.reshape(repeated, { shape: [...before, extent * count, ...after] })
    }
    if (list.length !== extent)
      throw repeats('repeatInterleave', list, `there is one, or one for each of the ${extent} positions`)
    const positions = list.flatMap((times, position) => new Array<number>(times).fill(position))
    const data = Int32Array.from(positions)
    return b.gather(x, b.literal({ dtype: 'i32', shape: [data.length], data }), { axis: at })
  },
)

/**
 * Vectors spread over the grid they are the axes of, one array for each. `xy` exchanges the first two axes of the grid.
 *
 * *Shapes*: `[n0], [n1], ...` → each `[n0, n1, ...]` (`ij`, the default), `[n1, n0, ...]` (`xy`). *Dtypes*: any; kept.
 * *Throws* `SHAPE_MESHGRID` for a value of rank 2 or more.
 *
 * @example
 * meshgrid([x, x])[0] // x = [1, 2] gives [[1, 1], [2, 2]]
 */
export const meshgrid: (
  axes: readonly Value[],
  options?: { readonly indexing?: 'ij' | 'xy' | undefined },
) => readonly Value[] = traced(
  (
    axes: readonly Value[],
    { indexing = 'ij' }: { readonly indexing?: 'ij' | 'xy' | undefined } = {},
  ): readonly Value[] => {
    if (axes.length === 0) return []
    const b = graphOf('meshgrid', axes)
    const long = axes.findIndex(({ type }) => type.shape.length > 1)
    if (long >= 0) throw meshgridRank(long, axes[long]?.type.shape ?? [])
    const places = axes.map((_, k) => (indexing === 'xy' && k < 2 && axes.length > 1 ? 1 - k : k))
    const shape = places.map((k) => axes[k]?.type.shape[0] ?? 1)
    return axes.map((axis, k) => {
      const own = shape.map((dim, place) => (place === places[k] ? dim : 1))
      return b.expand(b.reshape(axis, { shape: own }), { shape })
    })
  },
)

const repeats = (op: string, counts: readonly number[], rule: string): HeddleError =>
  errorHere('ATTR_REPEATS', `${op}: repeats ${formatShape(counts)}; ${rule}`, { op, repeats: counts })

const meshgridRank = (position: number, shape: Shape): HeddleError =>
  errorHere(
    'SHAPE_MESHGRID',
    `meshgrid: operand ${position} is ${formatShape(shape)}; the axes of a grid are vectors or numbers`,
    { position, shape },
  )
