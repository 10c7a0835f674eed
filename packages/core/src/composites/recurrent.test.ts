import { expect, test } from 'vitest'
import { program } from '../front/program.ts'
import { interpret } from '../interpret/graph.ts'
import { toNdArray } from '../interpret/nd-array.ts'
import { nodesOf } from '../ir/graph.ts'
import type { Value } from '../ir/value.ts'
import { lstm, rnn } from './recurrent.ts'

const size = 64

/** Two layers whose weights hand everything on: the second sees what dropout left of the first. */
const twoLayers = (rate: number, layers = 2) =>
  program('net', ({ b, input }) => {
    const eye = b.literal({
      dtype: 'f32',
      shape: [size, size],
      data: Float32Array.from({ length: size * size }, (_, at) => (at % (size + 1) === 0 ? 1 : 0)),
    })
    const nothing = b.full({ dtype: 'f32', shape: [size, size], value: 0 })
    const weights: readonly Value[] = [eye, nothing]
    const key = input('key', 'u32', [2])
    const net = Array.from({ length: layers }, () => weights)
    return rnn(input('x', 'f32', [3, size]), net, { nonlinearity: 'relu', dropout: rate, key }).output
  })

const outputOf = (rate: number, key: number, layers?: number): readonly number[] => {
  const { output } = interpret(twoLayers(rate, layers), {
    x: toNdArray('f32', [3, size], new Array<number>(3 * size).fill(1)),
    key: toNdArray('u32', [2], [key, 7]),
  }).outputs
  return Array.from(output?.data ?? [], Number)
}

test('rnn: dropout drops between layers, scales what is left, and depends on the key alone', () => {
  const found = outputOf(0.5, 1)

  expect(new Set(found)).toEqual(new Set([0, 2]))
  expect(found.filter((value) => value === 0).length).toBeGreaterThan(size)
  expect(outputOf(0.5, 1)).toEqual(found)
  expect(outputOf(0.5, 2)).not.toEqual(found)
})

test('rnn: nothing is dropped after the last layer', () => {
  expect(new Set(outputOf(0.5, 1, 1))).toEqual(new Set([1]))
})

test('lstm: the input’s part of the gates is one product for all steps', () => {
  const graph = program('net', ({ input }) => {
    const [wIh, wHh] = [input('wIh', 'f32', [16, 3]), input('wHh', 'f32', [16, 4])]
    return lstm(input('x', 'f32', [5, 2, 3]), [[wIh, wHh]]).output
  })

  expect(
    nodesOf(graph)
      .filter(({ op }) => op === 'dot')
      .map(({ type }) => type.shape),
  ).toEqual([[5, 2, 16]])
})
