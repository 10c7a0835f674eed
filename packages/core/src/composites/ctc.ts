// Connectionist temporal classification: the likelihood of a sequence of labels, whenever in time they were said.
//
// A path says a label or the blank at each time; what it says is its labels without repeats and blanks. With blanks between and
// around the labels, l = [blank, y0, blank, y1, …, blank], alpha[t, s] is the log likelihood of all paths that have said l[0 … s]
// at time t:
//   alpha[t, s] = p[t, l[s]] + log(e^alpha[t-1, s] + e^alpha[t-1, s-1] + e^alpha[t-1, s-2])
// where the last term is there only for a label that differs from the one before it. Before all times alpha is 0 at s = 0.

import { formatShape, shapesEqual } from '../dim.ts'
import type { HeddleError } from '../errors.ts'
import { takeAlongAxis } from '../front/along-axis.ts'
import { full, iota } from '../front/constants.ts'
import { customVjp } from '../front/custom-vjp.ts'
import {
  add,
  and,
  asFloat,
  div,
  eq,
  exp,
  ge,
  isNan,
  le,
  log,
  lt,
  maximum,
  mul,
  ne,
  neg,
  select,
  stopGradient,
  sub,
} from '../front/elementwise.ts'
import { broadcastTo, errorHere, graphOf, promote } from '../front/operand.ts'
import { pad } from '../front/pad.ts'
import { sum } from '../front/reduce.ts'
import { scan } from '../front/scan.ts'
import { squeeze, unsqueeze } from '../front/shape.ts'
import { narrow } from '../front/slice.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { sigmoid } from './activations.ts'
import { type LossOptions, reduced } from './loss-reduction.ts'

export interface CtcOptions extends LossOptions {
  /** Log probabilities used of each example. Default all. */
  readonly inputLengths?: Value | undefined
  /** Labels used of each example. Default all. */
  readonly targetLengths?: Value | undefined
  /** The class that says nothing. Default 0. */
  readonly blank?: number | undefined
  /** An example that no path can say has loss 0 and no derivative, not Infinity. Default false. */
  readonly zeroInfinity?: boolean | undefined
}

const never = Number.NEGATIVE_INFINITY

/**
 * `-log Σ p(path)` over the paths that say the target. The mean divides each loss by its number of labels (at least 1) first.
 *
 * *Shapes*: `logProbabilities [T, N, C]`, `targets [N, S]`, lengths `[N]` → scalar, or `[N]` for `none`; one example alone has no
 * axis N. *Dtypes*: targets and lengths of any integer dtype.
 * - C1 the shapes fit. Throws `SHAPE_CTC`. C2 `blank` is a class. Throws `ATTR_CTC_BLANK`.
 * Lengths are at most T and S; what lies beyond them, and labels beyond, may hold anything.
 *
 * *Gradient*: PyTorch's, `e^p - posterior` within the length, which is that of the logits if p are their `logSoftmax`, and
 * differs from the bare derivative by e^p otherwise. NaN for a loss of Infinity, unless `zeroInfinity`.
 * *Source*: Graves et al., Connectionist temporal classification (ICML 2006), section 4.1.
 *
 * @example
 * ctc(logSoftmax(x), targets, { targetLengths: lengths }) // x: f32[50, 8, 20], targets: i32[8, 10], lengths: i32[8] gives f32[]
 */
export const ctc: (logProbabilities: Value, targets: Value, options?: CtcOptions) => Value = traced(
  (logProbabilities: Value, targets: Value, options: CtcOptions = {}): Value => {
    const { blank = 0, zeroInfinity = false, reduction } = options
    const problem = problemOf(logProbabilities, targets, options)
    const losses = lossesOf(problem, blank)
    const each = joined(losses, zeroInfinity)
    const scaled = (reduction ?? 'mean') === 'mean' ? div(each, maximum(problem.targetLengths, 1)) : each
    return reduced('ctc', problem.isSingle ? squeeze(scaled, { axis: 0 }) : scaled, reduction)
  },
)

interface Problem {
  /** [T, N, C] */
  readonly p: Value
  /** [N, S] */
  readonly targets: Value
  /** [N], i32 */
  readonly inputLengths: Value
  readonly targetLengths: Value
  readonly isSingle: boolean
}

function problemOf(logProbabilities: Value, targets: Value, options: CtcOptions): Problem {
  const { inputLengths, targetLengths, blank = 0 } = options
  const lengths = [inputLengths, targetLengths].filter((value) => value !== undefined)
  const b = graphOf('ctc', [logProbabilities, targets, ...lengths])
  const isSingle = logProbabilities.type.shape.length === 2
  const batched = (value: Value, axis: number): Value => (isSingle ? unsqueeze(value, { axis }) : value)
  const examples = isSingle ? [] : logProbabilities.type.shape.slice(1, 2)
  const fits =
    (isSingle || logProbabilities.type.shape.length === 3) &&
    targets.type.shape.length === examples.length + 1 &&
    shapesEqual(targets.type.shape.slice(0, -1), examples) &&
    lengths.every(({ type }) => shapesEqual(type.shape, examples))
  if (!fits) throw ctcShapes(logProbabilities, targets, lengths) // C1
  const classes = logProbabilities.type.shape.at(-1) ?? 0
  if (!(Number.isInteger(blank) && blank >= 0 && blank < classes)) throw ctcBlank(blank, classes) // C2
  const p = batched(asFloat('ctc', logProbabilities), 1)
  const labels = promote(batched(targets, 0), 'i32')
  const lengthOf = (given: Value | undefined, otherwise: number): Value =>
    given === undefined
      ? full(b, 'i32', [p.type.shape[1] ?? 1], otherwise)
      : promote(batched(given, 0), 'i32')
  return {
    p,
    targets: labels,
    inputLengths: lengthOf(inputLengths, p.type.shape[0] ?? 0),
    targetLengths: lengthOf(targetLengths, labels.type.shape[1] ?? 0),
    isSingle,
  }
}

interface Losses {
  /** [N]: log likelihood of the paths that end with the last label, and with the blank behind it. */
  readonly unblanked: Value
  readonly blanked: Value
  /** [N]: 0, whose derivative by a log probability within the length is e^p. */
  readonly read: Value
}

function lossesOf({ p, targets, inputLengths, targetLengths }: Problem, blank: number): Losses {
  const b = p.builder
  const [times = 0, examples = 1] = p.type.shape
  const labels = withBlanks(targets, blank) // [N, L]
  const { shape } = labels.type
  const place = iota(b, { shape, axis: 1 })
  const end = mul(unsqueeze(targetLengths, { axis: 1 }), 2)
  const said = broadcastTo(labels, [times, ...shape])
  const isWithin = le(place, end)
  // [T, N, L]; nothing is said behind the end, so that what is there is not read.
  const scores = select(isWithin, takeAlongAxis(p, select(isWithin, said, blank), { axis: 2 }), never)
  const skips = and(and(ne(labels, blank), ge(place, 2)), ne(labels, later(labels, 2, blank)))
  const ends = unsqueeze(inputLengths, { axis: 1 })
  const step = (alpha: Value, score: Value, time: Value): { readonly carry: Value } => {
    const skipped = select(skips, later(alpha, 2, never), never)
    const next = add(score, logTotal([alpha, later(alpha, 1, never), skipped]))
    return { carry: select(lt(time, ends), next, alpha) }
  }
  const { carry: alpha } = scan(step, {
    init: select(lt(place, 1), 0, full(b, p.type.dtype, shape, never)),
    xs: scores,
  })
  const at = (position: Value): Value => sum(select(eq(place, position), alpha, 0), { axis: 1 })
  const last = at(end)
  const before = select(lt(0, targetLengths), at(sub(end, 1)), never)
  const isRead = lt(iota(b, { shape: [times, examples, 1] }), ends)
  const read = select(isRead, sub(exp(p), stopGradient(exp(p))), 0)
  return { unblanked: before, blanked: last, read: sum(read, { axes: [0, 2] }) }
}

/**
 * `-log(e^unblanked + e^blanked) + read`. Backward keeps the difference of the two alone, of which the sigmoid is the share of
 * one; it is NaN where no path says the target. There the derivative is NaN for all that the example reads, or 0.
 */
function joined({ unblanked, blanked, read }: Losses, zeroInfinity: boolean): Value {
  return customVjp({
    forward: (x, y, rest) => {
      const nll = neg(logTotal([x, y]))
      const found = add(nll, rest)
      const output = zeroInfinity ? select(eq(nll, Number.POSITIVE_INFINITY), 0, found) : found
      return { output, residuals: sub(x, y) }
    },
    backward: (difference: Value, cotangent: Value) => {
      const isEndless = isNan(difference)
      const share = (x: Value): Value => select(isEndless, 0, neg(mul(cotangent, sigmoid(x))))
      const endless = mul(cotangent, zeroInfinity ? 0 : Number.NaN)
      return [share(difference), share(neg(difference)), select(isEndless, endless, cotangent)]
    },
  })(unblanked, blanked, read)
}

/** `[blank, y0, blank, y1, …, blank]` */
function withBlanks(targets: Value, blank: number): Value {
  const [examples = 1, count = 0] = targets.type.shape
  if (count === 0) return full(targets.builder, 'i32', [examples, 1], blank)
  return pad(targets, { low: [0, 1], high: [0, 1], interior: [0, 1], value: blank })
}

/** `x [N, L]` moved `by` places towards the end. */
function later(x: Value, by: number, filler: number): Value {
  const length = x.type.shape[1] ?? 0
  const moved = Math.min(by, length)
  return pad(narrow(x, { axis: 1, start: 0, size: length - moved }), { low: [0, moved], value: filler })
}

/** `log Σ e^x` of several values, without a derivative where all are -Infinity. */
function logTotal(terms: readonly Value[]): Value {
  const largest = stopGradient(terms.reduce((x, y) => maximum(x, y)))
  const isNone = eq(largest, never)
  const offset = select(isNone, 0, largest)
  const total = terms.map((term) => exp(sub(term, offset))).reduce((x, y) => add(x, y))
  return select(isNone, never, add(log(select(isNone, 1, total)), offset))
}

const ctcShapes = (p: Value, targets: Value, lengths: readonly Value[]): HeddleError =>
  errorHere(
    'SHAPE_CTC',
    `ctc: log probabilities are ${formatShape(p.type.shape)}, targets ${formatShape(targets.type.shape)}${lengths.map(({ type }) => `, lengths ${formatShape(type.shape)}`).join('')}; they must be [T, N, C], [N, S] and [N], or [T, C], [S] and []`,
    { p: p.type.shape, targets: targets.type.shape, constraint: 'C1' },
  )

const ctcBlank = (blank: number, classes: number): HeddleError =>
  errorHere('ATTR_CTC_BLANK', `ctc: blank is ${blank}; it must be one of the ${classes} classes`, {
    blank,
    classes,
    constraint: 'C2',
  })
