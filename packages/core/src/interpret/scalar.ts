// The meaning of every scalar op, one value at a time: what `kernel/scalar.ts` says in words, as code. Not fast; runtimes
// are compared with it. Invariant: arguments and results are values of their dtypes (f32 rounded, integers wrapped, bool 0/1).
import type { DType } from '../dtype.ts'
import { dtypes } from '../dtype.ts'
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
  args: readonly number[],
): number {
  if (isMathFunction(op)) return applyMath(op, dtype, args)
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
  switch (dtypes[dtype].kind) {
    case 'float':
      return dtypes[dtype].round(applyFloat(op, x, y))
    case 'bool':
      return applyBool(op, x, y)
    default:
      return dtypes[dtype].round(applyInteger(op, dtype, x, y))
  }
}

/** Runs the code of a scalar function, rounding after each op. `args` are values of the parameters' dtypes. */
export function evaluateScalarFunction(fn: ScalarFunction, args: readonly number[]): number {
  const values: number[] = []
  for (const node of fn.code) {
    if (node.op === 'const') values.push(node.value)
    else if (node.op === 'param') values.push(argument(fn.name, args, node.index))
    else {
      const first = node.args[0]
      const operand = first === undefined ? undefined : fn.code[first]
      if (operand === undefined) throw internalError(fn.name, `${node.op} has no operand`)
      const operands = node.args.map((id) => argument(fn.name, values, id))
      values.push(applyScalar(node.op, node.dtype, operand.dtype, operands))
    }
  }
  return argument(fn.name, values, fn.result)
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

/** Between dtypes: floats to integers truncate and saturate, NaN becomes 0; integers wrap; to bool is `!= 0`. */
export function castScalar(x: number, from: DType, to: DType): number {
  const target = dtypes[to]
  if (dtypes[from].kind !== 'float' || target.kind === 'float' || target.kind === 'bool')
    return target.round(x)
  if (Number.isNaN(x)) return 0
  const [low, high] = target.kind === 'int' ? [-0x80000000, 0x7fffffff] : [0, 0xffffffff]
  return target.round(Math.trunc(Math.min(Math.max(x, low), high)))
}

/** The same 32 bits read as another dtype. A NaN may come back with another payload: JavaScript does not promise it. */
export function bitcastScalar(x: number, from: DType, to: DType): number {
  if (from === to) return x
  const source = dtypes[from]
  const target = dtypes[to]
  if (source.bytes !== 4 || target.bytes !== 4)
    throw internalError('bitcast', `from ${from} to ${to}; only f32, i32 and u32 have the same bits`)
  source.view(scratch, 0, 1)[0] = x
  return target.view(scratch, 0, 1)[0] ?? 0
}

const scratch = new ArrayBuffer(4)

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

function argument(op: string, args: readonly number[], index: number): number {
  const value = args[index]
  if (value === undefined) throw internalError(op, `argument ${index} of ${args.length} is missing`)
  return value
}
