// Derived from the rules: every rule on every example fires, keeps the type and the value, costs no more, and ends.
import { readFileSync } from 'node:fs'
import {
  createBuilder,
  dtypes,
  type Graph,
  interpretValues,
  isFloat,
  type NdArray,
  numbersOf,
  opRecord,
  postOrder,
  printGraph,
  sizeOf,
  type Value,
} from '@heddle/core'
import { type Fill, fillInputs, makeRandom } from '@heddle/testkit'
import { describe, expect, test } from 'vitest'
import { rewriteGraph } from '../rewrite/driver.ts'
import type { Rule } from '../rewrite/rule.ts'
import { uniformConstantRules } from './constants.ts'
import { allRules, arrayConstantRules, canonicalRules } from './index.ts'

const graphOf = (...values: readonly Value[]): Graph => ({
  name: 'g',
  inputs: [],
  outputs: values.map((value, k) => ({ name: `y${k}`, value })),
  updates: [],
})

/** Work done per run, roughly: views and what constants alone decide are free. */
function workOf(root: Value): number {
  let work = 0
  for (const { op, type, inputs, attrs } of postOrder([root])) {
    const { kind, lowering } = opRecord(op)
    const operand = sizeOf(inputs[0]?.type.shape ?? [])
    if (inputs.every((input) => input.op === 'full')) continue
    if (kind === 'elementwise') work += sizeOf(type.shape) * (lowering.kind === 'pull' ? lowering.cost : 1)
    else if (kind === 'reduction') work += operand + sizeOf(type.shape)
    // The base is copied; of each update its place and the element there are read, and one written.
    else if (kind === 'scatter') work += operand + 4 * sizeOf(inputs[2]?.type.shape ?? [])
    else if (kind === 'contraction') {
      const { leftContract } = attrs as Value<'dot'>['attrs']
      const summed = leftContract.reduce((size, axis) => size * (inputs[0]?.type.shape[axis] ?? 1), 1)
      work += 2 * sizeOf(type.shape) * summed
    }
  }
  return work
}

/** Values as text, so that -0 and NaN count; a NaN is a NaN. */
const bitsOf = ({ data }: NdArray): readonly string[] =>
  [...data].map((value) => (Object.is(value, -0) ? '-0' : `${value}`))

const fills: readonly Fill[] = [{ kind: 'plain' }, { kind: 'special' }, { kind: 'ties' }]

/** These give the f32 values of runtimes, where the interpreter has float64. */
const foldingRules: readonly Rule[] = [...uniformConstantRules, ...arrayConstantRules]

function expectSameValues(before: Value, after: Value, rule: Rule): void {
  const exactness = foldingRules.includes(rule) ? 'approximates' : rule.exactness
  for (const fill of exactness === 'exact' ? fills : fills.slice(0, 1)) {
    for (let seed = 1; seed <= 8; seed++) {
      const bindings = fillInputs([before, after], fill, makeRandom(seed))
      const [x, y] = interpretValues([before, after], bindings) as [NdArray, NdArray]
      if (exactness === 'exact') expect(bitsOf(y)).toEqual(bitsOf(x))
      else for (const [at, value] of numbersOf(x).entries()) expectClose(Number(y.data[at]), value)
    }
  }
}

function expectClose(found: number | undefined, expected: number): void {
  const distance = Math.abs((found ?? Number.NaN) - expected)
  expect(Object.is(found, expected) || distance <= 2 ** -21 * Math.max(1, Math.abs(expected))).toBe(true)
}

/** `| name | why |`, a table per exactness. */
function ruleTables(): string {
  const kinds = ['exact', 'reassociates', 'approximates'] as const
  return kinds
    .map((kind) => {
      const rows = allRules.filter(({ exactness }) => exactness === kind)
      const lines = rows.map(({ name, why }) => `| \`${name}\` | ${why.replaceAll('|', '\\|')} |`)
      return [`### ${kind}`, '', '| rule | why |', '| --- | --- |', ...lines].join('\n')
    })
    .join('\n\n')
}

test('docs/canonical-form.md lists every rule; this is what it must contain', () => {
  const page = readFileSync(new URL('../../../../docs/canonical-form.md', import.meta.url), 'utf8')
  const [, listed = ''] = page.split('<!-- rules -->\n\n')

  expect(listed.trim()).toBe(ruleTables())
})

test('rules: names are kebab-case and differ', () => {
  const names = allRules.map(({ name }) => name)

  expect(new Set(names).size).toBe(names.length)
  expect(names.filter((name) => !/^[a-z]+(-[a-z]+)*$/.test(name))).toEqual([])
})

test('rules: each has a reason, roots and an example', () => {
  const lacking = allRules.filter(
    ({ why, roots, examples }) => why === '' || roots.length === 0 || examples.length === 0,
  )

  expect(lacking.map(({ name }) => name)).toEqual([])
})

describe.each(allRules.map((rule) => [rule.name, rule] as const))('rule %s', (_, rule) => {
  const cases = rule.examples.map((example, k) => [k, example] as const)

  test.each(cases)('example %i: fires and keeps type and value', (__, example) => {
    const before = example(createBuilder())

    const after = rule.apply(before)

    expect(after).toBeDefined()
    expect(after?.type).toEqual(before.type)
    expectSameValues(before, after as Value, rule)
  })

  test.each(cases)('example %i: costs no more', (__, example) => {
    const before = example(createBuilder())

    expect(workOf(rule.apply(before) as Value)).toBeLessThanOrEqual(workOf(before))
  })

  test.each(cases)('example %i: its canonical form is a fixpoint of the same value', (__, example) => {
    const before = example(createBuilder())
    const rules = canonicalRules.includes(rule) ? canonicalRules : [...canonicalRules, rule]

    const once = rewriteGraph(graphOf(before), rules)
    const twice = rewriteGraph(once.graph, rules)

    expect(twice.firings.size).toBe(0)
    expect(printGraph(twice.graph)).toBe(printGraph(once.graph))
    expectSameValues(before, once.graph.outputs[0]?.value as Value, rule)
  })
})

test('rules: f32 values stay f32 values where constants are made', () => {
  const b = createBuilder()
  for (const rule of allRules) {
    for (const example of rule.examples) {
      const after = rule.apply(example(b)) as Value
      for (const node of postOrder([after])) {
        if (node.op !== 'full' || !isFloat(node.type.dtype)) continue
        const { value } = (node as Value<'full'>).attrs
        expect(Object.is(dtypes[node.type.dtype].round(value), value)).toBe(true)
      }
    }
  }
})
