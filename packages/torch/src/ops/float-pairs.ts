// Functions of two operands that give floats, and powers of 2 and in float64.

import type { DType } from '@heddle/core'
import * as core from '@heddle/core'
import { dtypeOf } from '../dtypes.ts'
import { argumentError, type TorchError } from '../errors.ts'
import { Tensor } from '../tensor/tensor.ts'
import { notImplementedFor } from './dtype-errors.ts'
import { notImplemented, withoutDerivative } from './no-derivative.ts'
import { type Operand, operation } from './operation.ts'
import { type FromNumber, type Pointwise, pointwise } from './pointwise.ts'
import { powerNode } from './power-node.ts'
import { asFloat, commonShape, floating, inCommon } from './promotion.ts'
import { type Argument, runElementwise, runInPlace } from './run.ts'
import { type Fn, fn } from './signature.ts'

type Other = { other: Argument }
type Binary = Pointwise<Other, ['other']>
const other = ({ other: operand }: Other) => ({ operands: [operand] })

/** The angle of the point (other, self), between -π and π. */
export const atan2: Binary = pointwise(
  { name: 'atan2', node: 'Atan2Backward0', build: (operands) => inCommon(operands, core.atan2, floating) },
  ['other'],
  [],
  other,
)
export const arctan2: Binary = atan2

/** `sqrt(self² + other²)` without overflow between. */
export const hypot: Binary = pointwise(
  {
    name: 'hypot',
    node: 'HypotBackward0',
    build: (operands) =>
      inCommon(operands, core.hypot, (dtype) => {
        if (!core.isFloat(dtype)) throw notImplementedFor('hypot_cpu', { type: { dtype } })
        return dtype
      }),
  },
  ['other'],
  [],
  other,
)

/** The size of self with the sign of other, of -0 too. */
export const copysign: Binary = pointwise(
  {
    name: 'copysign',
    node: ([, sign]) => (typeof sign === 'number' ? 'CopysignBackward1' : 'CopysignBackward0'),
    build: (operands) => inCommon(operands, (x, y) => signedAs(x as core.Value, y), floating),
  },
  ['other'],
  [],
  other,
)

/** PyTorch's derivative is the ratio of result and operand: 0 at 0, NaN at infinities. */
function signedAs(x: core.Value, y: Operand): core.Value {
  const shape = commonShape([x, y])
  const sign = typeof y === 'number' ? core.fullLike(x, y) : core.expand(y, shape)
  return core.customVjp({
    forward: (size, other) => {
      const output = core.copysign(size as core.Value, other as core.Value)
      return { output, residuals: [size as core.Value, output] }
    },
    backward: ([size, result]: readonly core.Value[], cotangent: core.Value) => {
      const ratio = core.div(result as core.Value, size as core.Value)
      const through = core.mul(cotangent, core.select(core.eq(size as core.Value, 0), 0, ratio))
      return [through, core.zerosLike(through)]
    },
  })(core.expand(x, shape), sign)
}

/** `self * log(other)`, 0 where self is 0. */
export const xlogy: FromNumber<Other, ['other']> = pointwise(
  {
    name: 'xlogy',
    node: ([self, operand]) =>
      typeof self === 'number'
        ? 'XlogyBackward1'
        : typeof operand === 'number'
          ? 'XlogyBackward2'
          : 'XlogyBackward0',
    build: (operands) => inCommon(operands, core.xlogy, floating),
  },
  ['other'],
  [],
  other,
)

/** `self * 2 ** other`. */
export const ldexp: Pointwise<{ other: Tensor }, ['other']> = pointwise(
  {
    name: 'ldexp',
    node: 'MulBackward0',
    build: ([x, y]) => inCommon([x, core.exp2(asFloat(y as core.Value))], core.mul),
  },
  ['other'],
  [],
  other,
)

function logaddexpOf(name: string, node: string, exponential: typeof core.exp2, logarithm: typeof core.exp2) {
  const op = operation({
    name,
    node,
    build: (operands) =>
      inCommon(
        operands,
        (x, y) => {
          // Of equal operands, infinite ones too, the difference is 0.
          const distance = core.select(core.eq(x, y), 0, core.abs(core.sub(x, y)))
          return core.add(core.maximum(x, y), logarithm(exponential(core.neg(distance))))
        },
        (dtype) => {
          if (!core.isFloat(dtype)) throw notImplementedFor(`${name}_cpu`, { type: { dtype } })
          return dtype
        },
      ),
  })
  return fn<{ other: Tensor }, ['other']>(name, ['other'], [], (self, { other: operand }) =>
    runElementwise(op, [self, operand]),
  )
}

/** `log(exp(self) + exp(other))` without overflow between. */
export const logaddexp: Fn<{ other: Tensor }, ['other']> = logaddexpOf(
  'logaddexp',
  'LogaddexpBackward0',
  core.exp,
  core.log1p,
)
/** `log2(2 ** self + 2 ** other)` without overflow between. */
export const logaddexp2: Fn<{ other: Tensor }, ['other']> = logaddexpOf(
  'logaddexp2',
  'Logaddexp2Backward0',
  core.exp2,
  (x) => core.div(core.log1p(x), Math.LN2),
)

const raised = operation({
  name: 'float_power',
  node: powerNode,
  operands: ['self', 'exponent'],
  numbersAreStatic: true,
  build: (operands) => inCommon(operands, core.pow, (): DType => 'f64'),
})

type Exponent = { exponent: Argument }
const raise = (self: Argument, exponent: Argument): Tensor => runElementwise(raised, [self, exponent])

/** A power in float64, whatever the operands are. */
export const floatPower: Pointwise<Exponent, ['exponent']> = Object.assign(
  fn<Exponent, ['exponent']>('float_power', ['exponent'], [], (self, { exponent }) => raise(self, exponent)),
  {
    inPlace: fn<Exponent, ['exponent']>('float_power_', ['exponent'], [], (self, { exponent }) => {
      if (self.dtype.core !== 'f64') throw floatPowerDType(self.dtype.title)
      return runInPlace(raised, self, [exponent])
    }),
  },
)

const stepped = operation({
  name: 'heaviside',
  node: notImplemented,
  build: (operands) =>
    inCommon(operands, (x, y) => core.select(core.eq(x, 0), y, core.cast(core.lt(0, x), dtypeOfValue(x)))),
  derivative: withoutDerivative('heaviside'),
  whenInPlace: { derivative: withoutDerivative('heaviside_') },
})
const dtypeOfValue = (x: core.Value | number): DType => (typeof x === 'number' ? 'f32' : x.type.dtype)

type Values = { values: Tensor }
const step = (self: Tensor, { values }: Values, run: typeof runElementwise): Tensor => {
  if (!(values instanceof Tensor) || values.dtype !== self.dtype) throw heavisideDTypes()
  return run(stepped, [self, values])
}

/** 0 below 0, 1 above it, at 0 what `values` has. */
export const heaviside: Fn<Values, ['values']> & { readonly inPlace: Fn<Values, ['values']> } = Object.assign(
  fn<Values, ['values']>('heaviside', ['values'], [], (self, params) => step(self, params, runElementwise)),
  {
    inPlace: fn<Values, ['values']>('heaviside_', ['values'], [], (self, params) =>
      step(self, params, (op, [x, ...others]) => runInPlace(op, x as Tensor, others)),
    ),
  },
)

const floatPowerDType = (base: string): TorchError =>
  argumentError(
    `the base given to float_power_ has dtype ${base} but the operation's result requires dtype ${dtypeOf('f64').title}`,
    { base },
  )

const heavisideDTypes = (): TorchError =>
  argumentError('heaviside is not yet implemented for tensors with different dtypes.')
