// Values at equal distances between two ends, which are both in. Computed from both ends towards the middle, as PyTorch does, so
// that the last value is the end exactly.

import { isDim } from '../dim.ts'
import { type DType, dtypes, isFloat } from '../dtype.ts'
import type { HeddleError } from '../errors.ts'
import type { Builder } from '../ir/builder.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { full, literal } from './constants.ts'
import { add, cast, lt, mul, pow, select, sub } from './elementwise.ts'
import { errorHere } from './operand.ts'

export interface LinspaceOptions {
  readonly start: number
  /** The last value, inclusive. */
  readonly end: number
  /** Values, the ends among them; one alone is the start. */
  readonly count: number
  /** Default f32. */
  readonly dtype?: DType | undefined
}

/**
 * `start + i step` in the first half, `end - (count - 1 - i) step` in the second, where `step` is `(end - start) / (count - 1)`.
 *
 * *Dtypes*: numbers; integers truncate. *Throws* `ATTR_LINSPACE`. *Numerics*: every operation rounds to the dtype. These are PyTorch's
 * bits where it uses no vector instructions (fewer than 8 values); longer ranges add one rounding there.
 *
 * @example
 * linspace(b, { start: 0, end: 1, count: 5 }) // gives [0, 0.25, 0.5, 0.75, 1]
 */
export const linspace: (b: Builder, options: LinspaceOptions) => Value = traced(
  (b: Builder, { start, end, count, dtype = 'f32' }: LinspaceOptions): Value => {
    checkCount('linspace', count)
    if (!isFloat(dtype)) return literal(b, towardsMiddle({ start, end, count }).map(Math.trunc), { dtype })
    if (count < 2) return full(b, dtype, [count], start)
    const { round } = dtypes[dtype]
    const [low, high] = [round(start), round(end)]
    const step = round(round(high - low) / round(count - 1))
    const at = b.iota({ dtype: 'i32', shape: [count], axis: 0 })
    const rising = add(mul(cast(at, dtype), step), low)
    const falling = sub(high, mul(cast(sub(count - 1, at), dtype), step))
    return select(lt(at, Math.floor(count / 2)), rising, falling)
  },
)

/** The same on the host, in float64, for integers. */
function towardsMiddle({ start, end, count }: LinspaceOptions): readonly number[] {
  const step = count < 2 ? 0 : (end - start) / (count - 1)
  return Array.from({ length: count }, (_, i) =>
    i < Math.floor(count / 2) || count < 2 ? start + step * i : end - step * (count - 1 - i),
  )
}

export interface LogspaceOptions extends LinspaceOptions {
  /** Default 10. */
  readonly base?: number | undefined
}

/**
 * `base` to the powers that `linspace` gives.
 *
 * *Dtypes*: numbers; integers truncate. *Throws* `ATTR_LINSPACE`. *Numerics*: within the bound of `pow`.
 *
 * @example
 * logspace(b, { start: 0, end: 2, count: 3, dtype: 'i32' }) // gives [1, 10, 100]
 */
export const logspace: (b: Builder, options: LogspaceOptions) => Value = traced(
  (b: Builder, { base = 10, ...ends }: LogspaceOptions): Value => {
    const { count, dtype = 'f32' } = ends
    checkCount('logspace', count)
    if (isFloat(dtype)) return pow(base, linspace(b, ends))
    return literal(
      b,
      towardsMiddle(ends).map((exponent) => Math.trunc(base ** exponent)),
      { dtype },
    )
  },
)

function checkCount(op: string, count: number): void {
  if (!isDim(count)) throw linspaceCount(op, count)
}

const linspaceCount = (op: string, count: number): HeddleError =>
  errorHere('ATTR_LINSPACE', `${op}: count is ${count}; it must be whole and not negative`, { op, count })
