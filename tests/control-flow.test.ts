// Programs with loops and branches on every runtime of the CPU: within the bounds of the reference, the same bits on JavaScript
// and WebAssembly with fusion and without, and nothing lost by text and JSON.
import { gradient, planFor } from '@heddle/compiler'
import {
  type Bindings,
  checkpoint,
  createBuilder,
  type Graph,
  hostCapabilities,
  mul,
  planToJson,
  program,
  scan,
  sum,
  toNdArray,
  type Value,
} from '@heddle/core'
import {
  blockProgram,
  checkAgreement,
  checkForms,
  controlPrograms,
  drawInputs,
  type PlanResults,
  runPlan,
  whilePrograms,
} from '@heddle/testkit'
import { describe, expect, test } from 'vitest'
import { backends, compilers } from './random-programs.ts'

const bindingsOf = ({ inputs }: Graph): Bindings => {
  const arrays = drawInputs(
    inputs.map(({ value }) => value.type),
    7,
  )
  return Object.fromEntries(inputs.map(({ value }, k) => [value.attrs.name, arrays[k]!]))
}

describe.each(Object.entries(controlPrograms()))('%s', (_, graph) => {
  const bindings = bindingsOf(graph)

  test('agrees with the reference on every runtime', async () => {
    const { known } = await checkAgreement({ graph, bindings }, backends, compilers)

    expect(known).toBeGreaterThan(0.5)
  })

  test('survives text and JSON', () => {
    checkForms({ graph, bindings }, compilers[0]!)
  })

  test('gives the same bits fused and unfused, on JavaScript and WebAssembly', async () => {
    const found: PlanResults[] = []
    for (const backend of backends.slice(-2)) {
      for (const { compile } of compilers)
        found.push(await runPlan(backend, compile(graph, backend.capabilities), bindings))
    }

    for (const results of found.slice(1)) expect(results).toEqual(found[0])
  })
})

describe.each(Object.entries(whilePrograms()))('%s', (_, graph) => {
  const bindings = bindingsOf(graph)
  const able = backends.filter(({ capabilities }) => capabilities.loops)

  test('agrees with the reference on every runtime that loops, and survives JSON', async () => {
    const { known } = await checkAgreement({ graph, bindings }, able, compilers)
    checkForms({ graph, bindings }, compilers[0]!)

    expect(able.length).toBe(3)
    expect(known).toBe(1)
  })

  test('is refused where the target cannot loop', () => {
    expect(() => planFor(graph, { ...hostCapabilities, loops: false })).toThrow('LOWER_WHILE_UNSUPPORTED')
  })
})

/** x times every row, and the derivative by the rows. */
const products = (length: number): Graph =>
  program('products', ({ input }) => {
    const rows = input('rows', 'f32', [length, 2])
    const { carry } = scan((x: Value, row: Value) => ({ carry: mul(x, row) }), {
      init: input('x', 'f32', [2]),
      xs: rows,
    })
    const [drows = carry] = gradient(sum(carry), [rows])
    return { carry, drows }
  })

test('the plan of a loop does not grow with its length', () => {
  const [short, long] = [planFor(products(4), hostCapabilities), planFor(products(10_000), hostCapabilities)]

  expect(long.steps.map(({ kind }) => kind)).toEqual(['loop', 'kernel', 'loop'])
  expect(long.steps.length).toBe(short.steps.length)
  expect(JSON.stringify(planToJson(long)).length).toBeLessThan(JSON.stringify(planToJson(short)).length + 200)
})

test.each([
  ['as a step', { loops: true }],
  ['unrolled', { loops: false }],
])('a loop of 10,000 steps runs %s with the default stack', async (_, { loops }) => {
  const length = 10_000
  const graph = products(length)
  const backend = backends.at(-1)!
  const bindings: Bindings = {
    ...bindingsOf(graph),
    rows: toNdArray('f32', [length, 2], new Array<number>(2 * length).fill(0.99999)),
  }
  const forward = { ...graph, outputs: graph.outputs.slice(0, 1) }
  const plan = planFor(forward, { ...backend.capabilities, loops }, { verify: false })

  const { outputs } = await runPlan(backend, plan, bindings)

  const expected = [...bindings['x']!.data].map((start) => {
    let value = Number(start)
    for (let step = 0; step < length; step++) value = Math.fround(value * Math.fround(0.99999))
    return value
  })
  expect([...(outputs['carry'] ?? [])]).toEqual(expected)
})

test('checkpoint needs less memory', () => {
  const [kept, recomputed] = [blockProgram((block, x) => block(x)), blockProgram(checkpoint)]
  const backend = backends.at(-1)!
  const plans = [kept, recomputed].map((graph) => planFor(graph, backend.capabilities))

  expect(plans.map(({ arenaBytes }) => arenaBytes / 1024)).toEqual([18, 12])
})

test('a program keeps one builder, whatever its bodies record', () => {
  const b = createBuilder()
  const x = b.input({ name: 'x', dtype: 'f32', shape: [] })
  const before = b.nodeCount

  scan((value: Value) => ({ carry: mul(mul(value, 2), 3) }), { init: x, length: 3 })

  expect(b.nodeCount).toBe(before + 1)
})
