// A search along a line for a step that satisfies the strong Wolfe conditions: enough descent, `f(t) <= f(0) + c1 t f'(0)`, and a slope
// that is flat enough, `|f'(t)| <= -c2 f'(0)`. First a bracket is found that has such a step in it, then it is made smaller.
// The decisions and their order are PyTorch's, which follow Nocedal and Wright, Numerical Optimization, algorithms 3.5 and 3.6.
import type { Tensor } from '../tensor/tensor.ts'

/** The function at a step: its value, its gradient, and its slope along the line. */
export interface LinePoint {
  readonly t: number
  readonly value: number
  readonly grad: Tensor
  readonly slope: number
}

export interface LineSearch {
  readonly evaluate: (t: number) => LinePoint
  /** The point at 0. */
  readonly start: LinePoint
  /** The first step tried. */
  readonly t: number
  /** The largest element of the direction. */
  readonly norm: number
  readonly tolerance: number
}

export interface LineResult {
  readonly point: LinePoint
  readonly evaluations: number
}

const sufficient = 1e-4
const curvature = 0.9
const mostSteps = 25

export function strongWolfe(search: LineSearch): LineResult {
  const { start, evaluate } = search
  const { bracket, steps } = findBracket(search)
  let evaluations = steps + 1
  if (bracket.length === 1) return { point: bracket[0] as LinePoint, evaluations }
  let [low, high] = ordered(bracket as readonly [LinePoint, LinePoint])
  let isSlow = false
  let isFirstLow = low === bracket[0]
  for (let step = steps; step < mostSteps; step++) {
    if (Math.abs(high.t - low.t) * search.norm < search.tolerance) break
    const pair: readonly [LinePoint, LinePoint] = isFirstLow ? [low, high] : [high, low]
    const trial = awayFromEnds(minimumOfCubic(...pair), low.t, high.t, isSlow)
    isSlow = trial.isSlow
    const point = evaluate(trial.t)
    evaluations++
    if (!descends(point, start) || point.value >= low.value) {
      high = point
      const [first, second]: readonly [LinePoint, LinePoint] = isFirstLow ? [low, high] : [high, low]
      ;[low, high] = ordered([first, second])
      isFirstLow = low === first
      continue
    }
    const isDone = isFlat(point, start)
    if (!isDone && point.slope * (high.t - low.t) >= 0) high = low
    low = point
    if (isDone) break
  }
  return { point: low, evaluations }
}

/** One point that will do, or two with one between them; and how many steps were made after the first evaluation. */
function findBracket({ start, evaluate, t: first }: LineSearch): {
  readonly bracket: readonly LinePoint[]
  readonly steps: number
} {
  let before = start
  let point = evaluate(first)
  let steps = 0
  while (steps < mostSteps) {
    if (!descends(point, start) || (steps > 1 && point.value >= before.value)) {
      return { bracket: [before, point], steps }
    }
    if (isFlat(point, start)) return { bracket: [point], steps }
    if (point.slope >= 0) return { bracket: [before, point], steps }
    const bounds = [point.t + 0.01 * (point.t - before.t), point.t * 10] as const
    const next = minimumOfCubic(before, point, bounds)
    before = point
    point = evaluate(next)
    steps++
  }
  return { bracket: [start, point], steps }
}

const descends = (point: LinePoint, start: LinePoint): boolean =>
  !(point.value > start.value + sufficient * point.t * start.slope)
const isFlat = (point: LinePoint, start: LinePoint): boolean =>
  Math.abs(point.slope) <= -curvature * start.slope

/** The lower one first; of equals the first. */
const ordered = ([x, y]: readonly [LinePoint, LinePoint]): [LinePoint, LinePoint] =>
  x.value <= y.value ? [x, y] : [y, x]

/** Where the cubic through two values and slopes has its minimum, within bounds; their middle where it has none. */
function minimumOfCubic(x: LinePoint, y: LinePoint, bounds?: readonly [number, number]): number {
  const [least, most] = bounds ?? (x.t <= y.t ? [x.t, y.t] : [y.t, x.t])
  const d1 = x.slope + y.slope - (3 * (x.value - y.value)) / (x.t - y.t)
  const square = d1 ** 2 - x.slope * y.slope
  if (!(square >= 0)) return (least + most) / 2
  const d2 = Math.sqrt(square)
  const at =
    x.t <= y.t
      ? y.t - (y.t - x.t) * ((y.slope + d2 - d1) / (y.slope - x.slope + 2 * d2))
      : x.t - (x.t - y.t) * ((x.slope + d2 - d1) / (x.slope - y.slope + 2 * d2))
  return Math.min(Math.max(at, least), most)
}

/** A step close to an end of the bracket for the second time, or past it, is moved a tenth of the bracket inwards. */
function awayFromEnds(
  t: number,
  x: number,
  y: number,
  wasSlow: boolean,
): { readonly t: number; readonly isSlow: boolean } {
  const [least, most] = [Math.min(x, y), Math.max(x, y)]
  const margin = 0.1 * (most - least)
  if (Math.min(most - t, t - least) >= margin) return { t, isSlow: false }
  if (!wasSlow && t < most && t > least) return { t, isSlow: true }
  return { t: Math.abs(t - most) < Math.abs(t - least) ? most - margin : least + margin, isSlow: false }
}
