// Text of the scalar code of one stage: values that are used once appear where they are used, the others get a line.
// Names are assigned in order of appearance, so that equal code prints equally. One pass over the list, no recursion.
import { type DType, dtypes, isFloat, type Scalar } from '../dtype.ts'
import { valuesOf } from './index-query.ts'
import type { ScalarNode, Stage } from './kernel.ts'
import type { IndexNames } from './print-index.ts'
import { printGuards, printIndex } from './print-index.ts'
import type { ScalarOp, ValueId } from './scalar.ts'

/** Expressions longer than this are cut into lines. */
export const lineLength = 88

/** Higher binds tighter; an operand below what its place asks for is put in parentheses. */
const tight = 10
const unaryLevel = 8

interface Infix {
  readonly symbol: string
  readonly level: number
}

const infix: Readonly<Partial<Record<ScalarOp, Infix>>> = {
  mul: { symbol: '*', level: 7 },
  div: { symbol: '/', level: 7 },
  rem: { symbol: '%', level: 7 },
  add: { symbol: '+', level: 6 },
  sub: { symbol: '-', level: 6 },
  shl: { symbol: '<<', level: 5 },
  shr: { symbol: '>>', level: 5 },
  lt: { symbol: '<', level: 4 },
  le: { symbol: '<=', level: 4 },
  eq: { symbol: '==', level: 4 },
  ne: { symbol: '!=', level: 4 },
  and: { symbol: '&', level: 3 },
  xor: { symbol: '^', level: 2 },
  or: { symbol: '|', level: 1 },
}

interface Printed {
  readonly text: string
  readonly level: number
}

/** Names of the things a kernel's code refers to. */
export interface CodeNames {
  readonly buffer: (buffer: number) => string
  readonly axis: (axis: number) => string
  readonly accumulated: (stage: number, accumulator: number) => string
}

export interface PrintedCode {
  /** Lines `%0 = ...`, to be printed in order as `value` is asked for: all of them before the first use of a result. */
  readonly lines: readonly string[]
  /** Text of a value of `roots`. */
  readonly value: (value: ValueId) => string
  readonly index: IndexNames
}

/** Prints the code of a stage; `roots` are the values the stage uses, in order, and `indexRoots` those its indices use. */
export function printCode(
  stage: Stage,
  roots: readonly ValueId[],
  indexRoots: readonly ValueId[],
  names: CodeNames,
): PrintedCode {
  const { code } = stage
  const uses = countUses(code, roots, indexRoots)
  const printed: Printed[] = []
  const lines: string[] = []
  let bound = 0
  const bind = (id: ValueId): string => {
    const { text } = printed[id]!
    if (text.startsWith('%') && !text.includes(' ')) return text
    const name = `%${bound++}`
    lines.push(`${name} = ${text}`)
    printed[id] = { text: name, level: tight }
    return name
  }
  const index: IndexNames = { axis: names.axis, value: bind }

  for (const [id, node] of code.entries()) {
    if (uses[id] === 0) {
      printed.push({ text: '', level: tight })
      continue
    }
    const operands = operandsOf(node)
    let result = printNode(node, printed, index, names)
    if (result.text.length > lineLength) {
      // The longest operands get their own lines first; short ones stay where they are.
      for (const operand of [...operands].sort((x, y) => lengthOf(printed, y) - lengthOf(printed, x))) {
        if (result.text.length <= lineLength || lengthOf(printed, operand) <= 12) break
        bind(operand)
        result = printNode(node, printed, index, names)
      }
    }
    printed.push(result)
    const repeatable = node.op === 'const' || node.op === 'accumulated'
    if (uses[id]! > 1 && !repeatable) bind(id)
  }
  return { lines, value: (value) => printed[value]?.text ?? `%?${value}`, index }
}

/** A constant as it is written in kernels; every value of a dtype has its own text. */
export function printConstant(dtype: DType, value: Scalar): string {
  if (typeof value === 'bigint') return `${value}`
  if (dtype === 'bool') return value === 0 ? 'false' : 'true'
  if (Number.isNaN(value)) return 'nan'
  if (Math.abs(value) === Number.POSITIVE_INFINITY) return value < 0 ? '-inf' : 'inf'
  const text = Object.is(value, -0) ? '-0' : isFloat(dtype) ? shortest(dtype, value) : `${value}`
  return isFloat(dtype) && Number.isInteger(Number(text)) && !text.includes('e') ? `${text}.0` : text
}

/** The shortest decimal that rounds to this value of a float dtype. */
export function shortest(dtype: DType, value: number): string {
  if (dtype === 'f64') return `${value}`
  for (let digits = 1; digits <= 9; digits++) {
    const text = `${Number(value.toPrecision(digits))}`
    if (dtypes[dtype].round(Number(text)) === value) return text
  }
  return `${value}`
}

function lengthOf(printed: readonly Printed[], id: ValueId): number {
  return printed[id]?.text.length ?? 0
}

function operandsOf(node: ScalarNode): readonly ValueId[] {
  return 'args' in node ? node.args : []
}

function countUses(
  code: readonly ScalarNode[],
  roots: readonly ValueId[],
  indexRoots: readonly ValueId[],
): number[] {
  const uses = code.map(() => 0)
  const use = (id: ValueId): void => {
    uses[id] = (uses[id] ?? 0) + 1
  }
  for (const root of roots) use(root)
  for (const root of indexRoots) use(root)
  for (let id = code.length - 1; id >= 0; id--) {
    const node = code[id]!
    if (uses[id] === 0) continue
    for (const operand of operandsOf(node)) use(operand)
    if (node.op === 'load' || node.op === 'index') for (const value of valuesOf(node.index)) use(value)
    if (node.op === 'load' || node.op === 'within') {
      for (const guard of node.guards) for (const value of valuesOf(guard.index)) use(value)
    }
  }
  return uses
}

function printNode(
  node: ScalarNode,
  printed: readonly Printed[],
  index: IndexNames,
  names: CodeNames,
): Printed {
  switch (node.op) {
    case 'const': {
      const text = printConstant(node.dtype, node.value)
      return { text, level: text.startsWith('-') ? unaryLevel : tight }
    }
    case 'index':
      return { text: `[${printIndex(node.index, index)}]`, level: tight }
    case 'within':
      return { text: `(${printGuards(node.guards, index) || 'true'})`, level: tight }
    case 'accumulated':
      return { text: names.accumulated(node.stage, node.accumulator), level: tight }
    case 'load': {
      const text = `${names.buffer(node.buffer)}[${printIndex(node.index, index)}]`
      if (node.guards.length === 0) return { text, level: tight }
      const otherwise = printConstant(node.dtype, node.otherwise)
      return { text: `(${text} if ${printGuards(node.guards, index)} else ${otherwise})`, level: tight }
    }
    default: {
      const at = (position: number, level: number): string => {
        const operand = printed[node.args[position]!]
        if (operand === undefined) return '%?'
        return operand.level < level ? `(${operand.text})` : operand.text
      }
      const operator = infix[node.op]
      if (operator !== undefined) {
        const { symbol, level } = operator
        return { text: `${at(0, level)} ${symbol} ${at(1, level + 1)}`, level }
      }
      if (node.op === 'neg') return { text: `-${at(0, unaryLevel + 1)}`, level: unaryLevel }
      if (node.op === 'not') return { text: `!${at(0, unaryLevel + 1)}`, level: unaryLevel }
      const callee = node.op === 'cast' ? node.dtype : node.op === 'bitcast' ? `bits.${node.dtype}` : node.op
      return {
        text: `${callee}(${node.args.map((_, position) => at(position, 0)).join(', ')})`,
        level: tight,
      }
    }
  }
}
