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
  /** Elements added before, per axis or the same for all; negative numbers cut off. Default 0. */
  readonly low?: readonly number[] | number | undefined
  /** Elements added after; negative numbers cut off. Default 0. */
  readonly high?: readonly number[] | number | undefined
  /** Elements added between neighbours, with a constant only. Default 0. */
  readonly interior?: readonly number[] | number | undefined
  /** Default `constant`. */
  readonly mode?: PadMode | undefined
  /** The constant, rounded to the dtype of x. Default 0. */
  readonly value?: number | undefined
}

/**
 * Surrounds x, and with a constant also spreads it. Negative amounts cut off instead: from what was spread, from what was
 * mirrored or repeated around the whole of x, but before `circular` joins its ends (as PyTorch does).
 *
 * *Shapes*: `[s]` → `[low + s + high]` per axis. *Dtypes*: any; kept.
 * - C1 `reflect` adds less than the extent, `circular` at most the extent, `replicate` needs an element. Throws `SHAPE_PAD_MODE`.
 * - C2 entries are whole, those of `interior` not negative; no more is cut off than there is. Throws `ATTR_PAD_RANGE`,
 *   `ATTR_PER_AXIS`.
 *
 * *Gradient*: an element gets the cotangents of all its copies.
 *
 * @example
 * pad(x, { low: [2], high: [-1], mode: 'reflect' }) // x = [1, 2, 3] gives [3, 2, 1, 2]
 */
export const pad: (x: Value, options: PadOptions) => Value = traced(
  (x: Value, { low = 0, high = 0, interior = 0, mode = 'constant', value = 0 }: PadOptions): Value => {
    const { shape, dtype } = asValue('pad', x).type
    const perAxis = (entries: readonly number[] | number): readonly number[] => {
      const all = typeof entries === 'number' ? shape.map(() => entries) : entries
      if (all.length !== shape.length) throw padCount(all, shape)
      if (!all.every(Number.isInteger)) throw padRange(all, shape)
      return all
    }
    const amounts = { low: perAxis(low), high: perAxis(high), interior: perAxis(interior) }
    if (!amounts.interior.every(isDim)) throw padRange(amounts.interior, shape)
    if (mode !== 'constant' && amounts.interior.some((gap) => gap !== 0)) throw interiorMode(mode)
    const added = { low: amounts.low.map(positive), high: amounts.high.map(positive) }
    if (mode === 'constant') {
      const padded = { ...added, interior: amounts.interior, value: constantOf('pad', dtype, value) }
      return cut(x.builder.pad(x, padded), amounts)
    }
    const base = mode === 'circular' ? cut(x, amounts) : x
    const surrounded = shape.reduce(
      (padded, _, axis) => padAxis(padded, axis, [added.low[axis] ?? 0, added.high[axis] ?? 0], mode),
      base,
    )
    return mode === 'circular' ? surrounded : cut(surrounded, amounts)
  },
)

const positive = (amount: number): number => Math.max(0, amount)

interface Ends {
  readonly low: readonly number[]
  readonly high: readonly number[]
}

/** `x` without what negative amounts cut off. */
function cut(x: Value, { low, high }: Ends): Value {
  if ([...low, ...high].every(isDim)) return x
  const { shape } = x.type
  const starts = low.map((amount) => positive(-amount))
  const limits = shape.map((dim, axis) => dim - positive(-(high[axis] ?? 0)))
  starts.forEach((start, axis) => {
    if (start > (limits[axis] ?? 0)) throw padCut([low[axis] ?? 0, high[axis] ?? 0], { axis, shape })
  })
  return x.builder.slice(x, { starts, limits, steps: shape.map(() => 1) })
}

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
    `pad: ${formatShape(entries)} for x ${formatShape(shape)}; entries must be whole, and not negative between elements`,
    { entries, shape, constraint: 'C2' },
  )

const padCut = (
  amounts: readonly [number, number],
  { axis, shape }: { readonly axis: number; readonly shape: Shape },
): HeddleError =>
  errorHere(
    'ATTR_PAD_RANGE',
    `pad: ${amounts.join(' and ')} elements at the ends of axis ${axis} of ${formatShape(shape)}; no more can be cut off than its ${shape[axis]}`,
    { amounts, axis, shape, constraint: 'C2' },
  )
