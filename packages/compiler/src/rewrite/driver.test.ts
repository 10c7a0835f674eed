import { type Builder, createBuilder, type Graph, HeddleError, type Value } from '@heddle/core'
import { expect, test } from 'vitest'
import { type Firing, type RewriteOptions, type Rewritten, rewriteGraph } from './driver.ts'
import { p } from './pattern.ts'
import { type Rule, rule, rulesUpTo } from './rule.ts'

const doubleNeg: Rule = rule('neg-of-neg', {
  why: 'two signs cancel',
  match: p.neg(p.neg(p.any('x'))),
  rewrite: ({ x }) => x,
  examples: [(b) => b.neg(b.neg(input(b)))],
})
const input = (b: Builder, name = 'x'): Value => b.input({ name, dtype: 'f32', shape: [2] })
const graphOf = (...values: readonly Value[]): Graph => ({
  name: 'g',
  inputs: [],
  outputs: values.map((value, k) => ({ name: `y${k}`, value })),
  updates: [],
})
const run = (value: Value, rules: readonly Rule[], options?: RewriteOptions): Rewritten =>
  rewriteGraph(graphOf(value), rules, options)
const rootOf = ({ graph }: Rewritten): Value | undefined => graph.outputs[0]?.value

function errorOf(body: () => unknown): HeddleError {
  try {
    body()
  } catch (error) {
    if (error instanceof HeddleError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

test('pattern: a name bound twice must match one value', () => {
  const b = createBuilder()
  const [x, y] = [input(b), input(b, 'y')]
  const same = rule('sub-of-same', {
    why: 'for the test',
    match: p.sub(p.any('x'), p.any('x')),
    rewrite: ({ x }, builder) => builder.full({ ...x.type, value: 0 }),
    examples: [],
  })

  expect(same.apply(b.sub(x, y))).toBeUndefined()
  expect(same.apply(b.sub(x, x))?.op).toBe('full')
})

test('driver: rewrites to a fixpoint, operands first', () => {
  const b = createBuilder()
  const x = input(b)
  const y = b.neg(b.neg(b.exp(b.neg(b.neg(b.abs(b.neg(b.neg(x))))))))

  const result = run(y, [doubleNeg])

  expect(rootOf(result)).toBe(b.exp(b.abs(x)))
  expect(result.firings.get('neg-of-neg')).toBe(3)
})

test('driver: finishes nodes a rule made', () => {
  const b = createBuilder()
  const x = input(b)
  const split = rule('abs-to-neg-neg', {
    why: 'for the test',
    match: p.abs(p.any('x')),
    rewrite: ({ x: operand }, builder) => builder.neg(builder.neg(operand)),
    examples: [],
  })

  expect(rootOf(run(b.abs(x), [split, doubleNeg]))).toBe(x)
})

test('driver: a graph no rule fires on is returned as it is', () => {
  const b = createBuilder()
  const graph = graphOf(b.neg(input(b)))

  expect(rewriteGraph(graph, [doubleNeg]).graph).toBe(graph)
})

test('driver: stops when the fuel is spent', () => {
  const b = createBuilder()
  const x = input(b)
  const fuel = { left: 1 }

  const result = run(b.neg(b.neg(b.exp(b.neg(b.neg(x))))), [doubleNeg], { fuel })

  expect(fuel.left).toBe(0)
  expect(rootOf(result)).toBe(b.neg(b.neg(b.exp(x))))
})

test('driver: traces rule, before and after', () => {
  const b = createBuilder()
  const x = input(b)
  const steps: Firing[] = []

  run(b.neg(b.neg(x)), [doubleNeg], { trace: (step) => steps.push(step) })

  expect(steps).toEqual([{ rule: 'neg-of-neg', before: b.neg(b.neg(x)), after: x }])
})

test('driver: a rule that changes the type is an error that names it', () => {
  const b = createBuilder()
  const bad = rule('bad', {
    why: 'for the test',
    match: p.neg(p.any('x')),
    rewrite: (_, builder) => builder.full({ dtype: 'f32', shape: [], value: 0 }),
    examples: [],
  })

  const error = errorOf(() => run(b.neg(input(b)), [bad]))

  expect(error.code).toBe('RULE_TYPE')
  expect(error.message).toContain('bad: turned neg f32[2] into full f32[]')
})

test('driver: an error inside a rewrite names the rule and keeps the cause', () => {
  const b = createBuilder()
  const bad = rule('bad', {
    why: 'for the test',
    match: p.neg(p.any('x')),
    rewrite: ({ x }, builder) => builder.reshape(x, { shape: [5] }),
    examples: [],
  })

  const error = errorOf(() => run(b.neg(input(b)), [bad]))

  expect(error.code).toBe('RULE_FAILED')
  expect(error.cause).toMatchObject({ code: 'SHAPE_RESHAPE_SIZE' })
})

test('driver: rules that undo each other are an error, not a hang', () => {
  const b = createBuilder()
  const swap = rule('swap', {
    why: 'for the test',
    match: p.add(p.any('x'), p.any('y')),
    rewrite: ({ x, y }, builder) => builder.add(y, x),
    examples: [],
  })
  const grow = rule('grow', {
    why: 'for the test',
    match: p.neg(p.any('x')),
    rewrite: ({ x }, builder) => builder.neg(builder.abs(x)),
    examples: [],
  })

  expect(errorOf(() => run(b.add(input(b), input(b, 'y')), [swap])).code).toBe('RULE_DIVERGES')
  expect(errorOf(() => run(b.neg(input(b)), [grow])).code).toBe('RULE_DIVERGES')
})

test('driver: replaced nodes keep the line of the node they replace', () => {
  const b = createBuilder()
  const x = input(b)
  const y = b.neg(b.neg(b.abs(x)))
  const z = b.exp(y)

  const result = rootOf(run(z, [doubleNeg]))

  expect(result).toBe(b.exp(b.abs(x)))
  expect(result?.provenance).toBe(z.provenance)
})

test('driver: a chain of 200,000 nodes does not exhaust the stack', () => {
  const b = createBuilder()
  const x = input(b)
  let y = x
  let short = x
  for (let k = 0; k < 50_000; k++) y = b.neg(b.neg(b.exp(b.abs(y))))
  for (let k = 0; k < 50_000; k++) short = b.exp(b.abs(short))

  const result = run(y, [doubleNeg])

  expect(rootOf(result)).toBe(short)
  expect(result.firings.get('neg-of-neg')).toBe(50_000)
})

test('driver: visits each node of a 60-deep diamond once', () => {
  const b = createBuilder()
  let y = b.neg(b.neg(input(b)))
  for (let k = 0; k < 60; k++) y = b.add(y, y)

  const result = run(y, [doubleNeg])

  expect(result.visited).toBeLessThan(130)
})

test('driver: work grows in proportion to the graph', () => {
  const visits = [10_000, 20_000].map((count) => {
    const b = createBuilder()
    let y = input(b)
    for (let k = 0; k < count; k++) y = b.neg(k % 3 === 0 ? b.neg(y) : b.exp(y))
    return run(y, [doubleNeg]).visited
  })

  expect((visits[1] ?? 0) / (visits[0] ?? 1)).toBeLessThan(2.1)
})

test('rulesUpTo: leaves out what changes more than allowed', () => {
  const loose = { ...doubleNeg, name: 'loose', exactness: 'approximates' as const }

  expect(rulesUpTo('exact', [doubleNeg, loose])).toEqual([doubleNeg])
  expect(rulesUpTo('approximates', [doubleNeg, loose])).toEqual([doubleNeg, loose])
})
