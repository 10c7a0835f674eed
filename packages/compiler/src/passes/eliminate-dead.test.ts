import { createBuilder, type Graph, type GraphInput, type Value } from '@heddle/core'
import { expect, test } from 'vitest'
import { eliminateDead } from './eliminate-dead.ts'
import { createFuel, createPassContext } from './pass.ts'

const b = createBuilder()
const input = (name: string, role: 'feed' | 'state'): GraphInput => ({
  value: b.input({ name, dtype: 'f32', shape: [2] }) as Value<'input'>,
  role,
  trainable: false,
  initial: undefined,
})
const x = input('x', 'feed')
const unused = input('unused', 'feed')
const [s, t] = [input('s', 'state'), input('t', 'state')]
const graph: Graph = {
  name: 'g',
  inputs: [x, unused, s, t],
  outputs: [{ name: 'y', value: b.neg(x.value) }],
  updates: [
    { state: 's', value: s.value },
    { state: 't', value: s.value },
  ],
}

test('eliminate-dead: drops an update that keeps its state, not one from another state', () => {
  const context = createPassContext(createFuel())

  const result = eliminateDead.run(graph, context)

  expect(result.updates).toEqual([{ state: 't', value: s.value }])
  expect(context.notes).toContainEqual({ kind: 'removed-update', count: 1 })
})

test('eliminate-dead: keeps inputs nothing reads and says so', () => {
  const context = createPassContext(createFuel())

  const result = eliminateDead.run(graph, context)

  expect(result.inputs).toBe(graph.inputs)
  expect(context.notes.filter(({ kind }) => kind === 'unused-input').map(({ detail }) => detail)).toEqual([
    'unused',
    't',
  ])
})

test('eliminate-dead: returns a graph without dead parts as it is', () => {
  const live = { ...graph, inputs: [x], updates: [] }

  expect(eliminateDead.run(live, createPassContext(createFuel()))).toBe(live)
})
