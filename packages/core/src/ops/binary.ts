// Elementwise ops of two operands of one type. Ties of `maximum` and `minimum` share the cotangent equally, as PyTorch's.

import type { Builder } from '../ir/builder.ts'
import type { NoAttrs, OpDef } from '../ir/define.ts'
import type { Value } from '../ir/value.ts'
import { binary } from './pointwise.ts'
import { fullLike } from './support.ts'

export const add: OpDef<2, NoAttrs> = binary('add', {
  summary: 'x + y',
  why: 'one instruction',
  takes: 'numeric',
  f: (x, y) => x + y,
  wide: (x, y) => x + y,
  scalar: 'add',
  vjp: ({ cotangent }) => [cotangent, cotangent],
})

export const sub: OpDef<2, NoAttrs> = binary('sub', {
  summary: 'x - y',
  why: 'one instruction; x + (-y) is two',
  takes: 'numeric',
  f: (x, y) => x - y,
  wide: (x, y) => x - y,
  scalar: 'sub',
  vjp: ({ b, cotangent }) => [cotangent, b.neg(cotangent)],
})

export const mul: OpDef<2, NoAttrs> = binary('mul', {
  summary: 'x y',
  why: 'one instruction',
  takes: 'numeric',
  f: (x, y) => x * y,
  integer: Math.imul,
  wide: (x, y) => x * y,
  scalar: 'mul',
  vjp: ({ b, inputs: [x, y], cotangent }) => [b.mul(cotangent, y), b.mul(cotangent, x)],
})

/** Integer division truncates towards zero; an integer divided by 0 gives 0. */
export const div: OpDef<2, NoAttrs> = binary('div', {
  summary: 'x / y (integers truncate)',
  why: 'one instruction; x (1 / y) rounds twice',
  takes: 'numeric',
  f: (x, y) => x / y,
  integer: (x, y) => (y === 0 ? 0 : Math.trunc(x / y)),
  wide: (x, y) => (y === 0n ? 0n : x / y),
  scalar: 'div',
  cost: 2,
  domain: { low: 1, high: 3 },
  // dx = dy / y, dy = -dz (z / y)
  vjp: ({ b, inputs: [, y], output, cotangent }) => [
    b.div(cotangent, y),
    b.neg(b.mul(cotangent, b.div(output, y))),
  ],
})

/** The remainder with the sign of x (C's fmod); an integer remainder by 0 is 0. */
export const rem: OpDef<2, NoAttrs> = binary('rem', {
  summary: 'x - y trunc(x / y)',
  why: 'exact; x - y trunc(x / y) is not',
  takes: 'numeric',
  f: (x, y) => x % y,
  integer: (x, y) => (y === 0 ? 0 : x % y),
  wide: (x, y) => (y === 0n ? 0n : x % y),
  scalar: 'rem',
  cost: 4,
  domain: { low: 1.1, high: 1.9 },
  vjp: ({ b, inputs: [x, y], cotangent }) => [cotangent, b.neg(b.mul(cotangent, b.trunc(b.div(x, y))))],
})

/** `x ** y`; pow(x, 0) = 1 and pow(1, y) = 1 whatever the other is, NaN included (C99). */
export const pow: OpDef<2, NoAttrs> = binary('pow', {
  summary: 'x to the power y',
  why: '3 ulp and total (C99); e^(y log x) is neither',
  takes: 'float',
  f: (x, y) => (x === 1 || (x === -1 && Math.abs(y) === Number.POSITIVE_INFINITY) ? 1 : x ** y),
  scalar: 'pow',
  cost: 60,
  domain: { low: 0.5, high: 2 },
  // dx = dz y x^(y-1), 0 where y = 0; dy = dz z log x, 0 where x = 0 and y >= 0
  vjp: ({ b, inputs: [x, y], output, cotangent }) => {
    const zero = fullLike(b, x, 0)
    const slope = b.mul(y, b.pow(x, b.sub(y, fullLike(b, y, 1))))
    const flat = b.and(b.eq(x, zero), b.le(zero, y))
    const logarithm = b.log(b.select(flat, fullLike(b, x, 1), x))
    return [
      b.mul(cotangent, b.select(b.eq(y, zero), zero, slope)),
      b.mul(cotangent, b.select(flat, zero, b.mul(output, logarithm))),
    ]
  },
})

export const atan2: OpDef<2, NoAttrs> = binary('atan2', {
  summary: 'angle of the point (y, x) from the x axis, -pi to pi',
  why: 'right in every quadrant; asin, acos and atan are made of it',
  takes: 'float',
  f: Math.atan2,
  scalar: 'atan2',
  cost: 50,
  domain: { low: 0.5, high: 2 },
  // dy = dz x / (x^2 + y^2), dx = -dz y / (x^2 + y^2)
  vjp: ({ b, inputs: [y, x], cotangent }) => {
    const share = b.div(cotangent, b.add(b.mul(x, x), b.mul(y, y)))
    return [b.mul(share, x), b.neg(b.mul(share, y))]
  },
})

export const hypot: OpDef<2, NoAttrs> = binary('hypot', {
  summary: 'sqrt(x^2 + y^2), without overflow',
  why: 'no overflow on the way; derivative from the result',
  takes: 'float',
  f: Math.hypot,
  scalar: 'hypot',
  cost: 24,
  domain: { low: 0.5, high: 2 },
  // dx = dz x / z, dy = dz y / z
  vjp: ({ b, inputs: [x, y], output, cotangent }) => [
    b.mul(cotangent, b.div(x, output)),
    b.mul(cotangent, b.div(y, output)),
  ],
})

export const maximum: OpDef<2, NoAttrs> = binary('maximum', {
  summary: 'the larger of x and y; NaN if either is; ties share the derivative',
  why: 'one instruction; a choice has to ask for NaN',
  takes: 'numeric',
  f: Math.max,
  wide: (x, y) => {
    if (x > y) return x
    return y
  },
  scalar: 'maximum',
  vjp: ({ b, inputs: [x, y], cotangent }) => shareOfExtreme(b, x, y, cotangent),
})

export const minimum: OpDef<2, NoAttrs> = binary('minimum', {
  summary: 'the smaller of x and y; NaN if either is; ties share the derivative',
  why: 'one instruction; -max(-x, -y) is wrong for the least integer',
  takes: 'numeric',
  f: Math.min,
  wide: (x, y) => {
    if (x < y) return x
    return y
  },
  scalar: 'minimum',
  // x has a share of the smaller where y has one of the larger.
  vjp: ({ b, inputs: [x, y], cotangent }) => shareOfExtreme(b, y, x, cotangent),
})

/** All of the cotangent to the larger operand, half to each at a tie. */
function shareOfExtreme(b: Builder, x: Value, y: Value, cotangent: Value): readonly [Value, Value] {
  const zero = fullLike(b, cotangent, 0)
  const shared = b.select(b.eq(x, y), b.mul(cotangent, fullLike(b, cotangent, 0.5)), cotangent)
  return [b.select(b.lt(x, y), zero, shared), b.select(b.lt(y, x), zero, shared)]
}

export const and: OpDef<2, NoAttrs> = binary('and', {
  summary: 'x and y (logical on bool, bitwise on integers)',
  why: 'one instruction',
  takes: 'logical',
  f: (x, y) => x & y,
  wide: (x, y) => x & y,
  scalar: 'and',
  vjp: { notDifferentiable: 'defined on bool and integers only' },
})

export const or: OpDef<2, NoAttrs> = binary('or', {
  summary: 'x or y (logical on bool, bitwise on integers)',
  why: 'one instruction',
  takes: 'logical',
  f: (x, y) => x | y,
  wide: (x, y) => x | y,
  scalar: 'or',
  vjp: { notDifferentiable: 'defined on bool and integers only' },
})

export const xor: OpDef<2, NoAttrs> = binary('xor', {
  summary: 'x xor y (logical on bool, bitwise on integers)',
  why: 'one instruction',
  takes: 'logical',
  f: (x, y) => x ^ y,
  wide: (x, y) => x ^ y,
  scalar: 'xor',
  vjp: { notDifferentiable: 'defined on bool and integers only' },
})

/** Shifts use the low five bits of the count, those of i64 six. */
export const shiftLeft: OpDef<2, NoAttrs> = binary('shiftLeft', {
  summary: 'x << y',
  why: 'one instruction',
  takes: 'integer',
  f: (x, y) => x << y,
  wide: (x, y) => x << (y & 63n),
  scalar: 'shl',
  domain: { low: 0, high: 9 },
  vjp: { notDifferentiable: 'defined on integers only' },
})

/** Arithmetic on signed integers, logical on u32. */
export const shiftRight: OpDef<2, NoAttrs> = binary('shiftRight', {
  summary: 'x >> y (sign kept, if there is one)',
  why: 'one instruction',
  takes: 'integer',
  // A signed operand is below 2^31: values above belong to u32.
  f: (x, y) => (x > 0x7fffffff ? x >>> y : x >> y),
  wide: (x, y) => x >> (y & 63n),
  scalar: 'shr',
  domain: { low: 0, high: 9 },
  vjp: { notDifferentiable: 'defined on integers only' },
})
