// Functions that cut an axis into parts. Parts are slices: nothing is copied.

import { formatShape, isDim, type Shape } from '../dim.ts'
import type { HeddleError } from '../errors.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { resolveAxis } from './axes.ts'
import { asValue, errorHere } from './operand.ts'
import { narrow, take } from './slice.ts'

export interface SplitOptions {
  /** Default 0. */
  readonly axis?: number | undefined
  /** Extent of every part; the last may be shorter. Either this or `sizes`. */
  readonly size?: number | undefined
  /** Extents of the parts, which add up to that of the axis. */
  readonly sizes?: readonly number[] | undefined
}

/**
 * Parts of equal or of given extents along an axis. Throws `ATTR_SPLIT`.
 *
 * @example
 * split(x, { sizes: [1, 2] })[1] // x = [1, 2, 3] gives [2, 3]
 */
export const split: (x: Value, options: SplitOptions) => readonly Value[] = traced(
  (x: Value, { axis = 0, size, sizes }: SplitOptions): readonly Value[] => {
    const { shape } = asValue('split', x).type
    const at = resolveAxis('split', axis, shape)
    const extent = shape[at] ?? 0
    if ((size === undefined) === (sizes === undefined))
      throw splitSizes(shape, at, 'either size or sizes is given')
    return partsOf(x, at, sizes ?? equalSizes(extent, size ?? 0, { shape, at }))
  },
)

function equalSizes(
  extent: number,
  size: number,
  { shape, at }: { readonly shape: Shape; readonly at: number },
): readonly number[] {
  if (!isDim(size) || (size === 0 && extent > 0))
    throw splitSizes(shape, at, `size ${size} must be whole and at least 1`)
  const count = size === 0 ? 1 : Math.max(1, Math.ceil(extent / size))
  return Array.from({ length: count }, (_, k) => Math.min(size, extent - k * size))
}

/** Slices that follow one another. */
function partsOf(x: Value, axis: number, sizes: readonly number[]): readonly Value[] {
  const { shape } = x.type
  const total = sizes.reduce((sum, size) => sum + size, 0)
  if (!sizes.every(isDim) || total !== shape[axis])
    throw splitSizes(shape, axis, `sizes ${formatShape(sizes)} must be whole and add up to ${shape[axis]}`)
  let start = 0
  return sizes.map((size) => {
    const part = narrow(x, { axis, start, size })
    start += size
    return part
  })
}

export interface ChunkOptions {
  /** Parts wanted. */
  readonly count: number
  /** Default 0. */
  readonly axis?: number | undefined
}

/**
 * At most `count` parts of equal extent, the last one perhaps shorter: `split` by the extent over the count, rounded up.
 * Throws `ATTR_SPLIT`.
 *
 * @example
 * chunk(x, { count: 2 })[0] // x = [1, 2, 3] gives [1, 2]
 */
export const chunk: (x: Value, options: ChunkOptions) => readonly Value[] = traced(
  (x: Value, { count, axis = 0 }: ChunkOptions): readonly Value[] => {
    const { shape } = asValue('chunk', x).type
    const at = resolveAxis('chunk', axis, shape)
    if (!isDim(count) || count === 0)
      throw splitSizes(shape, at, `count ${count} must be whole and at least 1`, 'chunk')
    const extent = shape[at] ?? 0
    const size = Math.ceil(extent / count)
    // An axis without positions gives as many parts as are wanted, all empty.
    return partsOf(
      x,
      at,
      extent === 0 ? new Array<number>(count).fill(0) : equalSizes(extent, size, { shape, at }),
    )
  },
)

/**
 * The positions of an axis, which is removed, one value each.
 *
 * @example
 * unbind(x, { axis: 1 })[0] // x = [[1, 2], [3, 4]] gives [1, 3]
 */
export const unbind: (x: Value, options?: { readonly axis?: number | undefined }) => readonly Value[] =
  traced((x: Value, { axis = 0 }: { readonly axis?: number | undefined } = {}): readonly Value[] => {
    const { shape } = asValue('unbind', x).type
    const at = resolveAxis('unbind', axis, shape)
    return Array.from({ length: shape[at] ?? 0 }, (_, index) => take(x, { axis: at, index }))
  })

const splitSizes = (shape: Shape, axis: number, rule: string, op = 'split'): HeddleError =>
  errorHere('ATTR_SPLIT', `${op}: axis ${axis} of ${formatShape(shape)}: ${rule}`, { op, shape, axis })
