// What contractions cost in kernels, counted: a batched product is one, whatever is around it.
import {
  addmm,
  baddbmm,
  einsum,
  type Graph,
  matmul,
  program,
  relu,
  tensordot,
  type Value,
} from '@heddle/core'
import { cpuTarget } from '@heddle/testkit'
import { expect, test } from 'vitest'
import { runPipeline } from '../pipeline.ts'

const stepsOf = (graph: Graph): number => runPipeline(graph, cpuTarget).plan.steps.length

type Shapes = readonly (readonly number[])[]
const counted = (shapes: Shapes, build: (...operands: readonly Value[]) => Value): number =>
  stepsOf(
    program('product', ({ input }) => ({
      y: build(...shapes.map((shape, k) => input(`x${k}`, 'f32', shape))),
    })),
  )

test.for<[string, Shapes]>([
  [
    'bhqd,bhkd->bhqk',
    [
      [2, 4, 16, 8],
      [2, 4, 16, 8],
    ],
  ],
  [
    'bqhd,bkhd->bhqk',
    [
      [2, 16, 4, 8],
      [2, 16, 4, 8],
    ],
  ],
  [
    'bhqk,bkhd->bqhd',
    [
      [2, 4, 16, 16],
      [2, 16, 4, 8],
    ],
  ],
  [
    '...ij,jk->...ik',
    [
      [5, 4, 3],
      [3, 6],
    ],
  ],
  [
    'bi,bj->bij',
    [
      [5, 4],
      [5, 3],
    ],
  ],
])('fuse: einsum %s is one kernel', ([equation, shapes]) => {
  expect(counted(shapes, (...operands) => einsum(equation, operands))).toBe(1)
})

test('fuse: what follows a contraction is its epilogue', () => {
  const layer = counted([[4], [2, 3], [3, 4]], (bias, x, y) =>
    relu(addmm(bias!, x!, y!, { alpha: 0.5, beta: 2 })),
  )
  const batch = counted(
    [
      [5, 2, 4],
      [5, 2, 3],
      [5, 3, 4],
    ],
    (z, x, y) => baddbmm(z!, x!, y!),
  )

  expect([layer, batch]).toEqual([1, 1])
})

test('fuse: tensordot over two axes is one kernel', () => {
  expect(
    counted(
      [
        [3, 4, 5],
        [4, 3, 2],
      ],
      (x, y) =>
        tensordot(x!, y!, {
          axes: [
            [1, 0],
            [0, 1],
          ],
        }),
    ),
  ).toBe(1)
})

test('fuse: a product of integers is one kernel and stores no product', () => {
  const graph = program('integers', ({ input }) => ({
    y: matmul(input('x', 'i32', [6, 7]), input('y', 'i32', [7, 8])),
  }))

  const { plan } = runPipeline(graph, cpuTarget)

  expect(plan.steps).toHaveLength(1)
  expect(Math.max(...plan.buffers.map(({ size }) => size))).toBe(56)
})
