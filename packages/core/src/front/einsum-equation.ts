// The equation of `einsum` as terms. Every label keeps its position in the text, for errors that point at it.

import type { HeddleError } from '../errors.ts'
import { errorHere } from './operand.ts'

export interface EquationTerm {
  /** Letters, and `...` at most once. */
  readonly labels: readonly string[]
  /** Where each label stands in the text. */
  readonly positions: readonly number[]
  /** Where the term begins. */
  readonly start: number
}

export interface Equation {
  readonly text: string
  readonly terms: readonly EquationTerm[]
  /** Undefined without an arrow. */
  readonly output: EquationTerm | undefined
}

/** Throws `ATTR_EINSUM`, pointing at what is wrong. */
export function parseEquation(text: string): Equation {
  const arrow = text.indexOf('->')
  const terms: EquationTerm[] = []
  const end = arrow < 0 ? text.length : arrow
  for (let start = 0; start <= end; ) {
    const comma = text.indexOf(',', start)
    const limit = comma < 0 || comma > end ? end : comma
    terms.push(parseTerm(text, start, limit))
    start = limit + 1
  }
  if (arrow < 0) return { text, terms, output: undefined }
  const output = parseTerm(text, arrow + 2, text.length)
  output.labels.forEach((label, k) => {
    const position = output.positions[k] ?? 0
    if (output.labels.indexOf(label) < k)
      throw malformed(text, position, `letter "${label}" is in the result twice`)
    if (label !== '...' && !terms.some(({ labels }) => labels.includes(label)))
      throw malformed(text, position, `letter "${label}" of the result is in no operand`)
  })
  return { text, terms, output }
}

function parseTerm(text: string, start: number, end: number): EquationTerm {
  const labels: string[] = []
  const positions: number[] = []
  for (let at = start; at < end; ) {
    const isDots = text.startsWith('...', at) && at + 3 <= end
    const symbol = isDots ? '...' : text.charAt(at)
    if (isDots && labels.includes('...')) throw malformed(text, at, 'a term has ... twice')
    if (!isDots && symbol !== ' ' && !/[a-zA-Z]/.test(symbol))
      throw malformed(text, at, `"${symbol}" is not a letter, "..." or a space`)
    if (symbol !== ' ') {
      labels.push(symbol)
      positions.push(at)
    }
    at += symbol.length
  }
  return { labels, positions, start }
}

/** The equation on a line of its own, with a mark under `position`. */
export const underlined = (text: string, position: number): string =>
  `\n    ${text}\n    ${' '.repeat(position)}^`

const malformed = (text: string, position: number, problem: string): HeddleError =>
  errorHere('ATTR_EINSUM', `einsum: ${problem}${underlined(text, position)}`, {
    equation: text,
    position,
    constraint: 'C1',
  })
