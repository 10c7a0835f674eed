// Arithmetic of two operands that are broadcast and promoted, and its in-place forms.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import * as graphErrors from '../autograd/errors.ts'
import { resultDType } from '../dtypes.ts'
import * as errors from '../errors.ts'
import type { Operand } from './operation.ts'
import { type Pointwise, pointwise } from './pointwise.ts'
import { floating, inCommon, isBoolean } from './promotion.ts'
import type { Argument } from './run.ts'

type Other = { other: Argument }
type Scaled = Other & { alpha?: number }
type Binary = Pointwise<Other, ['other']>

const scaled = (y: Operand, alpha: number): Operand =>
  alpha === 1 ? y : typeof y === 'number' ? y * alpha : core.mul(y, alpha)

/** `self + alpha * other`; of bools, or. */
export const add: Pointwise<Scaled, ['other']> = pointwise(
  {
    name: 'add',
    node: 'AddBackward0',
    numbersHaveEdges: true,
    build: ([x, y], { alpha = 1 }: { alpha?: number }) =>
      inCommon([x, y], (left, right) =>
        isBoolean(left) && isBoolean(right)
          ? core.or(left, right as Value)
          : core.add(left, scaled(right, alpha)),
      ),
  },
  ['other'],
  ['alpha'],
  ({ other, alpha = 1 }) => ({ operands: [other], options: alpha === 1 ? {} : { alpha } }),
)

const subtract = (x: Operand, y: Operand, alpha: number): Value => {
  if (isBoolean(x) || isBoolean(y)) throw errors.boolSubtract(isBoolean(x) && isBoolean(y))
  return inCommon([x, y], (left, right) => core.sub(left, scaled(right, alpha)))
}

/** `self - alpha * other` */
export const sub: Pointwise<Scaled, ['other']> = pointwise(
  {
    name: 'sub',
    node: 'SubBackward0',
    numbersHaveEdges: true,
    build: ([x, y], { alpha = 1 }: { alpha?: number }) => subtract(x as Operand, y as Operand, alpha),
  },
  ['other'],
  ['alpha'],
  ({ other, alpha = 1 }) => ({ operands: [other], options: alpha === 1 ? {} : { alpha } }),
)

/** `other - alpha * self` */
export const rsub: Pointwise<Scaled, ['other']> = pointwise(
  {
    name: 'rsub',
    node: ([, other]) => (typeof other === 'number' ? 'RsubBackward1' : 'RsubBackward0'),
    build: ([x, y], { alpha = 1 }: { alpha?: number }) => {
      if (isBoolean(x) || isBoolean(y)) throw errors.boolSubtract(isBoolean(x) && isBoolean(y))
      return inCommon([x, y], (left, right) => core.sub(right, scaled(left, alpha)))
    },
  },
  ['other'],
  ['alpha'],
  ({ other, alpha = 1 }) => ({ operands: [other], options: alpha === 1 ? {} : { alpha } }),
)

const other = ({ other: operand }: Other) => ({ operands: [operand] })

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
export const div: Pointwise<Other & Rounding, ['other']> = pointwise(
  {
    name: 'div',
    node: (_, { roundingMode = null }: Rounding) => (roundingMode === null ? 'DivBackward0' : 'DivBackward2'),
    numbersHaveEdges: true,
    build: (operands, { roundingMode = null }: Rounding) => divide(operands, roundingMode),
  },
  ['other'],
  ['roundingMode'],
  ({ other: operand, roundingMode = null }) => ({
    operands: [operand],
    options: roundingMode === null ? {} : { roundingMode },
  }),
)

function divide(operands: readonly Operand[], mode: 'floor' | 'trunc' | null): Value {
  switch (mode) {
    case null:
      return inCommon(operands, (x, y) => core.div(x, y), floating)
    case 'floor':
      return inCommon(operands, (x, y) => core.floorDivide(x, y))
    case 'trunc':
      return inCommon(operands, (x, y) => core.truncDivide(x, y))
    default:
      throw errors.roundingMode(String(mode satisfies never))
  }
}

/** `other / self` */
export const rdiv: Binary = pointwise(
  {
    name: 'rdiv',
    node: 'MulBackward0',
    build: (operands) => inCommon(operands, (x, y) => core.div(y, x), floating),
  },
  ['other'],
  [],
  other,
)

/** `floor(self / other)`; integers stay integers. */
export const floorDivide: Binary = pointwise(
  {
    name: 'floor_divide',
    node: 'torch::autograd::NotImplemented',
    build: (operands) => inCommon(operands, (x, y) => core.floorDivide(x, y)),
    derivative: () => () => {
      throw graphErrors.noDerivative('floor_divide')
    },
  },
  ['other'],
  [],
  other,
)

/** The remainder with the sign of `other`. */
export const remainder: Binary = pointwise(
  {
    name: 'remainder',
    node: ([, y]) => (typeof y === 'number' ? 'RemainderBackward0' : 'RemainderBackward1'),
    build: (operands) => inCommon(operands, (x, y) => core.remainder(x, y)),
  },
  ['other'],
  [],
  other,
)

/** The remainder with the sign of `self`. */
export const fmod: Binary = pointwise(
  {
    name: 'fmod',
    node: ([, y]) => (typeof y === 'number' ? 'FmodBackward0' : 'FmodBackward1'),
    build: (operands) => inCommon(operands, (x, y) => core.rem(x, y)),
  },
  ['other'],
  [],
  other,
)

type Exponent = { exponent: Argument }

/** `self` to the power of `exponent`. */
export const pow: Pointwise<Exponent, ['exponent']> = pointwise(
  {
    name: 'pow',
    node: ([, exponent]) => (typeof exponent === 'number' ? 'PowBackward0' : 'PowBackward1'),
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
  return inCommon(operands, (x, y) => core.pow(x, y))
}

/** `other` to the power of `self`. */
export const rpow: Binary = pointwise(
  {
    name: 'rpow',
    node: 'PowBackward1',
    build: (operands) => inCommon(operands, (x, y) => core.pow(y, x)),
  },
  ['other'],
  [],
  other,
)
