import { expect, test } from 'vitest'
import { createBuilder } from './builder.ts'
import type { Graph, GraphInput } from './graph.ts'
import { graphLines, printGraph, windowAround } from './print.ts'
import { withProvenance } from './provenance.ts'
import type { Value } from './value.ts'

const feed = (value: Value): GraphInput => ({
  value: value as Value<'input'>,
  role: 'feed',
  trainable: false,
  initial: undefined,
})

test('print: one line a node, named in order of first use', () => {
  const b = createBuilder()
  const x = b.input({ name: 'x', dtype: 'f32', shape: [2, 3] })
  const w = b.input({ name: 'layer.w', dtype: 'f32', shape: [3, 4] })
  const odd = b.input({ name: 'odd name', dtype: 'i32', shape: [] })
  const product = b.dot(x, w, { leftBatch: [], rightBatch: [], leftContract: [1], rightContract: [0] })
  const graph: Graph = {
    name: 'mlp',
    inputs: [
      feed(x),
      {
        value: w as Value<'input'>,
        role: 'state',
        trainable: true,
        initial: { kind: 'normal', mean: 0, deviation: 0.1 },
      },
      feed(odd),
    ],
    outputs: [
      { name: 'y', value: b.neg(product) },
      { name: 'odd y', value: odd },
    ],
    updates: [{ state: 'layer.w', value: b.mul(w, b.full({ ...w.type, value: Math.fround(0.9) })) }],
  }

  const text = printGraph(graph)

  expect(text).toBe(`graph "mlp"
%x: f32[2, 3] = input role=feed
%layer.w: f32[3, 4] = input role=state trainable=true initial=normal(0.0, 0.1)
%1: i32[] = input name="odd name" role=feed
%2: f32[2, 4] = dot(%x, %layer.w) leftBatch=[] rightBatch=[] leftContract=[1] rightContract=[0]
%3: f32[2, 4] = neg(%2)
%4: f32[3, 4] = full value=0.9
%5: f32[3, 4] = mul(%layer.w, %4)
return y = %3
return "odd y" = %1
update layer.w = %5
`)
})

test('print: scalars are exact and short literals are lists', () => {
  const b = createBuilder()
  const values = [-0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Math.fround(0.1), 1e-45]
  const fulls = values.map((value) => b.full({ dtype: 'f32', shape: [], value: Math.fround(value) }))
  const literal = b.literal({ dtype: 'f32', shape: [3], data: new Float32Array([1, -0, Number.NaN]) })
  const long = b.literal({ dtype: 'i32', shape: [17], data: new Int32Array(17) })
  const outputs = [...fulls, literal, long].map((value, k) => ({ name: `y${k}`, value }))

  const lines = [...graphLines({ name: 'g', inputs: [], outputs, updates: [] })].slice(1, 9)

  expect(lines).toEqual([
    '%1: f32[] = full value=-0.0',
    '%2: f32[] = full value=nan',
    '%3: f32[] = full value=inf',
    '%4: f32[] = full value=-inf',
    '%5: f32[] = full value=0.1',
    '%6: f32[] = full value=1e-45',
    '%7: f32[3] = literal data=[1.0, -0.0, nan]',
    `%8: i32[17] = literal data=base64 "${'A'.repeat(91)}="`,
  ])
})

test('print: locations end the lines when asked for', () => {
  const b = createBuilder()
  const x = b.input({ name: 'x', dtype: 'f32', shape: [] })
  const y = withProvenance('    at train (file:///home/me/model.ts:12:7)', () => b.neg(x))
  const graph: Graph = { name: 'g', inputs: [feed(x)], outputs: [{ name: 'y', value: y }], updates: [] }

  expect(printGraph(graph, { locations: true })).toContain('%1: f32[] = neg(%x) // model.ts:12\n')
  expect(printGraph(graph)).toContain('%1: f32[] = neg(%x)\n')
})

test('print: a window marks a node among its neighbours', () => {
  const b = createBuilder()
  const x = withProvenance(undefined, () => b.input({ name: 'x', dtype: 'f32', shape: [] }))
  const chain = withProvenance(undefined, () => {
    const values = [x]
    for (let k = 0; k < 9; k++) values.push(b.neg(values[k] as Value))
    return values
  })
  const graph: Graph = {
    name: 'g',
    inputs: [feed(x)],
    outputs: [{ name: 'y', value: chain[9] as Value }],
    updates: [],
  }

  expect(windowAround(graph, chain[5] as Value)).toBe(`  %3: f32[] = neg(%2)
  %4: f32[] = neg(%3)
> %5: f32[] = neg(%4)
  %6: f32[] = neg(%5)
  %7: f32[] = neg(%6)`)
})

test('print: a chain of 200,000 nodes prints line by line', () => {
  const b = createBuilder()
  const x = b.input({ name: 'x', dtype: 'f32', shape: [] })
  let y = x
  for (let k = 0; k < 200_000; k++) y = b.neg(y)

  let count = 0
  for (const _ of graphLines({
    name: 'g',
    inputs: [feed(x)],
    outputs: [{ name: 'y', value: y }],
    updates: [],
  }))
    count++

  expect(count).toBe(200_003)
})
