// The scalar language of kernels: what is computed for one element. Total tables over `ScalarOp` are most of a backend.
// Meaning, for every runtime: f32 operations round to f32 after each one (never a fused multiply-add); integers wrap;
// `minimum`/`maximum` return NaN if either operand is NaN and order -0 below +0; comparisons with NaN are false but `ne`;
// integer division truncates, and x / 0 = 0, x rem 0 = 0; shifts use the low five bits of their count (of i64 six);
// float -> int casts truncate and saturate, NaN becomes 0; `round` is half to even; `sign(NaN)` is NaN and `sign(-0)` is -0.
// f16, bf16, i16, i8 and u8 are only stored: kernels move and choose their values and cast them to and from f32 or i32, which
// rounds to nearest even or wraps.
import type { DType } from '../dtype.ts'

/** Operations every backend spells itself. */
export type PrimitiveScalarOp =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'rem'
  | 'minimum'
  | 'maximum'
  | 'neg'
  | 'abs'
  | 'floor'
  | 'ceil'
  | 'trunc'
  | 'round'
  | 'sqrt'
  | 'lt'
  | 'le'
  | 'eq'
  | 'ne'
  | 'and'
  | 'or'
  | 'xor'
  | 'not'
  | 'shl'
  | 'shr'
  | 'select'
  | 'cast'
  | 'bitcast'

/** Functions given once as f32 expansions over the primitive ops (`kernel/math`); for f64 a backend calls its host. */
export type MathFunction =
  | 'exp'
  | 'exp2'
  | 'expm1'
  | 'log'
  | 'log2'
  | 'log10'
  | 'log1p'
  | 'sin'
  | 'cos'
  | 'tan'
  | 'sinh'
  | 'cosh'
  | 'tanh'
  | 'asinh'
  | 'acosh'
  | 'sigmoid'
  | 'erf'
  | 'erfc'
  | 'erfinv'
  | 'normalCdf'
  | 'lgamma'
  | 'digamma'
  | 'pow'
  | 'atan2'
  | 'hypot'

export type ScalarOp = PrimitiveScalarOp | MathFunction

/** Index of a scalar value in its code list; a value's operands come before it. */
export type ValueId = number

/** A literal. `value` is already a value of `dtype`; NaN, infinities and -0 are meant. A bool is 0 or 1, an i64 a safe integer. */
export interface ScalarConst {
  readonly op: 'const'
  readonly dtype: DType
  readonly value: number
}

/**
 * An operation. `dtype` is the result's: comparisons give bool; `select` takes (bool, x, y); `cast` and `bitcast` give
 * `dtype`; all other operands have the result's dtype. `and or xor not` work on bool (logical) and on integers (bits);
 * `shr` is arithmetic on i32 and i64, logical on u32.
 */
export interface ScalarCall {
  readonly op: ScalarOp
  readonly dtype: DType
  readonly args: readonly ValueId[]
}

/** A parameter of a scalar function. */
export interface ScalarParam {
  readonly op: 'param'
  readonly dtype: DType
  readonly index: number
}

/** A named function over scalars, such as the f32 expansion of exp: `code` in SSA form, `result` its value. */
export interface ScalarFunction {
  readonly name: string
  readonly code: readonly (ScalarConst | ScalarCall | ScalarParam)[]
  readonly result: ValueId
}
