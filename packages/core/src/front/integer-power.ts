// Powers of integers, by squaring: products of the integer type, so exact, and wrapping as they do. The graph has one step a
// bit of the exponent, and none for bits a number does not have.
import { type DType, dtypes } from '../dtype.ts'
import type { HeddleError } from '../errors.ts'
import type { Value } from '../ir/value.ts'
import { align, errorHere, type Operand } from './operand.ts'

/** `x ** y` in an integer dtype. */
export function integerPower(x: Operand, y: Operand, dtype: DType): Value {
  if (typeof y === 'number' && typeof x !== 'number')
    return fixedPower(align('pow', [x], dtype)[0] as Value, y)
  const [base, exponent] = align('pow', [x, y], dtype) as readonly [Value, Value]
  return dtypes[dtype].kind === 'uint'
    ? anyPower(base, exponent)
    : choose(lessThan(exponent, 0), negativePower(base, exponent), anyPower(base, exponent))
}

/** `x` to a power known when the graph is made. */
function fixedPower(x: Value, exponent: number): Value {
  if (exponent < 0) throw powNegative(exponent, x.type.dtype) // C1
  let result: Value | undefined
  let square = x
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = result === undefined ? square : times(result, square)
    if (rest > 1) square = times(square, square)
  }
  return result ?? constant(x, 1)
}

/** Exponents that are not negative: the product of x^(2^k) over the bits k that are set. */
function anyPower(x: Value, exponent: Value): Value {
  const { bytes, kind } = dtypes[x.type.dtype]
  const bits = 8 * bytes - (kind === 'uint' ? 0 : 1)
  let result = constant(x, 1)
  let square = x
  let rest = exponent
  for (let bit = 0; bit < bits; bit++) {
    result = choose(isOdd(rest), times(result, square), result)
    if (bit === bits - 1) break
    square = times(square, square)
    rest = rest.builder.shiftRight(rest, constant(rest, 1))
  }
  return result
}

/** 1 / x^|y| cut to an integer: 0, or 1 or -1 to the power. */
function negativePower(x: Value, exponent: Value): Value {
  const one = constant(x, 1)
  const ofMinusOne = choose(isOdd(exponent), constant(x, -1), one)
  const equals = (value: number): Value => x.builder.eq(x, constant(x, value))
  return choose(equals(1), one, choose(equals(-1), ofMinusOne, constant(x, 0)))
}

const constant = (like: Value, value: number): Value => like.builder.full({ ...like.type, value })
const times = (x: Value, y: Value): Value => x.builder.mul(x, y)
const choose = (condition: Value, x: Value, y: Value): Value => x.builder.select(condition, x, y)
const lessThan = (x: Value, bound: number): Value => x.builder.lt(x, constant(x, bound))
const isOdd = (x: Value): Value => x.builder.ne(x.builder.and(x, constant(x, 1)), constant(x, 0))

const powNegative = (exponent: number, dtype: DType): HeddleError =>
  errorHere(
    'ATTR_POW_NEGATIVE',
    `pow: exponent ${exponent} of ${dtype} is negative, and the power of an integer would not be one; cast(x, 'f32') first`,
    { exponent, dtype, constraint: 'C1' },
  )
