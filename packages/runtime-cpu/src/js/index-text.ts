// Index expressions and guards as JavaScript, their parts hoisted to the loops where they are known.
import type { Guard, IndexAtom, IndexExpression, IndexRange, IndexTerm } from '@heddle/core'
import { indexRange } from '@heddle/core'
import type { Nest } from './nest.ts'
import { axisName } from './nest.ts'
import type { Expression } from './text.ts'
import { atom, compound, operand } from './text.ts'

/** An expression together with the innermost loop it needs. */
export interface Placed extends Expression {
  readonly depth: number
}

/** Gives the i32 values that indices read. */
export type ValueReader = (value: number) => Placed

export function placeIndex(nest: Nest, index: IndexExpression, readValue: ValueReader): Placed {
  const { parts, deepest } = placeTerms(nest, index.terms, readValue)
  let sum: string | undefined
  for (let depth = 0; depth <= deepest; depth++) {
    const here = parts[depth]
    if (here === undefined) continue
    // What outer loops know is added up there, once; the constant comes last, so that neighbours share the rest.
    if (sum !== undefined && !/^\w+$/.test(sum)) sum = nest.bind(depth - 1, sum)
    sum = sum === undefined ? here : `${sum}${here.startsWith('-') ? ` - ${here.slice(1)}` : ` + ${here}`}`
  }
  if (sum === undefined) return { ...constantText(index.constant), depth: 0 }
  const { constant } = index
  const text = constant === 0 ? sum : `${sum} ${constant < 0 ? '-' : '+'} ${Math.abs(constant)}`
  return { text, isAtom: /^\w+$/.test(text), depth: deepest }
}

/** All guards as one condition, `undefined` if they always hold. */
export function placeGuards(
  nest: Nest,
  guards: readonly Guard[],
  readValue: ValueReader,
): { readonly text: string; readonly depth: number } | undefined {
  const conditions: { readonly text: string; readonly depth: number }[] = []
  for (const { index, low, high } of guards) {
    const range = rangeOf(nest, index)
    const needsLow = range.low < low
    const needsHigh = range.high >= high
    if (!needsLow && !needsHigh) continue
    let placed = placeIndex(nest, index, readValue)
    if (needsLow && needsHigh && !placed.isAtom) {
      placed = { ...atom(nest.bind(placed.depth, placed.text)), depth: placed.depth }
    }
    const text = operand(placed)
    const tests = [...(needsLow ? [`${text} >= ${low}`] : []), ...(needsHigh ? [`${text} < ${high}`] : [])]
    conditions.push({ text: tests.join(' && '), depth: placed.depth })
  }
  if (conditions.length === 0) return undefined
  const depth = Math.max(...conditions.map((condition) => condition.depth))
  const outer = conditions.filter((condition) => condition.depth < depth)
  const inner = conditions.filter((condition) => condition.depth === depth)
  const hoisted = outer.map((condition) => nest.bind(condition.depth, condition.text))
  return { text: [...hoisted, ...inner.map((condition) => condition.text)].join(' && '), depth }
}

/** Bounds of an index over the kernel's axes. */
export function rangeOf(nest: Nest, index: IndexExpression): IndexRange {
  return indexRange(index, (axis) => nest.kernel.axes[axis]!.extent)
}

/** The terms of a sum by the depth at which they are known. */
function placeTerms(
  nest: Nest,
  terms: readonly IndexTerm[],
  readValue: ValueReader,
): { readonly parts: (string | undefined)[]; readonly deepest: number } {
  const parts: (string | undefined)[] = []
  let deepest = 0
  for (const { coefficient, atom: of } of terms) {
    if (of.kind === 'axis' && nest.kernel.axes[of.axis]!.extent <= 1) continue // always 0
    const placed = placeAtom(nest, of, readValue)
    const factor = Math.abs(coefficient)
    const text = factor === 1 ? operand(placed) : `${factor} * ${operand(placed)}`
    const before = parts[placed.depth]
    parts[placed.depth] =
      before === undefined
        ? `${coefficient < 0 ? '-' : ''}${text}`
        : `${before} ${coefficient < 0 ? '-' : '+'} ${text}`
    deepest = Math.max(deepest, placed.depth)
  }
  return { parts, deepest }
}

function placeAtom(nest: Nest, of: IndexAtom, readValue: ValueReader): Placed {
  switch (of.kind) {
    case 'axis':
      return { ...atom(axisName(of.axis)), depth: nest.depthOf(of.axis) }
    case 'value':
      return readValue(of.value)
    case 'quotient':
    case 'remainder': {
      const inner = placeIndex(nest, of.of, readValue)
      const text = divisionText(of.kind, operand(inner), of.by, rangeOf(nest, of.of))
      return { ...atom(nest.bind(inner.depth, text)), depth: inner.depth }
    }
    default:
      return of satisfies never
  }
}

/** Floor division, by bits or by truncation where the dividend is not negative. */
function divisionText(
  kind: 'quotient' | 'remainder',
  text: string,
  by: number,
  { low, high }: IndexRange,
): string {
  const isSmall = low >= 0 && high < 2 ** 31
  const isPower = (by & (by - 1)) === 0 && by < 2 ** 31
  if (isSmall && isPower) return kind === 'quotient' ? `${text} >> ${Math.log2(by)}` : `${text} & ${by - 1}`
  if (isSmall) return kind === 'quotient' ? `${text} / ${by} | 0` : `${text} % ${by}`
  return kind === 'quotient' ? `floor(${text} / ${by})` : `modulo(${text}, ${by})`
}

function constantText(constant: number): Expression {
  return constant < 0 ? compound(`${constant}`) : atom(`${constant}`)
}
