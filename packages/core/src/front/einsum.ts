// Einstein summation: an equation names the axes of each operand and those of the result.

import { formatShape, type Shape } from '../dim.ts'
import type { HeddleError } from '../errors.ts'
import { traced } from '../ir/provenance.ts'
import type { Value } from '../ir/value.ts'
import { asNumbers } from './contract.ts'
import { type Equation, type EquationTerm, parseEquation, underlined } from './einsum-equation.ts'
import { contractLabelled, extentsOf, type Labelled } from './labelled.ts'
import { errorHere, graphOf } from './operand.ts'

/**
 * Sum of products by an equation such as `ij,jk->ik`: axes of one letter are walked together, and letters that are not behind
 * the arrow are summed over. A letter twice in one operand means its diagonal; `...` stands for the axes between, which
 * broadcast (and are summed over if the result leaves them out). Without an arrow the result has the axes of `...` and then
 * the letters that occur once, capital ones first. Spaces mean nothing.
 *
 * *Shapes*: one term an operand, separated by commas; extents of a letter are equal or 1. *Dtypes*: all numbers, promoted to one;
 * bools count as i32.
 * - C1 the equation is made of letters, `...`, `,` and one `->`; the result names each letter once, and only letters of operands.
 *   Throws `ATTR_EINSUM`.
 * - C2 there are as many operands as terms, each with as many axes as its term names; extents of a letter fit. Throws `SHAPE_EINSUM`.
 *
 * *Numerics*: two operands are one `dot`, batched where a letter is in both and in the result. More are joined two at a time, at
 * each step the two whose product adds the fewest elements.
 * *Source*: numpy's `einsum`, with PyTorch's rules for `...`.
 *
 * @example
 * einsum('bhqd,bhkd->bhqk', [q, k]) // q and k: f32[2, 4, 16, 8] gives f32[2, 4, 16, 16]
 *
 * @example
 * einsum('ii', [x]) // x = [[1, 2], [3, 4]] gives 5
 */
export const einsum: (equation: string, operands: readonly Value[]) => Value = traced(
  (equation: string, operands: readonly Value[]): Value => {
    graphOf('einsum', operands)
    const parsed = parseEquation(equation)
    if (parsed.terms.length !== operands.length) throw operandCount(parsed, operands.length) // C2
    const ellipsis = ellipsisRank(parsed, operands)
    const labelled = asNumbers('einsum', operands).map(
      (value, k): Labelled => ({ value, labels: labelsOf(parsed, k, value.type.shape, ellipsis) }),
    )
    checkExtents(parsed, labelled)
    return contractLabelled(labelled, outputLabels(parsed, ellipsis))
  },
)

/** Axes of the ellipsis are labelled from the last: `...1` is the last. */
const ellipsisLabels = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, k) => `...${count - k}`)

/** How many axes the longest ellipsis stands for. */
function ellipsisRank({ terms }: Equation, operands: readonly Value[]): number {
  const ranks = terms.map(({ labels }, k) =>
    labels.includes('...') ? (operands[k]?.type.shape.length ?? 0) - labels.length + 1 : 0,
  )
  return Math.max(0, ...ranks)
}

function labelsOf(equation: Equation, k: number, shape: Shape, ellipsis: number): readonly string[] {
  const term = equation.terms[k] as EquationTerm
  const place = term.labels.indexOf('...')
  const covered = place < 0 ? 0 : shape.length - term.labels.length + 1
  if (place < 0 ? term.labels.length !== shape.length : covered < 0) throw termRank(equation, k, shape) // C2
  if (place < 0) return term.labels
  const between = ellipsisLabels(ellipsis).slice(ellipsis - covered)
  return [...term.labels.slice(0, place), ...between, ...term.labels.slice(place + 1)]
}

function outputLabels({ terms, output }: Equation, ellipsis: number): readonly string[] {
  const between = ellipsisLabels(ellipsis)
  if (output !== undefined) {
    return output.labels.flatMap((label) => (label === '...' ? between : [label]))
  }
  const all = terms.flatMap(({ labels }) => labels).filter((label) => label !== '...')
  const once = all.filter((label) => all.indexOf(label) === all.lastIndexOf(label))
  return [...between, ...once.sort()]
}

function checkExtents(equation: Equation, operands: readonly Labelled[]): void {
  const extents = extentsOf(operands)
  for (const [k, { value, labels }] of operands.entries()) {
    labels.forEach((label, axis) => {
      const own = value.type.shape[axis] ?? 1
      const twin = value.type.shape[labels.indexOf(label)] ?? 1
      const other = extents.get(label) ?? 1
      if (own !== twin) throw termExtent(equation, k, label, own, twin) // C2
      if (own !== 1 && own !== other) throw termExtent(equation, k, label, own, other) // C2
    })
  }
}

const operandCount = (equation: Equation, given: number): HeddleError =>
  errorHere(
    'SHAPE_EINSUM',
    `einsum: the equation has ${equation.terms.length} terms, ${given} operands are given; these must be equal${underlined(equation.text, 0)}`,
    { equation: equation.text, terms: equation.terms.length, operands: given, constraint: 'C2' },
  )

function termRank(equation: Equation, k: number, shape: Shape): HeddleError {
  const { labels, start } = equation.terms[k] as EquationTerm
  const letters = labels.filter((label) => label !== '...').length
  const named = `${letters}${letters < labels.length ? ' or more' : ''}`
  return errorHere(
    'SHAPE_EINSUM',
    `einsum: operand ${k} is ${formatShape(shape)} with ${shape.length} axes, its term names ${named}; these must be equal${underlined(equation.text, start)}`,
    { equation: equation.text, operand: k, shape, position: start, constraint: 'C2' },
  )
}

function termExtent(equation: Equation, k: number, label: string, own: number, other: number): HeddleError {
  const term = equation.terms[k] as EquationTerm
  const name = label.startsWith('...') ? '...' : label
  const start = term.positions[term.labels.lastIndexOf(name)] ?? term.start
  return errorHere(
    'SHAPE_EINSUM',
    `einsum: axis "${name}" has extent ${own} in operand ${k} and ${other} elsewhere; extents of a letter must be equal or 1, and equal on a diagonal${underlined(equation.text, start)}`,
    { equation: equation.text, operand: k, label, extents: [own, other], position: start, constraint: 'C2' },
  )
}
