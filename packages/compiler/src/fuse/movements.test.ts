// Movements are index arithmetic: chains of them are part of the kernel that reads the result, forward and backward.
import {
  add,
  chunk,
  diagEmbed,
  diagonal,
  type Graph,
  index,
  indexAssign,
  mul,
  pad,
  program,
  repeatInterleave,
  reshape,
  roll,
  rot90,
  slice,
  sum,
  tile,
  transpose,
  tril,
  type Value,
} from '@heddle/core'
import { cpuTarget, gpuTarget } from '@heddle/testkit'
import { expect, test } from 'vitest'
import { gradient } from '../autodiff/gradient.ts'
import { runPipeline } from '../pipeline.ts'

const targets = [cpuTarget, gpuTarget]

const kernelsOf = (graph: Graph): readonly number[] =>
  targets.map((target) => runPipeline(graph, target).plan.steps.length)

const of = (move: (x: Value) => Value): Graph =>
  program('moved', ({ input }) => ({ y: move(input('x', 'f32', [12, 12])) }))

const chains: readonly (readonly [string, (x: Value) => Value])[] = [
  [
    'roll, slice, add',
    (x) => add(slice(roll(x, { shifts: [3, -2], axes: [0, 1] }), { starts: [1, 2], steps: [2, 1] }), 1),
  ],
  ['tile, transpose, multiply', (x) => mul(transpose(tile(x, [2, 3])), 2)],
  ['repeatInterleave, rot90', (x) => mul(rot90(repeatInterleave(x, 3, { axis: 1 })), 2)],
  ['diagonal of a sum with a transposed operand', (x) => diagonal(add(x, transpose(x)))],
  ['diagEmbed of a diagonal, added', (x) => add(diagEmbed(diagonal(x, { offset: 1 }), { offset: 1 }), x)],
  ['a lower triangle times an upper one', (x) => mul(tril(x), transpose(tril(x)))],
  ['reflected border, added', (x) => add(pad(x, { low: [2, 1], high: [1, 3], mode: 'reflect' }), 1)],
  ['circular border, added', (x) => add(pad(x, { low: 2, high: 3, mode: 'circular' }), 1)],
  ['a part by ranges and positions, added', (x) => add(index(x, { start: 1, step: 2 }, null, -1), 1)],
  ['rows by known positions, added', (x) => add(index(x, [3, 1, -1]), 1)],
  [
    'a part by lists that stand apart, added',
    (x) => add(index(reshape(x, [3, 4, 12]), [0, 2], 1, [5, 6]), 1),
  ],
  [
    'assignment to a part',
    (x) => add(indexAssign(x, [{ start: 2, step: 3 }, 4], mul(index(x, 0, { limit: 4 }), 2)), 1),
  ],
  ['halves added', (x) => chunk(x, { count: 2, axis: 1 }).reduce((left, right) => add(left, right))],
]

test.for(chains)('fuse: %s is one kernel', ([, chain]) => {
  expect(kernelsOf(of(chain))).toEqual([1, 1])
})

test('fuse: the derivative of movements is one kernel too', () => {
  const graph = of((x) => {
    const y = slice(roll(x, { shifts: 3, axes: 0 }), { starts: [1], steps: [2] })
    const [dx = y] = gradient(sum(mul(y, y)), [x])
    return dx
  })

  expect(kernelsOf(graph)).toEqual([1, 1])
})
