// Bessel functions of the first and second kind, and modified ones of the second, of orders 0 and 1. PyTorch has no derivatives of
// them. Up to 8 (2) they are series in the square of x beside logarithms, beyond it waves whose phase and size are.
import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { chebyshev, inFloat } from './chebyshev.ts'
import * as tables from './chebyshev-tables.ts'
import { type Unary, unary } from './pointwise.ts'

const bessel = (name: string, build: (x: Value) => Value): Unary =>
  unary({ name: `special_${name}`, node: null, build: ([x]) => inFloat(x as Value, build) })

type Order = 0 | 1
const TWO_OVER_PI = 2 / Math.PI

const { j0Small, j1Small, y0Small, y1Small, k0Small, k1Small, k0Large, k1Large } = tables
const waves = { 0: [tables.p0, tables.q0], 1: [tables.p1, tables.q1] } as const

const upTo8 = (x: Value, table: readonly number[]): Value =>
  chebyshev(core.sub(core.div(core.mul(x, x), 16), 2), table)

const firstKindUpTo8 = (order: Order, x: Value): Value =>
  order === 0 ? upTo8(x, j0Small) : core.mul(x, upTo8(x, j1Small))

/** sqrt(2 / (pi x)) (P cos c - Q sin c), or with a quarter turn more. */
function wave(order: Order, x: Value, kind: 'first' | 'second'): Value {
  const z = core.div(8, x)
  const y = core.sub(core.mul(core.mul(z, z), 4), 2)
  const [p, q] = [chebyshev(y, waves[order][0]), core.mul(z, chebyshev(y, waves[order][1]))]
  const angle = core.sub(x, (order / 2 + 0.25) * Math.PI)
  const [cosine, sine] = [core.cos(angle), core.sin(angle)]
  const sum =
    kind === 'first'
      ? core.sub(core.mul(p, cosine), core.mul(q, sine))
      : core.add(core.mul(p, sine), core.mul(q, cosine))
  return core.mul(core.sqrt(core.div(TWO_OVER_PI, x)), sum)
}

function firstKind(order: Order, x: Value): Value {
  const size = core.abs(x)
  const near = firstKindUpTo8(order, core.minimum(size, 8))
  const found = core.select(core.le(size, 8), near, wave(order, core.maximum(size, 8), 'first'))
  return order === 0 ? found : core.select(core.lt(x, 0), core.neg(found), found)
}

/** What is infinite at 0 and no number below it. */
function ofPositive(x: Value, at0: number, found: Value): Value {
  const beyond = core.select(core.gt(x, 0), found, core.fullLike(x, Number.NaN))
  return core.select(core.eq(x, 0), core.fullLike(x, at0), beyond)
}

function secondKind(order: Order, x: Value): Value {
  const safe = core.select(core.gt(x, 0), x, 1)
  const small = core.minimum(safe, 8)
  const logarithm = core.mul(core.log(small), firstKindUpTo8(order, small))
  const near =
    order === 0
      ? core.add(upTo8(small, y0Small), core.mul(logarithm, TWO_OVER_PI))
      : core.add(
          core.mul(small, upTo8(small, y1Small)),
          core.mul(core.sub(logarithm, core.div(1, small)), TWO_OVER_PI),
        )
  const far = wave(order, core.maximum(safe, 8), 'second')
  return ofPositive(x, Number.NEGATIVE_INFINITY, core.select(core.le(safe, 8), near, far))
}

/** I0 or I1 up to 2, from its power series. */
function modifiedUpTo2(order: Order, x: Value): Value {
  const quarter = core.div(core.mul(x, x), 4)
  let sum: Value = core.onesLike(x)
  for (let k = 14; k >= 1; k--) sum = core.add(core.mul(core.div(sum, k * (k + order)), quarter), 1)
  return order === 0 ? sum : core.mul(sum, core.div(x, 2))
}

/** exp(x) K(x) where it is scaled, else K(x). */
function modified(order: Order, x: Value, isScaled: boolean): Value {
  const safe = core.select(core.gt(x, 0), x, 1)
  const [small, large] = [core.minimum(safe, 2), core.maximum(safe, 2)]
  const regular = chebyshev(core.sub(core.mul(small, small), 2), order === 0 ? k0Small : k1Small)
  const logarithm = core.mul(core.log(core.div(small, 2)), modifiedUpTo2(order, small))
  const near = order === 0 ? core.sub(regular, logarithm) : core.add(core.div(regular, small), logarithm)
  const far = core.div(
    chebyshev(core.sub(core.div(8, large), 2), order === 0 ? k0Large : k1Large),
    core.sqrt(large),
  )
  const found = core.select(
    core.le(safe, 2),
    isScaled ? core.mul(near, core.exp(small)) : near,
    isScaled ? far : core.mul(far, core.exp(core.neg(large))),
  )
  return ofPositive(x, Number.POSITIVE_INFINITY, found)
}

/** J0(x), of the first kind: 1 at 0. */
export const besselJ0: Unary = bessel('bessel_j0', (x) => firstKind(0, x))
/** J1(x), of the sign of x near 0. */
export const besselJ1: Unary = bessel('bessel_j1', (x) => firstKind(1, x))
/** Y0(x), of the second kind: -Infinity at 0, NaN below. */
export const besselY0: Unary = bessel('bessel_y0', (x) => secondKind(0, x))
/** Y1(x): -Infinity at 0, NaN below. */
export const besselY1: Unary = bessel('bessel_y1', (x) => secondKind(1, x))
/** K0(x), modified of the second kind: Infinity at 0, NaN below, falling as exp(-x). */
export const modifiedBesselK0: Unary = bessel('modified_bessel_k0', (x) => modified(0, x, false))
/** K1(x): Infinity at 0, NaN below, falling as exp(-x). */
export const modifiedBesselK1: Unary = bessel('modified_bessel_k1', (x) => modified(1, x, false))
/** exp(x) K0(x) */
export const scaledModifiedBesselK0: Unary = bessel('scaled_modified_bessel_k0', (x) => modified(0, x, true))
/** exp(x) K1(x) */
export const scaledModifiedBesselK1: Unary = bessel('scaled_modified_bessel_k1', (x) => modified(1, x, true))

/** sin(x) / x, 1 at 0. */
export const sphericalBesselJ0: Unary = bessel('spherical_bessel_j0', (x) => {
  const isZero = core.eq(x, 0)
  const safe = core.select(isZero, 1, x)
  const found = core.select(isZero, 1, core.div(core.sin(safe), safe))
  return core.select(core.isInf(x), core.zerosLike(x), found)
})
