// The error rule of every op: a total table, so that an op without a rule does not compile.

import type { OpName } from '@heddle/core'
import { hostMath, isFloat } from '@heddle/core'
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
import { branched, repeated } from './bounds-control.ts'
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

/** A value differs from itself where it is NaN, which is in doubt only where nothing is known. */
const sameness: BoundRule = (args) => {
  const [x, y] = args.node.inputs
  return decided(x === y ? () => false : near)(args)
}

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
    const angle = Math.abs(Number(x?.value.data[at] ?? 0)) + (x?.bound[at] ?? 0)
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

/** Turning by the errors' length at the point's least distance; anywhere if the origin or the cut at pi is within reach. */
const angle = ({ x: y, y: x, ex: ey, ey: ex }: Element): number => {
  const length = Math.hypot(ex, ey)
  if (length === 0) return 0
  if (Math.abs(y) <= ey && x - ex < 0) return Number.POSITIVE_INFINITY
  const distance = Math.hypot(Math.max(0, Math.abs(x) - ex), Math.max(0, Math.abs(y) - ey))
  return length < distance ? (Math.PI / 2) * (length / distance) : Number.POSITIVE_INFINITY
}

/**
 * The gamma functions above 0, where digamma grows and bounds the slope of lgamma. Below 0 only exact operands have a result
 * that is known: a difference of that of `1 - x` and of a trigonometric function.
 */
const gammaFunction =
  (name: 'lgamma' | 'digamma'): BoundRule =>
  (args) => {
    const f = hostMath[name]
    const { epsilon, ulps } = tolerancesOf(args.precision, args.node.type.dtype) ?? {
      epsilon: 0,
      ulps: undefined,
    }
    const bound = smooth(({ x, ex, z }) => {
      if (ex === 0)
        return x < 0 ? (ulps?.[name] ?? 0) * epsilon * Math.max(1, Math.abs(f(1 - x, 0)), Math.abs(z)) : 0
      const [low, high] = [x - ex, x + ex]
      if (!(low > 0)) return Number.POSITIVE_INFINITY
      if (name === 'digamma') return Math.max(z - f(low, 0), f(high, 0) - z)
      return ex * Math.max(Math.abs(hostMath.digamma(low, 0)), Math.abs(hostMath.digamma(high, 0)))
    }, name)
    return bound(args)
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
  eq: equality(sameness),
  ne: equality(sameness),
  select: selectBound,
  cast: castBound,
  bitcast: bitcastBound,
  neg: unchanged,
  abs: unchanged,
  bitwiseNot: unchanged,
  barrier: moved,
  stopGradient: moved,
  floor: monotone(undefined),
  ceil: monotone(undefined),
  trunc: monotone(undefined),
  round: monotone(undefined),
  exp: function1('exp'),
  expm1: function1('expm1'),
  log: function1('log'),
  log1p: function1('log1p'),
  sqrt: function1('root'),
  exp2: function1('exp2'),
  log2: function1('log2'),
  log10: function1('log10'),
  sinh: function1('sinh'),
  cosh: smooth(({ x, ex }) => (ex === 0 ? 0 : Math.sinh(Math.abs(x) + ex) * ex), 'cosh'),
  tanh: function1('tanh'),
  asinh: function1('asinh'),
  acosh: function1('acosh'),
  sigmoid: function1('sigmoid'),
  erf: function1('erf'),
  erfc: function1('erfc'),
  erfinv: function1('erfinv'),
  normalCdf: function1('normalCdf'),
  lgamma: gammaFunction('lgamma'),
  digamma: gammaFunction('digamma'),
  atan2: smooth(angle, 'atan2'),
  hypot: smooth(sumOfErrors, 'hypot'),
  rsqrt: inverseRoot,
  reciprocal: monotone('division', clearOfZero),
  sin: wave('sin'),
  cos: wave('cos'),
  tan: tangent,
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
  // What `unrolled` leaves is `whileLoop`, and `cond` around it.
  checkpoint: exactInputs,
  cond: branched,
  customVjp: exactInputs,
  loop: exactInputs,
  whileLoop: repeated,
}
