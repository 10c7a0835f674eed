// The error rule of every op: a total table, so that an op without a rule does not compile.
import type { OpName } from '@heddle/core'
import { isFloat } from '@heddle/core'
import type { BoundRule } from './bounds.ts'
import {
  contracted,
  exactInputs,
  exactLeaf,
  extreme,
  folded,
  gathered,
  moved,
  multiplied,
  padded,
  position,
  positions,
  scattered,
  summed,
} from './bounds-arrays.ts'
import {
  bitcastBound,
  castBound,
  decided,
  type Element,
  exactOnly,
  monotone,
  selectBound,
  smooth,
} from './bounds-elementwise.ts'
import { equality } from './bounds-extreme.ts'
import { cumulated, recurred, runningPosition, sorted } from './bounds-host.ts'
import { type RoundingClass, tolerancesOf } from './tolerances.ts'

/** Both operands' errors, as they are. */
const sumOfErrors = ({ ex, ey }: Element): number => ex + ey
const near = ({ x, y, ex, ey }: Element): boolean => Math.abs(x - y) <= ex + ey

/** Whether a band of width `ex` around x stays clear of 0. */
const clearOfZero = ({ x, ex }: Element): boolean => ex === 0 || Math.abs(x) > ex
/** Whether tan has no pole within reach. */
const betweenPoles = ({ x, ex }: Element): boolean =>
  Math.floor((x - ex) / Math.PI + 0.5) === Math.floor((x + ex) / Math.PI + 0.5)

/** Sine and cosine: at most as steep as 1 and within [-1, 1]; beyond the largest angle only that range is known. */
const wave =
  (name: 'sin' | 'cos'): BoundRule =>
  (args) => {
    const bound = smooth(({ ex }) => Math.min(ex, 2), name)(args)
    return withinAngles(args, bound, 2)
  }

const tangent: BoundRule = (args) =>
  withinAngles(args, monotone('tan', betweenPoles)(args), Number.POSITIVE_INFINITY)

function withinAngles(
  { inputs: [x], node, precision }: Parameters<BoundRule>[0],
  bound: Float64Array,
  otherwise: number,
): Float64Array {
  const largest = tolerancesOf(precision, node.type.dtype)?.largestAngle ?? 0
  return bound.map((error, at) => {
    const angle = Math.abs(x?.value.data[at] ?? 0) + (x?.bound[at] ?? 0)
    return angle > largest && angle < Number.POSITIVE_INFINITY ? otherwise : error
  })
}

const quotient = smooth(({ x, y, ex, ey }) => {
  if (Math.abs(y) <= ey) return ex === 0 && ey === 0 ? 0 : Number.POSITIVE_INFINITY
  return (Math.abs(x) * ey + Math.abs(y) * ex) / (Math.abs(y) * (Math.abs(y) - ey))
}, 'division')

const floatOrExact =
  (rule: BoundRule): BoundRule =>
  (args) =>
    (isFloat(args.node.type.dtype) ? rule : exactOnly)(args)

/** `x - y trunc(x / y)`: as x and y move, unless the quotient passes a whole number; then anywhere in (-|y|, |y|). */
const remainder = smooth(({ x, y, ex, ey }) => {
  if (ex === 0 && ey === 0) return 0
  if (Math.abs(y) <= ey) return Number.POSITIVE_INFINITY
  const ends = [-1, 1].flatMap((i) => [-1, 1].map((j) => Math.trunc((x + i * ex) / (y + j * ey))))
  const whole = Math.trunc(x / y)
  const steady = ends.every((end) => end === whole)
  return steady ? ex + Math.abs(whole) * ey : 2 * (Math.abs(y) + ey)
}, undefined)

const logical: BoundRule = (args) => {
  if (args.node.type.dtype !== 'bool') return exactOnly(args)
  return smooth(({ ex, ey }) => Math.max(ex, ey), undefined)(args)
}

const function1 = (name: RoundingClass): BoundRule => monotone(name)
const larger = smooth(({ ex, ey }) => Math.max(ex, ey), undefined)
const unchanged = smooth(({ ex }) => ex, undefined)

/** `1 / sqrt(x)` is two operations; the error of the root is halved by nothing, so both are counted in full. */
const inverseRoot: BoundRule = (args) => {
  const root = monotone('root', clearOfZero)(args)
  const division = monotone('division', clearOfZero)(args)
  return root.map((error, at) => error + (division[at] ?? 0))
}

export const boundRules: Readonly<Record<OpName, BoundRule>> = {
  add: smooth(sumOfErrors, 'arithmetic'),
  sub: smooth(sumOfErrors, 'arithmetic'),
  mul: smooth(({ x, y, ex, ey }) => Math.abs(x) * ey + Math.abs(y) * ex + ex * ey, 'arithmetic'),
  div: floatOrExact(quotient),
  rem: floatOrExact(remainder),
  pow: monotone('pow', ({ x, ex, ey }) => (ex === 0 && ey === 0) || x - ex > 0),
  maximum: larger,
  minimum: larger,
  and: logical,
  or: logical,
  xor: logical,
  shiftLeft: exactOnly,
  shiftRight: exactOnly,
  lt: decided(near),
  le: decided(near),
  eq: equality(decided(near)),
  ne: equality(decided(near)),
  select: selectBound,
  cast: castBound,
  bitcast: bitcastBound,
  neg: unchanged,
  abs: unchanged,
  bitwiseNot: unchanged,
  barrier: moved,
  stopGradient: moved,
  sign: monotone(undefined),
  floor: monotone(undefined),
  ceil: monotone(undefined),
  trunc: monotone(undefined),
  round: monotone(undefined),
  exp: function1('exp'),
  expm1: function1('expm1'),
  log: function1('log'),
  log1p: function1('log1p'),
  sqrt: function1('root'),
  tanh: function1('tanh'),
  erf: function1('erf'),
  rsqrt: inverseRoot,
  reciprocal: monotone('division', clearOfZero),
  sin: wave('sin'),
  cos: wave('cos'),
  tan: tangent,
  isNan: decided(() => false),
  input: exactLeaf,
  full: exactLeaf,
  literal: exactLeaf,
  iota: positions,
  permute: moved,
  reshape: moved,
  expand: moved,
  slice: moved,
  flip: moved,
  concat: moved,
  windows: moved,
  pad: padded,
  gather: gathered,
  scatter: scattered,
  reduceSum: summed,
  reduceProduct: multiplied,
  reduceMax: extreme,
  reduceMin: extreme,
  foldWindows: folded,
  argMax: position,
  argMin: position,
  argSort: sorted,
  cumulate: cumulated,
  cumulatePosition: runningPosition,
  recurrence: recurred,
  dot: contracted,
  randomBits: exactInputs,
  // What `unrolled` leaves is `whileLoop`.
  checkpoint: exactInputs,
  cond: exactInputs,
  customVjp: exactInputs,
  loop: exactInputs,
  whileLoop: exactInputs,
}
