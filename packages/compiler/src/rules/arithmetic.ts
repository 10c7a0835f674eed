// Identities of + - * / and friends. Exact ones hold for NaN, ±Infinity and -0; note which zero is the neutral one:
// x + (-0) and x - (+0) are x for every x, x + (+0) is not x where x is -0.
import { applyScalar, dtypes, isInteger, isValueOf, scalarOf, type Value } from '@heddle/core'
import { p } from '../rewrite/pattern.ts'
import { type Rule, rule } from '../rewrite/rule.ts'
import { constant, input, isFloatValue } from './support.ts'
import { isNeverNegativeZero } from './zero-sign.ts'

const isIntegerValue = ({ type }: Value): boolean => isInteger(type.dtype)
/** ±2^k whose reciprocal is a normal number. */
function isPowerOfTwo(value: number): boolean {
  const exponent = Math.round(Math.log2(Math.abs(value)))
  return Math.abs(exponent) <= 126 && Math.abs(value) === 2 ** exponent
}
const commutative = ['add', 'mul', 'maximum', 'minimum', 'and', 'or', 'xor', 'eq', 'ne'] as const
const isConstant = ({ op }: Value): boolean => op === 'full' || op === 'literal'
const areSwapped = (x: Value, y: Value): boolean =>
  isConstant(x) === isConstant(y) ? x.id > y.id : isConstant(x)
/** The constant two become; `undefined` if no number can stand for it (a large i64). */
function merged(op: 'add' | 'mul', c: Value<'full'>, d: Value<'full'>): number | undefined {
  const { dtype } = c.attrs
  const operands = [c, d].map(({ attrs }) => scalarOf(dtype, attrs.value))
  const value = Number(applyScalar(op, dtype, dtype, operands))
  return isValueOf(dtype, value) ? value : undefined
}

const rounders = ['floor', 'ceil', 'trunc', 'round'] as const

export const arithmeticRules: readonly Rule[] = [
  rule('order-operands', {
    why: 'one order for commutative ops, constants right: x * w and w * x become one node, and other rules look right only',
    match: p.binaryOf(commutative, p.any('x'), p.any('y')).as('root'),
    when: ({ x, y }) => areSwapped(x, y),
    rewrite: ({ x, y, root }, b) => b.make(root.op, [y, x], root.attrs),
    examples: [
      (b) => b.mul(constant(b, input(b).type, 2), input(b)),
      (b) => {
        const [x, y] = [input(b), input(b, 'y')]
        return b.add(y, x)
      },
    ],
  }),
  rule('mul-by-one', {
    why: 'x 1 = x',
    match: p.mul(p.any('x'), p.constant('one', 1)),
    rewrite: ({ x }) => x,
    examples: [(b) => b.mul(input(b), constant(b, input(b).type, 1))],
  }),
  rule('mul-by-minus-one', {
    why: 'x (-1) = -x',
    match: p.mul(p.any('x'), p.constant('minusOne', -1)),
    rewrite: ({ x }, b) => b.neg(x),
    examples: [(b) => b.mul(input(b), constant(b, input(b).type, -1))],
  }),
  rule('mul-by-zero', {
    why: 'x 0 = 0 in integers; in floats NaN, infinities and signs speak against it',
    match: p.mul(p.any('x'), p.constant('zero', 0)),
    when: ({ x }) => isIntegerValue(x),
    rewrite: ({ zero }) => zero,
    examples: [(b) => b.mul(input(b, 'x', [2], 'i32'), constant(b, { dtype: 'i32', shape: [2] }, 0))],
  }),
  rule('div-by-one', {
    why: 'x / 1 = x',
    match: p.div(p.any('x'), p.constant('one', 1)),
    rewrite: ({ x }) => x,
    examples: [(b) => b.div(input(b), constant(b, input(b).type, 1))],
  }),
  rule('div-by-power-of-two', {
    why: 'x / 2^k = x 2^-k exactly, and a product is cheaper',
    match: p.div(p.any('x'), p.constant('c')),
    when: ({ x, c }) => isFloatValue(x) && c.attrs.value !== 1 && isPowerOfTwo(c.attrs.value),
    rewrite: ({ x, c }, b) => b.mul(x, constant(b, x.type, 1 / c.attrs.value)),
    examples: [
      (b) => b.div(input(b), constant(b, input(b).type, 64)),
      (b) => b.div(input(b), constant(b, input(b).type, -0.5)),
    ],
  }),
  rule('reciprocal-from-div', {
    why: '1 / x has one form',
    match: p.div(p.constant('one', 1), p.any('x')),
    when: ({ x }) => isFloatValue(x),
    rewrite: ({ x }, b) => b.reciprocal(x),
    examples: [(b) => b.div(constant(b, input(b).type, 1), input(b))],
  }),
  rule('reciprocal-of-sqrt', {
    why: '1 / sqrt(x) has one form',
    match: p.reciprocal(p.sqrt(p.any('x'))),
    rewrite: ({ x }, b) => b.rsqrt(x),
    examples: [(b) => b.reciprocal(b.sqrt(input(b)))],
  }),
  rule('add-negative-zero', {
    why: 'x + (-0) = x',
    match: p.add(p.any('x'), p.constant('zero', -0)),
    rewrite: ({ x }) => x,
    examples: [(b) => b.add(input(b), constant(b, input(b).type, -0))],
  }),
  rule('add-zero', {
    why: 'x + 0 = x where x cannot be -0',
    match: p.add(p.any('x'), p.constant('zero', 0)),
    when: ({ x }) => isNeverNegativeZero(x),
    rewrite: ({ x }) => x,
    examples: [
      (b) => b.add(b.exp(input(b)), constant(b, input(b).type, 0)),
      (b) => b.add(input(b, 'x', [2], 'i32'), constant(b, { dtype: 'i32', shape: [2] }, 0)),
    ],
  }),
  rule('sub-zero', {
    why: 'x - 0 = x, for -0 too',
    match: p.sub(p.any('x'), p.constant('zero', 0)),
    rewrite: ({ x }) => x,
    examples: [(b) => b.sub(input(b), constant(b, input(b).type, 0))],
  }),
  rule('negative-zero-minus', {
    why: '-0 - x = -x; in integers 0 - x = -x',
    match: p.sub(p.constant('zero'), p.any('x')),
    when: ({ x, zero }) => Object.is(zero.attrs.value, isIntegerValue(x) ? 0 : -0),
    rewrite: ({ x }, b) => b.neg(x),
    examples: [
      (b) => b.sub(constant(b, input(b).type, -0), input(b)),
      (b) => b.sub(constant(b, { dtype: 'i32', shape: [2] }, 0), input(b, 'x', [2], 'i32')),
    ],
  }),
  rule('sub-of-same', {
    why: 'x - x = 0 in integers; Infinity - Infinity is NaN',
    match: p.sub(p.any('x'), p.any('x')),
    when: ({ x }) => isIntegerValue(x),
    rewrite: ({ x }, b) => constant(b, x.type, 0),
    examples: [(b) => b.sub(input(b, 'x', [2], 'i32'), input(b, 'x', [2], 'i32'))],
  }),
  rule('neg-of-neg', {
    why: 'two signs cancel',
    match: p.neg(p.neg(p.any('x'))),
    rewrite: ({ x }) => x,
    examples: [(b) => b.neg(b.neg(input(b)))],
  }),
  rule('neg-of-scaled', {
    why: 'the sign joins the factor',
    match: p.neg(p.binaryOf(['mul', 'div'], p.any('x'), p.constant('c')).as('inner')),
    when: ({ x }) => isFloatValue(x),
    rewrite: ({ x, c, inner }, b) => b.make(inner.op, [x, constant(b, x.type, -c.attrs.value)], inner.attrs),
    examples: [
      (b) => b.neg(b.mul(input(b), constant(b, input(b).type, 3))),
      (b) => b.neg(b.div(input(b), constant(b, input(b).type, 3))),
    ],
  }),
  rule('scale-of-neg', {
    why: 'the sign joins the factor',
    match: p.binaryOf(['mul', 'div'], p.neg(p.any('x')), p.constant('c')).as('root'),
    when: ({ x }) => isFloatValue(x),
    rewrite: ({ x, c, root }, b) => b.make(root.op, [x, constant(b, x.type, -c.attrs.value)], root.attrs),
    examples: [(b) => b.mul(b.neg(input(b)), constant(b, input(b).type, 3))],
  }),
  rule('mul-of-negs', {
    why: 'two signs cancel',
    match: p.binaryOf(['mul', 'div'], p.neg(p.any('x')), p.neg(p.any('y'))).as('root'),
    when: ({ x }) => isFloatValue(x),
    rewrite: ({ x, y, root }, b) => b.make(root.op, [x, y], root.attrs),
    examples: [
      (b) => b.mul(b.neg(input(b)), b.neg(input(b, 'y'))),
      (b) => b.div(b.neg(input(b)), b.neg(input(b, 'y'))),
    ],
  }),
  rule('neg-out-of-left', {
    why: 'signs move outwards, where they meet sums and cancel',
    match: p.binaryOf(['mul', 'div'], p.neg(p.any('x')), p.any('y')).as('root'),
    when: ({ x }) => isFloatValue(x),
    rewrite: ({ x, y, root }, b) => b.neg(b.make(root.op, [x, y], root.attrs)),
    examples: [(b) => b.div(b.neg(input(b)), input(b, 'y'))],
  }),
  rule('neg-out-of-right', {
    why: 'signs move outwards, where they meet sums and cancel',
    match: p.binaryOf(['mul', 'div'], p.any('x'), p.neg(p.any('y'))).as('root'),
    when: ({ x }) => isFloatValue(x),
    rewrite: ({ x, y, root }, b) => b.neg(b.make(root.op, [x, y], root.attrs)),
    examples: [(b) => b.mul(input(b), b.neg(input(b, 'y')))],
  }),
  rule('add-of-neg', {
    why: 'x + (-y) = x - y',
    match: p.add(p.any('x'), p.neg(p.any('y'))),
    rewrite: ({ x, y }, b) => b.sub(x, y),
    examples: [(b) => b.add(input(b), b.neg(input(b, 'y')))],
  }),
  rule('add-to-neg', {
    why: '-x + y = y - x',
    match: p.add(p.neg(p.any('x')), p.any('y')),
    rewrite: ({ x, y }, b) => b.sub(y, x),
    examples: [(b) => b.add(b.neg(input(b)), input(b, 'y'))],
  }),
  rule('sub-of-neg', {
    why: 'x - (-y) = x + y',
    match: p.sub(p.any('x'), p.neg(p.any('y'))),
    rewrite: ({ x, y }, b) => b.add(x, y),
    examples: [(b) => b.sub(input(b), b.neg(input(b, 'y')))],
  }),
  rule('extreme-of-same', {
    why: 'the larger or smaller of x and x is x',
    match: p.binaryOf(['maximum', 'minimum'], p.any('x'), p.any('x')),
    rewrite: ({ x }) => x,
    examples: [(b) => b.maximum(input(b), input(b))],
  }),
  rule('maximum-with-least', {
    why: 'nothing is below -Infinity',
    match: p.maximum(p.any('x'), p.constant('least', Number.NEGATIVE_INFINITY)),
    rewrite: ({ x }) => x,
    examples: [(b) => b.maximum(input(b), constant(b, input(b).type, Number.NEGATIVE_INFINITY))],
  }),
  rule('minimum-with-most', {
    why: 'nothing is above Infinity',
    match: p.minimum(p.any('x'), p.constant('most', Number.POSITIVE_INFINITY)),
    rewrite: ({ x }) => x,
    examples: [(b) => b.minimum(input(b), constant(b, input(b).type, Number.POSITIVE_INFINITY))],
  }),
  rule('abs-of-signed', {
    why: 'a sign does not matter under | |',
    match: p.abs(p.unaryOf(['abs', 'neg'], p.any('x'))),
    when: ({ x }) => isFloatValue(x),
    rewrite: ({ x }, b) => b.abs(x),
    examples: [(b) => b.abs(b.neg(input(b))), (b) => b.abs(b.abs(input(b)))],
  }),
  rule('rounding-of-whole', {
    why: 'a whole number is rounded already',
    match: p.unaryOf(rounders, p.unaryOf(rounders, p.any('x')).as('inner')),
    rewrite: ({ inner }) => inner,
    examples: [(b) => b.round(b.floor(input(b)))],
  }),
  rule('pow-of-one', {
    why: '1 to any power is 1 (C99)',
    match: p.pow(p.constant('one', 1), p.any('y')),
    rewrite: ({ one }) => one,
    examples: [(b) => b.pow(constant(b, input(b).type, 1), input(b))],
  }),
  rule('pow-to-zero', {
    why: 'anything to the power 0 is 1 (C99)',
    match: p.pow(
      p.any('x'),
      p.constant('zero').where(({ attrs }) => attrs.value === 0),
    ),
    rewrite: ({ x }, b) => constant(b, x.type, 1),
    examples: [(b) => b.pow(input(b), constant(b, input(b).type, 0))],
  }),
  rule('merge-integer-constants', {
    why: 'integer addition and multiplication are associative',
    match: p
      .binaryOf(
        ['add', 'mul'],
        p.binaryOf(['add', 'mul'], p.any('x'), p.constant('c')).as('inner'),
        p.constant('d'),
      )
      .as('root'),
    when: ({ x, c, d, inner, root }) =>
      isIntegerValue(x) && inner.op === root.op && merged(root.op, c, d) !== undefined,
    rewrite: ({ x, c, d, root }, b) =>
      b.make(root.op, [x, constant(b, x.type, merged(root.op, c, d) ?? 0)], root.attrs),
    examples: [
      (b) => {
        const c = (value: number): Value => constant(b, { dtype: 'i32', shape: [2] }, value)
        return b.add(b.add(input(b, 'x', [2], 'i32'), c(3)), c(-5))
      },
    ],
  }),
]

/** Not exact: asked for by name or by `rulesUpTo`. */
export const looseArithmeticRules: readonly Rule[] = [
  rule('merge-factors', {
    why: 'one product instead of two; rounds once instead of twice',
    exactness: 'reassociates',
    match: p.mul(p.mul(p.any('x'), p.constant('c')), p.constant('d')),
    when: ({ x }) => isFloatValue(x),
    rewrite: ({ x, c, d }, b) => b.mul(x, constant(b, x.type, c.attrs.value * d.attrs.value)),
    examples: [(b) => b.mul(b.mul(input(b), constant(b, input(b).type, 3)), constant(b, input(b).type, 0.1))],
  }),
  rule('merge-terms', {
    why: 'one sum instead of two; rounds once instead of twice',
    exactness: 'reassociates',
    match: p.add(p.add(p.any('x'), p.constant('c')), p.constant('d')),
    when: ({ x }) => isFloatValue(x),
    rewrite: ({ x, c, d }, b) => b.add(x, constant(b, x.type, c.attrs.value + d.attrs.value)),
    examples: [(b) => b.add(b.add(input(b), constant(b, input(b).type, 3)), constant(b, input(b).type, 0.1))],
  }),
  rule('pow-to-one', {
    why: 'x^1 = x; the f32 pow is off by an ulp',
    exactness: 'approximates',
    match: p.pow(p.any('x'), p.constant('one', 1)),
    rewrite: ({ x }) => x,
    examples: [(b) => b.pow(input(b), constant(b, input(b).type, 1))],
  }),
  rule('pow-to-two', {
    why: 'x^2 = x x: sixty operations fewer, nearer the true value; the f32 pow is off by an ulp',
    exactness: 'approximates',
    match: p.pow(p.any('x'), p.constant('two', 2)),
    rewrite: ({ x }, b) => b.mul(x, x),
    examples: [(b) => b.pow(input(b), constant(b, input(b).type, 2))],
  }),
  rule('div-by-constant', {
    why: 'x / c = x (1 / c); rounds the reciprocal first',
    exactness: 'approximates',
    match: p.div(p.any('x'), p.constant('c')),
    when: ({ x, c }) => isFloatValue(x) && Number.isFinite(dtypes[x.type.dtype].round(1 / c.attrs.value)),
    rewrite: ({ x, c }, b) => b.mul(x, constant(b, x.type, 1 / c.attrs.value)),
    examples: [(b) => b.div(input(b), constant(b, input(b).type, 3))],
  }),
]
