import {
  createBuilder,
  evaluateScalarFunction,
  type Graph,
  mathFunctions,
  postOrder,
  printGraph,
  type Value,
  verifyGraph,
} from '@heddle/core'
import { expect, test } from 'vitest'
import { foldConstants } from './fold-constants.ts'
import { createFuel, createPassContext } from './pass.ts'

const graphOf = (value: Value): Graph => ({
  name: 'g',
  inputs: postOrder([value])
    .filter(({ op }) => op === 'input')
    .map((input) => ({
      value: input as Value<'input'>,
      role: 'feed',
      trainable: false,
      initial: undefined,
    })),
  outputs: [{ name: 'y', value }],
  updates: [],
})

function fold(value: Value): Value {
  const graph = foldConstants.run(graphOf(value), createPassContext(createFuel()))
  verifyGraph(graph)
  return graph.outputs[0]?.value as Value
}

const dataOf = (value: Value): readonly number[] => [...(value as Value<'literal'>).attrs.data].map(Number)

test('fold-constants: rounds to f32 after every operation', () => {
  const b = createBuilder()
  const x = b.literal({ dtype: 'f32', shape: [2], data: new Float32Array([0.1, 16777216]) })
  const y = b.literal({ dtype: 'f32', shape: [2], data: new Float32Array([0.2, 1]) })

  const folded = fold(b.sub(b.add(x, y), x))

  const sum = Math.fround(Math.fround(0.1) + Math.fround(0.2))
  expect(dataOf(folded)).toEqual([Math.fround(sum - Math.fround(0.1)), 0])
})

test('fold-constants: functions have the bits of their f32 expansions', () => {
  const b = createBuilder()
  const values = [0.1, 1, 2.5, -3]
  const x = b.literal({ dtype: 'f32', shape: [4], data: new Float32Array(values) })

  const folded = fold(b.exp(x))

  expect(dataOf(folded)).toEqual(
    values.map((value) => evaluateScalarFunction(mathFunctions.exp, [Math.fround(value)])),
  )
})

test('fold-constants: moves, chooses and casts elements', () => {
  const b = createBuilder()
  const x = b.literal({ dtype: 'i32', shape: [2, 2], data: new Int32Array([1, 2, 3, 4]) })
  const index = b.literal({ dtype: 'i32', shape: [3], data: new Int32Array([1, 0, 5]) })

  expect(dataOf(fold(b.permute(x, { perm: [1, 0] })))).toEqual([1, 3, 2, 4])
  expect(dataOf(fold(b.gather(b.reshape(x, { shape: [4] }), index, { axis: 0 })))).toEqual([2, 1, 0])
  expect(dataOf(fold(b.cast(x, { dtype: 'f32' })))).toEqual([1, 2, 3, 4])
  expect(dataOf(fold(b.reduceSum(x, { axes: [0] })))).toEqual([4, 6])
})

test('fold-constants: equal elements become a constant without memory', () => {
  const b = createBuilder()
  const x = b.literal({ dtype: 'f32', shape: [3], data: new Float32Array([1, 2, 3]) })

  expect(fold(b.sub(x, x))).toBe(b.full({ dtype: 'f32', shape: [3], value: 0 }))
})

test('fold-constants: leaves sums of floats to kernels, whose order they have', () => {
  const b = createBuilder()
  const x = b.literal({ dtype: 'f32', shape: [3], data: new Float32Array([0.1, 0.2, 0.3]) })

  expect(fold(b.reduceSum(x, { axes: [0] })).op).toBe('reduceSum')
  expect(fold(b.reduceMax(x, { axes: [0] })).op).toBe('full')
})

test('fold-constants: leaves results of more than 4096 elements, but not uniform ones', () => {
  const b = createBuilder()
  const data = Float32Array.from({ length: 4097 }, (_, k) => k)
  const large = b.literal({ dtype: 'f32', shape: [4097], data })
  const uniform = b.full({ dtype: 'f32', shape: [4097], value: 2 })

  expect(fold(b.neg(large)).op).toBe('neg')
  expect(fold(b.exp(uniform)).op).toBe('full')
})

test('fold-constants: leaves ramps to kernels, which make them without memory', () => {
  const b = createBuilder()
  const row = b.iota({ dtype: 'i32', shape: [3, 3], axis: 0 })
  const column = b.iota({ dtype: 'i32', shape: [3, 3], axis: 1 })

  expect(fold(b.lt(row, column)).op).toBe('lt')
})

test('fold-constants: a condition known now removes the branch not taken', () => {
  const b = createBuilder()
  const x = b.input({ name: 'x', dtype: 'f32', shape: [2] })
  const two = b.full({ dtype: 'f32', shape: [2], value: 2 })
  const zero = b.full({ dtype: 'f32', shape: [2], value: 0 })

  expect(fold(b.select(b.eq(two, zero), b.exp(x), b.mul(x, two)))).toBe(b.mul(x, two))
})

test('fold-constants: running it again changes nothing', () => {
  const b = createBuilder()
  const x = b.literal({ dtype: 'f32', shape: [3], data: new Float32Array([1, 2, 3]) })
  const y = b.input({ name: 'y', dtype: 'f32', shape: [3] })

  const once = fold(b.mul(b.exp(b.neg(x)), y))

  expect(fold(once)).toBe(once)
  expect(printGraph(graphOf(once))).toContain('literal')
})
