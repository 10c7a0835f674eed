// How far a result in float64 may lie from PyTorch's: both round, in other orders and with other expansions of functions. By
// class of what was computed, in units in the last place of the dtype in which PyTorch computed. Nothing is tuned to a case.
import { isFloat, opRecord, postOrder, regionsOf, sizeOf, type Value } from '@heddle/core'

/**
 * - `exact`: moved, chosen or counted; nothing rounds.
 * - `elementwise`: one or two rounding functions of a number; relative to the result.
 * - `special`: the same for functions that both sides approximate (gamma, inverse error function, ...).
 * - `compound`: a formula of several ops, in which terms may cancel; relative to the result, but at least to 1.
 * - `reduction`: sums of many terms, relative to the largest element of the result, but at least to 1; grows with the number of terms.
 */
export type GoldenClass = 'exact' | 'elementwise' | 'special' | 'compound' | 'reduction'

interface GoldenTolerance {
  readonly ulps: number
  /** What the distance is measured by, besides the element itself. */
  readonly atLeast: 'nothing' | 'one' | 'largest'
}

const table: Readonly<Record<GoldenClass, GoldenTolerance>> = {
  exact: { ulps: 0, atLeast: 'nothing' },
  elementwise: { ulps: 8, atLeast: 'nothing' },
  special: { ulps: 256, atLeast: 'nothing' },
  compound: { ulps: 64, atLeast: 'one' },
  reduction: { ulps: 32, atLeast: 'largest' },
}

/** Terms beyond this do not widen a bound: errors of sums grow like the root of their number, and bounds have room. */
const MOST_TERMS = 256

/** Where PyTorch computes with other dtypes than float64; the distance from 1 to the next number. */
const epsilons: Readonly<Record<string, number>> = {
  f64: 2 ** -52,
  f32: 2 ** -23,
  f16: 2 ** -10,
  bf16: 2 ** -7,
}

/** Allowed distance of each element from an expected array of float `dtype`. */
export function goldenBound(
  dtype: string,
  expected: ArrayLike<number>,
  kind: GoldenClass,
  terms: number,
): Float64Array {
  const { ulps, atLeast } = table[kind]
  const unit = ulps * (epsilons[dtype] ?? 0) * (kind === 'reduction' ? Math.min(terms, MOST_TERMS) : 1)
  let least = atLeast === 'nothing' ? 0 : 1
  if (atLeast === 'largest') {
    for (let at = 0; at < expected.length; at++) {
      const magnitude = Math.abs(expected[at] ?? 0)
      if (Number.isFinite(magnitude)) least = Math.max(least, magnitude)
    }
  }
  return Float64Array.from(expected, (value) => {
    const magnitude = Math.abs(value)
    return Number.isFinite(magnitude) ? unit * Math.max(magnitude, least) : 0
  })
}

/** The class of a value, by what it is computed of, and its longest sum. */
export function goldenClassOf(value: Value): { readonly kind: GoldenClass; readonly terms: number } {
  let functions = 0
  let terms = 1
  let sums = false
  for (const node of nodesOfAll([value])) {
    const { kind } = opRecord(node.op)
    if (node.inputs.length === 0 || !isFloat(node.type.dtype)) continue
    if (kind === 'elementwise' && node.op !== 'select') functions++
    if (kind === 'host') {
      // A running sum along some axis.
      sums = true
      terms = Math.max(terms, ...node.type.shape)
    }
    if (kind !== 'reduction' && kind !== 'contraction') continue
    sums = true
    const largest = Math.max(...node.inputs.map(({ type }) => sizeOf(type.shape)))
    terms = Math.max(terms, largest / Math.max(1, sizeOf(node.type.shape)))
  }
  if (sums) return { kind: 'reduction', terms }
  if (functions === 0) return { kind: 'exact', terms }
  return { kind: functions <= 2 ? 'elementwise' : 'compound', terms }
}

/** The nodes behind values, with those of regions they run. */
function nodesOfAll(values: readonly Value[]): readonly Value[] {
  const found: Value[] = []
  const pending: (readonly Value[])[] = [values]
  for (let roots = pending.pop(); roots !== undefined; roots = pending.pop()) {
    for (const node of postOrder(roots)) {
      found.push(node)
      pending.push(...regionsOf(node).map(({ results }) => results))
    }
  }
  return found
}
