// Text of index expressions and guards, for people. `/` and `%` are floor quotient and remainder.
import type { Guard, IndexAtom, IndexExpression } from './index-expression.ts'

/** How axes and scalar values are called. */
export interface IndexNames {
  readonly axis: (axis: number) => string
  readonly value: (value: number) => string
}

export function printIndex(index: IndexExpression, names: IndexNames): string {
  let text = ''
  for (const { coefficient, atom } of index.terms) {
    const factor = Math.abs(coefficient)
    const term = factor === 1 ? printAtom(atom, names) : `${factor} * ${printAtom(atom, names)}`
    text += text === '' ? (coefficient < 0 ? `-${term}` : term) : ` ${coefficient < 0 ? '-' : '+'} ${term}`
  }
  if (text === '') return `${index.constant}`
  if (index.constant === 0) return text
  return `${text} ${index.constant < 0 ? '-' : '+'} ${Math.abs(index.constant)}`
}

export function printGuards(guards: readonly Guard[], names: IndexNames): string {
  return guards.map(({ index, low, high }) => `${low} <= ${printIndex(index, names)} < ${high}`).join(' and ')
}

function printAtom(atom: IndexAtom, names: IndexNames): string {
  switch (atom.kind) {
    case 'axis':
      return names.axis(atom.axis)
    case 'value':
      return names.value(atom.value)
    case 'quotient':
      return `(${inParentheses(atom.of, names)} / ${atom.by})`
    case 'remainder':
      return `(${inParentheses(atom.of, names)} % ${atom.by})`
    default:
      return atom satisfies never
  }
}

function inParentheses(of: IndexExpression, names: IndexNames): string {
  const text = printIndex(of, names)
  const [first] = of.terms
  const isAtom = of.terms.length === 1 && of.constant === 0 && first?.coefficient === 1
  return isAtom ? text : `(${text})`
}
