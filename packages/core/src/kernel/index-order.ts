// Equality and a total order of canonical index expressions. The order says nothing but which term stands first.
import type { IndexAtom, IndexExpression } from './index-expression.ts'

export function equalIndex(a: IndexExpression, b: IndexExpression): boolean {
  return compareIndex(a, b) === 0
}

/** A total order on canonical expressions. */
export function compareIndex(a: IndexExpression, b: IndexExpression): number {
  const byLength = a.terms.length - b.terms.length
  if (byLength !== 0) return byLength
  for (const [position, x] of a.terms.entries()) {
    const y = b.terms[position]!
    const difference = compareAtoms(x.atom, y.atom) || x.coefficient - y.coefficient
    if (difference !== 0) return difference
  }
  return a.constant - b.constant
}

const atomOrder: Readonly<Record<IndexAtom['kind'], number>> = {
  axis: 0,
  quotient: 1,
  remainder: 2,
  value: 3,
}

export function compareAtoms(x: IndexAtom, y: IndexAtom): number {
  if (x.kind === 'axis' && y.kind === 'axis') return x.axis - y.axis
  if (x.kind === 'value' && y.kind === 'value') return x.value - y.value
  if (x.kind === 'quotient' && y.kind === 'quotient') return x.by - y.by || compareIndex(x.of, y.of)
  if (x.kind === 'remainder' && y.kind === 'remainder') return x.by - y.by || compareIndex(x.of, y.of)
  return atomOrder[x.kind] - atomOrder[y.kind]
}
