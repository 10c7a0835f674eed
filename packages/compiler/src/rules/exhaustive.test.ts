// Every exact rule far beyond its examples: values of the form it looks for over all shapes of extents 0 to 3 and rank up to 3, in
// every dtype, on operands that are nothing but special. Before and after are equal to the bit, signs of zeros among it, in float64 and
// with every result rounded to its dtype.
import {
  createBuilder,
  type DType,
  dtypeNames,
  interpretValues,
  type NdArray,
  opRecord,
  postOrder,
  printGraph,
  type Shape,
  sizeOf,
  type TensorType,
  toNdArray,
  typesEqual,
  type Value,
} from '@heddle/core'
import { type Fill, fillInputs, instanceOf, makeRandom, type Random, toHostArray } from '@heddle/testkit'
import { expect, test } from 'vitest'
import type { Rule } from '../rewrite/rule.ts'
import { scalarValue } from './constant-values.ts'
import { uniformConstantRules } from './constants.ts'
import { allRules, arrayConstantRules } from './index.ts'

/** Firings looked at for each rule, and values drawn for that at most. */
const FIRINGS = 300
const DRAWS = 12_000
/** Of them without elements at most: these show types only. */
const EMPTY_FIRINGS = 50
/** Fewer firings than this say little about a rule. */
const LEAST_FIRINGS = 20

const extents = [0, 1, 2, 3]
/** Longer axes, where steps and windows have room; as many of them as of the small shapes. */
const longShapes: readonly Shape[] = [[7], [5, 2], [2, 5], [4, 4], [1, 6], [6, 1], [2, 1, 4], [3, 4, 2]]
const smallShapes: readonly Shape[] = [0, 1, 2, 3].flatMap((rank) => shapesOf(rank))
const shapes: readonly Shape[] = smallShapes.flatMap((shape, at) => [
  shape,
  longShapes[at % longShapes.length] ?? shape,
])

function shapesOf(rank: number): readonly Shape[] {
  return rank === 0 ? [[]] : shapesOf(rank - 1).flatMap((shape) => extents.map((dim) => [...shape, dim]))
}

const fills: readonly Fill[] = [
  { kind: 'extreme' },
  { kind: 'extreme' },
  { kind: 'ties' },
  { kind: 'all', value: -0 },
]

interface Instance {
  readonly before: Value
  readonly after: Value
}

/** Values on which the rule fires, no two equal. */
function firingsOf(rule: Rule, random: Random): readonly Instance[] {
  const found: Instance[] = []
  const seen = new Set<string>()
  let empty = 0
  for (let draw = 0; draw < DRAWS && found.length < FIRINGS; draw++) {
    const type: TensorType = { dtype: dtypeFor(draw, random), shape: shapes[draw % shapes.length] ?? [] }
    const before = instanceOf(rule.pattern, createBuilder(), type, random)
    if (before === undefined || sizeOf(before.type.shape) > 2000) continue
    const isEmpty = sizeOf(before.type.shape) === 0
    if (isEmpty && empty === EMPTY_FIRINGS) continue
    const after = rule.apply(before)
    if (after === undefined) continue
    const text = textOf(before)
    if (seen.has(text)) continue
    seen.add(text)
    if (isEmpty) empty++
    found.push({ before, after })
  }
  return found
}

const dtypeFor = (draw: number, random: Random): DType => (draw % 2 === 0 ? 'f32' : random.pick(dtypeNames))

const textOf = (...values: readonly Value[]): string =>
  printGraph({
    name: 'rule',
    inputs: [],
    outputs: values.map((value, k) => ({ name: `y${k}`, value })),
    updates: [],
  })

type Evaluate = (values: readonly Value[], bindings: Readonly<Record<string, NdArray>>) => readonly NdArray[]

/** As runtimes do: elementwise ops by their own scalar code, every result rounded to its dtype. */
const interpretRounded: Evaluate = (values, bindings) => {
  const results = new Map<Value, NdArray>()
  for (const node of postOrder(values)) {
    const operands = node.inputs.map((operand) => results.get(operand) as NdArray)
    results.set(node, node.op === 'input' ? boundTo(node, bindings) : rounded(node, operands))
  }
  return values.map((value) => results.get(value) as NdArray)
}

const boundTo = (node: Value, bindings: Readonly<Record<string, NdArray>>): NdArray =>
  bindings[(node as Value<'input'>).attrs.name] as NdArray

function rounded(node: Value, operands: readonly NdArray[]): NdArray {
  const { dtype, shape } = node.type
  const { kind, evaluate } = opRecord(node.op)
  const data =
    kind === 'elementwise'
      ? Array.from({ length: sizeOf(shape) }, (_, at) =>
          scalarValue(
            node,
            operands.map((operand) => operand.data[at] ?? Number.NaN),
          ),
        )
      : toHostArray(evaluate(operands, node.attrs, node.type))
  return toNdArray(dtype, shape, data)
}

/** A complaint if the two differ in a bit; a NaN is a NaN. */
function difference(
  { before, after }: Instance,
  random: Random,
  ways: readonly Evaluate[],
): string | undefined {
  if (!typesEqual(before.type, after.type)) return `changes the type:\n${textOf(before, after)}`
  for (const fill of fills) {
    const bindings = fillInputs([before, after], fill, random)
    for (const evaluate of ways) {
      const [x, y] = evaluate([before, after], bindings) as [NdArray, NdArray]
      for (let at = 0; at < x.data.length; at++) {
        if (Object.is(x.data[at], y.data[at])) continue
        const operands = Object.entries(bindings).map(
          ([name, { data }]) => `${name} = [${[...data].map(show)}]`,
        )
        return `${show(x.data[at])} becomes ${show(y.data[at])} at ${at} of\n${textOf(before, after)}\n${operands.join('\n')}`
      }
    }
  }
  return undefined
}

const show = (value: unknown): string => (Object.is(value, -0) ? '-0' : String(value))

const exactRules = allRules.filter(({ exactness }) => exactness === 'exact')
/** These compute as runtimes do, where the interpreter has float64. */
const folding: readonly Rule[] = [...uniformConstantRules, ...arrayConstantRules]

test.for(exactRules)('rule $name changes no bit of anything it fires on', (rule) => {
  const random = makeRandom(7)
  const firings = firingsOf(rule, random)
  // A cast rounds what the reference has computed in float64.
  const needsRounding = folding.includes(rule) || rule.roots.includes('cast')
  const ways = needsRounding ? [interpretRounded] : [interpretValues, interpretRounded]

  expect(
    firings.map((each) => difference(each, random, ways)).find((each) => each !== undefined),
  ).toBeUndefined()
  expect(firings.length).toBeGreaterThanOrEqual(LEAST_FIRINGS)
})
