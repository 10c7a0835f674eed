// Surrounding arrays: with a constant, or with what they hold. Each mode is slices and flips joined to the array, axis by axis,
// so that its derivative folds back what the border repeats.

import { formatShape, isDim, type Shape } from '../dim.ts'
import type { HeddleError } from '../errors.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { asValue, constantOf, errorHere } from './operand.ts'
import { flip, narrow } from './slice.ts'

/** What the border is: a number, the array mirrored at its edge (which is not repeated), its edge repeated, its other end. */
export type PadMode = 'constant' | 'reflect' | 'replicate' | 'circular'

export interface PadOptions {
  /** Elements added before, per axis or the same for all. Default 0. */
  readonly low?: readonly number[] | number | undefined
  /** Elements added after. Default 0. */
  readonly high?: readonly number[] | number | undefined
  /** Elements added between neighbours, with a constant only. Default 0. */
  readonly interior?: readonly number[] | number | undefined
  /** Default `constant`. */
  readonly mode?: PadMode | undefined
  /** The constant, rounded to the dtype of x. Default 0. */
  readonly value?: number | undefined
}

/**
 * Surrounds x, and with a constant also spreads it.
 *
 * *Shapes*: `[s]` → `[low + s + high]` per axis. *Dtypes*: any; kept.
 * - C1 `reflect` adds less than the extent, `circular` at most the extent, `replicate` needs an element. Throws `SHAPE_PAD_MODE`.
 * - C2 entries are not negative (slice cuts). Throws `ATTR_PAD_RANGE`, `ATTR_PER_AXIS`.
 *
 * *Gradient*: an element gets the cotangents of all its copies.
 *
 * @example
 * pad(x, { low: [2], high: [1], mode: 'reflect' }) // x = [1, 2, 3] gives [3, 2, 1, 2, 3, 2]
 */
export const pad: (x: Value, options: PadOptions) => Value = traced(
  (x: Value, { low = 0, high = 0, interior = 0, mode = 'constant', value = 0 }: PadOptions): Value => {
    const { shape, dtype } = asValue('pad', x).type
    const perAxis = (entries: readonly number[] | number): readonly number[] => {
      const all = typeof entries === 'number' ? shape.map(() => entries) : entries
      if (all.length !== shape.length) throw padCount(all, shape)
      if (!all.every(isDim)) throw padRange(all, shape)
      return all
    }
    const amounts = { low: perAxis(low), high: perAxis(high), interior: perAxis(interior) }
    if (mode === 'constant') return x.builder.pad(x, { ...amounts, value: constantOf('pad', dtype, value) })
    if (amounts.interior.some((gap) => gap !== 0)) throw interiorMode(mode)
    let padded = x
    shape.forEach((_, axis) => {
      padded = padAxis(padded, axis, [amounts.low[axis] ?? 0, amounts.high[axis] ?? 0], mode)
    })
    return padded
  },
)

function padAxis(x: Value, axis: number, amounts: readonly [number, number], mode: PadMode): Value {
  const [low, high] = amounts
  if (low === 0 && high === 0) return x
  const { shape } = x.type
  const extent = shape[axis] ?? 0
  const most = Math.max(low, high)
  const part = (start: number, size: number): Value => narrow(x, { axis, start, size })
  const join = (before: () => Value, after: () => Value): Value => {
    const parts = [...(low > 0 ? [before()] : []), x, ...(high > 0 ? [after()] : [])]
    return x.builder.concat(...parts, { axis })
  }
  switch (mode) {
    case 'reflect':
      if (most >= extent) throw padMode(mode, amounts, { axis, shape })
      return join(
        () => flip(part(1, low), { axis }),
        () => flip(part(extent - 1 - high, high), { axis }),
      )
    case 'circular':
      if (most > extent) throw padMode(mode, amounts, { axis, shape })
      return join(
        () => part(extent - low, low),
        () => part(0, high),
      )
    case 'replicate': {
      if (extent === 0) throw padMode(mode, amounts, { axis, shape })
      const repeated = (edge: Value, count: number): Value =>
        x.builder.expand(edge, { shape: shape.map((dim, k) => (k === axis ? count : dim)) })
      return join(
        () => repeated(part(0, 1), low),
        () => repeated(part(extent - 1, 1), high),
      )
    }
    case 'constant':
      return x
    default:
      return mode satisfies never
  }
}

const rules = {
  reflect: 'less than',
  circular: 'at most',
  replicate: 'elements only where there are some of',
}

const padMode = (
  mode: 'reflect' | 'circular' | 'replicate',
  amounts: readonly [number, number],
  { axis, shape }: { readonly axis: number; readonly shape: Shape },
): HeddleError =>
  errorHere(
    'SHAPE_PAD_MODE',
    `pad: ${amounts.join(' and ')} elements of axis ${axis} of ${formatShape(shape)}; ${mode} adds ${rules[mode]} its ${shape[axis]}`,
    { mode, amounts, axis, shape, constraint: 'C1' },
  )

const interiorMode = (mode: PadMode): HeddleError =>
  errorHere('ATTR_PAD_INTERIOR', `pad: interior with mode ${mode}; only a constant goes between elements`, {
    mode,
  })

const padCount = (entries: readonly number[], shape: Shape): HeddleError =>
  errorHere(
    'ATTR_PER_AXIS',
    `pad: ${formatShape(entries)} has ${entries.length} entries, x ${formatShape(shape)} has ${shape.length} axes; give one per axis, or one number`,
    { entries, shape, constraint: 'C2' },
  )

const padRange = (entries: readonly number[], shape: Shape): HeddleError =>
  errorHere(
    'ATTR_PAD_RANGE',
    `pad: ${formatShape(entries)} for x ${formatShape(shape)}; entries must be whole and not negative (slice cuts)`,
    { entries, shape, constraint: 'C2' },
  )
