// Elementwise ops of one operand. Each row: the formula, the scalar op of kernels, and the cotangent.
// Conventions at kinks are PyTorch's: d|x| at 0 and NaN is 0, d floor = d round = 0 everywhere.
import { type DType, dtypes } from '../dtype.ts'
import { roundHalfToEven } from '../interpret/scalar.ts'
import type { NoAttrs, OpDef } from '../ir/define.ts'
import { times, unary } from './pointwise.ts'
import { constantLike, fullLike, signOf } from './support.ts'

const isUnsigned = (dtype: DType): boolean => dtypes[dtype].kind === 'uint'
const zeroGradient = (): readonly [null] => [null]

export const neg: OpDef<1, NoAttrs> = unary('neg', {
  summary: '-x',
  why: 'one instruction; 0 - x loses the sign of 0',
  takes: 'numeric',
  f: (x) => -x,
  wide: (x) => -x,
  scalar: 'neg',
  vjp: ({ b, cotangent }) => [b.neg(cotangent)],
})

export const abs: OpDef<1, NoAttrs> = unary('abs', {
  summary: '|x|; its derivative is 0 at 0 and at NaN',
  why: 'one instruction; a choice between x and -x loses the sign of 0',
  takes: 'numeric',
  f: Math.abs,
  wide: (x) => (x < 0n ? -x : x),
  scalar: (k, [x = 0], dtype) => (isUnsigned(dtype) ? x : k.call('abs', dtype, x)),
  domain: { low: 0.5, high: 2 },
  vjp: times(({ b, inputs: [x] }) => signOf(b, x)),
})

export const exp: OpDef<1, NoAttrs> = unary('exp', {
  summary: 'e^x',
  why: 'nothing to make it of',
  takes: 'float',
  f: Math.exp,
  scalar: 'exp',
  cost: 18,
  vjp: times(({ output }) => output),
})

export const exp2: OpDef<1, NoAttrs> = unary('exp2', {
  summary: '2^x, exact for integers',
  why: 'exact for integers; e^(x log 2) is 63 ulp off',
  takes: 'float',
  f: (x) => 2 ** x,
  scalar: 'exp2',
  cost: 22,
  vjp: times(({ b, output }) => b.mul(output, constantLike(b, output, Math.LN2))),
})

export const expm1: OpDef<1, NoAttrs> = unary('expm1', {
  summary: 'e^x - 1, accurate near 0',
  why: 'all digits near 0, where e^x - 1 has none',
  takes: 'float',
  f: Math.expm1,
  scalar: 'expm1',
  cost: 22,
  vjp: times(({ b, output }) => b.add(output, fullLike(b, output, 1))),
})

export const log: OpDef<1, NoAttrs> = unary('log', {
  summary: 'natural logarithm',
  why: 'nothing to make it of',
  takes: 'float',
  f: Math.log,
  scalar: 'log',
  cost: 22,
  domain: { low: 0.5, high: 3 },
  vjp: ({ b, inputs: [x], cotangent }) => [b.div(cotangent, x)],
})

export const log2: OpDef<1, NoAttrs> = unary('log2', {
  summary: 'logarithm to base 2, exact for powers of 2',
  why: 'exact for powers of 2, which log x / log 2 is not',
  takes: 'float',
  f: Math.log2,
  scalar: 'log2',
  cost: 28,
  domain: { low: 0.5, high: 3 },
  vjp: ({ b, inputs: [x], cotangent }) => [b.div(cotangent, b.mul(x, constantLike(b, x, Math.LN2)))],
})

export const log10: OpDef<1, NoAttrs> = unary('log10', {
  summary: 'logarithm to base 10, exact for powers of 10',
  why: 'exact for powers of 10, which log x / log 10 is not',
  takes: 'float',
  f: Math.log10,
  scalar: 'log10',
  cost: 30,
  domain: { low: 0.5, high: 3 },
  vjp: ({ b, inputs: [x], cotangent }) => [b.div(cotangent, b.mul(x, constantLike(b, x, Math.LN10)))],
})

export const log1p: OpDef<1, NoAttrs> = unary('log1p', {
  summary: 'log(1 + x), accurate near 0',
  why: 'all digits near 0, where log(1 + x) has none',
  takes: 'float',
  f: Math.log1p,
  scalar: 'log1p',
  cost: 26,
  domain: { low: -0.5, high: 2 },
  vjp: ({ b, inputs: [x], cotangent }) => [b.div(cotangent, b.add(x, fullLike(b, x, 1)))],
})

export const sqrt: OpDef<1, NoAttrs> = unary('sqrt', {
  summary: 'square root',
  why: 'one instruction, rounded once',
  takes: 'float',
  f: Math.sqrt,
  scalar: 'sqrt',
  cost: 4,
  domain: { low: 0.5, high: 3 },
  // d sqrt(x) = dy / (2 y)
  vjp: ({ b, output, cotangent }) => [b.div(cotangent, b.add(output, output))],
})

export const rsqrt: OpDef<1, NoAttrs> = unary('rsqrt', {
  summary: '1 / sqrt(x)',
  why: 'derivative from the result by products; that of 1 / sqrt(x) divides twice',
  takes: 'float',
  f: (x) => 1 / Math.sqrt(x),
  scalar: (k, [x = 0], dtype) => k.call('div', dtype, k.constant(dtype, 1), k.call('sqrt', dtype, x)),
  cost: 6,
  domain: { low: 0.5, high: 3 },
  // d x^(-1/2) = -1/2 y^3 dy
  vjp: times(({ b, output }) => b.mul(fullLike(b, output, -0.5), b.mul(output, b.mul(output, output)))),
})

export const reciprocal: OpDef<1, NoAttrs> = unary('reciprocal', {
  summary: '1 / x',
  why: 'derivative from the result by products; that of 1 / x divides',
  takes: 'float',
  f: (x) => 1 / x,
  scalar: (k, [x = 0], dtype) => k.call('div', dtype, k.constant(dtype, 1), x),
  cost: 2,
  domain: { low: 0.5, high: 3 },
  vjp: times(({ b, output }) => b.neg(b.mul(output, output))),
})

export const sin: OpDef<1, NoAttrs> = unary('sin', {
  summary: 'sine of x in radians',
  why: 'nothing to make it of',
  takes: 'float',
  f: Math.sin,
  scalar: 'sin',
  cost: 24,
  vjp: times(({ b, inputs: [x] }) => b.cos(x)),
})

export const cos: OpDef<1, NoAttrs> = unary('cos', {
  summary: 'cosine of x in radians',
  why: 'nothing to make it of: a quarter turn more is rounded',
  takes: 'float',
  f: Math.cos,
  scalar: 'cos',
  cost: 24,
  vjp: times(({ b, inputs: [x] }) => b.neg(b.sin(x))),
})

export const tan: OpDef<1, NoAttrs> = unary('tan', {
  summary: 'tangent of x in radians',
  why: 'one reduction of the angle instead of two; derivative from the result',
  takes: 'float',
  f: Math.tan,
  scalar: 'tan',
  cost: 30,
  domain: { low: -1, high: 1 },
  vjp: times(({ b, output }) => b.add(fullLike(b, output, 1), b.mul(output, output))),
})

export const floor: OpDef<1, NoAttrs> = unary('floor', {
  summary: 'largest integer not above x',
  why: 'one instruction',
  takes: 'float',
  f: Math.floor,
  scalar: 'floor',
  vjp: zeroGradient,
})

export const ceil: OpDef<1, NoAttrs> = unary('ceil', {
  summary: 'smallest integer not below x',
  why: 'one instruction; -floor(-x) is three',
  takes: 'float',
  f: Math.ceil,
  scalar: 'ceil',
  vjp: zeroGradient,
})

export const trunc: OpDef<1, NoAttrs> = unary('trunc', {
  summary: 'integer part of x',
  why: 'one instruction; a choice between floor and ceil is four',
  takes: 'float',
  f: Math.trunc,
  scalar: 'trunc',
  vjp: zeroGradient,
})

export const round: OpDef<1, NoAttrs> = unary('round', {
  summary: 'nearest integer, ties to even',
  why: 'one instruction; ties go to even',
  takes: 'float',
  f: roundHalfToEven,
  scalar: 'round',
  vjp: zeroGradient,
})

/** Logical not on bool, bits inverted on integers. */
export const bitwiseNot: OpDef<1, NoAttrs> = unary('bitwiseNot', {
  summary: 'not x (logical on bool, bitwise on integers)',
  why: 'one form for the opposite, which the rules of comparisons look for',
  takes: 'logical',
  f: (x) => 1 - x,
  integer: (x) => ~x,
  wide: (x) => ~x,
  scalar: 'not',
  vjp: { notDifferentiable: 'defined on bool and integers only' },
})

/** The identity, through which no cotangent flows. */
export const stopGradient: OpDef<1, NoAttrs> = unary('stopGradient', {
  summary: 'x, without a derivative',
  why: 'what it is for is its derivative, 0',
  takes: 'any',
  f: (x) => x,
  wide: (x) => x,
  moves: true,
  scalar: (_, [x = 0]) => x,
  cost: 0,
  vjp: zeroGradient,
})
