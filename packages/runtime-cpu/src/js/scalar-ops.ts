// How each primitive scalar op is spelled in JavaScript: the total table of this backend. Operands are values of their dtypes
// (f32 rounded, i32 in -2^31 .. 2^31-1, u32 in 0 .. 2^32-1, bool 0 or 1) and so is every result.
import type { DType, PrimitiveScalarOp } from '@heddle/core'
import { dtypes, isFloat, isInteger } from '@heddle/core'
import type { Expression } from './text.ts'
import { atom, compound, conditionOf, fromCondition, operand, rounded } from './text.ts'

/** `dtype` is the result's, `from` that of the first operand. */
export type Render = (args: readonly Expression[], dtype: DType, from: DType) => Expression

/** An integer result wrapped to its dtype. `text` is an operand of any operator. */
function wrapped(dtype: DType, text: string): Expression {
  if (dtype === 'i64') return atom(`wrap64(${text})`)
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

/** Kernels cast between the dtypes that compute, and between one that is only stored and what it computes as. */
const cast: Render = ([x], to, from) => {
  if (from === to) return x!
  if (to !== 'bool' && from === 'i64') return fromWide(x!, to)
  const text = operand(x!)
  switch (to) {
    case 'bool':
      return fromCondition(from === 'i64' ? `${text} !== 0n` : `${text} !== 0`)
    case 'f64':
      return x!
    case 'f32':
      return from === 'f64' || isInteger(from) ? atom(`fround(${x!.text})`) : x!
    case 'f16':
      return atom(`f16round(${x!.text})`)
    case 'bf16':
      return atom(`bf16FromBits(bf16ToBits(${x!.text}))`)
    case 'i64':
      return atom(isFloat(from) ? `floatToI64(${x!.text})` : `BigInt(${x!.text})`)
    case 'i32':
      if (isFloat(from)) return atom(`floatToI32(${x!.text})`)
      return from === 'u32' ? compound(`${text} | 0`) : x!
    case 'i16':
      return compound(`${text} << 16 >> 16`)
    case 'i8':
      return compound(`${text} << 24 >> 24`)
    case 'u8':
      return compound(`${text} & 255`)
    case 'u32':
      if (isFloat(from)) return atom(`floatToU32(${x!.text})`)
      return from === 'bool' ? x! : compound(`${text} >>> 0`)
    default:
      return to satisfies never
  }
}

function fromWide(x: Expression, to: DType): Expression {
  if (to === 'f64') return atom(`Number(${x.text})`)
  if (to === 'f32') return atom(`i64ToF32(${x.text})`)
  return atom(to === 'u32' ? `Number(BigInt.asUintN(32, ${x.text}))` : `Number(BigInt.asIntN(32, ${x.text}))`)
}

const bitcast: Render = ([x], to, from) => {
  if (from === to) return x!
  if (dtypes[from].bytes === 4) {
    // The expansions of math functions are full of these.
    if (from === 'f32') return atom(to === 'i32' ? `f32ToI32Bits(${x!.text})` : `f32ToU32Bits(${x!.text})`)
    if (to === 'f32') return atom(`bitsToF32(${x!.text})`)
    return compound(to === 'i32' ? `${operand(x!)} | 0` : `${operand(x!)} >>> 0`)
  }
  const written =
    from === 'bf16' ? `views.bits16[0] = bf16ToBits(${x!.text})` : `views.${from}[0] = ${x!.text}`
  const read = to === 'bf16' ? 'bf16FromBits(views.bits16[0])' : `views.${to}[0]`
  return atom(`(${written}, ${read})`)
}

const listOf = (args: readonly Expression[]): string => args.map(({ text }) => text).join(', ')

const shift64 = ([x, count]: readonly Expression[], symbol: string): string =>
  `${operand(x!)} ${symbol} (${operand(count!)} & 63n)`

export const scalarOps: Readonly<Record<PrimitiveScalarOp, Render>> = {
  add: arithmetic('+'),
  sub: arithmetic('-'),
  mul: (args, dtype) => {
    if (isFloat(dtype)) return rounded(dtype, infix(args, '*'))
    if (dtype === 'i64') return wrapped(dtype, infix(args, '*'))
    const text = `imul(${args[0]!.text}, ${args[1]!.text})`
    return dtype === 'u32' ? compound(`${text} >>> 0`) : atom(text)
  },
  // x / 0 and x % 0 are infinite or NaN, which wrap to the 0 that is asked for; bigints would throw.
  div: (args, dtype, from) =>
    dtype === 'i64' ? atom(`div64(${listOf(args)})`) : arithmetic('/')(args, dtype, from),
  rem: (args, dtype) => {
    if (dtype === 'i64') return atom(`rem64(${listOf(args)})`)
    return isFloat(dtype) ? compound(infix(args, '%')) : wrapped(dtype, `(${infix(args, '%')})`)
  },
  minimum: (args, dtype) => atom(`${dtype === 'i64' ? 'min64' : 'min'}(${listOf(args)})`),
  maximum: (args, dtype) => atom(`${dtype === 'i64' ? 'max64' : 'max'}(${listOf(args)})`),
  neg: ([x], dtype) => (isFloat(dtype) ? compound(`-${operand(x!)}`) : wrapped(dtype, `-${operand(x!)}`)),
  abs: ([x], dtype) => {
    if (dtype === 'u32') return x!
    if (dtype === 'i64') return atom(`abs64(${x!.text})`)
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
  // JavaScript takes the low five bits of a shift count, as the ops do; not of bigints.
  shl: (args, dtype, from) =>
    dtype === 'i64' ? wrapped(dtype, shift64(args, '<<')) : bits('<<')(args, dtype, from),
  shr: (args, dtype) =>
    compound(dtype === 'i64' ? shift64(args, '>>') : infix(args, dtype === 'u32' ? '>>>' : '>>')),
  select,
  cast,
  bitcast,
}
