// Text and JSON give back the identical graph: derived from every sample of every op, and from graphs with all that a graph
// can have.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { dtypeNames, dtypes, writeElement } from '../dtype.ts'
import { createBuilder, opNames, opRecord } from './builder.ts'
import type { Graph, GraphInput } from './graph.ts'
import { nodesOf } from './graph.ts'
import { graphFromJson, graphToJson } from './json.ts'
import { parseGraph } from './parse.ts'
import { graphLines, printGraph } from './print.ts'
import { locationOf, withProvenance } from './provenance.ts'
import { structurallyEqual } from './structural-key.ts'
import type { Value } from './value.ts'

const feed = (value: Value): GraphInput => ({
  value: value as Value<'input'>,
  role: 'feed',
  trainable: false,
  initial: undefined,
})

/** Every kind of input, literal, number and root. */
function everything(): Graph {
  const b = createBuilder()
  const x = b.input({ name: 'x', dtype: 'f32', shape: [2, 3] })
  const odd = b.input({ name: 'a "quoted" \\ name // not a comment', dtype: 'bool', shape: [] })
  const digits = b.input({ name: '1', dtype: 'i32', shape: [0, 2] })
  const states = (['constant', 'uniform', 'normal', 'values'] as const).map((kind) =>
    b.input({ name: `s.${kind}`, dtype: 'f32', shape: [3] }),
  )
  const initials = [
    { kind: 'constant', value: -0 },
    { kind: 'uniform', low: -0.1, high: 1 / 3 },
    { kind: 'normal', mean: 0, deviation: 1e-300 },
    { kind: 'values', values: [Number.NaN, Number.NEGATIVE_INFINITY, 0.1] },
  ] as const
  const bits = new Float32Array(new Uint32Array([0x7fc00001, 0x7f800000, 0x80000000]).buffer)
  const values = [
    ...[-0, Number.NaN, Number.POSITIVE_INFINITY, Math.fround(0.1), 1e-45, Math.fround(3.4e38)].map((value) =>
      b.full({ dtype: 'f32', shape: [2], value: Math.fround(value) }),
    ),
    b.full({ dtype: 'f64', shape: [], value: 0.1 }),
    b.full({ dtype: 'u32', shape: [], value: 0xffffffff }),
    b.full({ dtype: 'bool', shape: [1], value: 1 }),
    b.literal({ dtype: 'f32', shape: [3], data: bits }),
    b.literal({ dtype: 'f64', shape: [2], data: new Float64Array([1 / 3, -0]) }),
    b.literal({ dtype: 'bool', shape: [3], data: new Uint8Array([1, 0, 1]) }),
    b.literal({ dtype: 'i32', shape: [40], data: Int32Array.from({ length: 40 }, (_, k) => -k) }),
    b.literal({ dtype: 'f32', shape: [0], data: new Float32Array(0) }),
    b.pad(x, { low: [0, 1], high: [0, 0], interior: [0, 0], value: Number.NEGATIVE_INFINITY }),
  ]
  return {
    name: 'every "thing"',
    inputs: [
      feed(x),
      feed(odd),
      feed(digits),
      ...states.map((state, k) => ({
        value: state as Value<'input'>,
        role: 'state' as const,
        trainable: k % 2 === 0,
        initial: initials[k],
      })),
    ],
    outputs: [
      ...values.map((value, k) => ({ name: `y${k}`, value })),
      { name: 'odd name', value: odd },
      { name: 'again', value: values[0] as Value },
    ],
    updates: [{ state: 's.values', value: b.neg(states[3] as Value) }],
  }
}

/** Equal in all but identity: names, roles, ops, operands by position, attributes to the bit. */
function expectIdentical(found: Graph, expected: Graph): void {
  const [before, after] = [nodesOf(expected), nodesOf(found)]
  const summary = (order: readonly Value[], node: Value): unknown => ({
    op: node.op,
    type: node.type,
    inputs: node.inputs.map((input) => order.indexOf(input)),
  })
  expect(after.map((node) => summary(after, node))).toEqual(before.map((node) => summary(before, node)))
  after.forEach((node, k) => {
    expect(structurallyEqual(node.attrs, before[k]?.attrs)).toBe(true)
  })
  const roots = (graph: Graph, order: readonly Value[]): unknown => ({
    name: graph.name,
    inputs: graph.inputs.map((input) => ({ ...input, value: order.indexOf(input.value) })),
    outputs: graph.outputs.map((output) => ({ ...output, value: order.indexOf(output.value) })),
    updates: graph.updates.map((update) => ({ ...update, value: order.indexOf(update.value) })),
  })
  expect(roots(found, after)).toEqual(roots(expected, before))
}

const throughJson = (graph: Graph): Graph => graphFromJson(JSON.parse(JSON.stringify(graphToJson(graph))))

test('text and JSON: values of every dtype, up to its ends, come back to the bit', () => {
  const b = createBuilder()
  const values = [
    ...dtypeNames.map((dtype) => {
      const data = dtypes[dtype].allocate(4)
      for (const [at, value] of [
        dtypes[dtype].lowest,
        dtypes[dtype].round(0.1),
        dtypes[dtype].highest,
      ].entries())
        writeElement(dtype, data, at, value)
      return b.literal({ dtype, shape: [4], data })
    }),
    b.full({ dtype: 'i64', shape: [], value: -(2 ** 53) + 1 }),
    b.full({ dtype: 'f16', shape: [], value: Math.f16round(0.1) }),
    b.literal({ dtype: 'bf16', shape: [2], data: new Uint16Array([0x7fc1, 0xffc0]) }),
  ]
  const outputs = values.map((value, k) => ({ name: `y${k}`, value }))
  const graph: Graph = { name: 'dtypes', inputs: [], outputs, updates: [] }

  expectIdentical(parseGraph(printGraph(graph)), graph)
  expectIdentical(throughJson(graph), graph)
})

test('text: printed, parsed and printed again is the same text and the identical graph', () => {
  const graph = everything()

  const parsed = parseGraph(printGraph(graph))

  expect(printGraph(parsed)).toBe(printGraph(graph))
  expectIdentical(parsed, graph)
})

test('text: locations are comments and do not matter', () => {
  const graph = everything()

  expect(printGraph(parseGraph(printGraph(graph, { locations: true })))).toBe(printGraph(graph))
})

test('json: stored, loaded and stored again is the identical graph', () => {
  const graph = everything()

  const loaded = throughJson(graph)

  expectIdentical(loaded, graph)
  expect(graphToJson(loaded)).toEqual(graphToJson(graph))
})

test('json: locations are kept when asked for', () => {
  const b = createBuilder()
  const x = withProvenance('    at train (file:///home/me/model.ts:12:7)', () =>
    b.input({ name: 'x', dtype: 'f32', shape: [] }),
  )
  const graph: Graph = { name: 'g', inputs: [feed(x)], outputs: [{ name: 'y', value: x }], updates: [] }

  const loaded = graphFromJson(graphToJson(graph, { locations: true }))

  expect(locationOf(loaded.inputs[0]?.value.provenance)).toEqual({
    file: '/home/me/model.ts',
    line: 12,
    column: 7,
  })
  expect(JSON.stringify(graphToJson(graph))).not.toContain('model.ts')
})

const sampled = opNames.filter((op) => opRecord(op).samples.length > 0)

describe.each(sampled.map((op) => [op] as const))('%s', (op) => {
  const { samples } = opRecord(op)

  test.each(samples.map((sample, k) => [k, sample] as const))(
    'sample %i: text and JSON give it back',
    (_, sample) => {
      const b = createBuilder()
      const operands = sample.inputs.map(({ dtype, shape }, k) => b.input({ name: `x${k}`, dtype, shape }))
      const value = b.make(op, operands, sample.attrs as Value['attrs'])
      const graph: Graph = {
        name: op,
        inputs: operands.map(feed),
        outputs: [{ name: 'y', value }],
        updates: [],
      }

      expectIdentical(parseGraph(printGraph(graph)), graph)
      expectIdentical(throughJson(graph), graph)
    },
  )
})

test('json: the archived file of version 1 loads as the graph it was', () => {
  const path = new URL('./testdata/graph-v1.json', import.meta.url)

  const loaded = graphFromJson(JSON.parse(readFileSync(path, 'utf8')))

  expectIdentical(loaded, everything())
})

test('text and JSON: a chain of 100,000 nodes comes back with the default stack', () => {
  const b = createBuilder()
  const x = b.input({ name: 'x', dtype: 'f32', shape: [] })
  let y = x
  for (let k = 0; k < 100_000; k++) y = b.neg(y)
  const graph: Graph = { name: 'g', inputs: [feed(x)], outputs: [{ name: 'y', value: y }], updates: [] }

  const text = printGraph(graph)

  expect(printGraph(parseGraph(text))).toBe(text)
  expect([...graphLines(graphFromJson(graphToJson(graph)))].length).toBe(100_003)
})
