// Programs with loops and branches on every runtime of the CPU: within the bounds of the reference, the same bits on JavaScript
// and WebAssembly with fusion and without, and nothing lost by text and JSON.
import { planFor } from '@heddle/compiler'
import {
  type Bindings,
  createBuilder,
  type Graph,
  mul,
  program,
  scan,
  toNdArray,
  type Value,
} from '@heddle/core'
import {
  checkAgreement,
  checkForms,
  controlPrograms,
  drawInputs,
  type PlanResults,
  runPlan,
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

test('a loop of 10,000 steps compiles and runs with the default stack', async () => {
  const length = 10_000
  const graph = program(
    'long',
    ({ input }) =>
      scan((x: Value, row: Value) => ({ carry: mul(x, row) }), {
        init: input('x', 'f32', [2]),
        xs: input('rows', 'f32', [length, 2]),
      }).carry,
  )
  const backend = backends.at(-1)!
  const bindings: Bindings = {
    ...bindingsOf(graph),
    rows: toNdArray('f32', [length, 2], new Array<number>(2 * length).fill(0.99999)),
  }

  const { outputs } = await runPlan(
    backend,
    planFor(graph, backend.capabilities, { verify: false }),
    bindings,
  )

  const expected = [...bindings['x']!.data].map((start) => {
    let value = Number(start)
    for (let step = 0; step < length; step++) value = Math.fround(value * Math.fround(0.99999))
    return value
  })
  expect([...(outputs['output'] ?? [])]).toEqual(expected)
})

test('a program keeps one builder, whatever its bodies record', () => {
  const b = createBuilder()
  const x = b.input({ name: 'x', dtype: 'f32', shape: [] })
  const before = b.nodeCount

  scan((value: Value) => ({ carry: mul(mul(value, 2), 3) }), { init: x, length: 3 })

  expect(b.nodeCount).toBe(before + 1)
})
