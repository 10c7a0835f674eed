// Questions about an index expression that need no rewriting: its value at a point, what it reads, its strides.
import type { AxisId, IndexAtom, IndexExpression } from './index-expression.ts'

/** Coefficient of an axis; 0 if it does not occur, `undefined` if it occurs inside a quotient or remainder. */
export function strideOf(a: IndexExpression, axis: AxisId): number | undefined {
  let stride = 0
  for (const { coefficient, atom } of a.terms) {
    if (atom.kind === 'axis') {
      if (atom.axis === axis) stride = coefficient
    } else if (atom.kind !== 'value' && axesOf(atom.of).has(axis)) {
      return undefined
    }
  }
  return stride
}

export function axesOf(a: IndexExpression): ReadonlySet<AxisId> {
  const axes = new Set<AxisId>()
  for (const { atom } of a.terms) {
    if (atom.kind === 'axis') axes.add(atom.axis)
    else if (atom.kind !== 'value') for (const axis of axesOf(atom.of)) axes.add(axis)
  }
  return axes
}

/** Ids of the scalar values an expression reads. */
export function valuesOf(a: IndexExpression): ReadonlySet<number> {
  const values = new Set<number>()
  for (const { atom } of a.terms) {
    if (atom.kind === 'value') values.add(atom.value)
    else if (atom.kind !== 'axis') for (const value of valuesOf(atom.of)) values.add(value)
  }
  return values
}

/** Whether an expression is `constant + Σ coefficient * axis`. */
export function isAffine(a: IndexExpression): boolean {
  return a.terms.every(({ atom }) => atom.kind === 'axis')
}

export function evaluateIndex(
  a: IndexExpression,
  axisValues: readonly number[],
  readValue: (value: number) => number,
): number {
  let sum = a.constant
  for (const { coefficient, atom } of a.terms) {
    sum += coefficient * evaluateAtom(atom, axisValues, readValue)
  }
  return sum
}

function evaluateAtom(
  atom: IndexAtom,
  axisValues: readonly number[],
  readValue: (value: number) => number,
): number {
  switch (atom.kind) {
    case 'axis':
      return axisValues[atom.axis]!
    case 'value':
      return readValue(atom.value)
    case 'quotient':
      return Math.floor(evaluateIndex(atom.of, axisValues, readValue) / atom.by)
    case 'remainder': {
      const value = evaluateIndex(atom.of, axisValues, readValue)
      return value - Math.floor(value / atom.by) * atom.by
    }
    default:
      return atom satisfies never
  }
}
