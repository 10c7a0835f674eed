// Identities of select, of and/or/xor/not, and of comparisons. A NaN compares false with everything but by `ne`.
import { type DType, dtypes, isFloat, isInteger, opNames, opRecord, type Value } from '@heddle/core'
import { p } from '../rewrite/pattern.ts'
import { type Rule, rule } from '../rewrite/rule.ts'
import { constant, input } from './support.ts'

const isAllOnes = ({ attrs: { dtype, value } }: Value<'full'>): boolean =>
  !isFloat(dtype) && value === (dtypes[dtype].kind === 'int' ? -1 : dtypes[dtype].highest)
const isBool = ({ type }: Value): boolean => type.dtype === 'bool'
const ones = p.constant('ones').where(isAllOnes)
const zero = p.constant('zero', 0)
const bool = (b: Parameters<typeof input>[0], name: string): Value => input(b, name, [2, 3], 'bool')
const int = (b: Parameters<typeof input>[0], name: string): Value => input(b, name, [2, 3], 'i32')
const of = (b: Parameters<typeof input>[0], dtype: DType, value: number): Value =>
  constant(b, { dtype, shape: [2, 3] }, value)

const unaries = opNames.filter((op) => opRecord(op).kind === 'elementwise' && opRecord(op).arity === 1)

/** Condition and branches, if the operand of a unary op chooses between two constants. */
function choiceOf({ inputs: [choice] }: Value): readonly Value[] | undefined {
  if (choice?.op !== 'select') return undefined
  return choice.inputs.slice(1).every(({ op }) => op === 'full') ? choice.inputs : undefined
}

export const logicRules: readonly Rule[] = [
  rule('select-true', {
    why: 'the condition holds everywhere',
    match: p.select(p.constant('condition', 1), p.any('x'), p.any('y')),
    rewrite: ({ x }) => x,
    examples: [(b) => b.select(of(b, 'bool', 1), input(b), input(b, 'y'))],
  }),
  rule('select-false', {
    why: 'the condition holds nowhere',
    match: p.select(p.constant('condition', 0), p.any('x'), p.any('y')),
    rewrite: ({ y }) => y,
    examples: [(b) => b.select(of(b, 'bool', 0), input(b), input(b, 'y'))],
  }),
  rule('select-same', {
    why: 'both branches are x',
    match: p.select(p.any('condition'), p.any('x'), p.any('x')),
    rewrite: ({ x }) => x,
    examples: [(b) => b.select(bool(b, 'c'), input(b), input(b))],
  }),
  rule('select-not', {
    why: 'branches change places instead of the condition its sense',
    match: p.select(p.bitwiseNot(p.any('c')), p.any('x'), p.any('y')),
    rewrite: ({ c, x, y }, b) => b.select(c, y, x),
    examples: [(b) => b.select(b.bitwiseNot(bool(b, 'c')), input(b), input(b, 'y'))],
  }),
  rule('select-in-then', {
    why: 'where the condition holds, it holds within',
    match: p.select(p.any('c'), p.select(p.any('c'), p.any('x'), p.any('unused')), p.any('y')),
    rewrite: ({ c, x, y }, b) => b.select(c, x, y),
    examples: [(b) => b.select(bool(b, 'c'), b.select(bool(b, 'c'), input(b), input(b, 'z')), input(b, 'y'))],
  }),
  rule('select-in-else', {
    why: 'where the condition does not hold, it does not hold within',
    match: p.select(p.any('c'), p.any('x'), p.select(p.any('c'), p.any('unused'), p.any('y'))),
    rewrite: ({ c, x, y }, b) => b.select(c, x, y),
    examples: [(b) => b.select(bool(b, 'c'), input(b), b.select(bool(b, 'c'), input(b, 'z'), input(b, 'y')))],
  }),
  rule('select-true-false', {
    why: 'the choice between true and false is the condition',
    match: p.select(p.any('c'), p.constant('x', 1), p.constant('y', 0)),
    when: ({ x }) => isBool(x),
    rewrite: ({ c }) => c,
    examples: [(b) => b.select(bool(b, 'c'), of(b, 'bool', 1), of(b, 'bool', 0))],
  }),
  rule('select-false-true', {
    why: 'the choice between false and true is the opposite of the condition',
    match: p.select(p.any('c'), p.constant('x', 0), p.constant('y', 1)),
    when: ({ x }) => isBool(x),
    rewrite: ({ c }, b) => b.bitwiseNot(c),
    examples: [(b) => b.select(bool(b, 'c'), of(b, 'bool', 0), of(b, 'bool', 1))],
  }),
  rule('unary-of-constant-choice', {
    why: 'a choice of constants is computed before choosing',
    match: p.anyOf(unaries).as('root'),
    when: ({ root }) => choiceOf(root) !== undefined,
    rewrite: ({ root }, b) => {
      const [condition, x, y] = choiceOf(root) ?? []
      if (condition === undefined || x === undefined || y === undefined) return root
      return b.select(condition, b.make(root.op, [x], root.attrs), b.make(root.op, [y], root.attrs))
    },
    examples: [(b) => b.neg(b.select(bool(b, 'c'), of(b, 'f32', 0.125), of(b, 'f32', 0)))],
  }),
  rule('not-of-not', {
    why: 'two inversions cancel',
    match: p.bitwiseNot(p.bitwiseNot(p.any('x'))),
    rewrite: ({ x }) => x,
    examples: [(b) => b.bitwiseNot(b.bitwiseNot(int(b, 'x')))],
  }),
  rule('not-of-equality', {
    why: 'not (x = y) is x != y, for NaN too',
    match: p.bitwiseNot(p.binaryOf(['eq', 'ne'], p.any('x'), p.any('y')).as('test')),
    rewrite: ({ x, y, test }, b) => (test.op === 'eq' ? b.ne(x, y) : b.eq(x, y)),
    examples: [
      (b) => b.bitwiseNot(b.eq(input(b), input(b, 'y'))),
      (b) => b.bitwiseNot(b.ne(input(b), input(b, 'y'))),
    ],
  }),
  rule('not-of-order', {
    why: 'not (x < y) is y <= x where nothing is NaN: in integers',
    match: p.bitwiseNot(p.binaryOf(['lt', 'le'], p.any('x'), p.any('y')).as('test')),
    when: ({ x }) => isInteger(x.type.dtype),
    rewrite: ({ x, y, test }, b) => (test.op === 'lt' ? b.le(y, x) : b.lt(y, x)),
    examples: [(b) => b.bitwiseNot(b.lt(int(b, 'x'), int(b, 'y')))],
  }),
  rule('logic-of-same', {
    why: 'x and x, x or x are x',
    match: p.binaryOf(['and', 'or'], p.any('x'), p.any('x')),
    rewrite: ({ x }) => x,
    examples: [(b) => b.and(bool(b, 'x'), bool(b, 'x')), (b) => b.or(int(b, 'x'), int(b, 'x'))],
  }),
  rule('xor-of-same', {
    why: 'x xor x is 0',
    match: p.xor(p.any('x'), p.any('x')),
    rewrite: ({ x }, b) => constant(b, x.type, 0),
    examples: [(b) => b.xor(int(b, 'x'), int(b, 'x'))],
  }),
  rule('and-with-ones', {
    why: 'all bits are kept',
    match: p.and(p.any('x'), ones),
    rewrite: ({ x }) => x,
    examples: [(b) => b.and(bool(b, 'x'), of(b, 'bool', 1)), (b) => b.and(int(b, 'x'), of(b, 'i32', -1))],
  }),
  rule('and-with-zero', {
    why: 'no bit is kept',
    match: p.and(p.any('x'), zero),
    rewrite: ({ zero: result }) => result,
    examples: [(b) => b.and(bool(b, 'x'), of(b, 'bool', 0))],
  }),
  rule('or-with-zero', {
    why: 'no bit is added',
    match: p.binaryOf(['or', 'xor'], p.any('x'), zero),
    rewrite: ({ x }) => x,
    examples: [(b) => b.or(bool(b, 'x'), of(b, 'bool', 0)), (b) => b.xor(int(b, 'x'), of(b, 'i32', 0))],
  }),
  rule('or-with-ones', {
    why: 'all bits are set',
    match: p.or(p.any('x'), ones),
    rewrite: ({ ones: result }) => result,
    examples: [(b) => b.or(bool(b, 'x'), of(b, 'bool', 1))],
  }),
  rule('xor-with-ones', {
    why: 'inversion has one form',
    match: p.xor(p.any('x'), ones),
    rewrite: ({ x }, b) => b.bitwiseNot(x),
    examples: [(b) => b.xor(bool(b, 'x'), of(b, 'bool', 1))],
  }),
  rule('ne-of-same', {
    why: 'what cannot be NaN does not differ from itself',
    match: p.ne(p.any('x'), p.any('x')),
    when: ({ x }) => !isFloat(x.type.dtype),
    rewrite: ({ x }, b) => constant(b, { dtype: 'bool', shape: x.type.shape }, 0),
    examples: [(b) => b.ne(int(b, 'x'), int(b, 'x'))],
  }),
  rule('lt-of-same', {
    why: 'nothing is below itself',
    match: p.lt(p.any('x'), p.any('x')),
    rewrite: ({ x }, b) => constant(b, { dtype: 'bool', shape: x.type.shape }, 0),
    examples: [(b) => b.lt(input(b), input(b))],
  }),
  rule('eq-of-same', {
    why: 'what cannot be NaN equals itself',
    match: p.binaryOf(['eq', 'le'], p.any('x'), p.any('x')),
    when: ({ x }) => !isFloat(x.type.dtype),
    rewrite: ({ x }, b) => constant(b, { dtype: 'bool', shape: x.type.shape }, 1),
    examples: [(b) => b.eq(int(b, 'x'), int(b, 'x'))],
  }),
  rule('compare-with-true-or-false', {
    why: 'a bool compared with a constant is the bool or its opposite',
    match: p.binaryOf(['eq', 'ne'], p.any('x'), p.constant('c')).as('test'),
    when: ({ x }) => isBool(x),
    rewrite: ({ x, c, test }, b) => ((test.op === 'eq') === (c.attrs.value === 1) ? x : b.bitwiseNot(x)),
    examples: [(b) => b.eq(bool(b, 'x'), of(b, 'bool', 1)), (b) => b.ne(bool(b, 'x'), of(b, 'bool', 1))],
  }),
  rule('cast-bool-is-not-zero', {
    why: 'a bool made a number and compared with 0 is the bool',
    match: p.ne(
      p.cast(p.any('x')),
      p.constant('zero').where(({ attrs }) => attrs.value === 0),
    ),
    when: ({ x }) => isBool(x),
    rewrite: ({ x }) => x,
    examples: [(b) => b.ne(b.cast(bool(b, 'x'), { dtype: 'f32' }), of(b, 'f32', 0))],
  }),
]
