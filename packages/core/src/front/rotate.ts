// Functions that move elements round: along an axis, or in a plane. Concatenations of slices, flips and permutations, which are
// index arithmetic in the kernel that reads them.

import { sizeOf } from '../dim.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { pairedAxes, resolveAxes, resolveAxis } from './axes.ts'
import { asValue } from './operand.ts'
import { flip, narrow } from './slice.ts'

export interface RollOptions {
  /** Places that elements move towards the end, per axis; negative: towards the start. */
  readonly shifts: number | readonly number[]
  /** Axes they move along, one per shift. Default: x as if it were flat. */
  readonly axes?: number | readonly number[] | undefined
}

/**
 * Elements moved along axes; those that leave at one end come in at the other. Throws `ATTR_AXES_PAIRED`.
 *
 * @example
 * roll(x, { shifts: 1, axes: 0 }) // x = [1, 2, 3] gives [3, 1, 2]
 */
export const roll: (x: Value, options: RollOptions) => Value = traced(
  (x: Value, { shifts, axes }: RollOptions): Value => {
    const { shape } = asValue('roll', x).type
    const b = x.builder
    if (axes === undefined) {
      const flat = b.reshape(x, { shape: [sizeOf(shape)] })
      return b.reshape(roll(flat, { shifts, axes: 0 }), { shape })
    }
    let rolled = x
    for (const [axis, shift] of pairedAxes('roll', axes, 'shifts', shifts))
      rolled = rollAxis(rolled, resolveAxis('roll', axis, shape), shift)
    return rolled
  },
)

function rollAxis(x: Value, axis: number, shift: number): Value {
  const extent = x.type.shape[axis] ?? 0
  const moved = extent === 0 ? 0 : ((shift % extent) + extent) % extent
  if (moved === 0) return x
  const start = narrow(x, { axis, start: extent - moved, size: moved })
  return x.builder.concat(start, narrow(x, { axis, start: 0, size: extent - moved }), { axis })
}

export interface Rot90Options {
  /** Quarter turns, from the first axis towards the second. Default 1. */
  readonly turns?: number | undefined
  /** The plane. Default the first two axes. */
  readonly axes?: readonly [number, number] | undefined
}

/**
 * Turned by right angles in the plane of two axes. Throws `ATTR_AXES_REPEATED`.
 *
 * @example
 * rot90(x) // x = [[1, 2], [3, 4]] gives [[2, 4], [1, 3]]
 */
export const rot90: (x: Value, options?: Rot90Options) => Value = traced(
  (x: Value, { turns = 1, axes = [0, 1] }: Rot90Options = {}): Value => {
    const { shape } = asValue('rot90', x).type
    resolveAxes('rot90', axes, shape)
    const [first, second] = [resolveAxis('rot90', axes[0], shape), resolveAxis('rot90', axes[1], shape)]
    const quarter = ((turns % 4) + 4) % 4
    if (quarter === 0) return x
    if (quarter === 2) return flip(x, { axes: [first, second] })
    const perm = shape.map((_, axis) => (axis === first ? second : axis === second ? first : axis))
    return x.builder.permute(flip(x, { axis: quarter === 1 ? second : first }), { perm })
  },
)
