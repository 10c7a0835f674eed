// How each primitive scalar op is spelled in JavaScript: the total table of this backend. Operands are values of their dtypes
// (f32 rounded, i32 in -2^31 .. 2^31-1, u32 in 0 .. 2^32-1, bool 0 or 1) and so is every result.
import type { DType, PrimitiveScalarOp } from '@heddle/core'
import type { Expression } from './text.ts'
import { atom, compound, conditionOf, fromCondition, operand, rounded } from './text.ts'

/** `dtype` is the result's, `from` that of the first operand. */
export type Render = (args: readonly Expression[], dtype: DType, from: DType) => Expression

const isFloat = (dtype: DType): boolean => dtype === 'f32' || dtype === 'f64'

/** An integer result wrapped to its dtype. */
function wrapped(dtype: DType, text: string): Expression {
  return compound(dtype === 'u32' ? `${text} >>> 0` : `${text} | 0`)
}

function infix(args: readonly Expression[], symbol: string): string {
  return `${operand(args[0]!)} ${symbol} ${operand(args[1]!)}`
}

const arithmetic =
  (symbol: string): Render =>
  (args, dtype) =>
    isFloat(dtype) ? rounded(dtype, infix(args, symbol)) : wrapped(dtype, `(${infix(args, symbol)})`)

/** A function whose float results need no rounding, and that leaves integers as they are. */
const exact =
  (name: string): Render =>
  ([x], dtype) =>
    isFloat(dtype) ? atom(`${name}(${x!.text})`) : x!

const compare =
  (symbol: string): Render =>
  (args) =>
    fromCondition(infix(args, symbol))

const bits =
  (symbol: string): Render =>
  (args, dtype) => {
    const text = infix(args, symbol)
    return compound(dtype === 'u32' ? `(${text}) >>> 0` : text)
  }

const select: Render = ([condition, x, y]) =>
  compound(`${conditionOf(condition!)} ? ${operand(x!)} : ${operand(y!)}`)

const cast: Render = ([x], to, from) => {
  if (from === to) return x!
  const text = operand(x!)
  switch (to) {
    case 'bool':
      return fromCondition(`${text} !== 0`)
    case 'f64':
      return x!
    case 'f32':
      return from === 'bool' ? x! : atom(`fround(${x!.text})`)
    case 'i32':
      if (isFloat(from)) return atom(`floatToI32(${x!.text})`)
      return from === 'bool' ? x! : compound(`${text} | 0`)
    case 'u32':
      if (isFloat(from)) return atom(`floatToU32(${x!.text})`)
      return from === 'bool' ? x! : compound(`${text} >>> 0`)
    default:
      return to satisfies never
  }
}

const bitcast: Render = ([x], to, from) => {
  if (from === to) return x!
  if (from === 'f32') return atom(to === 'i32' ? `f32ToI32Bits(${x!.text})` : `f32ToU32Bits(${x!.text})`)
  if (to === 'f32') return atom(`bitsToF32(${x!.text})`)
  return compound(to === 'i32' ? `${operand(x!)} | 0` : `${operand(x!)} >>> 0`)
}

export const scalarOps: Readonly<Record<PrimitiveScalarOp, Render>> = {
  add: arithmetic('+'),
  sub: arithmetic('-'),
  mul: (args, dtype) => {
    if (isFloat(dtype)) return rounded(dtype, infix(args, '*'))
    const text = `imul(${args[0]!.text}, ${args[1]!.text})`
    return dtype === 'u32' ? compound(`${text} >>> 0`) : atom(text)
  },
  // x / 0 and x % 0 are infinite or NaN, which wrap to the 0 that is asked for.
  div: arithmetic('/'),
  rem: (args, dtype) =>
    isFloat(dtype) ? compound(infix(args, '%')) : wrapped(dtype, `(${infix(args, '%')})`),
  minimum: ([x, y]) => atom(`min(${x!.text}, ${y!.text})`),
  maximum: ([x, y]) => atom(`max(${x!.text}, ${y!.text})`),
  neg: ([x], dtype) => (isFloat(dtype) ? compound(`-${operand(x!)}`) : wrapped(dtype, `-${operand(x!)}`)),
  abs: ([x], dtype) => {
    if (dtype === 'u32') return x!
    const text = `abs(${x!.text})`
    return isFloat(dtype) ? atom(text) : compound(`${text} | 0`)
  },
  floor: exact('floor'),
  ceil: exact('ceil'),
  trunc: exact('trunc'),
  round: exact('roundHalfToEven'),
  sqrt: ([x], dtype) => (dtype === 'f32' ? atom(`fround(sqrt(${x!.text}))`) : atom(`sqrt(${x!.text})`)),
  lt: compare('<'),
  le: compare('<='),
  eq: compare('==='),
  ne: compare('!=='),
  and: bits('&'),
  or: bits('|'),
  xor: bits('^'),
  not: ([x], dtype) => {
    if (dtype === 'bool') return compound(`${operand(x!)} ^ 1`)
    return compound(dtype === 'u32' ? `~${operand(x!)} >>> 0` : `~${operand(x!)}`)
  },
  // JavaScript takes the low five bits of a shift count, as the ops do.
  shl: bits('<<'),
  shr: (args, dtype) => compound(infix(args, dtype === 'u32' ? '>>>' : '>>')),
  select,
  cast,
  bitcast,
}
