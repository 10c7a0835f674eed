import { expect, test } from 'vitest'
import { HeddleError } from '../errors.ts'
import { createBuilder } from './builder.ts'
import type { Graph, GraphInput } from './graph.ts'
import type { Value } from './value.ts'
import { verifyGraph } from './verify.ts'

const b = createBuilder()
const x = b.input({ name: 'x', dtype: 'f32', shape: [2] }) as Value<'input'>
const w = b.input({ name: 'w', dtype: 'f32', shape: [2] }) as Value<'input'>
const sum = b.add(x, w)
const feed: GraphInput = { value: x, role: 'feed', trainable: false, initial: undefined }
const state: GraphInput = {
  value: w,
  role: 'state',
  trainable: true,
  initial: { kind: 'constant', value: 0 },
}
const good: Graph = {
  name: 'good',
  inputs: [feed, state],
  outputs: [{ name: 'y', value: sum }],
  updates: [{ state: 'w', value: sum }],
}
const returning = (value: Value): Graph => ({ ...good, outputs: [{ name: 'y', value }], updates: [] })
const forge = (changes: Partial<Value>): Value => ({ ...sum, id: 1000, ...changes })

function errorOf(graph: Graph): HeddleError {
  try {
    verifyGraph(graph)
  } catch (error) {
    if (error instanceof HeddleError) return error
    throw error
  }
  throw new Error('the graph was accepted')
}

test('verify: accepts a graph with feeds, states, outputs and updates', () => {
  expect(() => verifyGraph(good)).not.toThrow()
})

test('verify G1: rejects values of two builders, as roots and as operands', () => {
  const other = createBuilder()
  const stranger = other.input({ name: 'x', dtype: 'f32', shape: [2] })

  expect(errorOf(returning(stranger)).code).toBe('GRAPH_FOREIGN_VALUE')
  expect(errorOf(returning(forge({ inputs: [x, stranger] }))).code).toBe('GRAPH_FOREIGN_VALUE')
})

test('verify G2: rejects operands younger than their users, cycles among them', () => {
  const younger = forge({ inputs: [x, forge({ id: 1001 })] })
  const inputs: Value[] = [x, x]
  const cycle = forge({ inputs })
  inputs[1] = cycle

  expect(errorOf(returning(younger)).code).toBe('GRAPH_ORDER')
  expect(errorOf(returning(cycle)).code).toBe('GRAPH_ORDER')
})

test('verify G3: rejects unknown ops and wrong numbers of operands', () => {
  expect(errorOf(returning(forge({ op: 'frobnicate' as 'add' }))).code).toBe('GRAPH_UNKNOWN_OP')
  expect(errorOf(returning(forge({ inputs: [x] }))).code).toBe('GRAPH_ARITY')
})

test('verify G4: rejects attributes that do not fit the schema', () => {
  const error = errorOf(returning(forge({ op: 'flip', inputs: [x], attrs: { axes: 'all' } as never })))

  expect(error.code).toBe('GRAPH_ATTRIBUTES')
  expect(error.details['issue']).toContain('axes')
})

test('verify G5: rejects a type other than the inferred one, with five lines around the node', () => {
  const wrong = forge({ type: { dtype: 'f32', shape: [3] } })

  const error = errorOf(returning(wrong))

  expect(error.code).toBe('GRAPH_TYPE')
  expect(error.message).toContain('has type f32[3], its op infers f32[2]')
  expect(error.ir).toContain('> %1: f32[3] = add(%x, %w)')
  expect(error.ir).toContain('  %w: f32[2] = input role=state trainable=true initial=constant(0.0)')
})

test('verify G5: names the error of an op that refuses its operands', () => {
  const scalar = b.full({ dtype: 'f32', shape: [], value: 0 })

  const error = errorOf(returning(forge({ inputs: [x, scalar] })))

  expect(error.code).toBe('GRAPH_TYPE')
  expect(error.details['cause']).toBe('SHAPE_ELEMENTWISE')
})

test('verify G6: rejects undeclared inputs and two inputs of one name', () => {
  const twin = b.input({ name: 'x', dtype: 'f32', shape: [3] }) as Value<'input'>

  expect(errorOf({ ...good, inputs: [state] }).code).toBe('GRAPH_INPUT_UNDECLARED')
  expect(errorOf({ ...good, inputs: [feed, state, { ...feed, value: twin }] }).code).toBe('GRAPH_DUPLICATE')
})

test('verify G7: rejects feeds that train or start, and initial values of another size', () => {
  const start = { kind: 'values', values: [1, 2, 3] } as const

  expect(errorOf({ ...good, inputs: [{ ...feed, trainable: true }, state] }).code).toBe('GRAPH_INPUT_ROLE')
  expect(errorOf({ ...good, inputs: [{ ...feed, initial: start }, state] }).code).toBe('GRAPH_INPUT_ROLE')
  expect(errorOf({ ...good, inputs: [feed, { ...state, initial: start }] }).code).toBe('GRAPH_INPUT_ROLE')
})

test('verify G8: rejects empty and repeated output names', () => {
  expect(errorOf({ ...good, outputs: [{ name: '', value: sum }] }).code).toBe('GRAPH_OUTPUT_NAME')
  expect(errorOf({ ...good, outputs: [...good.outputs, ...good.outputs] }).code).toBe('GRAPH_DUPLICATE')
})

test('verify G9: rejects updates of feeds and two updates of a state', () => {
  expect(errorOf({ ...good, updates: [{ state: 'x', value: sum }] }).code).toBe('GRAPH_UPDATE_STATE')
  expect(errorOf({ ...good, updates: [...good.updates, ...good.updates] }).code).toBe('GRAPH_DUPLICATE')
})

test('verify G10: rejects an update of another type', () => {
  const error = errorOf({
    ...good,
    updates: [{ state: 'w', value: b.full({ dtype: 'f32', shape: [], value: 0 }) }],
  })

  expect(error.code).toBe('GRAPH_UPDATE_TYPE')
  expect(error.message).toContain("state 'w' is f32[2], its update f32[]")
})

test('verify: visits a 60-deep diamond and a long chain once each', () => {
  let diamond: Value = x
  for (let k = 0; k < 60; k++) diamond = b.add(diamond, diamond)
  let chain: Value = x
  for (let k = 0; k < 100_000; k++) chain = b.neg(chain)

  expect(() => verifyGraph({ ...good, outputs: [{ name: 'y', value: b.add(diamond, chain) }] })).not.toThrow()
})
