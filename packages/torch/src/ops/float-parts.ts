// What floats are made of: their exponents and significands, and their neighbours. By comparisons with powers of two, which are exact
// in every dtype and on every device.
import type { DType, Value } from '@heddle/core'
import * as core from '@heddle/core'
import { derivativeMissing } from '../autograd/errors.ts'
import type { DerivativeRule } from '../engine/fragment.ts'
import { argumentError, type TorchError } from '../errors.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { castTo } from './cast.ts'
import { notImplementedFor } from './dtype-errors.ts'
import { type Named, named } from './named.ts'
import { operation } from './operation.ts'
import { type Pointwise, pointwise } from './pointwise.ts'
import { inCommon } from './promotion.ts'
import { runAll } from './run.ts'
import { type Fn, fn } from './signature.ts'

/** The least number above 0. */
const leastOf: Partial<Record<DType, number>> = { f64: 2 ** -1074, f32: 2 ** -149, bf16: 2 ** -133 }

interface Parts {
  /** At least 1 and below 2, of sizes that have one. */
  readonly significand: Value
  /** The power of two at or below the size, and its exponent. */
  readonly unit: Value
  readonly exponent: Value
}

/** Of finite numbers above 0. */
function partsOf(size: Value): Parts {
  const isDouble = size.type.dtype === 'f64'
  const powers = isDouble ? [512, 256, 128, 64, 32, 16, 8, 4, 2, 1] : [64, 32, 16, 8, 4, 2, 1]
  let [significand, unit] = [size, core.onesLike(size)]
  let exponent: Value = core.zerosLike(size)
  const scale = (where: Value, power: number): void => {
    significand = core.select(where, core.mul(significand, 2 ** -power), significand)
    unit = core.select(where, core.mul(unit, 2 ** power), unit)
    exponent = core.select(where, core.add(exponent, power), exponent)
  }
  for (const power of powers) scale(core.ge(significand, 2 ** power), power)
  for (const power of [powers[0] as number, ...powers]) scale(core.lt(significand, 2 ** (1 - power)), -power)
  return { significand, unit, exponent }
}

const isOrdinary = (size: Value): Value => core.and(core.gt(size, 0), core.isFinite(size))

const signed = (size: Value, like: Value): Value => core.select(core.lt(like, 0), core.neg(size), size)

const split = operation({
  name: 'frexp',
  node: 'FrexpBackward0',
  build: ([operand]) => {
    const x = operand as Value
    const { dtype } = x.type
    const value = castTo(x, dtype === 'f64' ? 'f64' : 'f32')
    const size = core.abs(value)
    const hasParts = isOrdinary(size)
    const { significand, exponent } = partsOf(core.select(hasParts, size, 1))
    const mantissa = core.select(hasParts, signed(core.div(significand, 2), value), value)
    return [castTo(mantissa, dtype), castTo(core.select(hasParts, core.add(exponent, 1), 0), 'i32')]
  },
  derivative: () => scaledBack,
})

const scaledBack: DerivativeRule = ({ results: [, exponent], cotangents: [dy] }) => {
  const { dtype } = (dy as Value).type
  return [core.div(dy as Value, core.exp2(castTo(exponent as Value, dtype)))]
}

/** A mantissa of at least 1/2 and below 1, and the power of two it is multiplied with. */
export const frexp: Fn<Record<never, never>, [], Named<'mantissa' | 'exponent'>> = fn(
  'frexp',
  [],
  [],
  (self) => {
    if (!self.dtype.isFloatingPoint) throw frexpDType()
    const [mantissa, exponent] = runAll(split, [self]) as [Tensor, Tensor]
    return named('frexp', { mantissa, exponent })
  },
)

function neighbour(from: Value, towards: Value): Value {
  const { dtype } = from.type
  const least = leastOf[dtype]
  if (least === undefined) throw notImplementedFor('nextafter_cpu', from)
  const digits = core.dtypes[dtype].significand - 1
  const size = core.abs(from)
  const hasParts = isOrdinary(size)
  const { significand, unit } = partsOf(core.select(hasParts, size, 1))
  const grows = core.eq(core.lt(from, towards), core.gt(from, 0))
  // Below a power of two numbers lie twice as dense.
  const isPower = core.and(core.eq(significand, 1), core.logicalNot(grows))
  const gap = core.maximum(
    core.mul(core.mul(unit, 2 ** -digits), core.select(isPower, core.fullLike(unit, 0.5), 1)),
    least,
  )
  const moved = core.select(grows, core.add(size, gap), core.sub(size, gap))
  const largest = core.fullLike(size, largestOf(dtype))
  const found = core.select(
    hasParts,
    moved,
    core.select(core.eq(size, 0), core.fullLike(size, least), largest),
  )
  const sign = core.select(core.eq(size, 0), towards, from)
  const isNowhere = core.or(core.isNan(from), core.isNan(towards))
  const stays = core.eq(from, towards)
  return core.select(isNowhere, Number.NaN, core.select(stays, towards, signed(found, sign)))
}

/** The largest finite number. */
function largestOf(dtype: DType): number {
  const highest = dtype === 'f64' ? 1023 : 127
  return (2 - 2 ** (1 - core.dtypes[dtype].significand)) * 2 ** highest
}

type Other = { other: Tensor }
const missing: DerivativeRule = () => {
  throw derivativeMissing('nextafter')
}

/** The next number after `self` in the direction of `other`. */
export const nextafter: Pointwise<Other, ['other']> = pointwise(
  {
    name: 'nextafter',
    node: 'NextafterBackward0',
    build: (operands) => inCommon(operands, (x, y) => neighbour(...broadcast(x as Value, y as Value))),
    derivative: () => missing,
  },
  ['other'],
  [],
  ({ other }) => ({ operands: [other] }),
)

const broadcast = (x: Value, y: Value): [Value, Value] => {
  const { shape } = core.add(x, y).type
  return [core.expand(x, shape), core.expand(y, shape)]
}

const frexpDType = (): TorchError => argumentError('torch.frexp() only supports floating-point dtypes')
