// Arithmetic of two operands that are broadcast and promoted, and its in-place forms.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import { dtypeOf, resultDType } from '../dtypes.ts'
import * as errors from '../errors.ts'
import { floatAlpha, noBool, requireDivisor } from './arithmetic-errors.ts'
import { constant } from './creation.ts'
import { notImplemented, withoutDerivative } from './no-derivative.ts'
import type { Operand } from './operation.ts'
import { type FromNumber, type Pointwise, pointwise } from './pointwise.ts'
import { powerNode } from './power-node.ts'
import { floating, inCommon, isBoolean } from './promotion.ts'
import type { Argument } from './run.ts'
import { operandOf, type ScalarOr } from './scalar-operand.ts'
import { type Fn, fn } from './signature.ts'
import { reciprocal } from './unary.ts'

type Other = { other: ScalarOr }
type Scaled = Other & { alpha?: number }
type Binary = FromNumber<Other, ['other']>

const scaled = (y: Operand, alpha: number): Operand =>
  alpha === 1 ? y : typeof y === 'number' ? y * alpha : core.mul(y, alpha)

/** The operands, unless they are whole and the factor is not. */
function weighted(operands: readonly (Operand | undefined)[], alpha: number): typeof operands {
  const given = operands.filter((operand) => operand !== undefined)
  if (!Number.isInteger(alpha) && !core.isFloat(resultDType(given))) throw floatAlpha()
  return operands
}

/** `self + alpha * other`; of bools, or. */
export const add: FromNumber<Scaled, ['other']> = pointwise(
  {
    name: 'add',
    node: 'AddBackward0',
    numbersHaveEdges: true,
    build: ([x, y], { alpha = 1 }: { alpha?: number }) =>
      inCommon(weighted([x, y], alpha), (left, right) =>
        isBoolean(left) && isBoolean(right)
          ? core.or(left, right as Value)
          : core.add(left, scaled(right, alpha)),
      ),
  },
  ['other'],
  ['alpha'],
  ({ other, alpha = 1 }) => ({ operands: [operandOf(other)], options: alpha === 1 ? {} : { alpha } }),
)

const difference = (x: Operand, y: Operand, alpha: number): Value => {
  if (isBoolean(x) || isBoolean(y)) throw errors.boolSubtract(isBoolean(x) && isBoolean(y))
  return inCommon(weighted([x, y], alpha), (left, right) => core.sub(left, scaled(right, alpha)))
}

/** `self - alpha * other` */
export const sub: FromNumber<Scaled, ['other']> = pointwise(
  {
    name: 'sub',
    node: 'SubBackward0',
    numbersHaveEdges: true,
    build: ([x, y], { alpha = 1 }: { alpha?: number }) => difference(x as Operand, y as Operand, alpha),
  },
  ['other'],
  ['alpha'],
  ({ other, alpha = 1 }) => ({ operands: [operandOf(other)], options: alpha === 1 ? {} : { alpha } }),
)

/** `other - alpha * self` */
export const rsub: Pointwise<Scaled, ['other']> = pointwise(
  {
    name: 'rsub',
    node: ([, other]) => (typeof other === 'number' ? 'RsubBackward1' : 'RsubBackward0'),
    build: ([x, y], { alpha = 1 }: { alpha?: number }) => {
      if (isBoolean(x) || isBoolean(y)) throw errors.boolSubtract(isBoolean(x) && isBoolean(y))
      return inCommon(weighted([x, y], alpha), (left, right) => core.sub(right, scaled(left, alpha)))
    },
  },
  ['other'],
  ['alpha'],
  ({ other, alpha = 1 }) => ({ operands: [operandOf(other)], options: alpha === 1 ? {} : { alpha } }),
)

const other = ({ other: operand }: Other) => ({ operands: [operandOf(operand)] })

/** `self * other`; of bools, and. */
export const mul: Binary = pointwise(
  {
    name: 'mul',
    node: 'MulBackward0',
    numbersHaveEdges: true,
    build: (operands) =>
      inCommon(operands, (x, y) => (isBoolean(x) && isBoolean(y) ? core.and(x, y as Value) : core.mul(x, y))),
  },
  ['other'],
  [],
  other,
)

type Rounding = { roundingMode?: 'floor' | 'trunc' | null }

/** `self / other`, true division unless a `roundingMode` is given. */
export const div: FromNumber<Other & Rounding, ['other']> = pointwise(
  {
    name: 'div',
    node: (_, { roundingMode = null }: Rounding) => (roundingMode === null ? 'DivBackward0' : 'DivBackward2'),
    numbersHaveEdges: true,
    build: (operands, { roundingMode = null }: Rounding) => divided(operands, roundingMode),
  },
  ['other'],
  ['roundingMode'],
  ({ other: operand, roundingMode = null }) => ({
    operands: [operandOf(operand)],
    options: roundingMode === null ? {} : { roundingMode },
  }),
  (self, operands, options) => {
    if (options?.roundingMode != null) requireDivisor(self, operands)
  },
)

function divided(operands: readonly Operand[], mode: 'floor' | 'trunc' | null): Value {
  switch (mode) {
    case null:
      return inCommon(operands, (x, y) => core.div(x, y), floating)
    case 'floor':
      return inCommon(operands, (x, y) => core.floorDivide(x, y), noBool('div_floor_cpu'))
    case 'trunc':
      return inCommon(operands, (x, y) => core.truncDivide(x, y), noBool('div_trunc_cpu'))
    default:
      throw errors.roundingMode(String(mode satisfies never))
  }
}

export const divide: typeof div = div
export const multiply: Binary = mul
export const subtract: typeof sub = sub

/** `self / other` */
export const trueDivide: Binary = pointwise(
  {
    name: 'true_divide',
    node: 'DivBackward0',
    numbersHaveEdges: true,
    build: (operands) => divided(operands, null),
  },
  ['other'],
  [],
  other,
)

/** `other / self`: the reciprocal of `self`, times `other`. */
export const rdiv: Fn<Other, ['other']> = fn('rdiv', ['other'], [], (self, { other: operand }) =>
  mul(reciprocal(self), operand),
)

/** `floor(self / other)`; integers stay integers. */
export const floorDivide: Binary = pointwise(
  {
    name: 'floor_divide',
    node: notImplemented,
    build: (operands) => inCommon(operands, (x, y) => core.floorDivide(x, y), noBool('div_floor_cpu')),
    derivative: withoutDerivative('floor_divide'),
    whenInPlace: { derivative: withoutDerivative('floor_divide_') },
  },
  ['other'],
  [],
  other,
  requireDivisor,
)

/** The remainder with the sign of `other`. */
export const remainder: Binary = pointwise(
  {
    name: 'remainder',
    node: ([, y]) => (typeof y === 'number' ? 'RemainderBackward0' : 'RemainderBackward1'),
    build: (operands) => inCommon(operands, (x, y) => core.remainder(x, y), noBool('remainder_cpu')),
  },
  ['other'],
  [],
  other,
  requireDivisor,
)

/** The remainder with the sign of `self`. */
export const fmod: Binary = pointwise(
  {
    name: 'fmod',
    node: ([, y]) => (typeof y === 'number' ? 'FmodBackward0' : 'FmodBackward1'),
    build: (operands) => inCommon(operands, (x, y) => core.rem(x, y), noBool('fmod_cpu')),
  },
  ['other'],
  [],
  other,
  requireDivisor,
)

type Exponent = { exponent: Argument }

/** `self` to the power of `exponent`. */
export const pow: FromNumber<Exponent, ['exponent']> = pointwise(
  {
    name: 'pow',
    node: powerNode,
    operands: ['self', 'exponent'],
    numbersAreStatic: true,
    build: (operands) => power(operands),
  },
  ['exponent'],
  [],
  ({ exponent }) => ({ operands: [exponent] }),
)

function power(operands: readonly Operand[]): Value {
  const [, exponent] = operands
  const isIntegral = core.isInteger(resultDType(operands.map((operand) => operand)))
  if (isIntegral && typeof exponent === 'number' && exponent < 0) throw errors.negativeIntegerPower()
  return inCommon(operands, (x, y) => core.pow(x, y), noBool('pow'))
}

/** `other` to the power of `self`; a number counts as a tensor. */
export const rpow: Fn<Other, ['other']> = fn('rpow', ['other'], [], (self, { other: operand }) => {
  const base = operandOf(operand)
  if (typeof base !== 'number') return pow(base, self)
  const dtype = dtypeOf(resultDType([{ type: self.type_ }, base]))
  return pow(constant([], base, dtype, { device: self.device }), self)
})
