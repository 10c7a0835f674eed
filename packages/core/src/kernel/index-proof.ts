// Shows that an address is inside its buffer wherever its guards hold. Intervals first; where these are too wide, small
// index spaces are enumerated and large ones sampled, so an answer "inside" for a large space is evidence, not proof,
// while an answer "outside" always comes with a position that shows it.
import type { AxisId, Guard, IndexExpression, IndexTerm } from './index-expression.ts'
import { equalIndex } from './index-order.ts'
import { axesOf, evaluateIndex, valuesOf } from './index-query.ts'
import type { AxisRanges, IndexRange, ValueRanges } from './index-range.ts'
import { indexRange } from './index-range.ts'

/** The loops around an expression and what is known of the scalar values it may read. */
export interface IndexSpace {
  readonly axes: readonly AxisId[]
  readonly extent: AxisRanges
  readonly valueRange: ValueRanges
}

/** Positions visited when intervals do not decide. */
const enumerationLimit = 1 << 16

/** `undefined` if `index` is in [0, size) wherever `guards` hold; else what is known about where it goes. */
export function escapes(
  index: IndexExpression,
  guards: readonly Guard[],
  size: number,
  space: IndexSpace,
): string | undefined {
  if (space.axes.some((axis) => space.extent(axis) === 0)) return undefined
  const { low, high } = guardedRange(index, guards, space)
  if (low > high || (low >= 0 && high < size)) return undefined
  const values = [...valuesOf(index), ...guards.flatMap((guard) => [...valuesOf(guard.index)])]
  if (values.length > 0) return `lies in ${low} .. ${high}`
  const found = findOutside(index, guards, size, space)
  return found === undefined ? undefined : `is ${found.address} at position [${found.position.join(', ')}]`
}

/** Interval of `index` over the positions where `guards` hold; empty (low > high) where none can hold. */
export function guardedRange(
  index: IndexExpression,
  guards: readonly Guard[],
  space: IndexSpace,
): IndexRange {
  let low = index.constant
  let high = index.constant
  let terms: readonly IndexTerm[] = index.terms
  // A multiple of a guarded expression inside the address is bounded by the guard.
  const implied = guards.flatMap(impliedGuards)
  for (const guard of implied) {
    const range = indexRange(guard.index, space.extent, space.valueRange)
    const alike = implied.filter((other) => equalIndex(plain(other.index), plain(guard.index)))
    const shifts = alike.map((other) => guard.index.constant - other.index.constant)
    const least = Math.max(range.low, ...alike.map((other, k) => other.low + (shifts[k] ?? 0)))
    const greatest = Math.min(range.high, ...alike.map((other, k) => other.high - 1 + (shifts[k] ?? 0)))
    if (least > greatest) return { low: 1, high: 0 }
    const factor = factorWithin(terms, guard.index)
    if (factor === undefined) continue
    terms = terms.filter((term) => !guard.index.terms.some((part) => sameAtom(part, term)))
    const shift = factor * guard.index.constant
    low += factor * (factor > 0 ? least : greatest) - shift
    high += factor * (factor > 0 ? greatest : least) - shift
  }
  for (const term of terms) {
    const range = guardedAtom(term, guards, space)
    low += term.coefficient * (term.coefficient > 0 ? range.low : range.high)
    high += term.coefficient * (term.coefficient > 0 ? range.high : range.low)
  }
  return { low, high }
}

const plain = (index: IndexExpression): IndexExpression => ({ ...index, constant: 0 })

/** Interval of a term's atom where `guards` hold: they bound what is divided, and so the quotient. */
function guardedAtom({ atom }: IndexTerm, guards: readonly Guard[], space: IndexSpace): IndexRange {
  if (atom.kind !== 'quotient') {
    return indexRange({ constant: 0, terms: [{ coefficient: 1, atom }] }, space.extent, space.valueRange)
  }
  const { low, high } = guardedRange(atom.of, guards, space)
  return { low: Math.floor(low / atom.by), high: Math.floor(high / atom.by) }
}

/** The number by which `part`, without its constant, occurs among `terms`. */
function factorWithin(terms: readonly IndexTerm[], part: IndexExpression): number | undefined {
  let factor: number | undefined
  for (const piece of part.terms) {
    const match = terms.find((term) => sameAtom(piece, term))
    if (match === undefined) return undefined
    const ratio = match.coefficient / piece.coefficient
    if (!Number.isInteger(ratio) || (factor !== undefined && factor !== ratio)) return undefined
    factor = ratio
  }
  return factor
}

function sameAtom(x: IndexTerm, y: IndexTerm): boolean {
  return equalIndex(
    { constant: 0, terms: [{ ...x, coefficient: 1 }] },
    { constant: 0, terms: [{ ...y, coefficient: 1 }] },
  )
}

/** A guard and what follows from it: bounds of `floor(x / by)` are bounds of x. */
function impliedGuards(guard: Guard): readonly Guard[] {
  const [term] = guard.index.terms
  if (term === undefined || guard.index.terms.length !== 1) return [guard]
  if (term.atom.kind !== 'quotient' || term.coefficient !== 1) return [guard]
  const { of, by } = term.atom
  const shift = guard.index.constant
  return [guard, { index: of, low: (guard.low - shift) * by, high: (guard.high - shift) * by }]
}

function findOutside(
  index: IndexExpression,
  guards: readonly Guard[],
  size: number,
  { axes, extent }: IndexSpace,
): { readonly address: number; readonly position: readonly number[] } | undefined {
  const used = new Set([...axesOf(index), ...guards.flatMap((guard) => [...axesOf(guard.index)])])
  const loops = axes.filter((axis) => used.has(axis))
  const count = loops.reduce((product, axis) => product * extent(axis), 1)
  const visits = Math.min(count, enumerationLimit)
  // Beyond the limit, a stride that is coprime to most extents spreads the visited positions over the whole space.
  const stride = count / visits
  const at: number[] = []
  const none = (): number => 0
  for (let visit = 0; visit < visits; visit++) {
    let rest = visit === visits - 1 ? count - 1 : Math.floor(visit * stride)
    for (let depth = loops.length - 1; depth >= 0; depth--) {
      const axis = loops[depth]!
      at[axis] = rest % extent(axis)
      rest = Math.floor(rest / extent(axis))
    }
    const holds = guards.every((guard) => {
      const value = evaluateIndex(guard.index, at, none)
      return guard.low <= value && value < guard.high
    })
    if (!holds) continue
    const address = evaluateIndex(index, at, none)
    if (address < 0 || address >= size) return { address, position: loops.map((axis) => at[axis]!) }
  }
  return undefined
}

/** Whether `index` takes every value of [0, size) exactly once as the axes run. Large spaces that are not plain row-major
 * layouts in some order of the axes are believed once their number of positions is right. */
export function covers(index: IndexExpression, size: number, { axes, extent }: IndexSpace): boolean {
  const count = axes.reduce((product, axis) => product * extent(axis), 1)
  if (count !== size) return false
  if (size === 0 || isMixedRadix(index, axes, extent)) return true
  if (size > enumerationLimit) return true
  const seen = new Uint8Array(size)
  const at: number[] = []
  for (let visit = 0; visit < count; visit++) {
    let rest = visit
    for (let depth = axes.length - 1; depth >= 0; depth--) {
      const axis = axes[depth]!
      at[axis] = rest % extent(axis)
      rest = Math.floor(rest / extent(axis))
    }
    const address = evaluateIndex(index, at, () => 0)
    if (seen[address] !== 0) return false // outside, or seen before
    seen[address] = 1
  }
  return true
}

/** Strides 1, e1, e1 e2, ... over the axes in some order. */
function isMixedRadix(index: IndexExpression, axes: readonly AxisId[], extent: AxisRanges): boolean {
  if (index.constant !== 0) return false
  const strides: { readonly stride: number; readonly extent: number }[] = []
  for (const { coefficient, atom } of index.terms) {
    if (atom.kind !== 'axis') return false
    if (extent(atom.axis) > 1) strides.push({ stride: coefficient, extent: extent(atom.axis) })
  }
  if (strides.length !== axes.filter((axis) => extent(axis) > 1).length) return false
  strides.sort((x, y) => x.stride - y.stride)
  let expected = 1
  for (const axis of strides) {
    if (axis.stride !== expected) return false
    expected *= axis.extent
  }
  return true
}
