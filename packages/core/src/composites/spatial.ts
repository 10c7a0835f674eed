// What convolution, pooling and resampling share: images `x [N, C, d…]` whose axes from the third on are spatial, options with
// one number per spatial axis, images without a batch axis, and borders.
import { formatShape, type Shape } from '../dim.ts'
import type { HeddleError } from '../errors.ts'
import { errorHere } from '../front/operand.ts'
import { type PadMode, pad } from '../front/pad.ts'
import { reshape } from '../front/shape.ts'
import { slice } from '../front/slice.ts'
import type { Value } from '../ir/value.ts'

/** One number per spatial axis, or the same for all. */
export type PerAxis = number | readonly number[]

/** How many axes of an image are spatial. */
export type SpatialRank = 1 | 2 | 3

/** `length` numbers from `from` on: axes in a row. */
export const axesFrom = (from: number, length: number): readonly number[] =>
  Array.from({ length }, (_, k) => from + k)

/** The entry of each spatial axis, a whole number of at least `least`. Throws `ATTR_PER_AXIS`, `ATTR_SPATIAL`. */
export function perSpatialAxis(
  op: string,
  name: string,
  entries: PerAxis,
  count: number,
  least: 0 | 1,
): readonly number[] {
  const each = typeof entries === 'number' ? new Array<number>(count).fill(entries) : entries
  if (each.length !== count) throw spatialEntries(op, name, each, count)
  if (each.some((entry) => !Number.isInteger(entry) || entry < least))
    throw spatialRange(op, name, each, least)
  return each
}

/** `x […, d…]` with elements before and after each spatial axis: a number, or elements of x. */
export function padSpatial(
  x: Value,
  low: readonly number[],
  high: readonly number[],
  filler: number | Exclude<PadMode, 'constant'>,
): Value {
  if ([...low, ...high].every((entry) => entry === 0)) return x
  const others = x.type.shape.slice(low.length).map(() => 0)
  const amounts = { low: [...others, ...low], high: [...others, ...high] }
  return pad(x, typeof filler === 'number' ? { ...amounts, value: filler } : { ...amounts, mode: filler })
}

/** `x [N, C, d…]` without so many elements before and after each spatial axis. */
export function cropSpatial(x: Value, low: readonly number[], high: readonly number[]): Value {
  if ([...low, ...high].every((entry) => entry === 0)) return x
  const { shape } = x.type
  return slice(x, {
    starts: [0, 0, ...low],
    limits: shape.map((dim, axis) => dim - (axis < 2 ? 0 : (high[axis - 2] ?? 0))),
  })
}

/** `x [C, d…]` as a batch of one; others as they are. */
export const batched = (x: Value, rank: SpatialRank): Value =>
  x.type.shape.length === rank + 1 ? reshape(x, [1, ...x.type.shape]) : x

/** `y [1, C, d…]` without its batch axis if the operand had none. */
export const unbatched = (y: Value, operand: Shape, rank: SpatialRank): Value =>
  operand.length === rank + 1 ? reshape(y, y.type.shape.slice(1)) : y

/** The spatial axes of an image in messages: `L`, `H, W`, `D, H, W`. */
export const spatialLetters = (rank: SpatialRank): string => ({ 1: 'L', 2: 'H, W', 3: 'D, H, W' })[rank]

/** The axes of a window in messages. */
export const windowLetters = (rank: SpatialRank): string => ({ 1: 'k', 2: 'kh, kw', 3: 'kd, kh, kw' })[rank]

const spatialEntries = (op: string, name: string, entries: readonly number[], rank: number): HeddleError =>
  errorHere(
    'ATTR_PER_AXIS',
    `${op}: ${name} ${formatShape(entries)} has ${entries.length} entries; give one number, or ${rank}: one per spatial axis`,
    { op, name, entries },
  )

const spatialRange = (op: string, name: string, entries: readonly number[], least: number): HeddleError =>
  errorHere(
    'ATTR_SPATIAL',
    `${op}: ${name} is ${formatShape(entries)}; entries must be whole and at least ${least}`,
    { op, name, entries, least },
  )
