// The incomplete gamma functions over gamma(a): below a + 1 the series of the lower one, beyond it the continued fraction of the
// upper one (Lentz's way of evaluating it), each until no element changes. In double precision, as the prefix cancels.
import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { castTo } from './cast.ts'

const EPSILON = 2 ** -53
const TINY = 1e-300
/** Most steps; around a = x they grow as the root of a. */
const LIMIT = 20_000

export function incompleteGamma(shape: Value, bound: Value, part: 'lower' | 'upper'): Value {
  const { dtype } = shape.type
  const [a, x] = [castTo(shape, 'f64'), castTo(bound, 'f64')]
  const { shape: common } = core.add(a, x).type
  return castTo(ordered(core.expand(a, common), core.expand(x, common), part), dtype)
}

function ordered(a: Value, x: Value, part: 'lower' | 'upper'): Value {
  const isInside = core.and(
    core.and(core.gt(a, 0), core.gt(x, 0)),
    core.and(core.isFinite(a), core.isFinite(x)),
  )
  const isBelow = core.lt(x, core.add(a, 1))
  const [p, q] = [core.select(isInside, a, 1), core.select(isInside, x, 1)]
  // x^a e^-x / gamma(a + 1)
  const prefix = core.exp(core.sub(core.sub(core.mul(p, core.log(q)), q), core.lgamma(core.add(p, 1))))
  const lower = core.mul(prefix, series(p, core.select(isBelow, q, 0)))
  const upper = core.mul(core.mul(prefix, p), fraction(p, core.select(isBelow, core.add(p, 2), q)))
  const found =
    part === 'lower'
      ? core.select(isBelow, lower, core.sub(1, upper))
      : core.select(isBelow, core.sub(1, lower), upper)
  return core.select(isInside, found, atEdges(a, x, part))
}

/** Negative arguments and 0 with 0 have no value; beyond these the ends are 0 and 1. */
function atEdges(a: Value, x: Value, part: 'lower' | 'upper'): Value {
  const [none, all] = part === 'lower' ? [0, 1] : [1, 0]
  const isInfinite = core.eq(x, Number.POSITIVE_INFINITY)
  const b = x.builder
  const constant = (value: number): Value => b.full({ ...x.type, value })
  const ofInfiniteShape = core.select(isInfinite, constant(Number.NaN), none)
  const byShape = core.select(
    core.eq(a, Number.POSITIVE_INFINITY),
    ofInfiniteShape,
    core.select(isInfinite, constant(all), none),
  )
  const ofZeroShape = core.select(core.gt(x, 0), constant(all), Number.NaN)
  const found = core.select(core.eq(a, 0), ofZeroShape, byShape)
  // Comparisons with NaN do not hold.
  const isValid = core.and(core.ge(a, 0), core.ge(x, 0))
  return core.select(isValid, found, Number.NaN)
}

/** 1 + x / (a + 1) + x^2 / ((a + 1) (a + 2)) + ... */
function series(a: Value, x: Value): Value {
  const one = core.onesLike(a)
  const { sum } = core.whileLoop(
    ({ term, sum: total }) => core.any(core.gt(term, core.mul(total, EPSILON))),
    ({ term, sum: total, at }) => {
      const next = core.add(at, 1)
      const added = core.mul(term, core.div(x, next))
      return { term: added, sum: core.add(total, added), at: next }
    },
    { term: one, sum: one, at: a },
    { limit: LIMIT },
  )
  return sum
}

/** 1 / (x + 1 - a - 1 (1 - a) / (x + 3 - a - 2 (2 - a) / (x + 5 - a - ...))) */
function fraction(a: Value, x: Value): Value {
  const start = core.sub(core.add(x, 1), a)
  const first = core.div(1, start)
  const { value } = core.whileLoop(
    ({ change }) => core.any(core.gt(core.abs(core.sub(change, 1)), 4 * EPSILON)),
    ({ b, c, d, value: before, step }) => {
      const k = core.add(step, 1)
      const numerator = core.mul(k, core.sub(a, k))
      const next = core.add(b, 2)
      const lower = core.div(1, core.add(core.mul(numerator, d), next))
      const upper = core.add(next, core.div(numerator, c))
      const change = core.mul(lower, upper)
      return { b: next, c: upper, d: lower, value: core.mul(before, change), step: k, change }
    },
    {
      b: start,
      c: core.fullLike(a, 1 / TINY),
      d: first,
      value: first,
      step: core.zerosLike(a),
      change: core.fullLike(a, 2),
    },
    { limit: LIMIT },
  )
  return value
}
