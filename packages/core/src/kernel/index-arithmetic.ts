// The algebra of index expressions: every function takes canonical expressions and returns a canonical one, and every
// rewrite is exact over the integers (quotients are floors, remainders are in [0, by)). It is not a general solver:
// interval reasoning only. Canonical: terms sorted by `compareAtoms`, atoms distinct, coefficients non-zero; the operand of
// a quotient or remainder holds no multiple of `by` and, where its range is known, its least value lies in [0, by).
import { internalError } from '../errors.ts'
import type { AxisId, IndexAtom, IndexExpression, IndexTerm } from './index-expression.ts'
import { compareAtoms } from './index-order.ts'
import type { AxisRanges, IndexRange } from './index-range.ts'
import { i32Range, indexRange, unboundedAxes } from './index-range.ts'

/** Data may be anything: an expression with a finite lower end in spite of it is one whose least value is known. */
const unknownValue = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY }

export function indexConstant(constant: number): IndexExpression {
  return { constant: constant + 0, terms: [] } // -0 becomes 0
}

export function indexAxis(axis: AxisId): IndexExpression {
  return single({ kind: 'axis', axis })
}

/** An i32 scalar value as an index. */
export function indexValue(value: number): IndexExpression {
  return single({ kind: 'value', value })
}

export function addIndex(
  a: IndexExpression,
  b: IndexExpression,
  ranges: AxisRanges = unboundedAxes,
): IndexExpression {
  if (b.terms.length === 0) return offsetIndex(a, b.constant)
  if (a.terms.length === 0) return offsetIndex(b, a.constant)
  return recombine({ constant: a.constant + b.constant, terms: mergeTerms(a.terms, b.terms) }, ranges)
}

export function scaleIndex(a: IndexExpression, factor: number): IndexExpression {
  if (factor === 0) return indexConstant(0)
  if (factor === 1) return a
  return {
    constant: a.constant * factor + 0,
    terms: a.terms.map(({ coefficient, atom }) => ({ coefficient: coefficient * factor, atom })),
  }
}

export function offsetIndex(a: IndexExpression, offset: number): IndexExpression {
  return offset === 0 ? a : { constant: a.constant + offset, terms: a.terms }
}

/** `floor(a / by)`; `by >= 1`. */
export function quotientIndex(a: IndexExpression, by: number, ranges: AxisRanges): IndexExpression {
  requirePositive('quotient', by)
  if (by === 1) return a
  const { whole, rest, range } = reduce(a, by, ranges)
  const block = Math.floor(range.low / by)
  if (block === Math.floor(range.high / by)) return offsetIndex(whole, block)

  // floor((g x + s) / (g b)) = floor(x / b) where 0 <= s < g
  const coarse = coarsen(rest, by, ranges)
  if (coarse !== undefined) {
    return addIndex(whole, quotientIndex(coarse.multiple, by / coarse.factor, ranges), ranges)
  }

  // floor((floor(x / c) + y) / b) = floor((x + c y) / (b c))
  const inner = rest.terms.find(({ coefficient, atom }) => coefficient === 1 && atom.kind === 'quotient')
  if (inner !== undefined && inner.atom.kind === 'quotient') {
    const { of, by: c } = inner.atom
    const others = { constant: rest.constant, terms: rest.terms.filter((term) => term !== inner) }
    const merged = addIndex(of, scaleIndex(others, c), ranges)
    if (fitsI32(indexRange(merged, ranges))) {
      return addIndex(whole, quotientIndex(merged, by * c, ranges), ranges)
    }
  }

  // floor((x mod (b c)) / b) = floor(x / b) mod c
  const only = soleTerm(rest)
  if (only?.kind === 'remainder' && only.by % by === 0) {
    const divided = quotientIndex(only.of, by, ranges)
    return addIndex(whole, remainderIndex(divided, only.by / by, ranges), ranges)
  }
  return addIndex(whole, single({ kind: 'quotient', of: rest, by }), ranges)
}

/** `a - by * floor(a / by)`, in [0, by); `by >= 1`. */
export function remainderIndex(a: IndexExpression, by: number, ranges: AxisRanges): IndexExpression {
  requirePositive('remainder', by)
  if (by === 1) return indexConstant(0)
  const { rest, range } = reduce(a, by, ranges)
  const block = Math.floor(range.low / by)
  if (block === Math.floor(range.high / by)) return offsetIndex(rest, -block * by)

  // c (x mod n) = c x (mod b) where b divides c n
  const inner = rest.terms.find(({ coefficient, atom }) => {
    return atom.kind === 'remainder' && (coefficient * atom.by) % by === 0
  })
  if (inner !== undefined && inner.atom.kind === 'remainder') {
    const others = { constant: rest.constant, terms: rest.terms.filter((term) => term !== inner) }
    return remainderIndex(addIndex(others, scaleIndex(inner.atom.of, inner.coefficient), ranges), by, ranges)
  }

  // (g x + s) mod (g b) = g (x mod b) + s where 0 <= s < g
  const coarse = coarsen(rest, by, ranges)
  if (coarse !== undefined) {
    const { factor, multiple, fine } = coarse
    return addIndex(scaleIndex(remainderIndex(multiple, by / factor, ranges), factor), fine, ranges)
  }
  return single({ kind: 'remainder', of: rest, by })
}

/** Replaces each axis; `ranges` are those of the axes of the result. */
export function substituteAxes(
  a: IndexExpression,
  replacement: (axis: AxisId) => IndexExpression,
  ranges: AxisRanges = unboundedAxes,
): IndexExpression {
  return rebuild(a, ranges, (atom) => (atom.kind === 'axis' ? replacement(atom.axis) : single(atom)))
}

/** Replaces each scalar value, for instance when a code list is spliced into another. */
export function substituteValues(
  a: IndexExpression,
  replacement: (value: number) => IndexExpression,
  ranges: AxisRanges = unboundedAxes,
): IndexExpression {
  return rebuild(a, ranges, (atom) => (atom.kind === 'value' ? replacement(atom.value) : single(atom)))
}

/** Row-major address of `indices` in an array of `shape`; each index must be inside its axis. */
export function linearize(
  indices: readonly IndexExpression[],
  shape: readonly number[],
  ranges: AxisRanges = unboundedAxes,
): IndexExpression {
  if (indices.length !== shape.length) {
    throw internalError('linearize', `${indices.length} indices for an array of rank ${shape.length}`)
  }
  let address = indexConstant(0)
  let stride = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const extent = shape[axis]!
    if (extent !== 1) address = addIndex(address, scaleIndex(indices[axis]!, stride), ranges)
    stride *= extent
  }
  return address
}

/** The inverse of `linearize`: `linear` must be inside the array, hence the outermost index needs no remainder. */
export function delinearize(
  linear: IndexExpression,
  shape: readonly number[],
  ranges: AxisRanges,
): IndexExpression[] {
  const indices = shape.map(() => indexConstant(0))
  if (shape.includes(0)) return indices
  const outermost = shape.findIndex((extent) => extent !== 1)
  let rest = linear
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const extent = shape[axis]!
    if (extent === 1) continue
    indices[axis] = axis === outermost ? rest : remainderIndex(rest, extent, ranges)
    rest = quotientIndex(rest, extent, ranges)
  }
  return indices
}

function single(atom: IndexAtom): IndexExpression {
  return { constant: 0, terms: [{ coefficient: 1, atom }] }
}

/** The atom of an expression that is nothing but one atom. */
function soleTerm(a: IndexExpression): IndexAtom | undefined {
  const [first] = a.terms
  return a.terms.length === 1 && a.constant === 0 && first?.coefficient === 1 ? first.atom : undefined
}

function mergeTerms(a: readonly IndexTerm[], b: readonly IndexTerm[]): IndexTerm[] {
  const merged: IndexTerm[] = []
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    const x = a[i]
    const y = b[j]
    const order = x === undefined ? 1 : y === undefined ? -1 : compareAtoms(x.atom, y.atom)
    if (order === 0) {
      const coefficient = x!.coefficient + y!.coefficient
      if (coefficient !== 0) merged.push({ coefficient, atom: x!.atom })
      i++
      j++
    } else if (order < 0) {
      merged.push(x!)
      i++
    } else {
      merged.push(y!)
      j++
    }
  }
  return merged
}

/** `k b floor(x / b) + k (x mod b) = k x`, wherever both are among the terms. */
function recombine(a: IndexExpression, ranges: AxisRanges): IndexExpression {
  for (const part of a.terms) {
    if (part.atom.kind !== 'remainder') continue
    const { of, by } = part.atom
    const divided = soleTerm(quotientIndex(of, by, ranges))
    if (divided === undefined) continue
    const counterpart = a.terms.find(({ coefficient, atom }) => {
      return coefficient === part.coefficient * by && compareAtoms(atom, divided) === 0
    })
    if (counterpart === undefined) continue
    const others = a.terms.filter((term) => term !== part && term !== counterpart)
    return addIndex({ constant: a.constant, terms: others }, scaleIndex(of, part.coefficient), ranges)
  }
  return a
}

/** `a = by * whole + rest` with small coefficients in `rest` and, where its range is known, its least value in [0, by). */
function reduce(
  a: IndexExpression,
  by: number,
  ranges: AxisRanges,
): { readonly whole: IndexExpression; readonly rest: IndexExpression; readonly range: IndexRange } {
  const whole: IndexTerm[] = []
  const rest: IndexTerm[] = []
  for (const { coefficient, atom } of a.terms) {
    if (atom.kind === 'axis' && ranges(atom.axis) <= 1) continue // always 0
    const times = Math.trunc(coefficient / by)
    const left = coefficient - times * by
    if (times !== 0) whole.push({ coefficient: times, atom })
    if (left !== 0) rest.push({ coefficient: left, atom })
  }
  const left = { constant: a.constant, terms: rest }
  const { low, high } = indexRange(left, ranges)
  const isKnown = Number.isFinite(indexRange(left, ranges, () => unknownValue).low)
  const blocks = Math.floor((isKnown ? low : a.constant) / by) + 0
  const shift = blocks * by
  return {
    whole: { constant: blocks, terms: whole },
    rest: { constant: a.constant - shift, terms: rest },
    range: { low: low - shift, high: high - shift },
  }
}

/** Finds `a = factor * multiple + fine`, 0 <= fine < factor, with the largest factor > 1 that divides `by`. */
function coarsen(
  a: IndexExpression,
  by: number,
  ranges: AxisRanges,
):
  | { readonly factor: number; readonly multiple: IndexExpression; readonly fine: IndexExpression }
  | undefined {
  for (const factor of commonFactors(a.terms, by)) {
    const multiple: IndexTerm[] = []
    const fine: IndexTerm[] = []
    for (const term of a.terms) {
      if (term.coefficient % factor !== 0) fine.push(term)
      else multiple.push({ coefficient: term.coefficient / factor, atom: term.atom })
    }
    const { low, high } = indexRange({ constant: a.constant, terms: fine }, ranges)
    const whole = Math.floor(low / factor)
    if (high - whole * factor >= factor) continue
    return {
      factor,
      multiple: { constant: whole, terms: multiple },
      fine: { constant: a.constant - whole * factor, terms: fine },
    }
  }
  return undefined
}

/** Divisors of `by` above 1 that are common to some of the coefficients, largest first. */
function commonFactors(terms: readonly IndexTerm[], by: number): number[] {
  const factors = new Set<number>()
  for (const { coefficient } of terms) {
    const factor = greatestCommonDivisor(Math.abs(coefficient), by)
    for (const other of [...factors]) factors.add(greatestCommonDivisor(factor, other))
    factors.add(factor)
  }
  factors.delete(1)
  return [...factors].sort((x, y) => y - x)
}

function greatestCommonDivisor(x: number, y: number): number {
  let a = x
  let b = y
  while (b !== 0) [a, b] = [b, a % b]
  return a
}

function rebuild(
  a: IndexExpression,
  ranges: AxisRanges,
  leaf: (atom: IndexAtom & { readonly kind: 'axis' | 'value' }) => IndexExpression,
): IndexExpression {
  let sum = indexConstant(a.constant)
  for (const { coefficient, atom } of a.terms) {
    sum = addIndex(sum, scaleIndex(rebuildAtom(atom, ranges, leaf), coefficient), ranges)
  }
  return sum
}

function rebuildAtom(
  atom: IndexAtom,
  ranges: AxisRanges,
  leaf: (atom: IndexAtom & { readonly kind: 'axis' | 'value' }) => IndexExpression,
): IndexExpression {
  switch (atom.kind) {
    case 'axis':
    case 'value':
      return leaf(atom)
    case 'quotient':
      return quotientIndex(rebuild(atom.of, ranges, leaf), atom.by, ranges)
    case 'remainder':
      return remainderIndex(rebuild(atom.of, ranges, leaf), atom.by, ranges)
    default:
      return atom satisfies never
  }
}

function fitsI32({ low, high }: IndexRange): boolean {
  const unknown = high === Number.POSITIVE_INFINITY || low === Number.NEGATIVE_INFINITY
  return unknown || (low >= i32Range.low && high <= i32Range.high)
}

function requirePositive(where: string, by: number): void {
  if (!(Number.isInteger(by) && by >= 1))
    throw internalError(where, `divisor ${by} is not a positive integer`)
}
