// Pieces of JavaScript text. An expression knows whether it may stand as an operand without parentheses; bools are the
// numbers 0 and 1, with a second text for places that ask for a condition.
import type { DType, Scalar } from '@heddle/core'

export interface Expression {
  readonly text: string
  /** A name, literal, call or element: needs no parentheses anywhere. */
  readonly isAtom: boolean
  /** The same as a condition, where that is shorter than comparing with 0. */
  readonly condition?: string
}

export function atom(text: string): Expression {
  return { text, isAtom: true }
}

export function compound(text: string): Expression {
  return { text, isAtom: false }
}

/** A bool that is computed by a condition. */
export function fromCondition(condition: string): Expression {
  return { text: `(${condition}) ? 1 : 0`, isAtom: false, condition: `(${condition})` }
}

export function operand({ text, isAtom }: Expression): string {
  return isAtom ? text : `(${text})`
}

export function conditionOf(expression: Expression): string {
  return expression.condition ?? operand(expression)
}

/** A value as a literal; negative ones and the special values are safe in any place. */
export function literal(value: Scalar): Expression {
  if (typeof value === 'bigint') return atom(value < 0n ? `(${value}n)` : `${value}n`)
  if (Object.is(value, -0)) return atom('(-0)')
  if (Number.isNaN(value)) return atom('NaN')
  if (!Number.isFinite(value)) return atom(value < 0 ? '(-Infinity)' : 'Infinity')
  return atom(value < 0 ? `(${value})` : `${value}`)
}

/** The value of a stored element, and the element for a value: bf16 is stored as its bits. */
export function loaded(dtype: DType, element: string): string {
  return dtype === 'bf16' ? `bf16FromBits(${element})` : element
}
export function stored(dtype: DType, value: string): string {
  return dtype === 'bf16' ? `bf16ToBits(${value})` : value
}

export function fround(text: string): Expression {
  return atom(`fround(${text})`)
}

/** The result of float arithmetic, rounded to its dtype. */
export function rounded(dtype: DType, text: string): Expression {
  return dtype === 'f32' ? fround(text) : compound(text)
}

/** Names of people's making, made harmless for comments. */
export function plainName(name: string): string {
  return name.replaceAll(/[^\w .-]/g, '_')
}
