// A builder for the bodies of scalar functions: typed calls append ops to a code list, equal ops are written once.
// It evaluates nothing and simplifies nothing: what is called is what every runtime executes, in this order.
import type { DType } from '../../dtype.ts'
import type {
  PrimitiveScalarOp,
  ScalarCall,
  ScalarConst,
  ScalarFunction,
  ScalarParam,
  ValueId,
} from '../scalar.ts'

/** A value of the function being built. */
export interface Value<D extends DType> {
  readonly id: ValueId
  readonly dtype: D
}
export type F32 = Value<'f32'>
export type I32 = Value<'i32'>
export type Bool = Value<'bool'>

type Binary = <D extends DType>(x: Value<D>, y: Value<D>) => Value<D>
type Compare = <D extends DType>(x: Value<D>, y: Value<D>) => Bool

export interface ScalarBuilder {
  readonly f32: (value: number) => F32
  readonly i32: (value: number) => I32
  readonly add: Binary
  readonly sub: Binary
  readonly mul: Binary
  readonly div: Binary
  readonly and: Binary
  readonly or: Binary
  readonly xor: Binary
  readonly shl: (x: I32, count: number) => I32
  /** Arithmetic: copies the sign. */
  readonly shr: (x: I32, count: number) => I32
  readonly abs: (x: F32) => F32
  readonly floor: (x: F32) => F32
  /** Nearest integer, ties to even. */
  readonly round: (x: F32) => F32
  readonly sqrt: (x: F32) => F32
  readonly lt: Compare
  readonly le: Compare
  readonly eq: Compare
  readonly ne: Compare
  readonly select: <D extends DType>(condition: Bool, then: Value<D>, otherwise: Value<D>) => Value<D>
  readonly toFloat: (x: I32) => F32
  readonly bitsOf: (x: F32) => I32
  readonly fromBits: (x: I32) => F32
  /**
   * `x` but at most `high`, NaN stays NaN: `high < x ? high : x`, which is WebAssembly's `pmin(x, high)`, one instruction,
   * where `minimum` takes several.
   */
  readonly atMost: (x: F32, high: number) => F32
  /** `x` but at least `low`, NaN stays NaN: `x < low ? low : x`, which is `pmax(x, low)`. */
  readonly atLeast: (x: F32, low: number) => F32
  /** Horner's rule; coefficients from the highest power down to the constant. */
  readonly polynomial: (x: F32, coefficients: readonly [number, ...number[]]) => F32
}

/** Builds a function of `arity` f32 parameters with an f32 result. */
export function defineScalarFunction(
  name: string,
  arity: number,
  body: (b: ScalarBuilder, ...params: F32[]) => F32,
): ScalarFunction {
  const code: (ScalarConst | ScalarCall | ScalarParam)[] = []
  const known = new Map<string, ValueId>()

  const append = <D extends DType>(
    key: string,
    dtype: D,
    node: ScalarConst | ScalarCall | ScalarParam,
  ): Value<D> => {
    const id = known.get(key) ?? code.push(node) - 1
    known.set(key, id)
    return { id, dtype }
  }
  const constant = <D extends DType>(dtype: D, value: number): Value<D> =>
    append(`${dtype} ${Object.is(value, -0) ? '-0' : value}`, dtype, { op: 'const', dtype, value })
  const call = <D extends DType>(
    op: PrimitiveScalarOp,
    dtype: D,
    ...operands: readonly Value<DType>[]
  ): Value<D> => {
    const args = operands.map((operand) => operand.id)
    return append(`${op} ${dtype} ${args.join(' ')}`, dtype, { op, dtype, args })
  }

  const f32 = (value: number): F32 => constant('f32', Math.fround(value))
  const i32 = (value: number): I32 => constant('i32', value | 0)
  const lt: Compare = (x, y) => call('lt', 'bool', x, y)
  const select: ScalarBuilder['select'] = (condition, then, otherwise) =>
    call('select', then.dtype, condition, then, otherwise)
  const add: Binary = (x, y) => call('add', x.dtype, x, y)
  const mul: Binary = (x, y) => call('mul', x.dtype, x, y)

  const builder: ScalarBuilder = {
    f32,
    i32,
    add,
    sub: (x, y) => call('sub', x.dtype, x, y),
    mul,
    div: (x, y) => call('div', x.dtype, x, y),
    and: (x, y) => call('and', x.dtype, x, y),
    or: (x, y) => call('or', x.dtype, x, y),
    xor: (x, y) => call('xor', x.dtype, x, y),
    shl: (x, count) => call('shl', 'i32', x, i32(count)),
    shr: (x, count) => call('shr', 'i32', x, i32(count)),
    abs: (x) => call('abs', 'f32', x),
    floor: (x) => call('floor', 'f32', x),
    round: (x) => call('round', 'f32', x),
    sqrt: (x) => call('sqrt', 'f32', x),
    lt,
    le: (x, y) => call('le', 'bool', x, y),
    eq: (x, y) => call('eq', 'bool', x, y),
    ne: (x, y) => call('ne', 'bool', x, y),
    select,
    toFloat: (x) => call('cast', 'f32', x),
    bitsOf: (x) => call('bitcast', 'i32', x),
    fromBits: (x) => call('bitcast', 'f32', x),
    atMost: (x, high) => select(lt(f32(high), x), f32(high), x),
    atLeast: (x, low) => select(lt(x, f32(low)), f32(low), x),
    polynomial: (x, [highest, ...lower]) =>
      lower.reduce<F32>((sum, coefficient) => add(mul(sum, x), f32(coefficient)), f32(highest)),
  }

  const params = Array.from({ length: arity }, (_, index) =>
    append(`param ${index}`, 'f32', { op: 'param', dtype: 'f32', index }),
  )
  return { name, code, result: body(builder, ...params).id }
}

export const SIGN_BIT = -0x80000000

/** `size`, which has no sign, with the sign of `x`. */
export function withSignOf(b: ScalarBuilder, size: F32, x: F32): F32 {
  return b.fromBits(b.or(b.bitsOf(size), b.and(b.bitsOf(x), b.i32(SIGN_BIT))))
}

/** The upper 12 bits of the significand: the square of such a number is exact, and what is cut off is below 2^-11 of it. */
export function cut(b: ScalarBuilder, x: F32): F32 {
  return b.fromBits(b.and(b.bitsOf(x), b.i32(-0x1000)))
}
