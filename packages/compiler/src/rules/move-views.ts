// Views move outwards through elementwise ops, where they meet views to join, contractions that absorb them, and roots.
// Computing before repeating also computes less. Exact: the same values are computed, in other places.
import {
  type Builder,
  type DType,
  opNames,
  opRecord,
  type Shape,
  shapesEqual,
  structurallyEqual,
  type Value,
} from '@heddle/core'
import { p } from '../rewrite/pattern.ts'
import { type Rule, rule } from '../rewrite/rule.ts'
import { constant, input } from './support.ts'

const elementwise = opNames.filter((op) => opRecord(op).kind === 'elementwise')
const moved = ['reshape', 'permute', 'expand'] as const

/** The view all operands share, constants aside; with the shape it starts from. */
function sharedView({ inputs }: Value): { readonly view: Value; readonly source: Shape } | undefined {
  const view = inputs.find((operand) => operand.op !== 'full')
  const source = view?.inputs[0]?.type.shape
  if (view === undefined || source === undefined || !(moved as readonly string[]).includes(view.op))
    return undefined
  const isShared = inputs.every(
    (operand) =>
      operand.op === 'full' ||
      (operand.op === view.op &&
        shapesEqual(operand.inputs[0]?.type.shape ?? [], source) &&
        structurallyEqual(operand.attrs, view.attrs)),
  )
  return isShared ? { view, source } : undefined
}

export const moveViewRules: readonly Rule[] = [
  rule('elementwise-of-views', {
    why: 'views move outwards; what is repeated is computed once',
    match: p.anyOf(elementwise).as('root'),
    when: ({ root }) => sharedView(root) !== undefined,
    rewrite: ({ root }, b) => {
      const shared = sharedView(root)
      if (shared === undefined) return root
      const { view, source } = shared
      const operands = root.inputs.map((operand) =>
        operand.op === 'full'
          ? constant(b, { ...operand.type, shape: source }, (operand as Value<'full'>).attrs.value)
          : (operand.inputs[0] as Value),
      )
      return b.make(view.op, [b.make(root.op, operands, root.attrs)], view.attrs)
    },
    examples: [
      (b) => b.exp(b.permute(input(b), { perm: [1, 0] })),
      (b) => b.add(b.reshape(input(b), { shape: [6] }), b.reshape(input(b, 'y'), { shape: [6] })),
      (b) => b.mul(row(b, 'x'), constant(b, row(b, 'x').type, 0.1)),
      (b) => b.select(row(b, 'c', 'bool'), row(b, 'x'), row(b, 'y')),
    ],
  }),
]

const row = (b: Builder, name: string, dtype: DType = 'f32'): Value =>
  b.expand(input(b, name, [1, 3], dtype), { shape: [4, 3] })
