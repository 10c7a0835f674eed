import { createBuilder, type Value } from '@heddle/core'
import { expect, test } from 'vitest'
import { gradient } from './gradient.ts'
import { savedForBackward } from './saved.ts'

function savedOf(build: (x: Value) => Value): readonly string[] {
  const b = createBuilder()
  const x = b.input({ name: 'x', dtype: 'f32', shape: [8, 4] })
  const y = b.reduceSum(build(x), { axes: [0, 1] })
  return savedForBackward([y], gradient(y, [x])).values.map(({ op }) => op)
}

test('saved: tanh keeps its result and nothing else', () => {
  expect(savedOf((x) => x.builder.tanh(x))).toEqual(['tanh'])
})

test('saved: a sum keeps nothing', () => {
  expect(savedOf((x) => x)).toEqual([])
})

test('saved: a chain of elementwise ops keeps one array and computes the rest again', () => {
  expect(savedOf((x) => x.builder.sin(x.builder.tanh(x.builder.exp(x))))).toHaveLength(1)
})

test('saved: a reduction is kept at its own size, not computed again', () => {
  const b = createBuilder()
  const x = b.input({ name: 'x', dtype: 'f32', shape: [8, 4] })
  const most = b.expand(b.reshape(b.reduceSum(x, { axes: [1] }), { shape: [8, 1] }), { shape: [8, 4] })
  const y = b.reduceSum(b.exp(most), { axes: [0, 1] })

  const saved = savedForBackward([y], gradient(y, [x]))

  expect(saved.values.map(({ op }) => op)).not.toContain('input')
  expect(saved.bytes).toBe(8 * 4)
})
