// Elementwise functions of users: the ops of the table by the same names, with broadcasting, promotion and numbers.

import { type DType, isFloat, isInteger } from '../dtype.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { checkDType } from '../ops/pointwise.ts'
import { signOf } from '../ops/support.ts'
import { integerPower } from './integer-power.ts'
import { align, alignTo, asValue, builderOf, commonDType, type Operand, promote, shapeOf } from './operand.ts'

/** One value in, one of the same shape out. */
export type Unary = (x: Value) => Value
/** Operands broadcast to one shape and meet in one dtype; a number takes the other's. */
export type Binary = (x: Operand, y: Operand) => Value

type UnaryName = 'neg' | 'abs' | 'bitwiseNot' | 'stopGradient'

type FloatName =
  | 'exp'
  | 'exp2'
  | 'expm1'
  | 'log'
  | 'log2'
  | 'log10'
  | 'log1p'
  | 'sqrt'
  | 'rsqrt'
  | 'reciprocal'
  | 'sin'
  | 'cos'
  | 'tan'
  | 'sinh'
  | 'cosh'
  | 'tanh'
  | 'asinh'
  | 'acosh'
  | 'erf'
  | 'erfc'
  | 'erfinv'
  | 'normalCdf'
  | 'lgamma'
  | 'digamma'

type BinaryName =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'rem'
  | 'maximum'
  | 'minimum'
  | 'and'
  | 'or'
  | 'xor'
  | 'shiftLeft'
  | 'shiftRight'
  | 'lt'
  | 'le'
  | 'eq'
  | 'ne'

const unary = (op: UnaryName): Unary =>
  traced((x: Value): Value => {
    const value = asValue(op, x)
    return value.builder[op](value)
  })

/** Of a float; integers and bools become f32. */
const floatUnary = (op: FloatName): Unary =>
  traced((x: Value): Value => {
    const value = asFloat(op, x)
    return value.builder[op](value)
  })

/** Integers are whole already. */
const rounding = (op: 'floor' | 'ceil' | 'trunc' | 'round'): Unary =>
  traced((x: Value): Value => {
    const value = asValue(op, x)
    return isInteger(value.type.dtype) ? value : value.builder[op](value)
  })

const binary = (op: BinaryName): Binary =>
  traced((x: Operand, y: Operand): Value => {
    const [left, right] = align(op, [x, y]) as readonly [Value, Value]
    return left.builder[op](left, right)
  })

/** Comparisons the table spells with their operands exchanged. */
function swapped(name: 'gt' | 'ge', op: 'lt' | 'le'): Binary {
  return traced((x: Operand, y: Operand): Value => {
    const [left, right] = align(name, [x, y]) as readonly [Value, Value]
    return left.builder[op](right, left)
  })
}

/** `-x` */
export const neg: Unary = unary('neg')
/** `|x|`; the derivative is 0 at 0 and at NaN (as PyTorch's). */
export const abs: Unary = unary('abs')
/** -1, 0 or 1; 0 for NaN and -0 (as PyTorch's). */
export const sign: Unary = traced((x: Value): Value => {
  const value = asValue('sign', x)
  checkDType('sign', value.type, 'numeric')
  return signOf(value.builder, value)
})
/** `e^x` */
export const exp: Unary = floatUnary('exp')
/** `2^x`, exact for integers. */
export const exp2: Unary = floatUnary('exp2')
/** `e^x - 1`, accurate near 0. */
export const expm1: Unary = floatUnary('expm1')
/** Natural logarithm. */
export const log: Unary = floatUnary('log')
/** Logarithm to base 2, exact for powers of 2. */
export const log2: Unary = floatUnary('log2')
/** Logarithm to base 10, exact for powers of 10. */
export const log10: Unary = floatUnary('log10')
/** `log(1 + x)`, accurate near 0. */
export const log1p: Unary = floatUnary('log1p')
export const sqrt: Unary = floatUnary('sqrt')
/** `1 / sqrt(x)` */
export const rsqrt: Unary = floatUnary('rsqrt')
/** `1 / x` */
export const reciprocal: Unary = floatUnary('reciprocal')
/** Sine of x in radians. */
export const sin: Unary = floatUnary('sin')
/** Cosine of x in radians. */
export const cos: Unary = floatUnary('cos')
/** Tangent of x in radians. */
export const tan: Unary = floatUnary('tan')
export const sinh: Unary = floatUnary('sinh')
export const cosh: Unary = floatUnary('cosh')
export const tanh: Unary = floatUnary('tanh')
/** Inverse hyperbolic sine. */
export const asinh: Unary = floatUnary('asinh')
/** Inverse hyperbolic cosine; NaN below 1. */
export const acosh: Unary = floatUnary('acosh')
/** Error function. */
export const erf: Unary = floatUnary('erf')
/** `1 - erf(x)`, accurate where it is small. */
export const erfc: Unary = floatUnary('erfc')
/** The y with `erf(y) = x`; infinite at -1 and 1, NaN beyond. */
export const erfinv: Unary = floatUnary('erfinv')
/** The probability that a standard normal number is below x: `erfc(-x / sqrt 2) / 2`. */
export const normalCdf: Unary = floatUnary('normalCdf')
/** Logarithm of the absolute value of the gamma function; Infinity at 0 and at negative integers. The derivative is `digamma`. */
export const lgamma: Unary = floatUnary('lgamma')
/** Derivative of `lgamma`; NaN at negative integers, -Infinity at 0, Infinity at -0. */
export const digamma: Unary = floatUnary('digamma')
export const floor: Unary = rounding('floor')
export const ceil: Unary = rounding('ceil')
/** The integer part. */
export const trunc: Unary = rounding('trunc')
/** Nearest integer, ties to even. */
export const round: Unary = rounding('round')
/** Whether x is NaN: a bool. Never for integers and bools. */
export const isNan: Unary = traced((x: Value): Value => {
  const { builder: b, type } = asValue('isNan', x)
  return isFloat(type.dtype) ? b.ne(x, x) : b.full({ dtype: 'bool', shape: type.shape, value: 0 })
})
/** Logical not on bool, inverted bits on integers. */
export const bitwiseNot: Unary = unary('bitwiseNot')
/** `x`, through which no derivative flows. */
export const stopGradient: Unary = unary('stopGradient')

/**
 * `x + y`
 *
 * @example
 * add(x, 1) // x: i32[3] gives i32[3]
 */
export const add: Binary = binary('add')
export const sub: Binary = binary('sub')
export const mul: Binary = binary('mul')
/** `x / y`; integers truncate towards zero, and an integer divided by 0 is 0. */
export const div: Binary = binary('div')
/** The remainder, with the sign of x. */
export const rem: Binary = binary('rem')

/**
 * `x` to the power `y`; `pow(x, 0)` and `pow(1, y)` are 1 whatever the other is, NaN included.
 *
 * Dtypes: as for `add`; integers are exact and wrap. An integer to a negative power is 0, unless it is 1 or -1.
 * - C1 a negative exponent of integers is not given as a number. Throws `ATTR_POW_NEGATIVE`.
 *
 * Gradient: `y x^(y-1)` by x, 0 where y is 0; `x^y log x` by y, 0 where x is 0 and y is not below (as PyTorch's).
 *
 * @example
 * pow(x, 3) // x: i32[3] gives i32[3]
 */
export const pow: Binary = traced((x: Operand, y: Operand): Value => {
  const dtype = commonDType('pow', [x, y])
  if (isInteger(dtype)) return integerPower(x, y, dtype)
  const [base, exponent] = align('pow', [x, y], dtype) as readonly [Value, Value]
  return base.builder.pow(base, exponent)
})

/** The larger; NaN if either is. Ties share the derivative. */
export const maximum: Binary = binary('maximum')
/** The smaller; NaN if either is. Ties share the derivative. */
export const minimum: Binary = binary('minimum')
/** Logical on bool, bitwise on integers. */
export const and: Binary = binary('and')
/** Logical on bool, bitwise on integers. */
export const or: Binary = binary('or')
/** Logical on bool, bitwise on integers. */
export const xor: Binary = binary('xor')
/** `x << y` on integers. */
export const shiftLeft: Binary = binary('shiftLeft')
/** `x >> y` on integers; keeps the sign of i32. */
export const shiftRight: Binary = binary('shiftRight')
/** `x < y`, a bool. */
export const lt: Binary = binary('lt')
/** `x <= y`, a bool. */
export const le: Binary = binary('le')
/** `x = y`, a bool. */
export const eq: Binary = binary('eq')
/** `x != y`, a bool. */
export const ne: Binary = binary('ne')
/** `x > y`, a bool. */
export const gt: Binary = swapped('gt', 'lt')
/** `x >= y`, a bool. */
export const ge: Binary = swapped('ge', 'le')

/**
 * `condition ? x : y` per element; all three broadcast. NaN where it is not chosen does not matter.
 *
 * Dtypes: condition bool, or any number type (true where it is not 0); x and y as for `add`, two numbers give f32.
 *
 * @example
 * select(lt(x, 0), 0, x) // x = [-1, 2] gives [0, 2]
 */
export const select: (condition: Value, x: Operand, y: Operand) => Value = traced(
  (condition: Value, x: Operand, y: Operand): Value => {
    const b = builderOf('select', [asValue('select', condition), x, y])
    const shape = shapeOf('select', [condition, x, y])
    const [chosen] = alignTo('select', b, [condition], 'bool', shape) as readonly [Value]
    const [yes, no] = alignTo('select', b, [x, y], commonDType('select', [x, y]), shape) as readonly [
      Value,
      Value,
    ]
    return b.select(chosen, yes, no)
  },
)

/** Converts to `dtype`: to integers truncates and saturates (NaN becomes 0), to bool asks whether it is not 0. */
export const cast: (x: Value, dtype: DType) => Value = traced(
  (x: Value, dtype: DType): Value => promote(asValue('cast', x), dtype),
)

/** The same bits read as another dtype of 4 bytes. */
export const bitcast: (x: Value, dtype: DType) => Value = traced(
  (x: Value, dtype: DType): Value => asValue('bitcast', x).builder.bitcast(x, { dtype }),
)

const binaryFloat = (op: 'atan2' | 'hypot'): Binary =>
  traced((x: Operand, y: Operand): Value => {
    const [left, right] = alignFloat(op, [x, y]) as readonly [Value, Value]
    return left.builder[op](left, right)
  })

/**
 * The angle of the point (x, y), given as `atan2(y, x)`, from the x axis: -pi to pi, by the signs of both, of zeros too.
 *
 * Shapes: broadcast. Dtypes: floats; integers become f32.
 *
 * Gradient: `x / (x^2 + y^2)` by y, `-y / (x^2 + y^2)` by x; NaN at the origin (as PyTorch's).
 *
 * @example
 * atan2(y, -1) // y = [0, 1] gives [3.141593, 2.356194]
 */
export const atan2: Binary = binaryFloat('atan2')

/**
 * `sqrt(x^2 + y^2)`, without overflow or underflow between; Infinity if either is infinite, even beside NaN.
 *
 * Shapes: broadcast. Dtypes: floats; integers become f32.
 *
 * Gradient: `x / hypot(x, y)` and `y / hypot(x, y)`; NaN at the origin (as PyTorch's).
 *
 * @example
 * hypot(x, 4) // x = [3, 0] gives [5, 4]
 */
export const hypot: Binary = binaryFloat('hypot')

/** `x * x`, with one node read twice. */
export const square: Unary = traced((x: Value): Value => asValue('square', x).builder.mul(x, x))

/** Operands broadcast to one shape in one float dtype: f32 if they are all bools and integers. */
export function alignFloat(op: string, operands: readonly Operand[]): readonly Value[] {
  const dtype = commonDType(op, operands)
  return align(op, operands, isFloat(dtype) ? dtype : 'f32')
}

/** A float value: bools and integers become f32. */
export function asFloat(op: string, x: Value): Value {
  const value = asValue(op, x)
  return isFloat(value.type.dtype) ? value : promote(value, 'f32')
}
