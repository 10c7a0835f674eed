// The meaning of every scalar op, one value at a time: what `kernel/scalar.ts` says in words, as code. Not fast; runtimes
// are compared with it. Invariant: arguments and results are values of their dtypes (f32 rounded, integers wrapped, bool 0/1;
// of i64 bigints, of all others numbers).
import type { DType, Scalar } from '../dtype.ts'
import { dtypes, isInteger, readElement, scalarOf, writeElement } from '../dtype.ts'
import { internalError } from '../errors.ts'
import { hostMath } from '../kernel/math/host.ts'
import { isMathFunction, mathFunctions } from '../kernel/math/index.ts'
import type { MathFunction, PrimitiveScalarOp, ScalarFunction, ScalarOp } from '../kernel/scalar.ts'
import { scalarTypes } from '../kernel/scalar-type.ts'

/**
 * Result of `op` with result dtype `dtype`. `operandDType` is the dtype of the first argument; it matters to comparisons,
 * `cast` and `bitcast` and is the result's dtype for the rest. f32 functions are their expansions, to the bit.
 */
export function applyScalar(
  op: ScalarOp,
  dtype: DType,
  operandDType: DType,
  args: readonly Scalar[],
): Scalar {
  if (isMathFunction(op)) return applyMath(op, dtype, args.map(Number))
  const x = argument(op, args, 0)
  const y = args.length > 1 ? argument(op, args, 1) : 0
  switch (op) {
    case 'select':
      return x !== 0 ? y : argument(op, args, 2)
    case 'cast':
      return castScalar(x, operandDType, dtype)
    case 'bitcast':
      return bitcastScalar(x, operandDType, dtype)
    case 'lt':
      return x < y ? 1 : 0
    case 'le':
      return x <= y ? 1 : 0
    case 'eq':
      return x === y ? 1 : 0
    case 'ne':
      return x !== y ? 1 : 0
    default:
      break
  }
  if (typeof x === 'bigint') return BigInt.asIntN(64, applyWide(op, x, BigInt(y)))
  const right = Number(y)
  switch (dtypes[dtype].kind) {
    case 'float':
      return dtypes[dtype].round(applyFloat(op, x, right))
    case 'bool':
      return applyBool(op, x, right)
    default:
      return dtypes[dtype].round(applyInteger(op, dtype, x, right))
  }
}

/** Runs the code of a scalar function, rounding after each op. `args` are values of the parameters' dtypes. */
export function evaluateScalarFunction(fn: ScalarFunction, args: readonly number[]): number {
  const values: Scalar[] = []
  for (const node of fn.code) {
    if (node.op === 'const') values.push(scalarOf(node.dtype, node.value))
    else if (node.op === 'param') values.push(argument(fn.name, args, node.index))
    else {
      const first = node.args[0]
      const operand = first === undefined ? undefined : fn.code[first]
      if (operand === undefined) throw internalError(fn.name, `${node.op} has no operand`)
      const operands = node.args.map((id) => argument(fn.name, values, id))
      values.push(applyScalar(node.op, node.dtype, operand.dtype, operands))
    }
  }
  return Number(argument(fn.name, values, fn.result))
}

/** Half to even; exact for every double, since at and above 2^52 all doubles are integers. Keeps the sign of zero. */
export function roundHalfToEven(x: number): number {
  const floor = Math.floor(x)
  const rest = x - floor
  if (!(rest > 0)) return x
  const up = rest > 0.5 || (rest === 0.5 && floor % 2 !== 0)
  const rounded = up ? floor + 1 : floor
  return rounded === 0 && x < 0 ? -0 : rounded
}

/**
 * Between dtypes, as PyTorch: floats round to nearest even (to f16 and bf16 by way of f32); floats to integers truncate and
 * saturate, NaN becomes 0; integers wrap; to bool is `!= 0`. What is only stored is converted by way of what it computes as:
 * 300 becomes the i32 300 and then the i8 44.
 */
export function castScalar(x: Scalar, from: DType, to: DType): Scalar {
  if (to === 'bool') return Number(x) !== 0 ? 1 : 0
  if (isInteger(to)) return isInteger(from) || from === 'bool' ? wrapInteger(x, to) : truncate(Number(x), to)
  if (typeof x === 'number') return dtypes[to].round(x)
  return to === 'f64' ? Number(x) : dtypes[to].round(nearestF32(x))
}

function wrapInteger(x: Scalar, to: DType): Scalar {
  if (to === 'i64') return BigInt(x)
  return dtypes[to].round(typeof x === 'bigint' ? Number(BigInt.asIntN(32, x)) : x)
}

function truncate(x: number, to: DType): Scalar {
  const { lowest, highest } = dtypes[dtypes[to].computesAs]
  if (Number.isNaN(x)) return scalarOf(to, 0)
  if (x <= lowest) return wrapInteger(lowest, to)
  return wrapInteger(x >= highest ? highest : Math.trunc(x), to)
}

/** The nearest f32 of an i64, rounded once: digits that no double holds are gathered in the last that one does. */
export function nearestF32(x: bigint): number {
  const dropped = x & 0x7ffn
  const isWide = x > 0x1f_ffff_ffff_ffffn || x < -0x1f_ffff_ffff_ffffn
  return Math.fround(Number(isWide && dropped !== 0n ? (x - dropped) | 0x800n : x))
}

/** The same bits read as another dtype. A NaN may come back with another payload: JavaScript does not promise it. */
export function bitcastScalar(x: Scalar, from: DType, to: DType): Scalar {
  if (from === to) return x
  if (dtypes[from].bytes !== dtypes[to].bytes)
    throw internalError('bitcast', `from ${from} to ${to}; only dtypes of equal width have the same bits`)
  writeElement(from, dtypes[from].view(scratch, 0, 1), 0, x)
  return readElement(to, dtypes[to].view(scratch, 0, 1), 0) ?? 0
}

const scratch = new ArrayBuffer(8)

type ArithmeticOp = Exclude<PrimitiveScalarOp, 'select' | 'cast' | 'bitcast' | 'lt' | 'le' | 'eq' | 'ne'>

function applyFloat(op: ArithmeticOp, x: number, y: number): number {
  switch (op) {
    case 'add':
      return x + y
    case 'sub':
      return x - y
    case 'mul':
      return x * y
    case 'div':
      return x / y
    case 'rem':
      return x % y
    case 'minimum':
      return Math.min(x, y)
    case 'maximum':
      return Math.max(x, y)
    case 'neg':
      return -x
    case 'abs':
      return Math.abs(x)
    case 'floor':
      return Math.floor(x)
    case 'ceil':
      return Math.ceil(x)
    case 'trunc':
      return Math.trunc(x)
    case 'round':
      return roundHalfToEven(x)
    case 'sqrt':
      return Math.sqrt(x)
    case 'and':
    case 'or':
    case 'xor':
    case 'not':
    case 'shl':
    case 'shr':
      throw internalError(op, 'has a floating-point operand; it needs integers (and, or, xor, not: or bools)')
    default:
      return op satisfies never
  }
}

function applyInteger(op: ArithmeticOp, dtype: DType, x: number, y: number): number {
  switch (op) {
    case 'add':
      return x + y
    case 'sub':
      return x - y
    case 'mul':
      return Math.imul(x, y)
    case 'div':
      return y === 0 ? 0 : Math.trunc(x / y)
    case 'rem':
      return y === 0 ? 0 : x % y
    case 'minimum':
      return Math.min(x, y)
    case 'maximum':
      return Math.max(x, y)
    case 'neg':
      return -x
    case 'abs':
      return Math.abs(x)
    case 'floor':
    case 'ceil':
    case 'trunc':
    case 'round':
      return x
    case 'and':
      return x & y
    case 'or':
      return x | y
    case 'xor':
      return x ^ y
    case 'not':
      return ~x
    case 'shl':
      return x << y
    case 'shr':
      return dtype === 'u32' ? x >>> y : x >> y
    case 'sqrt':
      throw internalError(op, 'has an integer operand; it needs f32 or f64')
    default:
      return op satisfies never
  }
}

/** On i64, before it wraps. Shifts use the low six bits of their count. */
function applyWide(op: ArithmeticOp, x: bigint, y: bigint): bigint {
  switch (op) {
    case 'add':
      return x + y
    case 'sub':
      return x - y
    case 'mul':
      return x * y
    case 'div':
      return y === 0n ? 0n : x / y
    case 'rem':
      return y === 0n ? 0n : x % y
    case 'minimum':
      return x < y ? x : y
    case 'maximum':
      return x > y ? x : y
    case 'neg':
      return -x
    case 'abs':
      return x < 0n ? -x : x
    case 'floor':
    case 'ceil':
    case 'trunc':
    case 'round':
      return x
    case 'and':
      return x & y
    case 'or':
      return x | y
    case 'xor':
      return x ^ y
    case 'not':
      return ~x
    case 'shl':
      return x << (y & 63n)
    case 'shr':
      return x >> (y & 63n)
    case 'sqrt':
      throw internalError(op, 'has an integer operand; it needs f32 or f64')
    default:
      return op satisfies never
  }
}

/** On bools, `add` and `maximum` are or, `mul` and `minimum` are and: what rounding `x + y != 0` gives. */
function applyBool(op: ArithmeticOp, x: number, y: number): number {
  switch (op) {
    case 'and':
    case 'mul':
    case 'minimum':
      return x & y
    case 'or':
    case 'add':
    case 'maximum':
      return x | y
    case 'xor':
      return x ^ y
    case 'not':
      return x ^ 1
    default:
      throw internalError(op, 'has a bool operand; it needs a number')
  }
}

function applyMath(op: MathFunction, dtype: DType, args: readonly number[]): number {
  if (dtype === 'f32') return evaluateScalarFunction(mathFunctions[op], args)
  if (dtype !== 'f64') throw internalError(op, `has dtype ${dtype}; it needs f32 or f64`)
  return hostMath[op](argument(op, args, 0), scalarTypes[op].arity === 2 ? argument(op, args, 1) : 0)
}

function argument<T extends Scalar>(op: string, args: readonly T[], index: number): T {
  const value = args[index]
  if (value === undefined) throw internalError(op, `argument ${index} of ${args.length} is missing`)
  return value
}
