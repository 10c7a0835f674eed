// Functions of one element that give a float or keep the dtype. Names PyTorch has twice are one function under both.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { checked } from '../arguments/checked.ts'
import { boolNegate } from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { castTo } from './cast.ts'
import { refuseBool } from './dtype-errors.ts'
import { operation } from './operation.ts'
import { type Pointwise, pointwise, type Unary, unary } from './pointwise.ts'
import { asFloat, isBoolean } from './promotion.ts'
import { runElementwise } from './run.ts'
import { boolPositive, gammaOrder } from './unary-errors.ts'

export { i0 } from './bessel.ts'

/** A function that gives floats, also of integers. */
const float = (name: string, node: string, build: (x: Value) => Value): Unary =>
  unary({ name, node, build: ([x]) => build(asFloat(x as Value)) })
/** A function that keeps the dtype. */
const same = (name: string, node: string, build: (x: Value) => Value): Unary =>
  unary({ name, node, build: ([x]) => build(x as Value) })

export const exp: Unary = float('exp', 'ExpBackward0', core.exp)
export const exp2: Unary = float('exp2', 'Exp2Backward0', core.exp2)
export const expm1: Unary = float('expm1', 'Expm1Backward0', core.expm1)
export const log: Unary = float('log', 'LogBackward0', core.log)
export const log2: Unary = float('log2', 'Log2Backward0', core.log2)
export const log10: Unary = float('log10', 'Log10Backward0', core.log10)
export const log1p: Unary = float('log1p', 'Log1PBackward0', core.log1p)
export const sqrt: Unary = float('sqrt', 'SqrtBackward0', core.sqrt)
export const rsqrt: Unary = float('rsqrt', 'RsqrtBackward0', core.rsqrt)
export const reciprocal: Unary = float('reciprocal', 'ReciprocalBackward0', core.reciprocal)

export const sin: Unary = float('sin', 'SinBackward0', core.sin)
export const cos: Unary = float('cos', 'CosBackward0', core.cos)
export const tan: Unary = float('tan', 'TanBackward0', core.tan)
export const asin: Unary = float('asin', 'AsinBackward0', core.asin)
export const arcsin: Unary = asin
export const acos: Unary = float('acos', 'AcosBackward0', core.acos)
export const arccos: Unary = acos
export const atan: Unary = float('atan', 'AtanBackward0', core.atan)
export const arctan: Unary = atan
export const sinh: Unary = float('sinh', 'SinhBackward0', core.sinh)
export const cosh: Unary = float('cosh', 'CoshBackward0', core.cosh)
export const tanh: Unary = float('tanh', 'TanhBackward0', core.tanh)
export const asinh: Unary = float('asinh', 'AsinhBackward0', core.asinh)
export const arcsinh: Unary = asinh
export const acosh: Unary = float('acosh', 'AcoshBackward0', core.acosh)
export const arccosh: Unary = acosh
export const atanh: Unary = float('atanh', 'AtanhBackward0', core.atanh)
export const arctanh: Unary = atanh

export const sigmoid: Unary = float('sigmoid', 'SigmoidBackward0', core.sigmoid)
export const erf: Unary = float('erf', 'ErfBackward0', core.erf)
export const erfc: Unary = float('erfc', 'ErfcBackward0', core.erfc)
export const erfinv: Unary = float('erfinv', 'ErfinvBackward0', core.erfinv)
export const lgamma: Unary = float('lgamma', 'LgammaBackward0', core.lgamma)
export const digamma: Unary = float('digamma', 'DigammaBackward0', core.digamma)
export const deg2rad: Unary = float('deg2rad', 'Deg2RadBackward0', (x) => core.mul(x, Math.PI / 180))
export const rad2deg: Unary = float('rad2deg', 'Rad2DegBackward0', (x) => core.mul(x, 180 / Math.PI))

/** `sin(πx) / (πx)`, 1 at 0. */
export const sinc: Unary = float('sinc', 'SincBackward0', (x) => {
  const angle = core.mul(x, Math.PI)
  const isZero = core.eq(angle, 0)
  const held = core.select(isZero, 1, angle)
  return core.select(isZero, 1, core.div(core.sin(held), held))
})

export const abs: Unary = same('abs', 'AbsBackward0', (x) => {
  refuseBool('abs_cpu', x)
  return core.abs(x)
})
export const absolute: Unary = abs
export const neg: Unary = same('neg', 'NegBackward0', (x) => {
  if (isBoolean(x)) throw boolNegate()
  return core.neg(x)
})
export const negative: Unary = neg
/** -1, 0 or 1; of bools themselves. */
export const sign: Unary = same('sign', 'SignBackward0', (x) => (isBoolean(x) ? x : core.sign(x)))
export const sgn: Unary = same('sgn', 'SgnBackward0', (x) => (isBoolean(x) ? x : core.sign(x)))
/** `x * x`: a power, by its node. */
export const square: Unary = same('square', 'PowBackward0', (x) =>
  core.square(isBoolean(x) ? castTo(x, 'i64') : x),
)

/** The tensor itself. */
export const positive: (self: Tensor) => Tensor = checked('positive', (self: Tensor): Tensor => {
  if (self.type_.dtype === 'bool') throw boolPositive()
  return self
})

/** 0 of positive numbers, π of negative ones. */
export const angle = (self: Tensor): Tensor => runElementwise(turned, [self])
const turned = operation({
  name: 'angle',
  node: 'AngleBackward0',
  build: ([x]) => {
    const value = asFloat(x as Value)
    const side = core.select(core.lt(value, 0), Math.PI, core.zerosLike(value))
    return core.select(core.isNan(value), Number.NaN, side)
  },
})

type Logit = { eps?: number | null }

/** `log(x / (1 - x))`, of x held between `eps` and `1 - eps` if that is given. */
export const logit: Pointwise<Logit, ['eps']> = pointwise(
  {
    name: 'logit',
    node: 'LogitBackward0',
    build: ([x], { eps }: Logit) => core.logit(asFloat(x as Value), eps == null ? {} : { epsilon: eps }),
  },
  ['eps'],
  [],
  ({ eps }) => ({ operands: [], options: eps == null ? {} : { eps } }),
)

type Replacements = { nan?: number | null; posinf?: number | null; neginf?: number | null }

/** NaN becomes `nan` (0), infinities `posinf` and `neginf` (the largest and lowest of the dtype). */
export const nanToNum: Pointwise<Replacements, ['nan', 'posinf', 'neginf']> = pointwise(
  {
    name: 'nan_to_num',
    node: 'NanToNumBackward0',
    build: ([x], { nan, posinf, neginf }: Replacements) =>
      core.nanToNum(x as Value, {
        nan: nan ?? 0,
        posInf: posinf ?? undefined,
        negInf: neginf ?? undefined,
      }),
  },
  ['nan', 'posinf', 'neginf'],
  [],
  (options) => ({ operands: [], options }),
)

type Order = { p: number }

/** The logarithm of the gamma function of `p` dimensions: `Σ lgamma(x - i/2) + p(p - 1)/4 log π` for i from 0 to p - 1. */
export const mvlgamma: Pointwise<Order, ['p']> = pointwise(
  {
    name: 'mvlgamma',
    node: 'MvlgammaBackward0',
    build: ([x], { p }: Order) => {
      if (p < 1) throw gammaOrder()
      const value = asFloat(x as Value)
      let sum = core.lgamma(value)
      for (let i = 1; i < p; i++) sum = core.add(sum, core.lgamma(core.sub(value, i / 2)))
      return core.add(sum, ((p * (p - 1)) / 4) * Math.log(Math.PI))
    },
  },
  ['p'],
  [],
  ({ p }) => ({ operands: [], options: { p } }),
)
