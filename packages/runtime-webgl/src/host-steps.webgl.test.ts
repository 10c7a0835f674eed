import { planFor } from '@heddle/compiler'
import { openSession, opRecord } from '@heddle/core'
import { sorting } from '@heddle/testkit'
import { afterAll, expect, test, vi } from 'vitest'
import { webgl } from './backend.ts'

const backend = webgl({ context: 'own', debug: true })
afterAll(() => backend.dispose())

/** Distinct numbers in an order that is none. */
const scrambled = (size: number): number[] => Array.from({ length: size }, (_, at) => (at * 7919) % size)

test('host steps: long rows are sorted on the host, between two draws', () => {
  const shape = [3, 700]
  const plan = planFor(sorting(shape, true), backend.capabilities)
  using session = openSession(backend.prepareSync(plan), backend)
  const values = scrambled(2100)

  const { y } = session.runSync({ x: Float32Array.from(values) })

  expect(plan.steps.map(({ kind }) => kind)).toEqual(['kernel', 'host', 'kernel'])
  const expected = [0, 1, 2].flatMap((row) => {
    const at = (k: number): number => values[row * 700 + k] ?? 0
    const order = Array.from({ length: 700 }, (_, k) => k).sort((i, j) => at(j) - at(i))
    return order.map((position) => position + 1)
  })
  expect([...(y?.data ?? [])]).toEqual(expected)
})

test('host steps: short rows stay on the device', () => {
  const plan = planFor(sorting([3, 100]), backend.capabilities)

  expect(plan.steps.every(({ kind }) => kind === 'kernel')).toBe(true)
})

test('host steps: after a failure every read answers with the first cause', async () => {
  const failing = webgl({ context: 'own' })
  const plan = planFor(sorting([1, 600]), failing.capabilities)
  const executable = failing.prepareSync(plan)
  const [x, y] = [failing.allocate('f32', 600), failing.allocate('i32', 600)]
  const { lowering } = opRecord('argSort')
  if (lowering.kind !== 'host') throw new Error('argSort does not run on the host')
  const run = vi.spyOn(lowering, 'run').mockImplementation(() => {
    throw new Error('no memory for keys')
  })

  expect(() => executable.run([x], [y])).toThrow('no memory for keys')

  run.mockRestore()
  executable.run([x], [y])
  expect(() => failing.readSync(y)).toThrow('no memory for keys')
  await expect(failing.read(y)).rejects.toThrow('no memory for keys')
  failing.dispose()
})
