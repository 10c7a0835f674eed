// Resampling along one axis with constant positions: every element of the result is a weighted sum of a few elements of the
// axis, its taps. Which and how much is a table made at trace time; axes are resampled one after the other.
//
// Taps are gathered and summed. A product with a constant matrix [in, out] would say the same without a gather, but reads the
// whole axis for each element, where a table reads one, two or four; and 0 times an infinity far away would be NaN. Where the
// table is a slice or a repetition it is taken as such, and nothing is gathered: their derivatives are paddings and sums.
import { dtypes } from '../dtype.ts'
import { literal } from '../front/constants.ts'
import { mul } from '../front/elementwise.ts'
import { gather } from '../front/gather.ts'
import { promote } from '../front/operand.ts'
import { sum } from '../front/reduce.ts'
import { expand, reshape } from '../front/shape.ts'
import { slice } from '../front/slice.ts'
import type { Value } from '../ir/value.ts'

/** For each of `out` elements the positions it is made of, `taps` each, and their weights. */
export interface TapTable {
  readonly out: number
  readonly taps: number
  readonly positions: readonly number[]
  /** None: one tap, taken as it is. */
  readonly weights?: readonly number[]
}

export type NearestRule = 'nearest' | 'nearest-exact'

/**
 * The element nearest to each of `out`, `step` elements apart. `nearest` takes the one at or before its left edge, `nearest-exact`
 * the one at its centre. The products are rounded to f32, as PyTorch rounds them, since they decide which element is taken.
 */
export function nearestTaps(dim: number, out: number, step: number, rule: NearestRule): TapTable {
  const scale = Math.fround(step)
  const at = (k: number): number => Math.floor(Math.fround((rule === 'nearest' ? k : k + 0.5) * scale))
  return { out, taps: 1, positions: Array.from({ length: out }, (_, k) => Math.min(at(k), dim - 1)) }
}

/** Where the centre of element `k` of the result lies among elements of the axis. */
const centre = (k: number, step: number, alignCorners: boolean): number =>
  alignCorners ? k * step : (k + 0.5) * step - 0.5

/** Weights (1 - t, t) of the two neighbours; positions before the first element are that element. */
export function linearTaps(dim: number, out: number, step: number, alignCorners: boolean): TapTable {
  const positions: number[] = []
  const weights: number[] = []
  for (let k = 0; k < out; k++) {
    const at = Math.max(0, centre(k, step, alignCorners))
    const left = Math.min(Math.floor(at), dim - 1)
    positions.push(left, Math.min(left + 1, dim - 1))
    weights.push(1 - (at - left), at - left)
  }
  return { out, taps: 2, positions, weights }
}

/** Keys' cubic convolution with a = -0.75, at distance 0 … 1 and 1 … 2 of an element. */
const near = (x: number): number => (1.25 * x - 2.25) * x * x + 1
const far = (x: number): number => ((-0.75 * x + 3.75) * x - 6) * x + 3

/**
 * Weights of the two neighbours on either side; positions outside are the element at the edge.
 *
 * Source: Keys, Cubic convolution interpolation for digital image processing (1981), with a = -0.75.
 */
export function cubicTaps(dim: number, out: number, step: number, alignCorners: boolean): TapTable {
  const positions: number[] = []
  const weights: number[] = []
  for (let k = 0; k < out; k++) {
    const at = centre(k, step, alignCorners)
    const left = Math.floor(at)
    const t = at - left
    for (let tap = -1; tap <= 2; tap++) positions.push(Math.max(0, Math.min(left + tap, dim - 1)))
    weights.push(far(1 + t), near(t), near(1 - t), far(2 - t))
  }
  return { out, taps: 4, positions, weights }
}

/** `x` with axis `axis` made anew by a table. */
export function resampleAxis(x: Value, axis: number, table: TapTable): Value {
  if (table.weights === undefined) return pickAlong(x, axis, table.positions)
  const shape = [table.out, table.taps]
  const positions = literal(x.builder, Int32Array.from(table.positions), { shape })
  const all = gather(x, positions, { axis }) // […, out, taps, …]
  // Weights of short floats are f32, as sums of them are: rounded to the dtype of x they would no longer add up to 1.
  const dtype = dtypes[x.type.dtype].computesAs
  const behind = x.type.shape.slice(axis + 1).map(() => 1)
  const weights = literal(x.builder, Float64Array.from(table.weights), {
    dtype,
    shape: [...shape, ...behind],
  })
  return promote(sum(mul(all, weights), { axis: axis + 1 }), x.type.dtype)
}

/** Elements of an axis at constant positions: a slice or a repetition where they are one. */
function pickAlong(x: Value, axis: number, positions: readonly number[]): Value {
  const { shape } = x.type
  const dim = shape[axis] ?? 0
  const times = positions.length / dim
  if (Number.isInteger(times) && positions.every((position, k) => position === Math.floor(k / times)))
    return repeatEach(x, axis, times)
  const [first = 0, second = first + 1] = positions
  const step = second - first
  if (step >= 1 && positions.every((position, k) => position === first + k * step)) {
    const last = positions.at(-1) ?? first
    return slice(x, {
      starts: shape.map((_, each) => (each === axis ? first : 0)),
      limits: shape.map((extent, each) => (each === axis ? last + 1 : extent)),
      steps: shape.map((_, each) => (each === axis ? step : 1)),
    })
  }
  return gather(x, literal(x.builder, Int32Array.from(positions)), { axis })
}

/** Each element of an axis `times` times in a row. */
function repeatEach(x: Value, axis: number, times: number): Value {
  if (times === 1) return x
  const { shape } = x.type
  const [before, after] = [shape.slice(0, axis + 1), shape.slice(axis + 1)]
  const apart = expand(reshape(x, [...before, 1, ...after]), [...before, times, ...after])
  return reshape(
    apart,
    shape.map((dim, each) => (each === axis ? dim * times : dim)),
  )
}
