// Einstein summation: an equation names the dimensions of each operand and those of the result. Checked here in PyTorch's words; one
// operand alone is permuted and summed, several are core's contraction.

import type { Value } from '@heddle/core'
import * as core from '@heddle/core'
import type { Tensor } from '../tensor/tensor.ts'
import { diagonal } from './dim-views.ts'
import { requireSameType } from './factors.ts'
import { operation } from './operation.ts'
import * as errors from './product-errors.ts'
import { sum } from './reductions.ts'
import { run } from './run.ts'
import { permute } from './transposes.ts'

/** Labels of a term, `'...'` among them. */
type Labels = readonly string[]

interface Equation {
  readonly terms: readonly Labels[]
  readonly output: Labels
}

/** Sums of products by an equation such as `'ij,jk->ik'`, of operands one after the other or in a list. */
export function einsum(equation: string, ...operands: readonly (Tensor | readonly Tensor[])[]): Tensor {
  const tensors = operands.flat() as readonly Tensor[]
  if (tensors.length === 0) throw errors.einsumNothing()
  const parsed = parse(equation, tensors.length)
  check(parsed, tensors)
  const [only] = tensors as readonly [Tensor]
  if (tensors.length === 1 && !equation.includes('.')) return ofOne(parsed, only)
  for (const each of tensors) requireSameType(only, each)
  const isSummed = parsed.terms.some((term) => term.some((label) => !parsed.output.includes(label)))
  return run(isSummed ? contracted : multiplied, tensors, { equation: equation.replaceAll(' ', '') })
}

interface EquationOption {
  readonly equation: string
}

const contraction = (node: string) =>
  operation<EquationOption>({
    name: 'einsum',
    node,
    build: (operands, { equation }) => core.einsum(equation, operands as readonly Value[]),
  })
const contracted = contraction('ViewBackward0')
const multiplied = contraction('MulBackward0')

function parse(equation: string, count: number): Equation {
  const arrow = equation.indexOf('->')
  const left = arrow < 0 ? equation : equation.slice(0, arrow)
  const terms = left.split(',').map((term, place) => labelsOf(term, left, place))
  if (terms.length > count) throw errors.einsumOperands('fewer')
  if (terms.length < count) throw errors.einsumOperands('more')
  const output = arrow < 0 ? implied(terms) : labelsOf(equation.slice(arrow + 2), equation, 0)
  const seen = new Set<string>()
  for (const label of output) {
    if (seen.has(label) && label !== '...') throw errors.einsumTwice(label)
    seen.add(label)
    if (label !== '...' && !terms.some((term) => term.includes(label))) throw errors.einsumUnknown(label)
  }
  return { terms, output }
}

function labelsOf(term: string, equation: string, place: number): Labels {
  const labels = term.match(/\.\.\.|[^ ]/g) ?? []
  const odd = labels.find((label) => label !== '...' && !/[a-zA-Z]/.test(label))
  if (odd !== undefined) {
    const start = equation.split(',').slice(0, place).join(',').length + (place > 0 ? 1 : 0)
    throw errors.einsumSubscript(equation.indexOf(odd, start))
  }
  return labels
}

/** Without an arrow: what `...` stands for, then labels that occur once, capital ones first. */
function implied(terms: readonly Labels[]): Labels {
  const all = terms.flat()
  const once = all.filter((label) => label !== '...' && all.indexOf(label) === all.lastIndexOf(label))
  return [...(all.includes('...') ? ['...'] : []), ...once.sort()]
}

function check({ terms }: Equation, tensors: readonly Tensor[]): void {
  const known = new Map<string, number>()
  terms.forEach((term, place) => {
    const { shape, ndim } = tensors[place] as Tensor
    const hasDots = term.includes('...')
    const count = term.length - (hasDots ? 1 : 0)
    if (!hasDots && count !== ndim) throw errors.einsumRank(count, ndim, place)
    if (hasDots && count > ndim) throw errors.einsumRankEllipsis(count, ndim, place)
    const dots = term.indexOf('...')
    const own = new Map<string, number>()
    term.forEach((label, k) => {
      if (label === '...') return
      const axis = hasDots && k > dots ? ndim - term.length + k : k
      const extent = shape[axis] as number
      const before = own.get(label)
      if (before !== undefined && before !== extent) throw errors.einsumRepeated(label, place, before, extent)
      own.set(label, extent)
      const other = known.get(label) ?? 1
      if (extent !== 1 && other !== 1 && extent !== other)
        throw errors.einsumSize(label, extent, place, other)
      known.set(label, Math.max(other, extent))
    })
  })
}

/** Diagonals of labels that occur twice, then the result's dimensions in front, then sums over the others. */
function ofOne({ terms: [term = []], output }: Equation, tensor: Tensor): Tensor {
  let x = tensor
  let labels = [...term]
  for (const label of new Set(term)) {
    for (
      let second = labels.lastIndexOf(label);
      second !== labels.indexOf(label);
      second = labels.lastIndexOf(label)
    ) {
      const first = labels.indexOf(label)
      x = diagonal(x, 0, first, second)
      labels = [...labels.filter((_, axis) => axis !== first && axis !== second), label]
    }
  }
  const rest = labels.filter((label) => !output.includes(label))
  const ordered = permute(
    x,
    [...output, ...rest].map((label) => labels.indexOf(label)),
  )
  if (rest.length === 0) return ordered
  return sum(
    ordered,
    rest.map((_, k) => output.length + k),
  )
}
