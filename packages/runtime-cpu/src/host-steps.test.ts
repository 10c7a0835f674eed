import { planFor } from '@heddle/compiler'
import { cumSum, interpreterBackend, openSession, opRecord, program } from '@heddle/core'
import { sorting } from '@heddle/testkit'
import { expect, test, vi } from 'vitest'
import { jsBackend } from './js/backend.ts'
import { wasmBackend } from './wasm/backend.ts'

const backends = [
  ['interpreter', interpreterBackend],
  ['js', jsBackend],
  ['wasm', wasmBackend],
] as const

test.each(backends)('host steps: %s runs them between its kernels', (_, make) => {
  const backend = make()
  const plan = planFor(sorting([2, 3]), backend.capabilities)
  using session = openSession(backend.prepareSync(plan), backend)

  const { y } = session.runSync({
    x: [
      [3, 1, 2],
      [5, Number.NaN, 4],
    ],
  })

  expect(y?.toNested()).toEqual([
    [2, 3, 1],
    [3, 1, 2],
  ])
})

test('host steps: wasm runs them on memory that has grown since the plan was prepared', () => {
  const backend = wasmBackend()
  const plan = planFor(sorting([3]), backend.capabilities)
  using session = openSession(backend.prepareSync(plan), backend)
  session.runSync({ x: [3, 1, 2] })

  backend.allocate('f32', 2 ** 20)
  const { y } = session.runSync({ x: [1, 3, 2] })

  expect(y?.toNested()).toEqual([1, 3, 2])
})

test.each(backends)('host steps: after a failure %s answers every read with the first cause', (_, make) => {
  const backend = make()
  const plan = planFor(sorting([3]), backend.capabilities)
  const executable = backend.prepareSync(plan)
  const [x, y] = [backend.allocate('f32', 3), backend.allocate('i32', 3)]
  const { lowering } = opRecord('argSort')
  if (lowering.kind !== 'host') throw new Error('argSort does not run on the host')
  const failing = vi.spyOn(lowering, 'run').mockImplementation(() => {
    throw new Error('no memory for keys')
  })

  expect(() => executable.run([x], [y])).toThrow('no memory for keys')

  failing.mockRestore()
  executable.run([x], [y])
  expect(() => backend.readSync(y)).toThrow('no memory for keys')
})

test.each(backends)('host steps: %s accumulates f32 in float64, as PyTorch does', (_, make) => {
  const backend = make()
  const graph = program('sums', ({ input }) => ({ y: cumSum(input('x', 'f32', [5])) }))
  using session = openSession(backend.prepareSync(planFor(graph, backend.capabilities)), backend)

  const { y } = session.runSync({ x: [2 ** 24, 1, 1, 1, 1] })

  expect(y?.toNested()).toEqual([2 ** 24, 2 ** 24, 2 ** 24 + 2, 2 ** 24 + 4, 2 ** 24 + 4])
})
